import {execFileSync} from 'node:child_process';
import {closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {DescriptorSink} from './descriptor-sink.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-pipe-'));
  path = join(directory, 'pipe');
});
afterEach(() => {
  rmSync(directory, {recursive: true});
});

const line = (index: number) => `{"n":${index},"text":"${'y'.repeat(index % 97)}"}\n`;

/** Both ends of a new pipe. */
function pipe(): {reader: number; writer: number} {
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return {reader, writer: openSync(path, 'w')};
}

describe('a pipe', () => {
  test('with a slow reader loses nothing, and says when it is full', async () => {
    const {reader, writer} = pipe();
    const sink = new DescriptorSink({descriptor: writer, name: 'pipe', ownsDescriptor: true});
    await sink.open();
    let written = '';
    let timesFull = 0;
    let read = '';
    const target = new Uint8Array(50_000);
    const take = () => {
      try {
        read += Buffer.from(target.subarray(0, readSync(reader, target, 0, target.length, null))).toString();
      } catch {
        // Nothing there.
      }
    };
    for (let index = 0; index < 20_000; index++) {
      written += line(index);
      sink.write(Buffer.from(line(index)));
      if (!sink.full) continue;
      timesFull++;
      const timer = setInterval(take, 0);
      await sink.drain();
      clearInterval(timer);
    }
    const timer = setInterval(take, 0);
    await sink.close();
    clearInterval(timer);
    for (let before = -1; before !== read.length;) {
      before = read.length;
      take();
    }
    expect(timesFull).toBeGreaterThan(0);
    expect(read === written).toBe(true);
    closeSync(reader);
  });

  test('whose reader goes away ends the work, and is no fault', async () => {
    const {reader, writer} = pipe();
    const sink = new DescriptorSink({descriptor: writer, name: 'pipe', ownsDescriptor: true});
    await sink.open();
    sink.write(Buffer.from('a\n'));
    await sink.flush();
    expect(sink.closedByReader).toBe(false);
    closeSync(reader);
    for (let index = 0; index < 20_000; index++) sink.write(Buffer.from(line(index)));
    await sink.flush();
    expect(sink.closedByReader).toBe(true);
    expect(sink.full).toBe(false);
    await sink.close();
  });

  test('whose reader goes away while it is full ends the wait', async () => {
    const {reader, writer} = pipe();
    const sink = new DescriptorSink({descriptor: writer, name: 'pipe', ownsDescriptor: true});
    await sink.open();
    while (!sink.full) sink.write(Buffer.from(line(96)));
    setTimeout(() => closeSync(reader), 5);
    await sink.drain();
    expect(sink.closedByReader).toBe(true);
    await sink.close();
  });

  test('that others share still waits for them: it is opened anew', async () => {
    const {reader, writer} = pipe();
    const sink = new DescriptorSink({descriptor: writer, name: 'pipe', ownsDescriptor: false});
    await sink.open();
    sink.write(Buffer.from('a\n'));
    await sink.close();
    const flags = readFileSync(`/proc/self/fdinfo/${writer}`, 'utf8').match(/flags:\s*(\d+)/)?.[1] ?? '';
    expect(Number.parseInt(flags, 8) & constants.O_NONBLOCK).toBe(0);
    closeSync(writer);
    closeSync(reader);
  });
});
