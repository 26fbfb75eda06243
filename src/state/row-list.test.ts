import {expect, test} from 'vitest';
import {RowList} from './row-list.ts';

test('a list of rows behaves as an array, through more pieces than one and back', () => {
  const expected: number[] = [];
  const list = new RowList();
  const seed = {value: 7};
  const random = (below: number): number => (seed.value = (Math.imul(seed.value, 1103515245) + 12345) >>> 0) % below;
  const check = (): void => {
    expect(list.length).toBe(expected.length);
    expect([...list]).toEqual(expected);
    expect(list.last).toBe(expected.at(-1));
    for (const place of [0, random(4000), expected.length - 1, expected.length]) {
      if (place >= 0) expect(list.at(place)).toBe(expected[place]);
    }
    for (const bound of [-1, random(10_000), 1e9]) {
      const first = expected.findIndex(row => row >= bound);
      expect(list.firstPlace(row => row >= bound)).toBe(first < 0 ? expected.length : first);
    }
  };
  check();
  const insert = (row: number): void => {
    const place = list.firstPlace(other => other > row);
    list.insertAt(place, row);
    expected.splice(place, 0, row);
  };
  for (let row = 0; row < 2000; row++) insert(row % 2 === 0 ? row * 5 : random(10_000));
  check();
  for (let step = 0; step < 4000; step++) {
    if (random(3) === 0 || expected.length === 0) insert(random(10_000));
    else {
      const place = step % 2 === 0 ? random(expected.length) : 0;
      expect(list.removeAt(place)).toBe(expected.splice(place, 1)[0]);
    }
    if (step % 200 === 0) check();
  }
  while (expected.length > 0) expect(list.removeAt(expected.length - 1)).toBe(expected.pop());
  check();
});

test('a list is made of rows in order', () => {
  for (const count of [0, 1, 512, 513, 2000]) {
    const rows = Array.from({length: count}, (_, index) => index * 3);
    const list = RowList.of(rows);
    expect([...list]).toEqual(rows);
    expect(list.length).toBe(count);
    list.insertAt(count, 7);
    expect(list.last).toBe(7);
  }
});
