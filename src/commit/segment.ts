import {type FileHandle, open} from 'node:fs/promises';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {fail} from '../base/problem.ts';
import {type Frame, frameHead, scanFrames} from './frames.ts';
import {damagedLog, errorCode, logFault} from './problems.ts';
import {type LogHeader, logFormat} from './record.ts';
import type {Origin} from './resume.ts';

/** What stands at the beginning of every segment: whose log it is, and how the log began. */
export interface SegmentHeader extends Omit<LogHeader, 'format'> {
  readonly origin: Origin;
}

/** A segment as it was found on the disk. */
export interface Segment {
  readonly path: string;
  /** Of its first record, written or to be written. */
  readonly firstEpoch: number;
  /** Null: it was torn before its header was whole, so nothing has ever been in it. */
  readonly header: SegmentHeader | null;
  readonly headerEnd: number;
  readonly entries: readonly Entry[];
  /** The last record is known to count: its job has stopped cleanly. */
  readonly isMarked: boolean;
  /** Up to here everything is whole. */
  readonly length: number;
  /** Of the file: what is more than `length` is a torn tail. */
  readonly fileLength: number;
}

export interface Entry {
  readonly epoch: number;
  readonly start: number;
  readonly end: number;
  readonly payload: Buffer;
}

/** "weir log", the number of its form, and a checksum of both. */
const preambleBytes = 16;
const magic = Buffer.from('weir log');
const checksumAt = 12;

export function segmentPath(directory: string, firstEpoch: number): string {
  return join(directory, `${String(firstEpoch).padStart(12, '0')}.log`);
}

/** The epoch in a segment's name; null for other files. */
export function epochOfName(name: string): number | null {
  const match = /^(\d{12,16})\.log$/.exec(name);
  return match === null ? null : Number(match[1]);
}

/** The first bytes of a segment: its form, and its header. */
export function segmentStart(header: SegmentHeader): Buffer {
  const preamble = Buffer.alloc(preambleBytes);
  preamble.set(magic);
  preamble.writeUInt32LE(logFormat, magic.length);
  preamble.writeUInt32LE(crc32(preamble.subarray(0, checksumAt)), checksumAt);
  const payload = Buffer.from(JSON.stringify(header));
  return Buffer.concat([preamble, frameHead('header', [payload]), payload]);
}

/** Reads a segment and verifies every checksum of it. A torn tail is left out; damage in the middle, or a form of a later version, is a problem. */
export async function readSegment(path: string, firstEpoch: number): Promise<Segment> {
  const bytes = await wholeFile(path);
  const isOurs = hasPreamble(path, bytes);
  const scan = scanFrames(bytes, preambleBytes);
  if (scan.isDamaged) throw damagedLog(path, scan.length, scan.fault ?? '');
  if (!isOurs && scan.frames.length > 0) throw damagedLog(path, 0, 'its first bytes are not those of a log');
  const [first, ...rest] = scan.frames;
  const header = first?.kind === 'header' ? (JSON.parse(first.payload.toString()) as SegmentHeader) : null;
  if (first !== undefined && header === null) throw damagedLog(path, first.start, 'it does not begin with a header');
  const entries = entriesOf(path, firstEpoch, rest);
  return {
    path,
    firstEpoch,
    header,
    headerEnd: first?.end ?? 0,
    entries,
    isMarked: rest.at(-1)?.kind === 'counted',
    length: header === null ? 0 : scan.length,
    fileLength: bytes.length,
  };
}

/** Throws where the log is one of ours in a form that this version does not know. */
function hasPreamble(path: string, bytes: Buffer): boolean {
  if (bytes.length < preambleBytes || !bytes.subarray(0, magic.length).equals(magic)) return false;
  if (bytes.readUInt32LE(checksumAt) !== crc32(bytes.subarray(0, checksumAt))) return false;
  const format = bytes.readUInt32LE(magic.length);
  if (format <= logFormat) return true;
  throw fail('environment', 'newer-log', `the log ${path} has form ${format}, and this version reads forms up to ${logFormat}`, {
    hint: 'run the version of weir that wrote it, or forget what the job has done with --fresh',
  });
}

/** Records count up by one; what is not so was not written by us. */
function entriesOf(path: string, firstEpoch: number, frames: readonly Frame[]): readonly Entry[] {
  const records = frames.filter(({kind}) => kind === 'record');
  return records.map(({payload, start, end}, index) => {
    const epoch = payload.readDoubleLE(0);
    if (epoch !== firstEpoch + index) throw damagedLog(path, start, `commit ${firstEpoch + index} is missing`);
    return {epoch, start, end, payload};
  });
}

async function wholeFile(path: string): Promise<Buffer> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    const {size} = await file.stat();
    const bytes = Buffer.allocUnsafeSlow(size);
    for (let at = 0; at < size;) {
      const {bytesRead} = await file.read(bytes, at, Math.min(size - at, 2 ** 30), at);
      if (bytesRead === 0) return bytes.subarray(0, at);
      at += bytesRead;
    }
    return bytes;
  } catch (error) {
    throw errorCode(error) === null ? error : logFault('read', path, error);
  } finally {
    await file?.close();
  }
}
