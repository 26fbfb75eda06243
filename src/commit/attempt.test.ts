import {mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {type Attempt, AttemptFile, decideAttempt, readAttempt, writeAttempt} from './attempt.ts';

const here = 7;
const attempt = (more: Partial<Attempt>): Attempt => ({place: here, input: null, rows: 0, deaths: 0, isCareful: false, ...more});

describe('what a process does after others have died', () => {
  test.each([
    ['nobody was there', null, {kind: 'normal', deaths: 0}],
    ['it died between batches', attempt({rows: 9}), {kind: 'normal', deaths: 0}],
    ['it died at work', attempt({input: 0, rows: 9}), {kind: 'normal', deaths: 1}],
    ['it died at work, and a commit has counted since', attempt({place: 6, input: 0, rows: 9, deaths: 1}), {kind: 'normal', deaths: 0}],
    ['it died between batches, the one before at work', attempt({deaths: 1, rows: 9}), {kind: 'normal', deaths: 1}],
    ['two died at work', attempt({input: 0, rows: 9, deaths: 1}), {kind: 'careful', rows: 9}],
    ['it was careful, and died between records', attempt({isCareful: true, rows: 5}), {kind: 'careful', rows: 5}],
    ['it was careful, and had commits since', attempt({isCareful: true, place: 6, input: 1, rows: 5}), {kind: 'careful', rows: 5}],
    ['it was careful, and died at one record', attempt({isCareful: true, input: 1, rows: 5}), {kind: 'reject', input: 1, rows: 4}],
    ['it was careful, and is through', attempt({isCareful: true, rows: 0}), {kind: 'normal', deaths: 0}],
  ] as const)('%s', (_, previous, decision) => {
    expect(decideAttempt(previous, here)).toEqual(decision);
  });
});

describe('the file', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'weir-attempt-'));
  });
  afterEach(() => rmSync(directory, {recursive: true}));

  /** A process that begins there and dies at work on a batch of so many rows. */
  function dies(start: number, rows: number): AttemptFile['decision'] {
    const file = AttemptFile.open(directory, [start]);
    file.begin(0, rows);
    file.close();
    return file.decision;
  }

  test('a record that ends its process is found, rejected, and left behind', () => {
    expect(dies(10, 100).kind).toBe('normal');
    expect(dies(10, 80)).toEqual({kind: 'normal', deaths: 1});
    const careful = AttemptFile.open(directory, [10]);
    expect(careful.decision).toEqual({kind: 'careful', rows: 100});
    careful.begin(0, 1);
    careful.end();
    careful.counted([11], 1, 0);
    careful.begin(0, 1);
    careful.close();
    const rejecting = AttemptFile.open(directory, [11]);
    expect(rejecting.decision).toEqual({kind: 'reject', input: 0, rows: 98});
    expect(rejecting.isCareful).toBe(true);
    rejecting.counted([110], 98, 0);
    expect(rejecting.isCareful).toBe(false);
    rejecting.close();
    expect(AttemptFile.open(directory, [110]).decision).toEqual({kind: 'normal', deaths: 0});
  });

  test('a process that dies before its first batch does not count for one that died at work', () => {
    dies(10, 5);
    for (let start = 0; start < 3; start++) AttemptFile.open(directory, [10]).close();
    expect(AttemptFile.open(directory, [10]).decision).toEqual({kind: 'normal', deaths: 1});
  });

  test('is for its owner alone, and what is no attempt is none', () => {
    dies(1, 1);
    const path = join(directory, 'attempt');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readAttempt(readFileSync(path))).toMatchObject({input: 0, rows: 1});
    truncateSync(path, 20);
    expect(dies(1, 1)).toEqual({kind: 'normal', deaths: 0});
    const bytes = readFileSync(path);
    bytes[12] = 0xff;
    writeFileSync(path, bytes);
    expect(dies(1, 1)).toEqual({kind: 'normal', deaths: 0});
  });

  test('every attempt can be read again', () => {
    const bytes = Buffer.alloc(32);
    for (const one of [attempt({}), attempt({input: 3, rows: 2 ** 31, deaths: 4, isCareful: true, place: 0xffff_fffe})]) {
      writeAttempt(one, bytes);
      expect(readAttempt(bytes)).toEqual(one);
    }
  });
});
