import type {Span} from '../base/problem.ts';

/** The syntax tree: frozen plain data, a span on every node, nothing decided yet. Names keep their spelling; keywords are gone. */

export interface Identifier {
  readonly span: Span;
  readonly name: string;
  /** Written in back-ticks. */
  readonly quoted: boolean;
}

/** `catalog.database.table` or shorter. */
export interface CompoundName {
  readonly span: Span;
  readonly parts: readonly Identifier[];
}

/** `'key' = 'value'` of WITH (…), OPTIONS(…) or SET. */
export interface OptionPair {
  readonly span: Span;
  readonly key: string;
  readonly keySpan: Span;
  readonly value: string;
  readonly valueSpan: Span;
}

/** One hint of a hint comment: `OPTIONS('k'='v')`, `STATE_TTL('a'='1d')`, `BROADCAST(t)`. */
export interface Hint {
  readonly span: Span;
  readonly name: string;
  readonly options: readonly OptionPair[];
  readonly words: readonly string[];
}

// ── types ──────────────────────────────────────────────────────────────────

/** A type as written. `name` is upper case and canonical: INTEGER is INT, STRING stays STRING, `DOUBLE PRECISION` is DOUBLE. */
export interface TypeName {
  readonly span: Span;
  readonly name: string;
  /** `DECIMAL(10, 2)` has [10, 2]. */
  readonly arguments: readonly number[];
  /** ARRAY<t> and MULTISET<t>: one; MAP<k, v>: two. */
  readonly elements: readonly TypeName[];
  /** ROW<…>. */
  readonly fields: readonly {readonly span: Span; readonly name: Identifier; readonly type: TypeName; readonly comment: string | null}[];
  /** Null when not said. */
  readonly nullable: boolean | null;
}

// ── expressions ────────────────────────────────────────────────────────────

export type IntervalUnit = 'YEAR' | 'QUARTER' | 'MONTH' | 'WEEK' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND';
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'
  | '='
  | '<>'
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'AND'
  | 'OR'
  | 'IS DISTINCT FROM'
  | 'IS NOT DISTINCT FROM';
export type UnaryOperator =
  | '+'
  | '-'
  | 'NOT'
  | 'IS NULL'
  | 'IS NOT NULL'
  | 'IS TRUE'
  | 'IS NOT TRUE'
  | 'IS FALSE'
  | 'IS NOT FALSE'
  | 'IS UNKNOWN'
  | 'IS NOT UNKNOWN';

export type Expression = {readonly span: Span} & (
  | {readonly kind: 'number'; /** As written: `1`, `1.10`, `1e3`. */ readonly text: string}
  | {readonly kind: 'string'; /** Unescaped. */ readonly value: string}
  | {readonly kind: 'binary-string'; /** X'…': the hexadecimal digits. */ readonly hex: string}
  | {readonly kind: 'boolean'; readonly value: boolean | null /** UNKNOWN */}
  | {readonly kind: 'null'}
  /** DATE '…', TIME '…', TIMESTAMP '…'. */
  | {readonly kind: 'datetime'; readonly type: 'DATE' | 'TIME' | 'TIMESTAMP'; readonly text: string}
  /** INTERVAL '1-2' YEAR(2) TO MONTH: `to` is null for a single unit. */
  | {
      readonly kind: 'interval';
      readonly negative: boolean;
      readonly text: string;
      readonly from: IntervalUnit;
      readonly to: IntervalUnit | null;
      readonly precision: number | null;
      readonly fraction: number | null;
    }
  /** `a`, `t.a`, `t.a.b`: which part is a table and which a field is the planner's business. */
  | {readonly kind: 'column'; readonly parts: readonly Identifier[]}
  /** `*` or `t.*`. Only in a select list and in COUNT(*). */
  | {readonly kind: 'star'; readonly qualifier: CompoundName | null}
  /** `:name`, bound by `-v name=value`. Ours. */
  | {readonly kind: 'parameter'; readonly name: string}
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly operatorSpan: Span;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression}
  | {
      readonly kind: 'between';
      readonly negated: boolean;
      readonly symmetric: boolean;
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
    }
  | {readonly kind: 'in-list'; readonly negated: boolean; readonly operand: Expression; readonly list: readonly Expression[]}
  | {readonly kind: 'in-query'; readonly negated: boolean; readonly operand: Expression; readonly query: Query}
  | {readonly kind: 'exists'; readonly query: Query}
  /** `x > ALL (…)`, `x = SOME (…)`: a query, or a list of values. */
  | {
      readonly kind: 'quantified';
      readonly operator: BinaryOperator;
      readonly quantifier: 'ALL' | 'SOME';
      readonly left: Expression;
      readonly query: Query | null;
      readonly list: readonly Expression[];
    }
  | {readonly kind: 'scalar-query'; readonly query: Query}
  | {
      readonly kind: 'like';
      readonly negated: boolean;
      readonly similar: boolean;
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape: Expression | null;
    }
  | {
      readonly kind: 'case';
      readonly operand: Expression | null;
      readonly branches: readonly {readonly when: Expression; readonly then: Expression}[];
      readonly otherwise: Expression | null;
    }
  | {
      readonly kind: 'cast';
      /** TRY_CAST: null instead of a failure. */ readonly lenient: boolean;
      readonly operand: Expression;
      readonly type: TypeName;
    }
  | CallExpression
  /** `a[1]`, `m['k']`. */
  | {readonly kind: 'item'; readonly operand: Expression; readonly index: Expression}
  /** `(expression).field`, `f(x).field`. */
  | {readonly kind: 'field'; readonly operand: Expression; readonly name: Identifier}
  /** ARRAY[…], MAP[k, v, …], MULTISET[…]. */
  | {readonly kind: 'constructor'; readonly type: 'ARRAY' | 'MAP' | 'MULTISET'; readonly items: readonly Expression[]}
  | {readonly kind: 'array-query'; readonly type: 'ARRAY' | 'MAP' | 'MULTISET'; readonly query: Query}
  /** ROW(a, b), or (a, b) without the word. */
  | {readonly kind: 'row'; readonly explicit: boolean; readonly items: readonly Expression[]}
  /** DESCRIPTOR(a, b), as an argument of a table function. */
  | {readonly kind: 'descriptor'; readonly columns: readonly Identifier[]}
  /** `TABLE t [PARTITION BY …] [ORDER BY …]`, as an argument of a table function; `query` for `(SELECT …)` there. */
  | {
      readonly kind: 'table-argument';
      readonly table: CompoundName | null;
      readonly query: Query | null;
      readonly partitionBy: readonly Expression[];
      readonly orderBy: readonly OrderItem[];
    }
  | {
      readonly kind: 'overlaps';
      /** `OVERLAPS`, `CONTAINS`, `PRECEDES`, … */ readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `x IS [NOT] JSON [VALUE|OBJECT|ARRAY|SCALAR]`. */
  | {
      readonly kind: 'is-json';
      readonly negated: boolean;
      readonly type: 'VALUE' | 'OBJECT' | 'ARRAY' | 'SCALAR';
      readonly operand: Expression;
    }
  /** Parsed as a whole but never planned here (`MEMBER OF`, `FORMAT JSON`, lambdas, …): refused by its name. `text` is the whole of it, without comments. */
  | {readonly kind: 'other'; readonly name: string; readonly text: string; readonly operands: readonly Expression[]}
);

/**
 * A function call. `name` is upper case for built-in look-up (`written` keeps the spelling). Special forms are calls with words as arguments:
 * EXTRACT(unit FROM x) → EXTRACT with words ['HOUR'], FLOOR(x TO HOUR) → FLOOR with words ['HOUR'], TRIM(BOTH a FROM b) → TRIM with words ['BOTH'] and
 * arguments [a, b], POSITION(a IN b) → POSITION [a, b], SUBSTRING(a FROM b FOR c) → SUBSTRING [a, b, c], OVERLAY → [a, b, c, d],
 * TIMESTAMPDIFF(unit, a, b) and TIMESTAMPADD → words [unit], JSON_* clauses → words in the order written, as single upper-case words; the type of RETURNING
 * is `returning`, the value of DEFAULT an argument more; JSON_OBJECT(KEY k VALUE v, …) → arguments [k, v, …].
 * CURRENT_TIMESTAMP and the like, without parentheses, are calls with no arguments and `bare` true.
 */
export interface CallExpression {
  readonly kind: 'call';
  readonly span: Span;
  readonly name: string;
  readonly written: CompoundName;
  readonly bare: boolean;
  readonly arguments: readonly Expression[];
  /** For `f(a => 1)`: parallel to `arguments`, null where not named. */
  readonly argumentNames: readonly (Identifier | null)[];
  readonly words: readonly string[];
  readonly returning: TypeName | null;
  readonly distinct: boolean;
  readonly withinGroup: readonly OrderItem[];
  readonly filter: Expression | null;
  readonly ignoreNulls: boolean | null;
  readonly over: WindowSpec | null;
}

export interface WindowSpec {
  readonly span: Span;
  /** `OVER w`, or the base of `(w ORDER BY …)`. */
  readonly base: Identifier | null;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: {readonly unit: 'ROWS' | 'RANGE'; readonly start: FrameBound; readonly end: FrameBound | null} | null;
}
export type FrameBound =
  | {readonly kind: 'unbounded-preceding' | 'unbounded-following' | 'current-row'}
  | {readonly kind: 'preceding' | 'following'; readonly distance: Expression};

export interface OrderItem {
  readonly span: Span;
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last' | null;
}

// ── queries ────────────────────────────────────────────────────────────────

/** A query with what may stand around it. `body` is the innermost. */
export interface Query {
  readonly span: Span;
  readonly with: readonly CommonTable[];
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Expression | null;
  readonly offset: Expression | null;
}
export interface CommonTable {
  readonly span: Span;
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
  readonly query: Query;
}
export type QueryBody =
  | Select
  | {
      readonly kind: 'set-operation';
      readonly span: Span;
      readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
      readonly all: boolean;
      readonly left: Query;
      readonly right: Query;
    }
  | {readonly kind: 'values'; readonly span: Span; readonly rows: readonly {readonly span: Span; readonly items: readonly Expression[]}[]}
  /** `TABLE t`. */
  | {readonly kind: 'table'; readonly span: Span; readonly name: CompoundName};

export interface Select {
  readonly kind: 'select';
  readonly span: Span;
  readonly hints: readonly Hint[];
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  /** Null: SELECT without FROM. A comma join is a join of kind 'CROSS' with `comma`. */
  readonly from: TableReference | null;
  readonly where: Expression | null;
  readonly groupBy: readonly GroupItem[];
  readonly having: Expression | null;
  readonly qualify: Expression | null;
  readonly windows: readonly {readonly name: Identifier; readonly spec: WindowSpec}[];
}
export interface SelectItem {
  readonly span: Span;
  readonly expression: Expression;
  readonly alias: Identifier | null;
}
export type GroupItem = {readonly span: Span} & (
  | {readonly kind: 'expression'; readonly expression: Expression}
  /** `()` is an empty list. */
  | {readonly kind: 'set'; readonly expressions: readonly Expression[]}
  | {readonly kind: 'rollup' | 'cube' | 'grouping-sets'; readonly items: readonly GroupItem[]}
);

export type TableReference = {readonly span: Span} & (
  | {
      readonly kind: 'named';
      readonly name: CompoundName;
      readonly hints: readonly Hint[];
      readonly systemTime: Expression | null;
      readonly alias: TableAlias | null;
    }
  /** FROM 'orders.ndjson': ours. */
  | {readonly kind: 'file'; readonly target: string; readonly hints: readonly Hint[]; readonly alias: TableAlias | null}
  | {readonly kind: 'derived'; readonly query: Query; readonly lateral: boolean; readonly alias: TableAlias | null}
  /** TABLE(f(…)) or LATERAL TABLE(f(…)) or, in newer Flink, f(…) itself. */
  | {
      readonly kind: 'function';
      readonly call: CallExpression;
      readonly lateral: boolean;
      readonly systemTime: Expression | null;
      readonly alias: TableAlias | null;
    }
  | {
      readonly kind: 'unnest';
      readonly expressions: readonly Expression[];
      readonly ordinality: boolean;
      readonly lateral: boolean;
      readonly alias: TableAlias | null;
    }
  | {
      readonly kind: 'join';
      readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';
      readonly comma: boolean;
      readonly natural: boolean;
      readonly left: TableReference;
      readonly right: TableReference;
      readonly on: Expression | null;
      readonly using: readonly Identifier[];
    }
  /** MATCH_RECOGNIZE, PIVOT, UNPIVOT, TABLESAMPLE …: parsed to its end, refused by name. */
  | {
      readonly kind: 'other-table';
      readonly name: string;
      /** The clause behind the input, without comments: `MATCH_RECOGNIZE (…)`. */ readonly text: string;
      readonly input: TableReference;
      readonly alias: TableAlias | null;
    }
);

export interface TableAlias {
  readonly span: Span;
  readonly name: Identifier;
  readonly columns: readonly Identifier[];
}

// ── statements ─────────────────────────────────────────────────────────────

export type ColumnDefinition = {readonly span: Span; readonly name: Identifier; readonly comment: string | null} & (
  | {readonly kind: 'physical'; readonly type: TypeName; /** The table's `primaryKey` was declared here. */ readonly primaryKey: boolean}
  | {readonly kind: 'computed'; readonly expression: Expression}
  | {readonly kind: 'metadata'; readonly type: TypeName; readonly from: string | null; readonly virtual: boolean}
);

export interface CreateTable {
  readonly kind: 'create-table';
  readonly span: Span;
  readonly name: CompoundName;
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly orReplace: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly watermark: {readonly span: Span; readonly column: CompoundName; readonly expression: Expression} | null;
  readonly primaryKey: {readonly span: Span; readonly columns: readonly Identifier[]; readonly enforced: boolean | null} | null;
  /** Other constraints and clauses Flink parses (UNIQUE, DISTRIBUTED BY …), by name, refused or ignored by the planner. */
  readonly clauses: readonly {readonly span: Span; readonly name: string; /** The clause without comments. */ readonly text: string}[];
  readonly comment: string | null;
  readonly partitionedBy: readonly Identifier[];
  readonly options: readonly OptionPair[];
  readonly like: {readonly span: Span; readonly table: CompoundName; readonly rules: readonly string[]} | null;
  readonly as: Query | null;
}

export interface Insert {
  readonly kind: 'insert';
  readonly span: Span;
  readonly overwrite: boolean;
  /** A name, or a quoted file (ours). */
  readonly table: CompoundName | null;
  readonly file: {readonly span: Span; readonly target: string} | null;
  readonly hints: readonly Hint[];
  readonly partition: readonly OptionPair[];
  readonly columns: readonly Identifier[];
  readonly query: Query;
  /** ON CONFLICT DO …; null when absent. */
  readonly onConflict: 'nothing' | 'error' | 'deduplicate' | null;
}

export type Statement =
  | CreateTable
  | Insert
  | {readonly kind: 'query'; readonly span: Span; readonly query: Query}
  | {
      readonly kind: 'create-view';
      readonly span: Span;
      readonly name: CompoundName;
      readonly temporary: boolean;
      readonly ifNotExists: boolean;
      readonly orReplace: boolean;
      readonly columns: readonly Identifier[];
      readonly comment: string | null;
      readonly query: Query;
    }
  | {
      readonly kind: 'create-function';
      readonly span: Span;
      readonly name: CompoundName;
      readonly temporary: boolean;
      readonly ifNotExists: boolean;
      readonly className: string;
      readonly language: string | null;
    }
  | {
      readonly kind: 'drop';
      readonly span: Span;
      readonly what: 'TABLE' | 'VIEW' | 'FUNCTION';
      readonly name: CompoundName;
      readonly ifExists: boolean;
    }
  /** SET 'k' = 'v'; a bare SET has no pair. */
  | {readonly kind: 'set'; readonly span: Span; readonly pair: OptionPair | null}
  | {readonly kind: 'reset'; readonly span: Span; readonly key: string | null}
  /** EXECUTE STATEMENT SET BEGIN … END, BEGIN STATEMENT SET; … END. */
  | {readonly kind: 'statement-set'; readonly span: Span; readonly inserts: readonly Insert[]}
  | {readonly kind: 'explain'; readonly span: Span; readonly details: readonly string[]; readonly statement: Statement}
  | {readonly kind: 'describe'; readonly span: Span; readonly name: CompoundName}
  /** Known by its first words, never planned: `SHOW CATALOGS`, `ALTER TABLE`, `ADD JAR` … The planner refuses or notes it by this name. */
  | {
      readonly kind: 'other-statement';
      readonly span: Span;
      readonly name: string;
      /** The whole statement, without comments. */ readonly text: string;
    };

/** A script: what could be parsed, in order. Each statement's comments are those that stand directly before it. */
export interface Script {
  readonly statements: readonly {readonly statement: Statement; readonly comments: readonly string[]}[];
}
