import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {ProblemError} from '../../base/problem.ts';
import {FilesystemSink} from './filesystem-sink.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-sink-'));
});
afterEach(() => {
  rmSync(directory, {recursive: true});
});

const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name), 'utf8');

function sink(path: string, overwrite = false): FilesystemSink {
  return new FilesystemSink({path, directory, overwrite, extension: 'json'});
}

async function writeAll(into: FilesystemSink, ...pieces: readonly string[]): Promise<void> {
  await into.open();
  for (const piece of pieces) {
    into.write(Buffer.from(piece));
    if (into.full) await into.drain();
  }
  await into.close();
}

describe('one file', () => {
  test('is made, with the directories it needs', async () => {
    await writeAll(sink('deep/er/out.ndjson'), 'a\n', 'b\n');
    expect(read('deep/er/out.ndjson')).toBe('a\nb\n');
  });

  test('is added to', async () => {
    await writeAll(sink('out.ndjson'), 'a\n');
    const second = sink('out.ndjson');
    await second.open();
    expect(second.continues).toBe(true);
    second.write(Buffer.from('b\n'));
    await second.close();
    expect(read('out.ndjson')).toBe('a\nb\n');
  });

  test('whose last line has no end gets one first', async () => {
    writeFileSync(at('out.ndjson'), 'a');
    await writeAll(sink('out.ndjson'), 'b\n');
    expect(read('out.ndjson')).toBe('a\nb\n');
  });

  test('is replaced at the end of a good run, and not before', async () => {
    writeFileSync(at('out.csv'), 'old\n', {mode: 0o640});
    const replacing = sink('out.csv', true);
    await replacing.open();
    expect(replacing.continues).toBe(false);
    replacing.write(Buffer.from('new\n'));
    await replacing.flush();
    expect(read('out.csv')).toBe('old\n');
    await replacing.close();
    await replacing.close();
    expect(read('out.csv')).toBe('new\n');
    expect(statSync(at('out.csv')).mode & 0o777).toBe(0o640);
    expect(readdirSync(directory)).toEqual(['out.csv']);
  });

  test('stays as it was when the run fails', async () => {
    writeFileSync(at('out.csv'), 'old\n');
    const replacing = sink('out.csv', true);
    await replacing.open();
    replacing.write(Buffer.from('new\n'));
    await replacing.discard();
    await replacing.close();
    expect(read('out.csv')).toBe('old\n');
    expect(readdirSync(directory)).toEqual(['out.csv']);
  });

  test('behind a symbolic link is replaced, and the link stays', async () => {
    writeFileSync(at('real.csv'), 'old\n');
    symlinkSync('real.csv', at('link.csv'));
    await writeAll(sink('link.csv', true), 'new\n');
    expect(read('real.csv')).toBe('new\n');
    expect(readdirSync(directory).sort()).toEqual(['link.csv', 'real.csv']);
  });

  test('is replaced by nothing when there are no rows', async () => {
    writeFileSync(at('out.csv'), 'old\n');
    await writeAll(sink('out.csv', true));
    expect(read('out.csv')).toBe('');
  });

  test('large writes come whole', async () => {
    const text = 'some text of a line\n'.repeat(50_000);
    await writeAll(sink('out.txt'), text, 'x\n', text);
    expect(read('out.txt')).toBe(`${text}x\n${text}`);
  });
});

describe('a directory', () => {
  test('gets a part file from each run', async () => {
    await writeAll(sink('table'), 'a\n');
    await writeAll(sink('table'), 'b\n');
    expect(readdirSync(at('table')).sort()).toEqual(['part-0.json', 'part-1.json']);
    expect(read('table/part-1.json')).toBe('b\n');
  });

  test('that exists may have a name with an extension', async () => {
    mkdirSync(at('table.d'));
    await writeAll(sink('table.d/'), 'a\n');
    expect(readdirSync(at('table.d'))).toEqual(['part-0.json']);
  });

  test('is emptied of its old files at the end of a good run', async () => {
    await writeAll(sink('table'), 'a\n');
    await writeAll(sink('table'), 'b\n');
    const replacing = sink('table', true);
    await replacing.open();
    replacing.write(Buffer.from('c\n'));
    await replacing.flush();
    expect(read('table/part-0.json')).toBe('a\n');
    await replacing.close();
    const files = readdirSync(at('table'));
    expect(files.map(name => read(`table/${name}`))).toEqual(['c\n']);
  });
});

describe('compressed', () => {
  test('gzip, in members, and added to', async () => {
    const text = 'some text of a line\n'.repeat(100_000);
    await writeAll(sink('out.ndjson.gz'), text);
    await writeAll(sink('out.ndjson.gz'), 'more\n');
    const bytes = readFileSync(at('out.ndjson.gz'));
    expect(gunzipSync(bytes).toString()).toBe(`${text}more\n`);
    expect(bytes.length).toBeLessThan(text.length / 50);
  });

  test('gzip that replaces', async () => {
    writeFileSync(at('out.gz'), 'old');
    await writeAll(sink('out.gz', true), 'new\n');
    expect(gunzipSync(readFileSync(at('out.gz'))).toString()).toBe('new\n');
  });

  test('zstd is refused', async () => {
    await expect(sink('out.zst').open()).rejects.toThrow('writing zstd is not supported yet');
    expect(existsSync(at('out.zst'))).toBe(false);
  });
});

describe('what cannot be written', () => {
  async function problem(action: () => Promise<void>) {
    const error: unknown = await action().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ProblemError);
    return (error as ProblemError).problems[0];
  }

  test.runIf(existsSync('/dev/full'))('a full disk is one problem of the environment', async () => {
    const full = sink('/dev/full');
    await full.open();
    full.write(Buffer.from('a\n'));
    expect(await problem(() => full.flush())).toMatchObject({
      kind: 'environment',
      code: 'cannot-write',
      message: 'cannot write /dev/full: no space left on the device',
    });
    expect((await problem(() => full.close()))?.message).toBe('cannot write /dev/full: no space left on the device');
    await full.close();
  });

  test('a path through a file', async () => {
    writeFileSync(at('file'), '');
    expect(await problem(() => sink('file/out.csv').open())).toMatchObject({kind: 'environment', code: 'cannot-write'});
  });

  test.runIf(process.getuid?.() !== 0)('a directory without permission', async () => {
    mkdirSync(at('locked'));
    chmodSync(at('locked'), 0o500);
    expect(await problem(() => sink('locked/out.csv').open())).toMatchObject({message: 'cannot write locked/out.csv: permission denied'});
  });
});
