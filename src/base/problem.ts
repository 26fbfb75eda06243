/** A stretch of a text, in UTF-16 code units: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text that a person wrote (a script, a job file, a command line) and what to call it in a message. */
export interface SourceText {
  /** A file's path as the person gave it, or a name such as `<query>`. */
  readonly name: string;
  readonly text: string;
}

/** Where a problem is: in a text with a span, or in data, at a record of a file or topic (already worded). */
export type Place =
  | {readonly kind: 'text'; readonly source: SourceText; readonly span: Span}
  | {readonly kind: 'data'; readonly where: string};

/**
 * Who must act, which also decides the exit code: the caller of the command (`usage`, 2), the author of SQL or of a job file (`invalid`, 3),
 * whoever made the data (`data`, 1), whoever runs the machine (`environment`, 5), nobody yet, because it may pass (`transient`, 5), or us (`bug`, 1).
 */
export type ProblemKind = 'usage' | 'invalid' | 'data' | 'environment' | 'transient' | 'bug';

/** One problem, told once, in the words of the person who must act. */
export interface Problem {
  readonly kind: ProblemKind;
  /** `error` stops what was asked for; `warning` does not. */
  readonly severity: 'error' | 'warning';
  /** Stable, for `weir help CODE` and for scripts: `unknown-column`, `not-yet-planned`, … */
  readonly code: string;
  /** A lower-case sentence without a full stop that says what is: `table "orders" has no column "usr_id"`. */
  readonly message: string;
  /** Why it is so, where that is not plain from the message. */
  readonly detail?: string;
  /** What to do, as an action: `did you mean "user_id"?`, `write <> instead of !=`. */
  readonly hint?: string;
  readonly place?: Place;
  /** Other places that explain this one: `"orders" was created here`. */
  readonly notes?: readonly {readonly message: string; readonly place: Place}[];
}

/** Thrown where going on makes no sense. It carries every problem of a phase, not only the first. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(problem => problem.message).join('\n'));
    this.name = 'ProblemError';
    this.problems = problems;
  }
}

/** An error of the given kind, ready to throw. */
export function fail(
  kind: ProblemKind,
  code: string,
  message: string,
  more: Pick<Problem, 'detail' | 'hint' | 'place'> = {},
): ProblemError {
  return new ProblemError([{kind, severity: 'error', code, message, ...more}]);
}

/** Stops at once when an invariant of ours does not hold. Never for what a user can cause. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw fail('bug', 'broken-invariant', message, {hint: 'this is a bug in weir: please report it with the query'});
}
