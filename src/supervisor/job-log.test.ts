import {appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {EntryLimit, JobLog, type LoggedEntry, readJobLog} from './job-log.ts';
import type {JournalEntry} from './journal.ts';

const scratch = mkdtempSync(join(tmpdir(), 'weir-job-log-'));
afterAll(() => rmSync(scratch, {recursive: true}));
let folders = 0;
const folder = (): string => join(scratch, String(++folders), 'orders');

function entry(number: number, more: Partial<LoggedEntry> = {}): LoggedEntry {
  return {
    number,
    atMs: 1000 + number,
    level: 'note',
    kind: 'line',
    code: null,
    text: `line ${number}`,
    where: null,
    detail: null,
    leftOut: 0,
    ...more,
  };
}

const never = (error: unknown): never => {
  throw error;
};

describe('the log of a job', () => {
  test('holds what was added, also by the process before, in files that are only its owner', () => {
    const directory = folder();
    new JobLog(directory, never).add(entry(1));
    new JobLog(directory, never).add(entry(2, {text: 'two\nlines', detail: '"'}));
    expect(readJobLog(directory)).toEqual([entry(1), entry(2, {text: 'two\nlines', detail: '"'})]);
    expect(statSync(join(directory, 'log')).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('keeps the latest of very many in two files of a bounded size', () => {
    const directory = folder();
    const log = new JobLog(directory, never);
    const text = 'x'.repeat(1900);
    for (let number = 1; number <= 3000; number++) log.add(entry(number, {text}));
    expect(readdirSync(directory).toSorted()).toEqual(['log', 'log.1']);
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(1 << 20);
    const kept = readJobLog(directory).map(({number}) => number);
    expect(kept.at(-1)).toBe(3000);
    expect(kept.length).toBeGreaterThan(500);
    expect(kept).toEqual(Array.from({length: kept.length}, (_, index) => 3001 - kept.length + index));
  });

  test('is none where nothing was kept, and survives half a line', () => {
    const directory = folder();
    expect(readJobLog(directory)).toEqual([]);
    new JobLog(directory, never).add(entry(1));
    appendFileSync(join(directory, 'log'), '{"number":2,"at\n17\nnull\n');
    new JobLog(directory, never).add(entry(3));
    expect(readJobLog(directory).map(({number}) => number)).toEqual([1, 3]);
  });

  test('that cannot be written is told once', () => {
    const directory = folder();
    writeFileSync(join(scratch, String(folders)), 'a file');
    const told: unknown[] = [];
    const log = new JobLog(directory, error => told.push(error));
    log.add(entry(1));
    log.add(entry(2));
    expect(told).toHaveLength(1);
  });
});

test('of many messages of a kind some are kept, and what becomes of the job always is', () => {
  const limit = new EntryLimit();
  const given = (number: number, more: Partial<JournalEntry> = {}) =>
    limit.take('a', entry(number, {kind: 'problem', code: 'bad-record', ...more}));
  const kept = Array.from({length: 100}, (_, number) => given(number)).filter(one => one !== null);
  expect(kept).toHaveLength(20);
  expect(given(200, {code: 'record-too-large'})).toMatchObject({leftOut: 0});
  expect(limit.take('b', entry(200, {kind: 'problem', code: 'bad-record'}))).toMatchObject({leftOut: 0});
  for (let number = 0; number < 100; number++) expect(given(number, {kind: 'event'})).not.toBeNull();
  expect(given(11_000)).toMatchObject({number: 11_000, leftOut: 80});
});
