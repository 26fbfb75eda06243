import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {PartitionedFiles} from './partitioned-sink.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-partitions-'));
});
afterEach(() => {
  rmSync(directory, {recursive: true});
});

const sinkOf = (overwrite = false) =>
  new PartitionedFiles({path: 'out', directory, overwrite, extension: 'json', successFile: '_SUCCESS', tag: null});
const read = (file: string) => readFileSync(join(directory, 'out', file), 'utf8');
const bytes = (text: string) => Buffer.from(text);

test('rows go to the partition that was begun last, and each is complete at the end', async () => {
  const sink = sinkOf();
  await sink.open();
  expect(sink.begin('k=a')).toBe(true);
  sink.write(bytes('1\n'));
  expect(sink.begin('k=b')).toBe(true);
  sink.write(bytes('2\n'));
  expect(sink.begin('k=a')).toBe(false);
  sink.write(bytes('3\n'));
  expect(existsSync(join(directory, 'out/k=a/_SUCCESS'))).toBe(false);
  await sink.close();
  expect(read('k=a/part-0.json')).toBe('1\n3\n');
  expect(read('k=b/part-0.json')).toBe('2\n');
  expect(readdirSync(join(directory, 'out/k=b')).sort()).toEqual(['_SUCCESS', 'part-0.json']);
});

test('with more partitions than files may be open nothing is lost', async () => {
  const sink = sinkOf();
  for (let round = 0; round < 2; round++) {
    for (let partition = 0; partition < 150; partition++) {
      sink.begin(`k=${partition}`);
      sink.write(bytes(`${round}\n`));
      if (sink.full) await sink.drain();
    }
  }
  await sink.close();
  for (let partition = 0; partition < 150; partition++) {
    const parts = readdirSync(join(directory, `out/k=${partition}`)).filter(file => file.startsWith('part'));
    expect(
      parts
        .map(part => read(`k=${partition}/${part}`))
        .sort()
        .join(''),
    ).toBe('0\n1\n');
  }
});

test('overwriting replaces the partitions that are written, and only when the run ends well', async () => {
  const write = async (text: string, overwrite: boolean, isGood: boolean) => {
    const sink = sinkOf(overwrite);
    sink.begin('k=a');
    sink.write(bytes(text));
    await (isGood ? sink.close() : sink.discard());
  };
  await write('old\n', false, true);
  await write('failed\n', true, false);
  expect(read('k=a/part-0.json')).toBe('old\n');
  await write('new\n', true, true);
  const parts = readdirSync(join(directory, 'out/k=a')).filter(file => file.startsWith('part'));
  expect(parts.map(part => read(`k=a/${part}`))).toEqual(['new\n']);
});
