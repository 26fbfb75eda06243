/**
 * Hashes of keys, 32 bits. Generated code has the same formulas for numbers inline, and a table that grows or is loaded computes them again, so they may
 * change only together.
 */

const highHalf = 2 ** -32;
const scratch = new Float64Array(1);
const scratchWords = new Int32Array(scratch.buffer);

/** An exact number or a code: low and high half mixed. */
export function hashExact(cell: number): number {
  return (cell | 0) ^ Math.imul((cell * highHalf) | 0, 0x85ebca6b);
}

/** Any double; -0 must have become 0 before. */
export function hashFloat(value: number): number {
  scratch[0] = value;
  return (scratchWords[0] as number) ^ Math.imul(scratchWords[1] as number, 0x85ebca6b);
}

/**
 * Bytes, in words of four. From 4 to 16 of them the words overlap as they must and there is no loop, whose end would be hard to predict; the function is so
 * small that V8 puts it into the loops that call it. A negative length stands for NULL.
 */
export function hashText(view: DataView, start: number, length: number): number {
  if (length < 4 || length > 16) return length > 16 ? hashLongText(view, start, length) : hashShortText(view, start, length);
  const inner = (length >>> 3) << 2;
  const last = start + length - 4;
  const first = Math.imul(length ^ view.getInt32(start, true), 0x2c1b3c6d) ^ view.getInt32(start + inner, true);
  const second = Math.imul(view.getInt32(last, true), 0x297a2d39) ^ view.getInt32(last - inner, true);
  return mixed(first, second);
}

function mixed(first: number, second: number): number {
  const hash = Math.imul(first ^ (first >>> 16), 0x2c1b3c6d) + Math.imul(second ^ (second >>> 15), 0x297a2d39);
  return hash ^ (hash >>> 15);
}

function hashLongText(view: DataView, start: number, length: number): number {
  let first = length;
  let second = 0x2545f491;
  const last = start + length - 8;
  for (let at = start; at < last; at += 8) {
    first = Math.imul(first ^ view.getInt32(at, true), 0x2c1b3c6d) ^ (first >>> 15);
    second = Math.imul(second ^ view.getInt32(at + 4, true), 0x297a2d39) ^ (second >>> 13);
  }
  return mixed(first ^ view.getInt32(last, true), second ^ view.getInt32(last + 4, true));
}

function hashShortText(view: DataView, start: number, length: number): number {
  if (length <= 0) return length;
  return mixed(length, view.getUint8(start) | (view.getUint8(start + (length >> 1)) << 8) | (view.getUint8(start + length - 1) << 16));
}

/** The hash of several keys, from left to right. */
export function combineHashes(before: number, next: number): number {
  return (Math.imul(before, 0x01000193) + next) ^ (before >>> 16);
}

/** The bucket of a hash in an index of 2^(32 - shift) entries. */
export function bucketOf(hash: number, shift: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> shift;
}
