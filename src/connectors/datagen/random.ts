/**
 * Random numbers that depend on their arguments alone: on a stream's seed and on a count. So a source needs no state beyond its row number to go on, and a
 * column's values do not depend on which other columns are read.
 */

/** 32 bits, as a signed integer. */
export function randomBits(seed: number, row: number, draw: number): number {
  const high = Math.floor(row / 4294967296);
  return mix(mix(seed ^ Math.imul(row | 0, 0x9e3779b1)) ^ Math.imul(draw + 1, 0x85ebca77) ^ Math.imul(high, 0xc2b2ae3d));
}

/** At least 0 and less than 1, with 53 random bits. */
export function randomUnit(seed: number, row: number, draw: number): number {
  const high = randomBits(seed, row, draw) >>> 5;
  const low = randomBits(~seed, row, draw) >>> 6;
  return (high * 67108864 + low) / 9007199254740992;
}

/** Uniform over `range` integers from 0, however many. */
export function randomBelow(seed: number, row: number, range: bigint): bigint {
  let bits = 0n;
  // 64 bits more than the range has: what the division leaves uneven is far below anything visible.
  for (let draw = 0, reach = 1n; reach < range << 64n; draw++, reach <<= 32n)
    bits = (bits << 32n) | BigInt(randomBits(seed, row, draw) >>> 0);
  return bits % range;
}

/** The seed of a stream within a seed: of a column, or of a field in it. */
export function streamSeed(seed: number, name: string): number {
  let hash = mix(seed);
  for (let at = 0; at < name.length; at++) hash = mix(hash ^ name.charCodeAt(at));
  return hash;
}

function mix(bits: number): number {
  let mixed = bits | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
