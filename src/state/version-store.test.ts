import {expect, test} from 'vitest';
import {Memory} from '../base/memory.ts';
import {type Batch, createBatch, type Vector} from '../flow/batch.ts';
import {intType} from '../types/sql-type.ts';
import {hashExact} from './hashing.ts';
import {ImageReader, ImageWriter} from './image.ts';
import {VersionStore} from './version-store.ts';

const memory = new Memory(1 << 22);
const row: Batch = createBatch(memory, ['number'], false);

function store(): VersionStore {
  return new VersionStore(memory, ['exact'], [intType], [intType]);
}

function write(value: number): readonly Vector[] {
  const [vector] = row.vectors as readonly [Vector];
  vector.numbers[0] = value;
  vector.tags[0] = 0;
  return row.vectors;
}

/** The row of a key, as generated code would find or make it. */
function keyOf({keys}: VersionStore, value: number): number {
  for (let at = 0; at < keys.rowCount; at++) {
    if (!keys.isFree(at) && keys.page(at)[keys.cellOf(at) + (keys.keyOffsets[0] as number)] === value) return at;
  }
  const made = keys.insert(hashExact(value));
  keys.page(made)[keys.cellOf(made) + (keys.keyOffsets[0] as number)] = value;
  return made;
}

/** What rows that are due meet: `[row, version]`, null where there is none. */
function met(versions: VersionStore, watermark: number): readonly (readonly [number, number | null])[] {
  versions.advance(watermark);
  const found: (readonly [number, number | null])[] = [];
  while (versions.isDue) {
    const {waiting, version} = versions.meet();
    versions.loadWaiting(waiting, row.vectors, 0);
    const waited = row.vectors[0]?.numbers[0] as number;
    if (version >= 0) versions.loadVersion(version, row.vectors, 0);
    found.push([waited, version < 0 ? null : (row.vectors[0]?.numbers[0] as number)]);
    versions.letGo();
  }
  return found;
}

/** A store that takes over from images, the first of which is full. */
function takenOver(images: readonly Uint8Array[]): VersionStore {
  const taken = store();
  for (const image of images) taken.load(new ImageReader(image.slice()));
  return taken;
}

test('a row meets the last version that is not later, unless that says that nothing is there', () => {
  const versions = store();
  versions.addVersion(keyOf(versions, 1), 10, true, write(100), 0);
  versions.addVersion(keyOf(versions, 1), 30, true, write(300), 0);
  versions.addVersion(keyOf(versions, 1), 20, true, write(200), 0);
  versions.addVersion(keyOf(versions, 1), 40, false, write(0), 0);
  for (const time of [5, 40, 10, 25, 30, 29]) versions.addWaiting(keyOf(versions, 1), time, 0, write(time), 0);
  versions.addWaiting(keyOf(versions, 2), 25, 0, write(26), 0);
  versions.addWaiting(-1, 25, 0, write(27), 0);
  expect(met(versions, 4)).toEqual([]);
  expect(met(versions, 29)).toEqual([
    [5, null],
    [10, 100],
    [25, 200],
    [26, null],
    [27, null],
    [29, 200],
  ]);
  expect(met(versions, 50)).toEqual([
    [30, 300],
    [40, null],
  ]);
});

test('a version of the same time takes the place of the one before', () => {
  const versions = store();
  versions.addVersion(keyOf(versions, 1), 10, false, write(0), 0);
  versions.addVersion(keyOf(versions, 1), 10, true, write(7), 0);
  versions.addWaiting(keyOf(versions, 1), 11, 0, write(1), 0);
  expect(met(versions, 11)).toEqual([[1, 7]]);
});

test('what nobody can meet any more is dropped, with keys of which nothing is left', () => {
  const versions = store();
  versions.addVersion(keyOf(versions, 1), 0, true, write(0), 0);
  const {bytes} = versions;
  for (let time = 1; time < 20_000; time++) {
    versions.advance(time);
    versions.addVersion(keyOf(versions, 1), time, true, write(time), 0);
  }
  expect(versions.bytes).toBeLessThan(2 * bytes);
  versions.addVersion(keyOf(versions, 1), 19_999, false, write(0), 0);
  expect(versions.keys.liveRows).toBe(0);
});

test('whoever takes over from saved state meets the same', () => {
  // A small generator of our own: the rows must be the same in every run.
  let seed = 5;
  const next = (below: number): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % below;
  };
  for (const what of ['full', 'changes'] as const) {
    const one = store();
    let images: Uint8Array[] = [];
    let meetings = 0;
    for (let round = 0; round < 60; round++) {
      const image = new ImageWriter();
      one.save(images.length === 0 ? 'full' : what, image);
      images = what === 'full' ? [image.finish()] : [...images, image.finish()];
      const other = takenOver(images);
      for (let count = 0; count < 8; count++) {
        const [key, time, value, kind] = [next(4), round * 5 + next(20), next(1000), next(5)] as const;
        for (const versions of [one, other]) {
          if (kind < 3) versions.addVersion(keyOf(versions, key), time, kind > 0, write(value), 0);
          else versions.addWaiting(keyOf(versions, key), time, 0, write(value), 0);
        }
      }
      const found = met(one, round * 5);
      expect(met(other, round * 5)).toEqual(found);
      meetings += found.length;
    }
    expect(meetings).toBeGreaterThan(100);
  }
});
