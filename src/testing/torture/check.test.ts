import {describe, expect, test} from 'vitest';
import {checkRows, checkTotals, isClean, type RunningTotal} from './check.ts';
import {type InputRow, passes, rowOf, type Workload} from './workload.ts';

const workload: Workload = {seed: 5, partitions: 2, keys: 3};
const sent = [40, 30];
const input: readonly InputRow[] = sent.flatMap((count, p) => Array.from({length: count}, (_, s) => rowOf(workload, p, s)));

type Record = InputRow & {readonly lane: number};
const rows: readonly Record[] = input.filter(passes).map(row => ({...row, lane: 0}));

const totals: readonly RunningTotal[] = (() => {
  const groups = new Map<number, RunningTotal>();
  return input.map(({k, a}) => {
    const {n, t} = groups.get(k) ?? {n: 0, t: 0};
    const next = {k, n: n + 1, t: t + a};
    groups.set(k, next);
    return next;
  });
})();

/** All but the one at this place. */
function without<Item>(items: readonly Item[], place: number): Item[] {
  return items.filter((_, index) => index !== place);
}

function changed<Item>(items: readonly Item[], place: number, change: (item: Item) => Item): Item[] {
  return items.map((item, index) => (index === place ? change(item) : item));
}

/** Two neighbours in each other's places. */
function swapped<Item>(items: readonly Item[], place: number): Item[] {
  return [...items.slice(0, place), items[place + 1] as Item, items[place] as Item, ...items.slice(place + 2)];
}

const clean = {lost: 0, doubled: 0, wrong: 0, disordered: 0, foreign: 0};

describe('what comes out is told apart', () => {
  test('as it should be', () => {
    expect(checkRows(workload, sent, rows)).toEqual({...clean, records: rows.length});
    expect(checkTotals(workload, sent, totals)).toEqual({...clean, records: totals.length});
    expect(isClean(checkRows(workload, sent, rows))).toBe(true);
  });

  test.each([
    ['lost', without(rows, 7), {lost: 1}],
    ['doubled', [...rows, rows[3] as Record], {doubled: 1}],
    ['with another value', changed(rows, 5, row => ({...row, a: row.a + 1})), {wrong: 1}],
    ['a row that the query leaves out', [...rows, {...rowOf(workload, 1, 23), lane: 1}], {wrong: 1}],
    ['in another order', swapped(rows, 9), {disordered: 1}],
    ['in another order, but not in one lane', changed(swapped(rows, 9), 9, row => ({...row, lane: 1})), {}],
    ['of another partition', [...rows, {p: 2, s: 0, k: 0, a: 0, lane: 0}], {foreign: 1}],
    ['behind what was sent', [...rows, {...rowOf(workload, 0, 40), lane: 0}], {foreign: 1}],
    ['no record at all', [...rows, {lane: 0} as Record], {foreign: 1}],
  ] as const)('rows: %s', (_, records, found) => {
    expect(checkRows(workload, sent, records)).toEqual({...clean, records: records.length, ...found});
  });

  const place = totals.findIndex(({n}) => n === 3);
  const one = totals[place] as RunningTotal;
  test.each([
    ['lost', without(totals, place), {lost: 1}],
    ['doubled', [...totals, one], {doubled: 1}],
    ['of older state', changed(totals, place, total => ({...total, t: total.t - 1})), {wrong: 1}],
    ['counted from the beginning', changed(totals, place, total => ({...total, n: 1})), {lost: 1, doubled: 1, wrong: 1}],
    ['later than its successors', [...without(totals, place), one], {disordered: 1}],
    ['of another key', [...totals, {...one, k: 99}], {foreign: 1}],
    ['more than there are', [...totals, {...one, n: 1000}], {foreign: 1}],
  ] as const)('totals: %s', (_, records, found) => {
    expect(checkTotals(workload, sent, records)).toEqual({...clean, records: records.length, ...found});
  });
});
