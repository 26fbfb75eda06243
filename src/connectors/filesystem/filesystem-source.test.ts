import {execFileSync} from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {ProblemError} from '../../base/problem.ts';
import type {ByteSource, Position} from '../../flow/source.ts';
import {FilesystemSource} from './filesystem-source.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-files-'));
});
afterEach(() => {
  rmSync(directory, {recursive: true});
});

function source(path: string, more: {follows?: boolean; monitorMs?: number} = {}): FilesystemSource {
  return new FilesystemSource({path, directory, follows: more.follows ?? false, monitorMs: more.monitorMs ?? null});
}

/** Everything up to the end, or up to the first time that nothing has arrived when `untilIdle`. */
async function readText(from: ByteSource, untilIdle = false): Promise<string> {
  const target = new Uint8Array(100);
  let text = '';
  for (;;) {
    const count = from.read(target);
    if (count === 'ended') return text;
    if (count === 'nothing') {
      if (untilIdle) return text;
      await from.ready();
    } else if (count !== 'end-of-part') text += Buffer.from(target.subarray(0, count)).toString();
  }
}

/** The text before the problem, and the problem. */
async function readBroken(from: ByteSource): Promise<{text: string; error: unknown}> {
  let text = '';
  const target = new Uint8Array(1000);
  try {
    await from.open(null);
    for (;;) {
      const count = from.read(target);
      if (count === 'ended') return {text, error: null};
      if (count === 'nothing') await from.ready();
      else if (count !== 'end-of-part') text += Buffer.from(target.subarray(0, count)).toString();
    }
  } catch (error) {
    return {text, error};
  } finally {
    await from.close();
  }
}

function problemOf(error: unknown) {
  expect(error).toBeInstanceOf(ProblemError);
  return (error as ProblemError).problems[0];
}

const write = (name: string, bytes: string | Uint8Array) => writeFileSync(join(directory, name), bytes);
const plain = Array.from({length: 5000}, (_, index) => `line ${index} of some text\n`).join('');
const zstdFixture = join(import.meta.dirname, '../../../fixtures/connectors/numbers.ndjson');

describe('what cannot be read', () => {
  test('a missing file', async () => {
    const {error} = await readBroken(source('missing.ndjson'));
    expect(problemOf(error)).toMatchObject({
      kind: 'environment',
      code: 'cannot-read',
      message: 'cannot read missing.ndjson: no such file or directory',
    });
  });

  test('a name that is nearly another', async () => {
    write('orders.ndjson', '{}');
    expect(problemOf((await readBroken(source('ordrs.ndjson'))).error)?.hint).toBe('did you mean "orders.ndjson"?');
    expect(problemOf((await readBroken(source('no/where.ndjson'))).error)?.hint).toContain('check the path');
  });

  test('a directory without files, and one with hidden files only', async () => {
    mkdirSync(join(directory, 'empty'));
    write('empty/.hidden', 'x');
    write('empty/_SUCCESS', 'x');
    expect(problemOf((await readBroken(source('empty'))).error)).toMatchObject({
      kind: 'environment',
      message: 'directory empty has no files',
    });
  });

  test('a pattern that matches nothing', async () => {
    expect(problemOf((await readBroken(source('*.csv'))).error)).toMatchObject({kind: 'environment', message: 'no file matches *.csv'});
  });

  test.runIf(process.getuid?.() !== 0)('a file without permission', async () => {
    write('secret.ndjson', 'x');
    chmodSync(join(directory, 'secret.ndjson'), 0);
    expect(problemOf((await readBroken(source('secret.ndjson'))).error)).toMatchObject({
      kind: 'environment',
      message: 'cannot read secret.ndjson: permission denied',
    });
  });

  test.runIf(process.platform === 'linux')('a file that opens and then cannot be read', async () => {
    expect(problemOf((await readBroken(source('/proc/self/mem'))).error)).toMatchObject({
      kind: 'environment',
      message: 'cannot read /proc/self/mem: input/output error',
    });
  });

  test('a path through a file', async () => {
    write('file', 'x');
    expect(problemOf((await readBroken(source('file/below.csv'))).error)).toMatchObject({kind: 'environment', code: 'cannot-read'});
  });

  test('a torn gzip file gives everything before the tear, then one problem of the data', async () => {
    const whole = gzipSync(plain);
    write('torn.gz', whole.subarray(0, whole.length >> 1));
    const {text, error} = await readBroken(source('torn.gz'));
    expect(text.length).toBeGreaterThan(plain.length / 4);
    expect(plain.startsWith(text)).toBe(true);
    expect(problemOf(error)).toMatchObject({kind: 'data', code: 'torn-file', message: 'torn.gz is cut off: its gzip data ends too early'});
  });

  test('a gzip file that is torn in its trailer gives every record', async () => {
    write('torn.gz', gzipSync(plain).subarray(0, -3));
    const {text, error} = await readBroken(source('torn.gz'));
    expect(text).toBe(plain);
    expect(problemOf(error)).toMatchObject({kind: 'data', code: 'torn-file'});
  });

  test('what only has the name of a gzip file, and an empty one', async () => {
    write('fake.gz', '{"a":1}\n');
    expect(problemOf((await readBroken(source('fake.gz'))).error)).toMatchObject({
      kind: 'data',
      message: 'fake.gz is broken: its gzip data cannot be decompressed',
    });
    write('empty.gz', '');
    expect(problemOf((await readBroken(source('empty.gz'))).error)).toMatchObject({kind: 'data', code: 'torn-file'});
    write('empty.zst', '');
    expect(problemOf((await readBroken(source('empty.zst'))).error)).toMatchObject({kind: 'data', code: 'torn-file'});
  });

  test('a torn zstd file, in its second frame', async () => {
    const whole = readFileSync(`${zstdFixture}.zst`);
    write('torn.zst', whole.subarray(0, -30));
    const {text, error} = await readBroken(source('torn.zst'));
    expect(text.length).toBeGreaterThan(0);
    expect(readFileSync(zstdFixture, 'utf8').startsWith(text)).toBe(true);
    expect(problemOf(error)).toMatchObject({kind: 'data', message: 'torn.zst is cut off: its zstd data ends too early'});
  });

  test('what only has the name of a zstd file', async () => {
    write('fake.zst', 'this is some text that is long enough to be looked at\n');
    expect(problemOf((await readBroken(source('fake.zst'))).error)).toMatchObject({kind: 'data', code: 'torn-file'});
  });
});

describe('a file that changes', () => {
  async function positionIn(name: string): Promise<Position> {
    const first = source(name);
    await first.open(null);
    first.read(new Uint8Array(20));
    const position = first.positionAt(10, 1);
    await first.close();
    return position;
  }

  test('may grow, and is read to the end it has now', async () => {
    write('log', '0123456789abc');
    const position = await positionIn('log');
    appendFileSync(join(directory, 'log'), 'def');
    const again = source('log');
    await again.open(position);
    expect(await readText(again)).toBe('abcdef');
    await again.close();
  });

  test.each([
    ['another file in its place', () => (write('new', '0123456789abc'), renameSync(join(directory, 'new'), join(directory, 'log')))],
    ['another beginning', () => write('log', '#123456789abc')],
    ['fewer bytes', () => truncateSync(join(directory, 'log'), 5)],
    ['no file at all', () => rmSync(join(directory, 'log'))],
  ])('is refused with %s', async (_, change) => {
    write('log', '0123456789abc');
    const position = await positionIn('log');
    change();
    const again = source('log');
    await expect(again.open(position)).rejects.toBeInstanceOf(ProblemError);
    await again.close();
  });

  test('what is appended while it is read is left out: the job itself may be writing it', async () => {
    write('log', 'first\n');
    const reading = source('log');
    await reading.open(null);
    appendFileSync(join(directory, 'log'), 'second\n');
    expect(await readText(reading)).toBe('first\n');
    await reading.close();
  });
});

describe('without an end', () => {
  test('scan.follow gives what is appended', async () => {
    write('log', 'first\n');
    const following = source('log', {follows: true});
    await following.open(null);
    expect(await readText(following, true)).toBe('first\n');
    const ready = following.ready();
    appendFileSync(join(directory, 'log'), 'second\n');
    await ready;
    expect(await readText(following, true)).toBe('second\n');
    truncateSync(join(directory, 'log'), 2);
    await following.ready();
    expect(() => following.read(new Uint8Array(9))).toThrow('log became shorter while it was followed');
    await following.close();
  });

  test('scan.follow follows one file only', async () => {
    write('a.log', 'a');
    write('b.log', 'b');
    const following = source('*.log', {follows: true});
    await expect(following.open(null)).rejects.toThrow('"scan.follow" follows one file, and *.log is 2');
    await following.close();
  });

  test('closing ends a wait', async () => {
    write('log', 'first\n');
    const following = source('log', {follows: true});
    await following.open(null);
    await readText(following, true);
    const ready = following.ready();
    await following.close();
    await ready;
  });

  test('source.monitor-interval finds new files, each once, also after going on from a position', async () => {
    mkdirSync(join(directory, 'in'));
    write('in/b', 'b');
    const watching = source('in', {monitorMs: 5});
    await watching.open(null);
    expect(await readText(watching, true)).toBe('b');
    write('in/a', 'a');
    await watching.ready();
    expect(await readText(watching, true)).toBe('a');
    const position = watching.positionAt(1, 0);
    await watching.close();
    write('in/c', 'c');
    const again = source('in', {monitorMs: 5});
    await again.open(position);
    expect(await readText(again, true)).toBe('c');
    await again.close();
  });

  test('an empty directory is watched, too', async () => {
    mkdirSync(join(directory, 'in'));
    const watching = source('in', {monitorMs: 5});
    await watching.open(null);
    expect(await readText(watching, true)).toBe('');
    write('in/a', 'a');
    await watching.ready();
    expect(await readText(watching, true)).toBe('a');
    await watching.close();
  });
});

test('a named pipe is read to its end, and cannot be opened at a position', async () => {
  execFileSync('mkfifo', [join(directory, 'pipe')]);
  const reading = source('pipe');
  const writer = createWriteStream(join(directory, 'pipe'));
  await reading.open(null);
  writer.write(plain.repeat(3));
  writer.end('end\n');
  expect(await readText(reading)).toBe(`${plain.repeat(3)}end\n`);
  expect(() => reading.positionAt(3, 1)).toThrow('pipe is no regular file');
  await reading.close();
});

test('metadata and progress of the part that is read', async () => {
  mkdirSync(join(directory, 'in'));
  write('in/a.csv', '12345');
  write('in/b.csv', '123');
  const reading = source('in/*.csv');
  await reading.open(null);
  expect(reading.part.name).toBe('in/a.csv');
  expect(reading.part.metadata.get('file.path')).toBe(join(directory, 'in/a.csv'));
  expect(reading.part.metadata.get('file.name')).toBe('a.csv');
  expect(reading.part.metadata.get('file.size')).toBe(5n);
  expect(reading.part.metadata.get('file.modification-time')).toBeGreaterThan(1_600_000_000_000);
  expect(reading.progress()).toEqual({readBytes: 0, totalBytes: 8});
  expect(await readText(reading)).toBe('12345123');
  expect(reading.part.name).toBe('in/b.csv');
  expect(reading.progress()).toEqual({readBytes: 8, totalBytes: 8});
  await reading.close();
});

test('a file whose name looks like a pattern is that file', async () => {
  write('[a]*.csv', 'yes');
  write('a1.csv', 'no');
  const reading = source('[a]*.csv');
  await reading.open(null);
  expect(await readText(reading)).toBe('yes');
  await reading.close();
});

test('file:// names a local file', async () => {
  write('a.csv', 'yes');
  const reading = source(`file://${directory}/a.csv`);
  await reading.open(null);
  expect(await readText(reading)).toBe('yes');
  await reading.close();
});
