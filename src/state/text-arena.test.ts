import {expect, test} from 'vitest';
import {RowStore} from './row-store.ts';
import {arenaGeometry, TextArena} from './text-arena.ts';

const pageBytes = arenaGeometry.unit << arenaGeometry.pageShift;
const encoder = new TextEncoder();

function put(store: RowStore, row: number, text: string): void {
  const bytes = encoder.encode(text);
  store.putText(store.page(row), store.cellOf(row) + 1, bytes, 0, bytes.length);
}

function textOf(store: RowStore, row: number): string {
  return new TextDecoder().decode(store.textAt(store.page(row), store.cellOf(row) + 1));
}

test('texts move out of old pages some at a time, and pages and their numbers come back, whatever is written meanwhile', () => {
  const store = new RowStore([{kind: 'text', initial: -1}], true);
  const texts = new Map<number, string>();
  const rows = 20_000;
  const filler = 'x'.repeat(40);
  let partly = 0;
  let mostPages = 0;
  for (let round = 0; round < 40; round++) {
    for (let index = 0; index < rows / 4; index++) {
      const row = store.liveRows < rows ? store.addRow() : (index * 7919 + round * 13) % rows;
      if (store.isFree(row)) continue;
      if (index % 11 === 0 && store.liveRows > rows / 2) {
        store.removeRow(row);
        texts.delete(row);
        continue;
      }
      const text = `${filler} ${round} ${index}`;
      put(store, row, text);
      texts.set(row, text);
    }
    store.tidy();
    if (store.arena.isMoving) partly++;
    mostPages = Math.max(mostPages, store.arena.pages.length);
    for (const row of [...texts.keys()].slice(round, round + 50)) expect(textOf(store, row)).toBe(texts.get(row));
  }
  expect(partly).toBeGreaterThan(3);
  expect(mostPages * pageBytes).toBeLessThan(rows * 64 * 5);
  for (const [row, text] of texts) expect(textOf(store, row)).toBe(text);
});

test('texts longer than a page move too, and numbers of pages do not grow without end', () => {
  const store = new RowStore([{kind: 'text', initial: -1}]);
  const row = store.addRow();
  const other = store.addRow();
  put(store, other, 'z');
  for (let round = 0; round < 50; round++) {
    const long = String(round).repeat(2 * pageBytes);
    put(store, row, long);
    store.tidy();
    expect(textOf(store, row)).toBe(long);
    expect(textOf(store, other)).toBe('z');
  }
  expect(store.arena.bytes).toBeLessThan(20 * pageBytes);
  expect(store.arena.pages.length).toBeLessThan(40);
});

test('two texts are compared by their unsigned bytes', () => {
  const arena = new TextArena();
  const texts = ['', 'a', 'abcd', 'abcde', 'abce', 'b', 'zzzzzzzzz', 'zzzzzzzzÿ', 'é', '\u{10000}'];
  const stored = texts.map(text => {
    const bytes = encoder.encode(text);
    return {bytes, address: bytes.length === 0 ? 0 : arena.add(bytes, 0, bytes.length)};
  });
  for (const a of stored)
    for (const b of stored) {
      const order = arena.compareTexts(a.address, a.bytes.length, b.address, b.bytes.length);
      expect(Math.sign(order)).toBe(Buffer.compare(a.bytes, b.bytes));
    }
});
