import {expect, test} from 'vitest';
import {HashIndex} from './hash-index.ts';
import {bucketOf} from './hashing.ts';

/** So many hashes that begin in one bucket. */
function meeting(bucket: number, shift: number, count: number): readonly number[] {
  const hashes: number[] = [];
  for (let hash = 1; hashes.length < count; hash++) if (bucketOf(hash, shift) === bucket) hashes.push(hash);
  return hashes;
}

for (const keepsHashes of [false, true]) {
  test(`who has seen the buckets below an entry that moves there looks again${keepsHashes ? ', with hashes' : ''}`, () => {
    const index = new HashIndex(8, keepsHashes);
    const hashes = meeting(10, index.shift, 3);
    const hashOf = (row: number): number => hashes[row] as number;
    const rowAt = (bucket: number): number => (index.cells[keepsHashes ? bucket * 2 + 1 : bucket] as number) - 1;
    for (const [row, hash] of hashes.entries()) index.enter(hash, row);
    expect([10, 11, 12, 13].map(rowAt)).toEqual([0, 1, 2, -1]);
    index.enter(hashOf(1), 1);
    expect(index.used).toBe(3);
    expect(index.remove(hashOf(0), 7, hashOf, 11)).toBe(11);
    expect(index.remove(hashOf(0), 0, hashOf, 11)).toBe(10);
    expect([10, 11, 12].map(rowAt)).toEqual([1, 2, -1]);
    // Nothing moves over 12, nor over 10 where everything behind is still to be seen.
    expect(index.remove(hashOf(2), 2, hashOf, 12)).toBe(12);
    expect(index.remove(hashOf(1), 1, hashOf, 10)).toBe(10);
    expect(index.cells.some((cell, at) => (!keepsHashes || at % 2 === 1) && cell !== 0)).toBe(false);
    expect(index.used).toBe(0);
  });
}

test('entries move up around the end of the buckets', () => {
  const index = new HashIndex(8, false);
  const hashes = meeting(255, index.shift, 3);
  const hashOf = (row: number): number => hashes[row] as number;
  for (const [row, hash] of hashes.entries()) index.enter(hash, row);
  expect([index.cells[255], index.cells[0], index.cells[1]]).toEqual([1, 2, 3]);
  index.remove(hashOf(0), 0, hashOf, 0);
  expect([index.cells[255], index.cells[0], index.cells[1]]).toEqual([2, 3, 0]);
});
