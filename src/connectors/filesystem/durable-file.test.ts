import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {cutTo} from './durable-file.ts';

describe('a file that is cut to what its job committed', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weir-durable-file-'));
  });
  afterEach(() => rmSync(folder, {recursive: true}));

  test('loses what came behind', () => {
    const path = join(folder, 'out.csv');
    writeFileSync(path, '1\n2\n3\n');
    cutTo({path, length: 4}, 'out.csv');
    expect(readFileSync(path, 'utf8')).toBe('1\n2\n');
  });

  test('and is shorter by now', () => {
    const path = join(folder, 'out.csv');
    writeFileSync(path, '1\n');
    expect(() => cutTo({path, length: 4}, 'out.csv')).toThrow('out.csv is shorter than when the job committed it');
    expect(readFileSync(path, 'utf8')).toBe('1\n');
  });

  test('and is gone by now', () => {
    const path = join(folder, 'out.csv');
    expect(() => cutTo({path, length: 4}, 'out.csv')).toThrow('out.csv is gone since the job committed it');
    expect(existsSync(path)).toBe(false);
  });
});
