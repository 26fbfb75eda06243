import type {JobReport} from '../../supervisor/report.ts';
import type {Measured} from '../../telemetry/sample.ts';
import {initialModel, type Model, type ScreenEvent, type Setting, type Step} from '../../tui/model.ts';
import type {Snapshot} from '../../tui/source.ts';
import {update} from '../../tui/update.ts';
import {screenLines} from '../../tui/view/screen.ts';
import {lineText} from '../../tui/line.ts';

/** When the moments of these tests begin. */
export const beginMs = Date.UTC(2026, 0, 5, 10, 41, 0);

/** What a job measures that reads a topic with event time, of which one partition is behind. */
export const usualMeasured: Measured = {
  readBytes: 5_000_000,
  writtenBytes: 1_000_000,
  lateRows: 3,
  stateRows: 120,
  rejects: [{code: 'bad-record', count: 1234}],
  latency: {count: 1000, p50Ms: 4, p99Ms: 21, longestMs: 40},
  commits: {count: 10, p50Ms: 5, p99Ms: 9, longestMs: 9},
  shares: {work: 0.62, sourceWait: 0.3, sinkWait: 0.08, commitWait: 0, pause: 0},
  heapBytes: 3e7,
  gcRuns: 4,
  gcMs: 9,
  inputs: [
    {
      table: 'trades',
      rows: 12_345,
      bytes: 5_000_000,
      rowsAtMs: beginMs,
      hasEnded: false,
      time: {watermarkMs: beginMs - 1900, isIdle: false, idleAfterMs: null},
      partitionCount: 70,
      partitions: [
        {name: 'trades[3]', lag: 0, watermarkMs: beginMs - 1900, rowsAtMs: beginMs - 42_000, isIdle: false, hasEnded: false},
        {name: 'trades[1]', lag: 12, watermarkMs: beginMs, rowsAtMs: beginMs, isIdle: true, hasEnded: false},
      ],
      lag: 12,
    },
  ],
};

/** A job that runs, with what a test says of it. */
export function report(job: string, more: Partial<JobReport> = {}): JobReport {
  return {
    job,
    state: 'running',
    pids: [],
    rowsIn: 0,
    rowsOut: 0,
    rejected: 0,
    epoch: null,
    lastCommitAtMs: null,
    commitMs: null,
    restarts: 0,
    memoryBytes: null,
    stateBytes: 0,
    lag: null,
    startedMs: beginMs,
    waitsFor: [],
    problem: null,
    notes: [],
    measured: null,
    ...more,
  };
}

export function snapshot(atMs: number, ...jobs: readonly JobReport[]): Snapshot {
  return {atMs, supervisors: [{project: 'shop', pid: 4711, jobs}]};
}

export const usualSetting: Setting = {
  host: 'top',
  isReadOnly: false,
  canDetach: false,
  look: {isUnicode: true, isColored: false},
};

/** A screen as a test plays it: events go in, and what is asked of the world is kept. */
export class PlayedScreen {
  model: Model;
  nowMs = beginMs;
  readonly effects: Step['effects'][number][] = [];

  constructor(columns: number, rows: number, setting: Partial<Setting> = {}) {
    this.model = initialModel({...usualSetting, ...setting}, {columns, rows}, this.nowMs);
  }

  happen(event: ScreenEvent): this {
    const {model, effects} = update(this.model, event, this.nowMs);
    this.model = model;
    this.effects.push(...effects);
    return this;
  }

  /** A look at these jobs, half a second after the last one. */
  see(...jobs: readonly JobReport[]): this {
    this.nowMs += 500;
    return this.happen({kind: 'snapshot', snapshot: snapshot(this.nowMs, ...jobs), cpuMs: new Map()});
  }

  keys(...names: readonly string[]): this {
    for (const key of names) this.happen({kind: 'key', key});
    return this;
  }

  type(text: string): this {
    return this.keys(...Array.from(text, letter => (letter === ' ' ? 'space' : letter)));
  }

  /** The lines of the screen, without spaces at their ends. */
  get lines(): readonly string[] {
    return screenLines(this.model).map(line => lineText(line).trimEnd());
  }

  get text(): string {
    return this.lines.join('\n');
  }
}
