import {expect, test} from 'vitest';
import {GroupExpiry, groupExpirySlots} from './group-expiry.ts';
import {GroupTable} from './group-table.ts';
import {hashExact} from './hashing.ts';
import {ImageReader, ImageWriter} from './image.ts';

class Bench {
  now = 1000;
  readonly table = new GroupTable(['exact'], groupExpirySlots, true);
  /** What is kept by group: rows that begin with its number. */
  readonly kept = new GroupTable(['exact', 'exact'], [], true);
  readonly expiry: GroupExpiry;
  readonly #id: number;

  constructor() {
    this.#id = this.table.slotOffsets[0] as number;
    const clock = {now: () => this.now};
    this.expiry = new GroupExpiry(this.table, this.table.slotOffsets, [{rows: this.kept, forget: null}], 100, clock);
  }

  #find(key: number): number {
    for (let row = 0; row < this.table.rowCount; row++) {
      if (!this.table.isFree(row) && this.table.page(row)[this.table.cellOf(row) + this.table.keyOffsets[0]!] === key) return row;
    }
    return -1;
  }

  change(key: number): void {
    this.expiry.expire();
    let row = this.#find(key);
    if (row < 0) {
      row = this.table.insert(hashExact(key));
      this.table.page(row)[this.table.cellOf(row) + this.table.keyOffsets[0]!] = key;
    }
    this.expiry.touch(row);
    const kept = this.kept.insert(0);
    this.kept.page(kept)[this.kept.cellOf(kept) + this.kept.keyOffsets[0]!] = this.table.page(row)[this.table.cellOf(row) + this.#id]!;
  }

  remove(key: number): void {
    const row = this.#find(key);
    this.expiry.forget(row);
    this.table.remove(row);
  }

  get keys(): readonly number[] {
    const keys: number[] = [];
    for (let row = 0; row < this.table.rowCount; row++)
      if (!this.table.isFree(row)) keys.push(this.table.page(row)[this.table.cellOf(row) + this.table.keyOffsets[0]!]!);
    return keys.sort((a, b) => a - b);
  }
}

test('a group goes when it has not changed for so long, whatever has become of its neighbours', () => {
  const bench = new Bench();
  for (const key of [1, 2, 3, 4]) {
    bench.change(key);
    bench.now += 10;
  }
  bench.change(1);
  bench.remove(3);
  bench.now = 1110;
  bench.expiry.expire();
  expect(bench.keys).toEqual([1, 4]);
  bench.now = 1129;
  bench.change(5);
  expect(bench.keys).toEqual([1, 4, 5]);
  bench.now = 1139;
  bench.expiry.expire();
  expect(bench.keys).toEqual([1, 5]);
  bench.now = 1300;
  bench.expiry.expire();
  expect(bench.keys).toEqual([]);
  expect(bench.kept.liveRows).toBe(0);
});

test('the order of the last changes is saved', () => {
  const bench = new Bench();
  for (const key of [1, 2, 3]) {
    bench.change(key);
    bench.now += 10;
  }
  bench.change(1);
  const next = new Bench();
  next.now = bench.now;
  for (const [from, to] of [
    [bench.table, next.table],
    [bench.kept, next.kept],
    [bench.expiry, next.expiry],
  ] as const) {
    const image = new ImageWriter();
    from.save('full', image);
    to.load(new ImageReader(image.finish()));
  }
  next.now = 1115;
  next.expiry.expire();
  expect(next.keys).toEqual([1, 3]);
});
