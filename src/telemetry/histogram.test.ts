import {assert, double, integer, property, record, array} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {addHistogram, bucketCount, bucketEndMs, bucketOf, count, countOf, histogramSlots, spreadOf} from './histogram.ts';

const durations = double({min: 0, max: 200_000_000, noNaN: true});

describe('a histogram of durations', () => {
  test('has a bucket for each of them that is no wider than a sixteenth of it, and an eighth of a millisecond', () => {
    assert(
      property(durations, ms => {
        const bucket = bucketOf(ms);
        const end = bucketEndMs(bucket);
        const start = bucket === 0 ? 0 : bucketEndMs(bucket - 1);
        expect(start <= ms && ms < end).toBe(true);
        expect(end - start).toBeLessThanOrEqual(Math.max(1 / 8, start / 8));
      }),
    );
  });

  test('takes what is negative, and what is longer than all it knows', () => {
    expect([bucketOf(-5), bucketOf(0), bucketOf(1e15)]).toEqual([0, 0, bucketCount - 1]);
    expect(Array.from({length: bucketCount}, (_, bucket) => bucketOf(bucketEndMs(bucket) - 1e-4))).toEqual([...Array(bucketCount).keys()]);
  });

  test('tells the middle and the slowest hundredth to an eighth, counts weights, and never says more than the longest', () => {
    const values = new Float64Array(3 + histogramSlots);
    expect(spreadOf(values, 3)).toBeNull();
    for (let ms = 1; ms <= 1000; ms++) count(values, 3, ms, 2);
    const spread = spreadOf(values, 3);
    expect(spread?.count).toBe(2000);
    expect(Math.abs((spread?.p50Ms ?? 0) - 500)).toBeLessThan(500 / 8);
    expect(Math.abs((spread?.p99Ms ?? 0) - 990)).toBeLessThan(990 / 8);
    expect(spread?.longestMs).toBe(1000);
    expect(spread?.p99Ms).toBeLessThanOrEqual(1000);
    expect(values.slice(0, 3)).toEqual(new Float64Array(3));
  });

  test('put together counts what both have counted', () => {
    const one = record({ms: durations, weight: integer({min: 1, max: 100})});
    assert(
      property(array(one), array(one), (first, second) => {
        const [a, b, both] = [new Float64Array(histogramSlots), new Float64Array(histogramSlots), new Float64Array(histogramSlots)];
        for (const {ms, weight} of first) count(a, 0, ms, weight);
        for (const {ms, weight} of second) count(b, 0, ms, weight);
        for (const {ms, weight} of [...first, ...second]) count(both, 0, ms, weight);
        addHistogram(a, b, 0);
        expect(a.slice(0, bucketCount)).toEqual(both.slice(0, bucketCount));
        expect(countOf(a, 0)).toBe([...first, ...second].reduce((sum, {weight}) => sum + weight, 0));
        expect(a[bucketCount + 1]).toBe(both[bucketCount + 1]);
      }),
    );
  });
});
