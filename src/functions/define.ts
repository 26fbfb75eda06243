import type {Clock} from '../base/clock.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Row, Value} from '../types/value.ts';

/** An expression and what it gives, as Flink prints it (`CAST(… AS STRING)`): a test, a help line and a man-page line. */
export interface Example {
  /** An expression for a scalar function; a whole query for an aggregate. */
  readonly sql: string;
  readonly gives: string;
}

/** What is known of one argument when a call is planned. */
export interface Argument {
  readonly type: SqlType;
  /** The value, where the argument is a constant. */
  readonly literal?: Value;
}

/** The types a call works on: each argument is implicitly cast to the type given here, and the result has the type given here (with its nullability). */
export interface Typing {
  readonly arguments: readonly SqlType[];
  readonly result: SqlType;
}

/** Why a call does not fit: `message` continues `function "X" …`; the planner adds name and place. */
export interface Refusal {
  readonly message: string;
  readonly hint?: string;
}

/** One place where a function is called. The same object for every row, so that work on constants is done once (kept in `memo`). */
export interface CallSite {
  readonly arguments: readonly Argument[];
  readonly result: SqlType;
  /** Words of special forms, upper case: TRIM(BOTH …) has ['BOTH'], EXTRACT(HOUR …) ['HOUR'], FLOOR(x TO DAY) ['DAY'], JSON_VALUE(… RETURNING INT NULL ON ERROR) ['RETURNING', 'INT', 'NULL', 'ON', 'ERROR'], x IS JSON OBJECT ['OBJECT'], JSON_ARRAY(1, JSON('[]')) ['JSON 1'], because argument 1 is JSON already. */
  readonly words: readonly string[];
  /** IANA name of the session's time zone. */
  readonly timeZone: string;
  readonly clock: Clock;
  /** What NOW() says: the present while a query streams, and in batch mode the instant at which it began. */
  readonly queryClock: Clock;
  /** For the function's own use: a compiled pattern, a formatter. Undefined at first. */
  memo: unknown;
}

interface Described {
  /** Upper case; operators by their sign: `+`, `=`, `AND`, `IS NULL`, `||`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** How it is written: `SUBSTRING(text, start [, length])`. */
  readonly syntax: string;
  readonly examples: readonly [Example, ...Example[]];
  /** The same arguments give the same value at every time: false for NOW(), RAND(). `with-arguments`: false only for calls without any (UNIX_TIMESTAMP). */
  readonly deterministic: boolean | 'with-arguments';
  readonly typing: (args: readonly Argument[], words: readonly string[]) => Typing | Refusal;
}

export interface ScalarFunction extends Described {
  readonly kind: 'scalar';
  readonly family: 'operator' | 'numeric' | 'text' | 'time' | 'conditional' | 'json' | 'collection' | 'hash';
  /** `propagate`: a NULL argument gives NULL and `evaluate` never sees it. */
  readonly nulls: 'propagate' | 'handled';
  /** On plain values of exactly the typing's argument types. Throws a ProblemError of kind `data` where the row cannot be computed (division by zero). */
  readonly evaluate: (args: readonly Value[], call: CallSite) => Value;
}

export interface AggregateFunction extends Described {
  readonly kind: 'aggregate';
  /** It may be written with IGNORE NULLS or RESPECT NULLS, which become words of the call. */
  readonly choosesNulls?: boolean;
  /** What it gives over all rows of a group, slowly and obviously: the definition that generated code is tested against. NULL arguments are included. */
  readonly evaluate: (rows: readonly Row[], call: CallSite) => Value;
}

export type FunctionDefinition = ScalarFunction | AggregateFunction;
