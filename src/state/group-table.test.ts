import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {GroupTable} from './group-table.ts';
import {bucketOf, combineHashes, hashExact, hashText} from './hashing.ts';
import {ImageReader, ImageWriter} from './image.ts';
import type {KeyKind} from './key-cells.ts';
import {sameBytes} from './text-arena.ts';

/** What generated code does, slowly: finds the row of a key, or makes it. */
class Probe {
  readonly table: GroupTable;
  constructor(keys: readonly KeyKind[]) {
    this.table = new GroupTable(
      keys,
      [
        {kind: 'number', initial: 0},
        {kind: 'text', initial: -1},
        {kind: 'code', initial: Number.NaN},
      ],
      true,
    );
  }

  find(key: readonly (number | string)[], makes: boolean): number {
    const {table} = this;
    const parts = key.map(part => (typeof part === 'string' ? new TextEncoder().encode(part) : part));
    const hash = parts
      .map(part => (typeof part === 'number' ? hashExact(part) : hashText(viewOf(part), 0, part.length)))
      .reduce((before, next) => combineHashes(before, next));
    const width = table.hashesInIndex ? 2 : 1;
    for (let bucket = bucketOf(hash, table.shift); ; bucket = (bucket + 1) & table.mask) {
      const row = (table.index[bucket * width + width - 1] as number) - 1;
      if (row < 0) break;
      if (parts.every((part, index) => this.#same(row, index, part))) return row;
    }
    return makes ? this.#make(hash, parts) : -1;
  }

  #same(row: number, index: number, part: number | Uint8Array): boolean {
    const page = this.table.page(row);
    const cell = this.table.cellOf(row) + (this.table.keyOffsets[index] as number);
    if (typeof part === 'number') return page[cell] === part;
    if (page[cell + 1] !== part.length) return false;
    const text = this.table.textAt(page, cell);
    return sameBytes(viewOf(text), 0, viewOf(part), 0, part.length);
  }

  #make(hash: number, parts: readonly (number | Uint8Array)[]): number {
    const {table} = this;
    const row = table.insert(hash);
    const page = table.page(row);
    for (const [index, part] of parts.entries()) {
      const cell = table.cellOf(row) + (table.keyOffsets[index] as number);
      if (typeof part === 'number') page[cell] = part;
      else table.putText(page, cell, part, 0, part.length);
    }
    return row;
  }

  slot(row: number, slot: number): {page: Float64Array; cell: number} {
    return {page: this.table.page(row), cell: this.table.cellOf(row) + (this.table.slotOffsets[slot] as number)};
  }

  /** Count, a text and a large sum: what a group is worth. */
  update(row: number, amount: bigint): void {
    this.table.markChanged(row);
    const count = this.slot(row, 0);
    count.page[count.cell] = (count.page[count.cell] as number) + 1;
    const text = this.slot(row, 1);
    const bytes = new TextEncoder().encode(`last ${amount}`);
    this.table.putText(text.page, text.cell, bytes, 0, bytes.length);
    const sum = this.slot(row, 2);
    const before = sum.page[sum.cell] as number;
    this.table.putInteger(sum.page, sum.cell, (Number.isNaN(before) ? 0n : this.table.codes.value(before)) + amount);
  }

  worth(row: number): string {
    const count = this.slot(row, 0);
    const text = this.slot(row, 1);
    const sum = this.slot(row, 2);
    const last = new TextDecoder().decode(this.table.textAt(text.page, text.cell));
    return `${count.page[count.cell]} ${last} ${this.table.codes.value(sum.page[sum.cell] as number)}`;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

type Action =
  | {readonly kind: 'update'; readonly key: readonly (number | string)[]; readonly amount: bigint}
  | {readonly kind: 'remove'; readonly key: readonly (number | string)[]}
  | {readonly kind: 'restart'}
  | {readonly kind: 'tidy'};

function actions(key: fc.Arbitrary<readonly (number | string)[]>): fc.Arbitrary<readonly Action[]> {
  return fc.array(
    fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({kind: fc.constant('update' as const), key, amount: fc.bigInt({min: -(2n ** 60n), max: 2n ** 60n})}),
      },
      {weight: 6, arbitrary: fc.record({kind: fc.constant('remove' as const), key})},
      {weight: 1, arbitrary: fc.constant({kind: 'restart' as const})},
      {weight: 1, arbitrary: fc.constant({kind: 'tidy' as const})},
    ),
    {maxLength: 400},
  );
}

const number = fc.oneof(fc.integer({min: -20, max: 300}), fc.constantFrom(2 ** 40, 2 ** 40 + 1, -(2 ** 33), 2 ** 54, 0.5));
const text = fc.oneof(
  fc.string({maxLength: 40}),
  fc.integer({min: 0, max: 200}).map(value => `key number ${value}`),
);

describe('a table of groups behaves as a map', () => {
  const kinds: readonly (readonly [name: string, keys: readonly KeyKind[], key: fc.Arbitrary<readonly (number | string)[]>])[] = [
    ['one number', ['exact'], fc.tuple(number)],
    ['one text', ['text'], fc.tuple(text)],
    ['two numbers', ['exact', 'exact'], fc.tuple(number, number)],
    ['a number and two texts', ['exact', 'text', 'text'], fc.tuple(fc.integer({min: 0, max: 5}), text, fc.constantFrom('', 'a', 'ab'))],
  ];
  for (const [name, keys, key] of kinds) {
    test(name, () => {
      fc.assert(
        fc.property(actions(key), list => checkAgainstMap(keys, list)),
        {numRuns: 40, seed: 1},
      );
    });
  }
});

function checkAgainstMap(keys: readonly KeyKind[], list: readonly Action[]): void {
  let probe = new Probe(keys);
  const images: Uint8Array[] = [];
  const expected = new Map<string, {count: number; last: bigint; sum: bigint; key: readonly (number | string)[]}>();
  for (const action of list) {
    if (action.kind === 'tidy') probe.table.tidy();
    else if (action.kind === 'restart') probe = restarted(probe, keys, images);
    else if (action.kind === 'update') {
      probe.update(probe.find(action.key, true), action.amount);
      const name = JSON.stringify(action.key);
      const known = expected.get(name) ?? {count: 0, last: 0n, sum: 0n, key: action.key};
      expected.set(name, {...known, count: known.count + 1, last: action.amount, sum: known.sum + action.amount});
    } else {
      const row = probe.find(action.key, false);
      expect(row >= 0).toBe(expected.delete(JSON.stringify(action.key)));
      if (row >= 0) probe.table.remove(row);
    }
  }
  expect(probe.table.liveRows).toBe(expected.size);
  for (const {count, last, sum, key} of expected.values()) {
    const row = probe.find(key, false);
    expect(row).toBeGreaterThanOrEqual(0);
    expect(probe.worth(row)).toBe(`${count} last ${last} ${sum}`);
  }
}

/** A new table from the first full image and all changes since. */
function restarted(probe: Probe, keys: readonly KeyKind[], images: Uint8Array[]): Probe {
  const image = new ImageWriter();
  probe.table.save(images.length === 0 ? 'full' : 'changes', image);
  images.push(image.finish());
  const next = new Probe(keys);
  for (const bytes of images) next.table.load(new ImageReader(bytes));
  return next;
}

test('an image in which no keys went leaves the index as it is, but for them', () => {
  const [probe, next] = [new Probe(['exact']), new Probe(['exact'])];
  const follow = (kind: 'full' | 'changes') => {
    const image = new ImageWriter();
    probe.table.save(kind, image);
    next.table.load(new ImageReader(image.finish()));
  };
  for (let key = 0; key < 60; key++) probe.find([key], true);
  follow('full');
  const {index} = next.table;
  probe.update(probe.find([7], false), 5n);
  for (let key = 60; key < 80; key++) probe.find([key], true);
  follow('changes');
  expect(next.table.index).toBe(index);
  for (let key = 0; key < 80; key++) expect(next.find([key], false)).toBe(key);
  probe.table.remove(3);
  probe.find([80], true);
  follow('changes');
  // It has the row of the one that went.
  expect([next.find([3], false), next.find([80], false)]).toEqual([-1, 3]);
});

describe('while its index grows', () => {
  test.each([
    ['number keys', ['exact'] as const, (key: number) => [key * 7]],
    ['text keys', ['text'] as const, (key: number) => [`key ${key}`]],
    ['two keys', ['exact', 'text'] as const, (key: number) => [key % 10, `key ${key}`]],
  ])('%s are found, once, and what was removed is not', (_, keys, keyOf) => {
    const probe = new Probe(keys);
    const there = new Set<number>();
    const seed = {value: 1};
    const random = (below: number): number => (seed.value = (Math.imul(seed.value, 1103515245) + 12345) >>> 0) % below;
    for (let key = 0; key < 6000; key++) {
      probe.find(keyOf(key), true);
      there.add(key);
      const other = random(key + 1);
      if (random(3) === 0 && there.delete(other)) probe.table.remove(probe.find(keyOf(other), false));
      const checked = random(key + 1);
      expect(probe.find(keyOf(checked), false) >= 0).toBe(there.has(checked));
    }
    const rows = [...there].map(key => probe.find(keyOf(key), false));
    expect(new Set(rows).size).toBe(there.size);
    expect(rows).not.toContain(-1);
    expect(probe.table.liveRows).toBe(there.size);
    for (const key of there) probe.table.remove(probe.find(keyOf(key), false));
    expect(probe.table.index.every((cell, at) => (probe.table.hashesInIndex && at % 2 === 0) || cell === 0)).toBe(true);
  });

  test('no row moves more than a few others', () => {
    const table = new GroupTable(['exact'], []);
    let sizes = 0;
    for (let key = 0; key < 40_000; key++) {
      const {index} = table;
      const row = table.insert(hashExact(key));
      table.page(row)[table.cellOf(row) + 1] = key;
      // A new index takes over only when it holds every row.
      if (table.index === index) continue;
      sizes++;
      expect(table.index.reduce((used, cell) => used + Number(cell !== 0), 0)).toBe(table.liveRows);
      expect(table.liveRows * 2).toBeLessThanOrEqual(index.length);
    }
    expect(sizes).toBe(9);
  });
});

describe('a large table', () => {
  test('grows, and keeps row numbers and order', () => {
    const probe = new Probe(['exact']);
    for (let key = 0; key < 50_000; key++) expect(probe.find([key * 3], true)).toBe(key);
    for (let key = 0; key < 50_000; key += 997) expect(probe.find([key * 3], false)).toBe(key);
    expect(probe.table.bytes).toBeLessThan(50_000 * 60 + 1_000_000);
  });

  test('gives back the room of texts that are replaced', () => {
    const probe = new Probe(['exact']);
    for (let round = 0; round < 60; round++) {
      for (let key = 0; key < 2000; key++) probe.update(probe.find([key], true), BigInt(round * 1000 + key));
      probe.table.tidy();
    }
    expect(probe.table.arena.bytes).toBeLessThan(1_000_000);
    expect(probe.worth(probe.find([7], false)).startsWith('60 last 59007')).toBe(true);
  });

  test('keeps texts longer than a page of its arena', () => {
    const probe = new Probe(['text']);
    const long = 'x'.repeat(700_000);
    const row = probe.find([long], true);
    expect(probe.find(['short'], true)).not.toBe(row);
    expect(probe.find([long], false)).toBe(row);
    expect(probe.find([`${long}y`], false)).toBe(-1);
  });
});

test('an image of other slots is refused', () => {
  const image = new ImageWriter();
  new Probe(['exact']).table.save('full', image);
  expect(() => new Probe(['text']).table.load(new ImageReader(image.finish()))).toThrow('other slots');
});
