import type {Span} from '../../base/problem.ts';
import type {Query, Identifier} from '../../sql/ast.ts';
import {PlanBuilder, type Origin} from '../builder.ts';
import type {Catalog} from '../catalog.ts';
import type {Report} from '../report.ts';
import type {CreatedTable} from './create-table.ts';
import type {BindContext} from './context.ts';
import type {Settings} from './settings.ts';
import type {Column} from '../../types/sql-type.ts';

/** How aggregates give their rows: each change, or the last state at the end of input. */
export type Emit = 'changes' | 'final';

/** A bound table or query: a node, whose columns have these names (which may repeat). */
export interface Relation {
  readonly node: number;
  readonly columns: readonly Column[];
}

/** A view or a table of WITH: bound when it is first read, then shared by all that read it. */
export interface NamedQuery {
  readonly kind: 'query';
  readonly name: string;
  readonly query: Query;
  readonly columns: readonly Identifier[];
  /** The tables of WITH that it may read, the innermost first. */
  readonly around: CommonTables | null;
  readonly context: BindContext;
  /** Null after its problems were reported. */
  readonly bound: Map<Emit, Relation | null>;
}

/** Tables of WITH, as a list from the innermost outwards. */
export interface CommonTables {
  readonly table: NamedQuery;
  readonly outer: CommonTables | null;
}

export type NamedTable = NamedQuery | CreatedTable;

/** What the statements of one request share. */
export interface Session {
  readonly catalog: Catalog;
  readonly builder: PlanBuilder;
  readonly settings: Settings;
  /** What each aggregate and scan came from, by node. */
  readonly origins: Map<number, Origin>;
  /** Nodes that no stream can run as they are: told unless something else takes their place. */
  readonly refusals: {
    readonly node: number;
    readonly report: Report;
    readonly span: Span;
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly isLiftedByBound?: true;
  }[];
  /** Tables and views by name. A name that failed to be created stands for nothing, so that its users are not blamed as well. */
  readonly tables: Map<string, NamedTable | 'failed'>;
  /** Files and streams that nobody declared, by what FROM says. */
  readonly externals: Map<string, CreatedTable | null>;
  /** Results are only the last state, whatever the input. */
  readonly isFinal: boolean;
  /** The input is taken to end, whatever its connector says. */
  readonly isInputTakenToEnd: boolean;
  /** How many results without INSERT there are so far: each has its number. */
  consoles: number;
}

/** The place where a table was read or written, for messages. */
export interface Use {
  readonly context: BindContext;
  readonly span: Span;
}
