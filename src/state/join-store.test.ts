import {expect, test} from 'vitest';
import type {GroupTable} from './group-table.ts';
import {ImageReader, ImageWriter, type SavedState} from './image.ts';
import {JoinSide, joinKeys, type JoinSideOptions} from './join-store.ts';

const plain: JoinSideOptions = {columns: ['exact'], retracts: false, countsPartners: true, forgets: 'never'};

interface Store {
  readonly keys: GroupTable;
  readonly side: JoinSide;
}

function store(options: JoinSideOptions): Store {
  const keys = joinKeys(['exact']);
  return {keys, side: new JoinSide(keys, 'left', options)};
}

function key({keys}: Store, value: number): number {
  const row = keys.insert(value);
  keys.page(row)[keys.cellOf(row) + (keys.keyOffsets[0] as number)] = value;
  return row;
}

/** A row with one column, as generated code would write it. */
function keep({side}: Store, value: number): number {
  const row = side.table?.insert(value) ?? side.rows.addRow();
  side.rows.page(row)[side.rows.cellOf(row) + (side.columnOffsets[0] as number)] = value;
  return row;
}

function valuesOf({side}: Store, at: number): readonly number[] {
  const found: number[] = [];
  const last = side.last(at);
  if (last < 0) return found;
  for (let row = side.next(last); ; row = side.next(row)) {
    found.push(side.rows.page(row)[side.rows.cellOf(row) + (side.columnOffsets[0] as number)] as number);
    if (row === last) return found;
  }
}

function copy(from: Store, to: Store, what: 'full' | 'changes'): void {
  const states: readonly (readonly [SavedState, SavedState])[] = [
    [from.keys, to.keys],
    [from.side.rows, to.side.rows],
  ];
  for (const [given, taken] of states) {
    const image = new ImageWriter();
    given.save(what, image);
    taken.load(new ImageReader(image.finish()));
  }
}

test('the rows of a key stand in the order of arrival', () => {
  const one = store(plain);
  const [first, second] = [key(one, 1), key(one, 2)];
  for (const [at, value] of [
    [first, 10],
    [second, 20],
    [first, 11],
    [first, 12],
  ] as const)
    one.side.enter(at, keep(one, value));
  expect(valuesOf(one, first)).toEqual([10, 11, 12]);
  expect(valuesOf(one, second)).toEqual([20]);
});

test('equal rows are one that is counted, and the last of them takes it away', () => {
  const one = store({...plain, retracts: true});
  const at = key(one, 1);
  const rows = [10, 11, 12].map(value => keep(one, value));
  for (const row of rows) one.side.enter(at, row);
  one.side.enter(at, rows[1] as number);
  expect(one.side.count(rows[1] as number)).toBe(2);
  one.side.leave(at, rows[1] as number);
  expect(valuesOf(one, at)).toEqual([10, 11, 12]);
  one.side.leave(at, rows[1] as number);
  expect(valuesOf(one, at)).toEqual([10, 12]);
  one.side.leave(at, rows[2] as number);
  one.side.leave(at, rows[0] as number);
  expect(one.side.last(at)).toBe(-1);
});

test('rows that are forgotten one by one tell their key, and leave the others', () => {
  const one = store({...plain, forgets: 'rows'});
  const at = key(one, 1);
  const rows = [10, 11, 12].map(value => keep(one, value));
  for (const row of rows) one.side.enter(at, row);
  expect(one.side.forgetRow(rows[0] as number)).toBe(at);
  expect(valuesOf(one, at)).toEqual([11, 12]);
  expect(keep(one, 13)).toBe(rows[0]);
});

test('a key is forgotten with all its rows', () => {
  const one = store({...plain, forgets: 'keys'});
  const at = key(one, 1);
  for (const value of [10, 11]) one.side.enter(at, keep(one, value));
  one.side.forget(at);
  expect(one.side.last(at)).toBe(-1);
  expect(one.side.rows.liveRows).toBe(0);
});

test('images, full and of changes, bring back rows, links and partners', () => {
  const one = store(plain);
  const other = store(plain);
  const at = key(one, 1);
  const first = keep(one, 10);
  one.side.enter(at, first);
  copy(one, other, 'full');
  one.side.enter(at, keep(one, 11));
  one.side.setPartners(first, 3);
  copy(one, other, 'changes');
  expect(valuesOf(other, at)).toEqual([10, 11]);
  expect(other.side.partners(first)).toBe(3);
  expect(other.side.rows.bytes).toBeGreaterThan(0);
});
