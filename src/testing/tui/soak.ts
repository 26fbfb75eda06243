import {PassThrough} from 'node:stream';
import type {ReadStream} from 'node:tty';
import type {Terminal} from '../../tui/terminal.ts';
import type {Snapshot, StatusSource} from '../../tui/source.ts';
import {beginMs, report, snapshot, usualMeasured, usualSetting} from './reports.ts';

// `node --expose-gc dist/soak.js [--frames N]`: the full screen of twenty jobs, of which each changes from frame to frame, drawn as fast as it goes. Prints what a frame
// takes, what is written for it, and what memory the heap gains by a thousand of them.

const {showTui} = (await import(new URL('./tui.js', import.meta.url).href)) as typeof import('../../tui/main.ts');
const at = process.argv.indexOf('--frames');
const frames = at === -1 ? 1000 : Number(process.argv[at + 1]);
const jobCount = 20;

let frame = 0;
let writtenBytes = 0;
const end = new AbortController();
/** Used heap after a collection, at tenths of the frames. */
const heap: number[] = [];

const source: StatusSource = {
  snapshot: async () => {
    if (frame % Math.ceil(frames / 10) === 0) {
      globalThis.gc?.();
      heap.push(process.memoryUsage().heapUsed);
    }
    if (++frame > frames) end.abort();
    return played(frame);
  },
  tell: async () => [],
  describe: async () => ({plan: null, config: null}),
  journal: async () => [],
};

/** Half a second lies between two frames. */
function played(number: number): Snapshot {
  const atMs = beginMs + number * 500;
  const jobs = Array.from({length: jobCount}, (_, index) =>
    report(`job-${index}`, {
      rowsIn: number * 1000 * (index + 1) + ((number * 7919) % 977),
      rowsOut: number * 500 * (index + 1),
      rejected: number * index,
      epoch: number,
      lastCommitAtMs: atMs - ((number * 31) % 900),
      commitMs: 4,
      lag: (number * 7919 * (index + 1)) % 100_000,
      memoryBytes: 9e7 + ((number * 31_337) % 1e7),
      stateBytes: number * 1000,
      measured: usualMeasured,
    }),
  );
  return snapshot(atMs, ...jobs);
}

const terminal: Terminal = {
  input: Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
  }) as unknown as ReadStream,
  write: text => void (writtenBytes += Buffer.byteLength(text)),
  size: () => ({columns: 120, rows: 40}),
  onResize: () => () => undefined,
  onEnd: () => () => undefined,
  close: () => undefined,
};

const before = process.cpuUsage();
const setting = {...usualSetting, look: {isUnicode: true, isColored: true}};
await showTui({source, terminal, clock: {now: () => beginMs + frame * 500}, setting, intervalMs: 0, end: end.signal});
const {user, system} = process.cpuUsage(before);
const settled = heap.slice(Math.floor(heap.length / 2));
const result = {
  frames: frame,
  msPerFrame: Number(((user + system) / 1000 / frame).toFixed(2)),
  bytesPerFrame: Math.round(writtenBytes / frame),
  heapMegabytes: heap.map(bytes => Number((bytes / 1e6).toFixed(2))),
  // Between the middle and the end: the first half also warms up.
  slopeKilobytesPerThousand: Math.round(
    ((settled.at(-1) as number) - (settled[0] as number)) / 1000 / (((settled.length - 1) * (frames / 10)) / 1000),
  ),
  measures: performance.getEntriesByType('measure').length,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
