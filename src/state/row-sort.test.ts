import fc from 'fast-check';
import {expect, test} from 'vitest';
import {partition, RowSort} from './row-sort.ts';

const values = fc.array(fc.integer({min: 0, max: 50}), {maxLength: 300});
const byValue = (list: readonly number[]) => (a: number, b: number) => (list[a] as number) - (list[b] as number) || a - b;

test('rows are sorted, equal ones as they came, in steps of any size that each compare a few', () => {
  fc.assert(
    fc.property(values, fc.integer({min: 1, max: 40}), (list, rows) => {
      let compared = 0;
      let prepared = 0;
      const compare = byValue(list);
      const sort = new RowSort(
        list.length,
        (a, b) => {
          compared++;
          expect(Math.max(a, b)).toBeLessThan(prepared);
          return compare(a, b);
        },
        (from, to) => {
          expect(from).toBe(prepared);
          prepared = to;
        },
      );
      for (let isDone = false; !isDone; compared = 0) {
        isDone = sort.step(rows);
        expect(compared).toBeLessThanOrEqual(rows * Math.max(16, Math.ceil(Math.log2(rows)) + 8));
      }
      expect([...sort.order]).toEqual(list.map((_, row) => row).sort(compare));
    }),
    {seed: 1},
  );
});

test('the first of a list stand before the others', () => {
  fc.assert(
    fc.property(values, fc.nat(300), (list, wanted) => {
      const count = Math.min(wanted, list.length);
      const rows = Uint32Array.from(list.keys());
      const inOrder = [...list.keys()].sort(byValue(list));
      if (count > 0) partition(rows, count, byValue(list));
      expect([...rows.subarray(0, count)].sort((a, b) => a - b)).toEqual(inOrder.slice(0, count).sort((a, b) => a - b));
      expect(new Set(rows).size).toBe(list.length);
    }),
    {seed: 1, numRuns: 300},
  );
});
