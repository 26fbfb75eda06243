import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {noStatus} from '../job/contract.ts';
import {inputNamed, sampleWith, supervisedJobs} from '../testing/http/supervised.ts';
import {reportOf, writeReport} from './run-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-report-'));
afterAll(() => rmSync(folder, {recursive: true}));

const problem = {kind: 'data', severity: 'error', code: 'bad-record', message: 'no number: hunter2'} as const;
const status = {...noStatus, rowsIn: 1000, rowsOut: 30, rejected: 3, readBytes: 9000, sample: sampleWith([inputNamed('orders', 0)])};
const ended = {phase: 'down', startedMs: 1_000_000, endedMs: 1_002_500} as const;
const state = supervisedJobs({
  good: {...ended, ending: 'done', status: {...status, commit: {epoch: 12, atMs: 1_002_000, tookMs: 3}}, restarts: 2},
  bad: {...ended, ending: 'failed', status: noStatus, problem, result: {...noStatus, status: 'failed', problem}},
  gone: {...ended, ending: 'failed', status: noStatus, problem: {...problem, message: 'signal SIGKILL'}, result: null},
});
const options = {
  project: 'shop',
  exitCode: 1,
  nowMs: 1_002_600,
  redact: (_: string, text: string) => text.replaceAll('hunter2', '‹secret›'),
};

describe('the report of a run', () => {
  const report = reportOf(state, options);

  test('says how it ended, and when it was', () => {
    expect(report).toMatchObject({
      version: 1,
      project: 'shop',
      exitCode: 1,
      startedAt: '1970-01-01T00:16:40.000Z',
      endedAt: '1970-01-01T00:16:42.600Z',
    });
    expect(report.jobs.map(({job, status: word, reason}) => [job, word, reason])).toEqual([
      ['good', 'done', null],
      ['bad', 'failed', 'no number: ‹secret›'],
      ['gone', 'died', 'signal SIGKILL'],
    ]);
  });

  test('counts what a job has done', () => {
    const [good, bad] = report.jobs;
    expect(good).toMatchObject({
      rowsIn: 1000,
      rowsOut: 30,
      rejected: 3,
      rejectedByReason: {'bad-record': 3},
      bytesIn: 9000,
      bytesOut: 1.5,
      seconds: 2.5,
      // 3.5 ms of work for ten rows.
      nsPerRow: 350_000,
      commits: {count: 22, lastEpoch: 12},
      restarts: 2,
    });
    expect(bad).toMatchObject({rowsIn: 0, nsPerRow: null, commits: null, latency: null, rejectedByReason: {}});
  });

  test('is written whole', () => {
    writeReport('report.json', folder, report);
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toEqual(report);
    expect(readdirSync(folder)).toEqual(['report.json']);
    expect(() => writeReport('no/such/folder.json', folder, report)).toThrow('the report cannot be written to no/such/folder.json');
  });
});
