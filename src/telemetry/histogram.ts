/**
 * Durations counted in buckets whose width grows with them, so that every one is known to about a sixteenth of itself. The buckets are numbers in an array that
 * also holds other things: a histogram is a place in it.
 *
 * A duration counts in units of 1/8 ms. Below 16 of them each has a bucket; from there on every doubling has eight.
 */
export const bucketCount = 232;

const unitsOfMs = 8;
const mostUnits = 2 ** 31 - 1;

/** What a histogram takes of the array: its buckets, then the sum of all durations in milliseconds, then the longest of them. */
export const histogramSlots = bucketCount + 2;

/** Where a duration counts. What is negative (clocks of two machines) counts as none at all. */
export function bucketOf(ms: number): number {
  const units = Math.min(mostUnits, Math.max(0, Math.floor(ms * unitsOfMs)));
  if (units < 16) return units;
  const octave = 31 - Math.clz32(units);
  return 8 * (octave - 2) + ((units >> (octave - 3)) & 7);
}

/** The end of a bucket, in milliseconds: what counts in it is less. */
export function bucketEndMs(bucket: number): number {
  if (bucket < 16) return (bucket + 1) / unitsOfMs;
  const octave = Math.floor(bucket / 8) + 2;
  return ((8 + (bucket & 7) + 1) * 2 ** (octave - 3)) / unitsOfMs;
}

/** Counts a duration `weight` times in the histogram that begins at `start`. */
export function count(values: Float64Array, start: number, ms: number, weight: number): void {
  const bucket = start + bucketOf(ms);
  const sum = start + bucketCount;
  values[bucket] = (values[bucket] as number) + weight;
  values[sum] = (values[sum] as number) + Math.max(0, ms) * weight;
  if (ms > (values[sum + 1] as number)) values[sum + 1] = ms;
}

/** What is told of many durations. */
export interface Spread {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Null: nothing was counted. */
export function spreadOf(values: Float64Array, start: number): Spread | null {
  const total = countOf(values, start);
  if (total === 0) return null;
  const longestMs = values[start + bucketCount + 1] as number;
  const at = (share: number): number => Math.min(longestMs, quantile(values, start, total * share));
  return {count: total, p50Ms: rounded(at(0.5)), p99Ms: rounded(at(0.99)), longestMs: rounded(longestMs)};
}

/** To three places: more than that nobody measures, and nobody reads. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

export function countOf(values: Float64Array, start: number): number {
  let total = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) total += values[start + bucket] as number;
  return total;
}

/** The end of the bucket in which the so-many-th duration lies. */
function quantile(values: Float64Array, start: number, rank: number): number {
  let seen = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    seen += values[start + bucket] as number;
    if (seen >= rank) return bucketEndMs(bucket);
  }
  return bucketEndMs(bucketCount - 1);
}

/** Adds the histogram at `start` of one array to that of another. */
export function addHistogram(to: Float64Array, from: Float64Array, start: number): void {
  for (let slot = start; slot <= start + bucketCount; slot++) to[slot] = (to[slot] as number) + (from[slot] as number);
  const longest = start + bucketCount + 1;
  to[longest] = Math.max(to[longest] as number, from[longest] as number);
}
