import {execFileSync} from 'node:child_process';
import {closeSync, constants, mkdtempSync, openSync, rmSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {PipeFeed} from './pipe-feed.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-feed-'));
});
afterEach(() => {
  rmSync(directory, {recursive: true});
});

function pipe(): {reader: number; writer: number} {
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const keep = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  const reader = openSync(path, 'r');
  closeSync(keep);
  return {reader, writer};
}

async function readToEnd(feed: PipeFeed, size: number): Promise<string> {
  const target = new Uint8Array(size);
  let text = '';
  for (;;) {
    const count = feed.read(target);
    if (count === 'ended') return text;
    if (count === 'nothing') await feed.ready();
    else text += Buffer.from(target.subarray(0, count)).toString();
  }
}

describe('a pipe', () => {
  test('gives what is there without waiting, then nothing, then what comes', async () => {
    const {reader, writer} = pipe();
    const feed = new PipeFeed(reader, 'stdin');
    const target = new Uint8Array(100);
    expect(feed.read(target)).toBe('nothing');
    writeSync(writer, 'abc');
    await feed.ready();
    expect(feed.read(target)).toBe(3);
    expect(feed.read(target)).toBe('nothing');
    const ready = feed.ready();
    writeSync(writer, 'defg');
    await ready;
    expect(feed.read(target.subarray(0, 3))).toBe(3);
    expect(feed.read(target.subarray(3))).toBe(1);
    expect(Buffer.from(target.subarray(0, 4)).toString()).toBe('defg');
    closeSync(writer);
    await feed.ready();
    expect(feed.read(target)).toBe('ended');
    feed.close();
    feed.close();
    closeSync(reader);
  });

  test.each([[1], [1000], [65_536], [262_144]])('loses nothing, reading %i bytes at a time', async size => {
    const {reader, writer} = pipe();
    const feed = new PipeFeed(reader, 'stdin');
    let written = '';
    let count = 0;
    const writing = setInterval(() => {
      const piece = 'z'.repeat((count * 977) % 50_000) + count;
      writeSync(writer, piece);
      written += piece;
      if (++count < (size === 1 ? 3 : 60)) return;
      clearInterval(writing);
      closeSync(writer);
    }, 0);
    const text = await readToEnd(feed, size);
    expect(text === written).toBe(true);
    feed.close();
    closeSync(reader);
  });

  test('pausing keeps what has arrived for whoever reads on', async () => {
    const {reader, writer} = pipe();
    const feed = new PipeFeed(reader, 'stdin');
    feed.read(new Uint8Array(1));
    const ready = feed.ready();
    writeSync(writer, 'abc');
    await ready;
    feed.pause();
    writeSync(writer, 'def');
    closeSync(writer);
    expect(await readToEnd(feed, 10)).toBe('abcdef');
    feed.close();
    closeSync(reader);
  });

  test('closing ends a wait', async () => {
    const {reader, writer} = pipe();
    const feed = new PipeFeed(reader, 'stdin');
    feed.read(new Uint8Array(1));
    const ready = feed.ready();
    feed.close();
    await ready;
    closeSync(reader);
    closeSync(writer);
  });
});
