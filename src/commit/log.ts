import {writevSync} from 'node:fs';
import {type FileHandle, open, readdir, unlink} from 'node:fs/promises';
import {assert, fail} from '../base/problem.ts';
import {frameHead} from './frames.ts';
import {damagedLog, errorCode, logFault} from './problems.ts';
import {readRecord, type RecordFacts, recordPayload, stateOf} from './record-image.ts';
import {type CommitRecord, type LogHeader, logFormat} from './record.ts';
import type {LogEnd, Origin, Resume} from './resume.ts';
import {epochOfName, readSegment, type Segment, type SegmentHeader, segmentPath, segmentStart} from './segment.ts';

/** Below this a log is never folded into a full image. */
const leastFoldBytes = 4 * 1024 * 1024;

/** So much is handed to the system at once, in less time than it takes to ask another thread for it. */
const smallBytes = 64 * 1024;

/** What a job goes on from. */
export interface Restored {
  readonly record: CommitRecord;
  readonly countsByItself: boolean;
  /** Of the state: a full one, then changes in order. */
  readonly images: readonly Uint8Array[];
}

/**
 * The job's own log: a record for each commit. A record with a full image of the state begins a new file, a segment; so a snapshot is nothing but a record, and
 * reading begins at the last segment. Older ones go once a later one counts, except as many as keep the last `keepEpochs` epochs readable.
 *
 * Only one process may have it open: see `lockFolder`. A log is opened, `resume`d once as `decideResume` says about its `end`, and then written.
 */
export class CommitLog {
  readonly #directory: string;
  readonly #header: LogHeader;
  readonly #keepEpochs: number;
  /** First epochs of the segments on the disk, oldest first; the last is the one that is written. */
  #epochs: number[];
  /** As found; forgotten after `resume`. */
  #segment: Segment | null;
  #tornSegments: number;
  #file: FileHandle | null = null;
  #path = '';
  #length = 0;
  #hasRecords = false;
  #origin: Origin = {after: 0, word: null, reads: 'start'};
  /** The size of the last full image and where it ends. */
  #fullBytes = 0;
  #fullEnd = 0;

  private constructor(directory: string, header: LogHeader, keepEpochs: number, epochs: number[], newest: Newest | null) {
    this.#directory = directory;
    this.#header = header;
    this.#keepEpochs = keepEpochs;
    this.#epochs = epochs;
    this.#segment = newest?.segment ?? null;
    this.#tornSegments = newest?.tornSegments ?? 0;
  }

  /**
   * Reads what is there, and changes nothing. A log of another plan, of a later form, or with a damaged middle is a problem.
   * `isFresh`: what is there is not even looked at, since it will be forgotten.
   */
  static async open(directory: string, header: LogHeader, keepEpochs: number, isFresh: boolean): Promise<CommitLog> {
    assert(header.format === logFormat, 'a log is written in the form of this version');
    const epochs = await segmentEpochs(directory);
    const newest = isFresh ? null : await newestSegment(directory, epochs);
    if (newest !== null) checkOwner(newest.segment, header);
    return new CommitLog(directory, header, keepEpochs, epochs, newest);
  }

  /** What the log says about its end; null: there is none. */
  end(nowMs: number): LogEnd | null {
    const segment = this.#segment;
    if (segment === null || segment.header === null) return null;
    const last = segment.entries.at(-1);
    if (last === undefined) return {origin: segment.header.origin, last: null};
    const {record, countsByItself, isFirstInTransaction, writtenAtMs} = readRecord(last.payload);
    const {isMarked} = segment;
    return {
      origin: segment.header.origin,
      last: {epoch: record.epoch, isMarked, countsByItself, isFirstInTransaction, ageMs: nowMs - writtenAtMs},
    };
  }

  /** Cuts what does not count, and opens the log for writing. Null: nothing counts yet. */
  async resume(decision: Exclude<Resume, {kind: 'refuse'}>): Promise<Restored | null> {
    try {
      if (decision.kind === 'new') {
        await this.#begin(decision.origin);
        return null;
      }
      return await this.#goOn(decision.kind === 'resume' ? decision.epoch : null);
    } catch (error) {
      throw errorCode(error) === null ? error : logFault('write', this.#path, error);
    }
  }

  /** The next record shall hold all of the state: reading the changes since the last full image would take longer than it is worth. */
  get wantsFull(): boolean {
    return this.#fullBytes === 0 || this.#length - this.#fullEnd > Math.max(leastFoldBytes, 2 * this.#fullBytes);
  }

  /** Resolves when the record is on the disk, where neither a crash nor a loss of power takes it away. It is written by one call. */
  async append(record: CommitRecord, facts: RecordFacts): Promise<void> {
    const payload = recordPayload(record, facts);
    const pieces = [frameHead('record', payload), ...payload];
    const isFull = record.state.kind === 'full';
    assert(isFull || this.#fullBytes > 0, 'the first record of a log must hold all of the state');
    try {
      const isNew = isFull && this.#hasRecords;
      if (isNew) pieces.unshift(await this.#createSegment(record.epoch));
      await this.#write(pieces);
      if (isNew) await syncDirectory(this.#directory);
    } catch (error) {
      throw errorCode(error) === null ? error : logFault('write', this.#path, error);
    }
    this.#hasRecords = true;
    if (!isFull) return;
    this.#fullBytes = Math.max(1, record.state.bytes.length);
    this.#fullEnd = this.#length;
  }

  /** An epoch counts: segments that nobody needs any more go. One is needed as long as the state before one of the last epochs stands in it. */
  async counted(epoch: number): Promise<void> {
    while (this.#epochs.length > 1 && (this.#epochs[1] as number) <= epoch - this.#keepEpochs) {
      await unlink(segmentPath(this.#directory, this.#epochs.shift() as number));
    }
  }

  /** Marks the last record as one that counts: whoever reads it needs no other word for it. */
  async markCounted(epoch: number): Promise<void> {
    if (!this.#hasRecords) return;
    const payload = Buffer.alloc(8);
    payload.writeDoubleLE(epoch);
    await this.#write([frameHead('counted', [payload]), payload]);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  /** A new log without records, whose header says how it began: that must be known before anything of it can count. */
  async #begin(origin: Origin): Promise<void> {
    this.#origin = origin;
    this.#segment = null;
    // Oldest first: should this end half way, what is left is a log as it was.
    for (const epoch of this.#epochs) await unlink(segmentPath(this.#directory, epoch));
    this.#epochs = [];
    await this.#write([await this.#createSegment(origin.after + 1)]);
    await syncDirectory(this.#directory);
  }

  async #goOn(epoch: number | null): Promise<Restored | null> {
    let segment = this.#segment as Segment;
    this.#segment = null;
    for (; this.#tornSegments > 0; this.#tornSegments--) await this.#dropLastSegment();
    if (epoch !== null && epoch < segment.firstEpoch) segment = await this.#withoutLastSegment(segment, epoch);
    const entries = segment.entries.filter(entry => epoch !== null && entry.epoch <= epoch);
    const cut = segment.entries[entries.length];
    this.#origin = (segment.header as SegmentHeader).origin;
    this.#path = segment.path;
    this.#length = cut?.start ?? segment.length;
    this.#hasRecords = entries.length > 0;
    this.#file = await open(segment.path, 'r+');
    if (this.#length < segment.fileLength) {
      await this.#file.truncate(this.#length);
      await this.#file.datasync();
    }
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return null;
    const {state} = readRecord(first.payload).record;
    if (state.kind !== 'full') throw damagedLog(segment.path, first.start, 'the first record does not hold all of the state');
    this.#fullBytes = Math.max(1, state.bytes.length);
    this.#fullEnd = first.end;
    const {record, countsByItself} = readRecord(last.payload);
    return {record, countsByItself, images: entries.map(({payload}) => stateOf(payload))};
  }

  /** The only record of the last segment does not count: the segment goes, and the one before it is written again. */
  async #withoutLastSegment(segment: Segment, epoch: number): Promise<Segment> {
    const before = this.#epochs.at(-2);
    if (before === undefined) throw damagedLog(segment.path, 0, `commit ${epoch} is missing`);
    const path = segmentPath(this.#directory, before);
    const previous = await readSegment(path, before);
    if (previous.header === null || previous.entries.at(-1)?.epoch !== epoch)
      throw damagedLog(path, previous.length, `commit ${epoch} is missing`);
    await this.#dropLastSegment();
    return previous;
  }

  async #dropLastSegment(): Promise<void> {
    await unlink(segmentPath(this.#directory, this.#epochs.pop() as number));
    await syncDirectory(this.#directory);
  }

  /** Gives the bytes that must be the first of it. */
  async #createSegment(firstEpoch: number): Promise<Buffer> {
    await this.#file?.close();
    this.#path = segmentPath(this.#directory, firstEpoch);
    this.#file = await open(this.#path, 'wx', 0o600);
    this.#epochs.push(firstEpoch);
    this.#length = 0;
    this.#hasRecords = false;
    const {engineVersion, planFingerprint, operators} = this.#header;
    return segmentStart({engineVersion, planFingerprint, operators, origin: this.#origin});
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    const file = this.#file;
    assert(file !== null, 'the log is not open for writing');
    let rest = pieces.filter(({length}) => length > 0);
    const isSmall = rest.reduce((sum, {length}) => sum + length, 0) <= smallBytes;
    while (rest.length > 0) {
      const bytesWritten = isSmall ? writevSync(file.fd, rest, this.#length) : (await file.writev(rest, this.#length)).bytesWritten;
      this.#length += bytesWritten;
      rest = behind(rest, bytesWritten);
    }
    await file.datasync();
  }
}

/** What is left when so many bytes have been written. */
function behind(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  let left = written;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    if (left < piece.length) rest.push(left === 0 ? piece : piece.subarray(left));
    left = Math.max(0, left - piece.length);
  }
  return rest;
}

export async function segmentEpochs(directory: string): Promise<number[]> {
  try {
    const names = await readdir(directory);
    return names.flatMap(name => epochOfName(name) ?? []).toSorted((a, b) => a - b);
  } catch (error) {
    throw logFault('read', directory, error);
  }
}

interface Newest {
  readonly segment: Segment;
  /** Behind it there are so many that were torn before their first record was whole. */
  readonly tornSegments: number;
}

/** The last segment with a record, or the first of all. Nothing is deleted before it is decided what the job goes on from. */
async function newestSegment(directory: string, epochs: readonly number[]): Promise<Newest | null> {
  for (const [tornSegments, epoch] of epochs.toReversed().entries()) {
    const segment = await readSegment(segmentPath(directory, epoch), epoch);
    if (segment.entries.length > 0) return {segment, tornSegments};
    if (tornSegments < epochs.length - 1) continue;
    if (segment.header === null) return null;
    // Segments before it go when its first record counts, and not sooner: that record has been there.
    if (epoch !== segment.header.origin.after + 1) throw damagedLog(segment.path, segment.headerEnd, 'its first record cannot be read');
    return {segment, tornSegments};
  }
  return null;
}

function checkOwner(segment: Segment, header: LogHeader): void {
  const found = segment.header;
  if (found === null || found.planFingerprint === header.planFingerprint) return;
  const known = new Set(header.operators.map(({fingerprint}) => fingerprint));
  const gone = found.operators.find(({fingerprint}) => !known.has(fingerprint));
  const before = new Set(found.operators.map(({fingerprint}) => fingerprint));
  const added = header.operators.find(({fingerprint}) => !before.has(fingerprint));
  const what =
    gone !== undefined
      ? `${gone.name} is not in the job any more, or is another one now`
      : added !== undefined
        ? `${added.name} was not there`
        : 'the tables that are read or written, or what is computed between them, have changed';
  throw fail('environment', 'other-plan', `the log ${segment.path} belongs to another version of the job: ${what}`, {
    hint: 'go back to that version, give the job another name, or forget what it has done with --fresh',
  });
}

/** A file that was made, renamed or deleted is so for certain only when its folder is on the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
