import {crc32} from 'node:zlib';

/**
 * A segment of the log is a preamble and frames behind each other. A frame is a head of 16 bytes and its payload:
 *
 *     bytes 0–3    "wR", the letter of its kind, a line end
 *     bytes 4–7    length of the payload
 *     bytes 8–11   CRC-32 of the payload
 *     bytes 12–15  CRC-32 of the twelve bytes before
 *
 * The head has a checksum of its own, so that a length can be believed before the payload is read. Numbers are little-endian.
 */
export type FrameKind = 'header' | 'record' | 'counted';

export interface Frame {
  readonly kind: FrameKind;
  /** Of its head, in the segment. */
  readonly start: number;
  readonly end: number;
  readonly payload: Buffer;
}

export interface Scan {
  readonly frames: readonly Frame[];
  /** Up to here everything is whole. */
  readonly length: number;
  /** Why reading ended there; null at the end of the segment. */
  readonly fault: string | null;
  /** A whole frame stands behind the fault: what is between was written once and has been damaged since. */
  readonly isDamaged: boolean;
}

const headBytes = 16;
const letters: Readonly<Record<FrameKind, number>> = {header: 0x68, record: 0x72, counted: 0x63};
const kinds: ReadonlyMap<number, FrameKind> = new Map(Object.entries(letters).map(([kind, letter]) => [letter, kind as FrameKind]));
const mark = Buffer.from('wR');

/** The head of a frame with this payload, which may lie in several pieces. */
export function frameHead(kind: FrameKind, payload: readonly Uint8Array[]): Buffer {
  const head = Buffer.allocUnsafe(headBytes);
  head.set(mark);
  head[2] = letters[kind];
  head[3] = 0x0a;
  head.writeUInt32LE(
    payload.reduce((sum, {length}) => sum + length, 0),
    4,
  );
  head.writeUInt32LE(
    payload.reduce((sum, piece) => crc32(piece, sum), 0),
    8,
  );
  head.writeUInt32LE(crc32(head.subarray(0, 12)), 12);
  return head;
}

/** All whole frames from a byte on. */
export function scanFrames(segment: Buffer, from: number): Scan {
  const frames: Frame[] = [];
  let at = from;
  while (at < segment.length) {
    const frame = frameAt(segment, at);
    if (typeof frame === 'string') return {frames, length: at, fault: frame, isDamaged: hasFrameBehind(segment, at + 1)};
    frames.push(frame);
    at = frame.end;
  }
  return {frames, length: at, fault: null, isDamaged: false};
}

/** The frame that begins there, or why there is none. */
function frameAt(segment: Buffer, start: number): Frame | string {
  const payloadStart = start + headBytes;
  if (payloadStart > segment.length) return 'a record ends too early';
  const head = segment.subarray(start, payloadStart);
  const kind = kinds.get(head[2] as number);
  if (head[0] !== mark[0] || head[1] !== mark[1] || kind === undefined || crc32(head.subarray(0, 12)) !== head.readUInt32LE(12))
    return 'no record begins here';
  const end = payloadStart + head.readUInt32LE(4);
  if (end > segment.length) return 'a record ends too early';
  const payload = segment.subarray(payloadStart, end);
  if (crc32(payload) !== head.readUInt32LE(8)) return 'the checksum of a record is wrong';
  return {kind, start, end, payload};
}

function hasFrameBehind(segment: Buffer, from: number): boolean {
  for (let at = segment.indexOf(mark, from); at !== -1; at = segment.indexOf(mark, at + 1)) {
    if (typeof frameAt(segment, at) !== 'string') return true;
  }
  return false;
}
