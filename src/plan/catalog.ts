import type {Problem, Span} from '../base/problem.ts';
import type {ChangelogMode} from '../types/change.ts';
import type {Column, SqlType} from '../types/sql-type.ts';
import type {TablePlan} from './table.ts';

/** A table as declared, before anybody looked at its options. */
export interface DeclaredTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly partitionedBy: readonly string[];
  readonly options: readonly {readonly key: string; readonly value: string}[];
}

/** What planning needs to know of a table's connector and format. */
export interface ResolvedTable {
  readonly table: TablePlan;
  readonly isSource: boolean;
  readonly isSink: boolean;
  readonly bounded: boolean;
  /** What it takes as a sink. */
  readonly writes: readonly ChangelogMode[];
  /** What it gives as a source. */
  readonly reads: ChangelogMode;
  readonly metadata: Readonly<Record<string, SqlType>>;
  /** As a sink it takes METADATA columns that are not VIRTUAL (all, or those of these keys): behind the physical columns, in the order of their keys. */
  readonly writesMetadata?: boolean | readonly string[];
}

/** A problem of a table's options; `option` says which one, so that the planner can point at it. */
export interface OptionProblem {
  readonly problem: Problem;
  readonly option: string | null;
}

/** A table that nobody declared, found by `FROM 'file'` or `FROM stdin`: inferred before planning. */
export interface ExternalTable {
  readonly declared: DeclaredTable;
}

/** What planning needs to know of the world, so that `plan/` imports no connector and needs no broker. */
export interface Catalog {
  /** Checks a table's options and says what its connector can do. `used`: for reading, for writing. */
  resolve(table: DeclaredTable): {readonly resolved: ResolvedTable | null; readonly problems: readonly OptionProblem[]};
  /** By the target as written in `FROM '…'`, or `stdin`. */
  external(target: string): ExternalTable | undefined;
  /** Targets and names of all that were inferred, to suggest one where a name is misspelt. */
  readonly externalNames?: readonly string[];
}

/** Values bound to `:name`, and where `-v` gave none. */
export type Parameters = ReadonlyMap<string, string>;

export interface NamedSpan {
  readonly name: string;
  readonly span: Span;
}
