import {expect, test} from 'vitest';
import {ImageReader, ImageWriter} from './image.ts';
import {finderSlots, RowFinder} from './row-finder.ts';
import {RowStore} from './row-store.ts';

test('rows are found by their hash, those that were removed are not, and a restart changes nothing', () => {
  const create = (): {rows: RowStore; finder: RowFinder} => {
    const rows = new RowStore(finderSlots, true);
    return {rows, finder: new RowFinder(rows, rows.offsets)};
  };
  let {rows, finder} = create();
  const expected = new Map<number, Set<number>>();
  const seed = {value: 3};
  const random = (below: number): number => (seed.value = (Math.imul(seed.value, 1103515245) + 12345) >>> 0) % below;
  for (let step = 0; step < 3000; step++) {
    const hash = random(400) - 200;
    const found = [...finder.withHash(hash)];
    const known = expected.get(hash) ?? new Set();
    expect(new Set(found)).toEqual(known);
    expect(found.length).toBe(known.size);
    expected.set(hash, known);
    if (random(5) < 3) {
      const row = rows.addRow();
      finder.enter(row, hash);
      known.add(row);
    } else if (found.length > 0) {
      const row = found[random(found.length)] as number;
      finder.leave(row);
      rows.removeRow(row);
      known.delete(row);
    }
    if (step % 500 === 250) {
      const image = new ImageWriter();
      rows.save('full', image);
      ({rows, finder} = create());
      rows.load(new ImageReader(image.finish()));
      const row = rows.addRow();
      finder.enter(row, 1000);
      expect([...finder.withHash(1000)]).toEqual([row]);
      expect([...finder.withHash(0)]).not.toContain(row);
      finder.leave(row);
      rows.removeRow(row);
    }
  }
});
