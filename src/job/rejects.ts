import type {Problem} from '../base/problem.ts';
import type {OnError} from './contract.ts';

/** How much of a record's bytes a message shows. */
const shownLength = 200;

const hintForBad = '--on-error skip leaves such records out, --on-error null makes NULL of fields that cannot be read';
const hintForLarge = `SET 'max.record.bytes' = '64 mb' allows larger records, --on-error skip leaves them out`;

export interface RejectedRecord {
  /** `orders.ndjson:17`, or null when nobody knows. */
  readonly where: string | null;
  /** A lower-case clause. */
  readonly reason: string;
  readonly bytes: Uint8Array | null;
  readonly code: string;
}

/** What becomes of records that cannot be read or computed: tells each, counts them, and knows when the run must end. */
export class Rejects {
  count = 0;
  /** How many of them for which reason, by the code of the problem. */
  readonly byCode = new Map<string, number>();
  /** Set once the run must end because of rejected records. */
  failure: {readonly status: 'failed' | 'too-many-errors'; readonly problem: Problem} | null = null;
  readonly #onError: OnError;
  readonly #maxErrors: number | null;
  readonly #onProblem: (problem: Problem) => void;

  constructor(options: {readonly onError: OnError; readonly maxErrors: number | null; readonly onProblem: (problem: Problem) => void}) {
    this.#onError = options.onError;
    this.#maxErrors = options.maxErrors;
    this.#onProblem = options.onProblem;
  }

  /** True: the run ends here. */
  add(record: RejectedRecord): boolean {
    if (this.failure !== null) return true;
    this.count++;
    this.byCode.set(record.code, (this.byCode.get(record.code) ?? 0) + 1);
    const problem = this.#describe(record);
    this.#onProblem(problem);
    if (this.#onError === 'fail') this.failure = {status: 'failed', problem};
    else if (this.#maxErrors !== null && this.count > this.#maxErrors)
      this.failure = {status: 'too-many-errors', problem: this.#tooMany(problem)};
    return this.failure !== null;
  }

  #describe({where, reason, bytes, code}: RejectedRecord): Problem {
    const isEnd = this.#onError === 'fail';
    return {
      kind: 'data',
      severity: isEnd ? 'error' : 'warning',
      code,
      message: reason,
      ...(bytes === null ? {} : {detail: `the record: ${shorten(bytes)}`}),
      ...(isEnd ? {hint: code === 'record-too-large' ? hintForLarge : hintForBad} : {}),
      ...(where === null ? {} : {place: {kind: 'data', where}}),
    };
  }

  #tooMany(last: Problem): Problem {
    return {
      kind: 'data',
      severity: 'error',
      code: 'too-many-errors',
      message: `${this.count} records were rejected, and --max-errors allows ${this.#maxErrors}`,
      detail: `the last one: ${last.message}`,
      hint: 'correct the records, or raise --max-errors',
      ...(last.place === undefined ? {} : {place: last.place}),
    };
  }
}

/** Bytes that are no text are shown by their numbers. */
function shorten(bytes: Uint8Array): string {
  if (bytes.subarray(0, shownLength).some(byte => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13)) {
    const shown = Buffer.from(bytes.subarray(0, shownLength / 4)).toString('hex');
    return `0x${shown}${bytes.length > shownLength / 4 ? '…' : ''}`;
  }
  const text = Buffer.from(bytes.subarray(0, 4 * shownLength)).toString();
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
