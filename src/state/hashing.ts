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

/** Bytes, four at a time; the last four overlap those before. A negative length stands for NULL. */
export function hashText(view: DataView, start: number, length: number): number {
  let hash = length;
  if (length >= 4) {
    const last = start + length - 4;
    for (let at = start; at < last; at += 4) hash = Math.imul((hash ^ view.getInt32(at, true)) + (hash >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ view.getInt32(last, true), 0x297a2d39);
  } else if (length > 0) {
    const middle = view.getUint8(start + (length >> 1));
    const first = view.getUint8(start);
    hash = Math.imul(hash ^ (first | (middle << 8) | (view.getUint8(start + length - 1) << 16)), 0x297a2d39);
  }
  return hash ^ (hash >>> 15);
}

/** The hash of several keys, from left to right. */
export function combineHashes(before: number, next: number): number {
  return (Math.imul(before, 0x01000193) + next) ^ (before >>> 16);
}

/** The bucket of a hash in an index of 2^(32 - shift) entries. */
export function bucketOf(hash: number, shift: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> shift;
}
