import {closeSync, constants, openSync, readSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import type {Position} from '../flow/source.ts';
import {logFault} from './problems.ts';

/** What a process says of itself before it touches a batch, so that the next one knows where it died. */
export interface Attempt {
  /** The positions behind the last commit that counts, as a number. */
  readonly place: number;
  /** It is at work on a batch of this input; null: it is between batches, and whatever ends it is not the fault of a record. */
  readonly input: number | null;
  /** Rows behind `place` that have been touched at the most; when careful: as many are still to be taken one by one. */
  readonly rows: number;
  /** Processes before it that died at work behind the same place. */
  readonly deaths: number;
  readonly isCareful: boolean;
}

export type AttemptDecision =
  | {readonly kind: 'normal'; readonly deaths: number}
  /** Take so many rows one by one, and commit each before the next: so a process that dies names the record. */
  | {readonly kind: 'careful'; readonly rows: number}
  /** The next record of this input has ended two processes or more, the last one all by itself: it is not tried again. Then go on carefully for so many rows. */
  | {readonly kind: 'reject'; readonly input: number; readonly rows: number};

const attemptBytes = 32;
const attemptMark = 0x3174_7477;
const noInput = 0xff_ff_ff_ff;
const openFlags = constants.O_RDWR | constants.O_CREAT;

/** So many deaths behind the same commit make the next process careful. */
const deathsUntilCareful = 2;

/** Decides from what the process before has said. `place`: where this one begins. */
export function decideAttempt(previous: Attempt | null, place: number): AttemptDecision {
  if (previous === null) return {kind: 'normal', deaths: 0};
  const isSamePlace = previous.place === place;
  if (previous.isCareful) {
    if (previous.input !== null && isSamePlace) return {kind: 'reject', input: previous.input, rows: Math.max(0, previous.rows - 1)};
    return previous.rows > 0 ? {kind: 'careful', rows: previous.rows} : {kind: 'normal', deaths: 0};
  }
  const deaths = isSamePlace ? previous.deaths + (previous.input === null ? 0 : 1) : 0;
  return deaths >= deathsUntilCareful ? {kind: 'careful', rows: previous.rows} : {kind: 'normal', deaths};
}

/** A number for positions: the same for the same ones. */
export function placeOf(positions: readonly Position[]): number {
  return crc32(JSON.stringify(positions));
}

/**
 * The attempt of this process, in a file of 32 bytes beside the log. It is written by one call and never synced: it is there for processes that die, not for
 * machines. `begin` and `end` stand around the work on each batch; `counted` is called when a commit counts.
 */
export class AttemptFile {
  readonly decision: AttemptDecision;
  readonly #descriptor: number;
  readonly #bytes = Buffer.alloc(attemptBytes);
  #place: number;
  #deaths: number;
  /** Since the place; when careful: still to be taken one by one. */
  #rows: number;
  #isCareful: boolean;

  private constructor(descriptor: number, place: number, decision: AttemptDecision, rows: number) {
    this.#descriptor = descriptor;
    this.#place = place;
    this.decision = decision;
    this.#deaths = decision.kind === 'normal' ? decision.deaths : 0;
    this.#isCareful = decision.kind !== 'normal';
    this.#rows = rows;
    this.#write(null);
  }

  /** Reads what the process before has left, and decides. `start`: the positions where this one begins. */
  static open(directory: string, start: readonly Position[]): AttemptFile {
    const path = join(directory, 'attempt');
    try {
      const descriptor = openSync(path, openFlags, 0o600);
      const bytes = Buffer.alloc(attemptBytes);
      const length = readSync(descriptor, bytes, 0, attemptBytes, 0);
      const previous = readAttempt(bytes.subarray(0, length));
      const place = placeOf(start);
      const decision = decideAttempt(previous, place);
      const rows = decision.kind === 'normal' ? (previous?.place === place ? previous.rows : 0) : decision.rows;
      return new AttemptFile(descriptor, place, decision, rows);
    } catch (error) {
      throw logFault('write', path, error);
    }
  }

  /** Rows are to be taken one by one, each with a commit of its own that is waited for. */
  get isCareful(): boolean {
    return this.#isCareful && this.#rows > 0;
  }

  /** Work on a batch of an input begins. `rowsSince`: rows behind the last commit that counts, those of the batch included. */
  begin(input: number, rowsSince: number): void {
    if (!this.#isCareful) this.#rows = Math.max(this.#rows, rowsSince);
    this.#write(input);
  }

  /** It is over: nothing of the batch can end the process any more. */
  end(): void {
    this.#write(null);
  }

  /** A commit counts. `rowsSince`: rows that have been taken behind it already. */
  counted(positions: readonly Position[], rowsCounted: number, rowsSince: number): void {
    this.#place = placeOf(positions);
    this.#deaths = 0;
    this.#rows = this.#isCareful ? Math.max(0, this.#rows - rowsCounted) : rowsSince;
    if (this.#rows === 0) this.#isCareful = false;
    this.#write(null);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(input: number | null): void {
    const attempt = {place: this.#place, input, rows: this.#rows, deaths: this.#deaths, isCareful: this.#isCareful};
    writeAttempt(attempt, this.#bytes);
    writeSync(this.#descriptor, this.#bytes, 0, attemptBytes, 0);
  }
}

/** Mark, place, input, rows, deaths, careful, nothing, checksum: eight numbers of four bytes, little-endian. */
export function writeAttempt({place, input, rows, deaths, isCareful}: Attempt, target: Buffer): void {
  const numbers = [attemptMark, place, input ?? noInput, Math.min(rows, noInput), deaths, isCareful ? 1 : 0, 0];
  for (const [index, number] of numbers.entries()) target.writeUInt32LE(number, index * 4);
  target.writeUInt32LE(crc32(target.subarray(0, attemptBytes - 4)), attemptBytes - 4);
}

/** Null: there is none, or a loss of power has left something else. */
export function readAttempt(bytes: Buffer): Attempt | null {
  if (bytes.length !== attemptBytes || bytes.readUInt32LE(0) !== attemptMark) return null;
  if (crc32(bytes.subarray(0, attemptBytes - 4)) !== bytes.readUInt32LE(attemptBytes - 4)) return null;
  const input = bytes.readUInt32LE(8);
  return {
    place: bytes.readUInt32LE(4),
    input: input === noInput ? null : input,
    rows: bytes.readUInt32LE(12),
    deaths: bytes.readUInt32LE(16),
    isCareful: bytes.readUInt32LE(20) === 1,
  };
}
