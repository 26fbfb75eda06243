import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Memory} from '../base/memory.ts';
import {createBatch} from '../flow/batch.ts';
import {readValue, writeValue} from '../flow/cells.ts';
import {compareValues, sameValue} from '../types/compare.ts';
import {bigintType, doubleType, physicalOf, type SqlType, stringType} from '../types/sql-type.ts';
import type {Row, Value} from '../types/value.ts';
import {ImageReader, ImageWriter} from './image.ts';
import {RankStore} from './rank-store.ts';

const types: readonly SqlType[] = [bigintType, doubleType, stringType];
const keys = [
  {column: 0, descending: true, nullsFirst: false},
  {column: 1, descending: false, nullsFirst: true},
  {column: 2, descending: true, nullsFirst: true},
];

const row = fc.tuple(
  fc.constantFrom(null, 1n, 2n, 9007199254740993n, -9223372036854775808n),
  fc.constantFrom(null, 0, -0, 1.5, Number.NaN),
  fc.constantFrom(null, '', 'a', 'ab', 'é'),
);
const step = fc.oneof(
  {weight: 4, arbitrary: fc.record({does: fc.constant('insert' as const), row, partition: fc.nat(2)})},
  {weight: 2, arbitrary: fc.record({does: fc.constant('remove' as const), row, partition: fc.nat(2)})},
  {weight: 1, arbitrary: fc.constant({does: 'save' as const})},
);

function compare(left: Row, right: Row): number {
  for (const {column, descending, nullsFirst} of keys) {
    const [a, b] = [left[column] as Value, right[column] as Value];
    if (a === null || b === null) {
      if (a === b) continue;
      return (a === null) === nullsFirst ? -1 : 1;
    }
    const order = compareValues(a, b, types[column]!);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

test('rows stay in order, equal ones in the order of arrival, through removals, full images and images of changes', () => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 60}), steps => {
      const memory = new Memory(1 << 22);
      const cell = createBatch(memory, types.map(physicalOf), false, 2);
      const create = (): RankStore => new RankStore(memory, types, [], keys, true, [], 'first', true);
      let store = create();
      const images: Uint8Array[] = [];
      const expected: Row[][] = [[], [], []];
      const rowsOf = (partition: number): readonly Row[] =>
        [...store.list(partition)].map(stored => {
          const mark = memory.mark();
          store.cells.load(stored, cell.vectors, 1);
          const values = types.map((type, column) => readValue(memory, cell.vectors[column]!, 1, type, 'UTC'));
          memory.release(mark);
          return values;
        });
      for (const each of steps) {
        if (each.does === 'save') {
          const image = new ImageWriter();
          store.save(images.length === 0 ? 'full' : 'changes', image);
          images.push(image.finish());
          store = create();
          for (const saved of images) store.load(new ImageReader(saved));
          continue;
        }
        const mark = memory.mark();
        for (const [column, type] of types.entries()) writeValue(memory, cell.vectors[column]!, 0, type, each.row[column]!, 'UTC');
        const list = store.list(each.partition);
        const rows = expected[each.partition]!;
        if (each.does === 'insert') {
          const place = rows.findIndex(other => compare(each.row, other) < 0);
          rows.splice(place === -1 ? rows.length : place, 0, each.row);
          store.insertAt(each.partition, list, store.placeOf(list, cell.vectors, 0), cell.vectors, 0);
        } else {
          const place = rows.findIndex(other => other.every((value, column) => sameValue(value, each.row[column]!, types[column]!)));
          expect(store.find(list, cell.vectors, 0)).toBe(place);
          if (place >= 0) {
            rows.splice(place, 1);
            store.removeAt(list, place);
          }
        }
        memory.release(mark);
        const found = rowsOf(each.partition);
        expect(found.length).toBe(rows.length);
        for (const [place, values] of found.entries()) {
          expect(values.every((value, column) => sameValue(value, rows[place]![column]!, types[column]!))).toBe(true);
        }
      }
      for (const partition of [0, 1, 2]) expect(rowsOf(partition).length).toBe(expected[partition]!.length);
    }),
    {numRuns: 200, seed: 20260102},
  );
});
