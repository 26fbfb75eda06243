import type {OnError} from '../job/contract.ts';
import type {DeliverySettings} from '../job/delivery.ts';
import type {SupervisionSpec} from '../supervisor/policy.ts';
import type {EmbeddedText} from './embedded-text.ts';

/** One job of a job file, with defaults under it and everything replaced that stood for something else. Null: not said. */
export interface JobSpec {
  readonly name: string;
  readonly sql: EmbeddedText;
  /** What a value of WITH (…) or SET in `sql` stands for; null: each for itself. Throws what is wrong with one. */
  readonly optionValue: ((text: string) => string) | null;
  /** Variables that the job file reads as `${vars.NAME}`; complete once the job is planned. */
  readonly usedVariables: ReadonlySet<string>;
  /** `SET` statements that come before the script; empty without `options:`. */
  readonly options: EmbeddedText | null;
  /** Values of `:NAME` in the SQL. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly onError: OnError | null;
  readonly maxErrors: number | null;
  readonly output: string | null;
  /** What the file says of commits: flags go over it, SET and tables under it. */
  readonly delivery: DeliverySettings;
  readonly supervision: SupervisionSpec;
  /** How many processes run it; null: one. */
  readonly parallelism: number | null;
  /** How many of the last commits keep their records and snapshots; null: no more than recovery needs. */
  readonly keepEpochs: number | null;
  /** Values by name. Whatever is printed of the job goes through `redact` with these. */
  readonly secrets: ReadonlyMap<string, string>;
}
