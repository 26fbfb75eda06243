import {copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {ByteSource, Position} from '../flow/source.ts';
import {FilesystemSource} from './filesystem/filesystem-source.ts';
import {StdinSource} from './stdin/stdin-source.ts';

/** What every source of bytes keeps, whatever it reads from: opened at a position of its own, it repeats nothing and skips nothing. */

let directory: string;
/** 300 lines; beside it the same as two zstd frames. */
const fixture = join(import.meta.dirname, '../../fixtures/connectors/numbers.ndjson');
const text = readFileSync(fixture, 'utf8');
const lines = text.split(/(?<=\n)/);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-sources-'));
  const write = (name: string, bytes: string | Uint8Array) => writeFileSync(join(directory, name), bytes);
  write('plain.ndjson', text);
  write('unended.ndjson', text.slice(0, -1));
  const half = lines.slice(0, 120).join('');
  write('one.ndjson.gz', Buffer.concat([gzipSync(half), gzipSync(text.slice(half.length))]));
  copyFileSync(`${fixture}.zst`, join(directory, 'one.ndjson.zst'));
  mkdirSync(join(directory, 'many/deeper'), {recursive: true});
  write('many/a.ndjson', lines.slice(0, 100).join(''));
  write('many/b.ndjson', '');
  write('many/c.ndjson.gz', gzipSync(lines.slice(100, 200).join('')));
  write('many/deeper/d.ndjson', lines.slice(200).join(''));
  write('many/.hidden', 'not read');
  write('many/_SUCCESS', 'not read');
});

afterAll(() => rmSync(directory, {recursive: true}));

const files = (path: string) => () => new FilesystemSource({path, directory, follows: false, monitorMs: null});

const sources: readonly {readonly name: string; readonly make: () => ByteSource}[] = [
  {name: 'a file', make: files('plain.ndjson')},
  {name: 'a file without a last line end', make: files('unended.ndjson')},
  {name: 'a gzip file of two members', make: files('one.ndjson.gz')},
  {name: 'a zstd file', make: files('one.ndjson.zst')},
  {name: 'a directory', make: files('many')},
  {name: 'a pattern', make: files('many/**/*.ndjson*')},
  {name: 'standard input that is a file', make: fileAsStandardInput},
];

/** Each descriptor of its own: readers of inherited descriptors are kept. */
function fileAsStandardInput(): ByteSource {
  const descriptor = openSync(join(directory, 'plain.ndjson'), 'r');
  return new StdinSource({descriptor, isTerminal: false, readAhead: null});
}

interface Cut {
  readonly position: Position;
  /** What came before it, over all parts. */
  readonly before: string;
  readonly lines: number;
}

/** Reads everything in pieces of a size, and notes the position after every record. */
async function readAll(source: ByteSource, size: number): Promise<{all: string; cuts: Cut[]; parts: string[]}> {
  const cuts: Cut[] = [];
  const parts: string[] = [];
  const target = new Uint8Array(size);
  let all = '';
  let part = '';
  let partStart = {bytes: 0, lines: 0};
  let isNew = true;
  for (;;) {
    const count = source.read(target);
    if (count === 'ended') return {all, cuts, parts};
    if (count === 'nothing') {
      await source.ready();
      continue;
    }
    if (isNew) {
      partStart = {bytes: source.startBytes, lines: source.startLines};
      isNew = false;
    }
    const piece = count === 'end-of-part' ? '' : Buffer.from(target.subarray(0, count)).toString();
    const before = part;
    part += piece;
    all += piece;
    for (let at = part.indexOf('\n', before.length) + 1; at > 0; at = part.indexOf('\n', at) + 1) {
      const linesRead = part.slice(0, at).split('\n').length - 1;
      const position = source.positionAt(partStart.bytes + at, partStart.lines + linesRead);
      cuts.push({position, before: all.slice(0, all.length - part.length + at), lines: partStart.lines + linesRead});
    }
    if (count !== 'end-of-part') continue;
    parts.push(part);
    part = '';
    isNew = true;
  }
}

describe.each(sources)('$name', ({make}) => {
  test('gives every byte once, whatever the size of the reads', async () => {
    for (const size of [1, 7, 4096, 1 << 20]) {
      const source = make();
      await source.open(null);
      const {all} = await readAll(source, size);
      expect(all.replace(/\n$/, '')).toBe(text.replace(/\n$/, ''));
      await source.close();
    }
  });

  test('opened at any position it goes on with the next byte', async () => {
    const source = make();
    await source.open(null);
    const {all, cuts} = await readAll(source, 1000);
    expect(cuts.length).toBeGreaterThan(290);
    for (const cut of cuts.filter((_, index) => index % 29 === 0 || index >= cuts.length - 2)) {
      const again = make();
      await again.open(JSON.parse(JSON.stringify(cut.position)));
      expect(again.startLines).toBe(cut.lines);
      const rest = await readAll(again, 333);
      expect(cut.before + rest.all).toBe(all);
      await again.close();
    }
    await source.close();
  });

  test('can be closed twice, and before it is opened', async () => {
    const source = make();
    await source.close();
    const other = make();
    await other.open(null);
    other.read(new Uint8Array(10));
    await other.close();
    await other.close();
    expect(other.read(new Uint8Array(10))).toBe('ended');
  });
});
