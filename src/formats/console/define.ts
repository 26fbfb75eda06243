import type {OptionSpecs} from '../../base/options.ts';
import type {Problem} from '../../base/problem.ts';
import type {Batch} from '../../flow/batch.ts';
import type {Column} from '../../types/sql-type.ts';
import type {Row} from '../../types/value.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';

/** How rows are shown on standard output: what `-o` names. */
export interface ConsoleFormat {
  readonly name: string;
  readonly summary: string;
  readonly options: OptionSpecs;
  readonly examples: readonly [ConsoleExample, ...ConsoleExample[]];
  /** Problems of a result's columns with this format, before anything runs. */
  check?(columns: readonly Column[]): readonly Problem[];
  encoder(spec: EncodeSpec, batch: Batch): RowEncoder;
}

/** Rows and everything that is written for them: run by the tests, printed by the pages. */
export interface ConsoleExample {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly options?: Readonly<Record<string, string>>;
  readonly text: string;
}
