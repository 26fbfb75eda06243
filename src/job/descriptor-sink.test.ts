import {execFileSync, spawn} from 'node:child_process';
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {ProblemError} from '../base/problem.ts';
import {DescriptorSink} from './descriptor-sink.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-sink-'));
afterAll(() => rmSync(directory, {recursive: true}));

/** Pieces of many sizes, each lent only while it is written. */
async function writePieces(sink: DescriptorSink, count: number): Promise<string> {
  const lent = Buffer.alloc(400_000);
  let expected = '';
  for (let index = 0; index < count; index++) {
    const piece = String.fromCharCode(97 + (index % 26)).repeat(index % 50 === 49 ? 300_000 : index * 7);
    lent.write(piece, 'latin1');
    sink.write(lent.subarray(0, piece.length));
    lent.fill(0);
    expected += piece;
    if (sink.full) await sink.drain();
  }
  await sink.close();
  return expected;
}

test('a file gets every byte in order', async () => {
  const path = join(directory, 'out');
  const descriptor = openSync(path, 'w');
  const expected = await writePieces(new DescriptorSink(descriptor, 'standard output'), 200);
  closeSync(descriptor);
  expect(readFileSync(path, 'latin1') === expected).toBe(true);
});

/** A process that reads a named pipe, and the pipe's end to write to. */
function readerOf(name: string, script: string): {descriptor: number; ended: Promise<unknown>} {
  const pipe = join(directory, name);
  execFileSync('mkfifo', [pipe]);
  const reader = spawn('sh', ['-c', script, 'sh', pipe, `${pipe}.out`]);
  return {descriptor: openSync(pipe, 'w'), ended: new Promise(resolve => reader.on('exit', resolve))};
}

test('a pipe gets every byte in order, though its reader is slow', async () => {
  const {descriptor, ended} = readerOf('slow', 'exec <"$1"; sleep 0.05; cat >"$2"');
  const expected = await writePieces(new DescriptorSink(descriptor, 'standard output'), 300);
  closeSync(descriptor);
  await ended;
  expect(readFileSync(join(directory, 'slow.out'), 'latin1') === expected).toBe(true);
});

test('a reader that went away ends the output without an error', async () => {
  const {descriptor, ended} = readerOf('gone', ': <"$1"');
  await ended;
  const sink = new DescriptorSink(descriptor, 'standard output');
  sink.write(Buffer.from('x'));
  await sink.flush();
  expect(sink.closedByReader).toBe(true);
  sink.write(Buffer.alloc(3_000_000));
  expect(sink.full).toBe(false);
  await sink.close();
  closeSync(descriptor);
});

test('a full disk is a problem of the machine', async () => {
  const descriptor = openSync('/dev/full', 'w');
  const sink = new DescriptorSink(descriptor, 'standard output');
  sink.write(Buffer.from('x'));
  const error = await sink.flush().catch((thrown: unknown) => thrown);
  closeSync(descriptor);
  expect(error).toBeInstanceOf(ProblemError);
  expect((error as ProblemError).problems[0]).toMatchObject({
    kind: 'environment',
    code: 'cannot-write',
    message: 'cannot write to standard output: no space is left on the device',
  });
});
