import {mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Clock, Stopwatch} from '../base/clock.ts';
import {type Problem, ProblemError} from '../base/problem.ts';
import {type LogHeader, logFormat} from '../commit/record.ts';
import type {DurableOutput, EpochWord, Offset, Transaction} from '../flow/delivery.ts';
import type {Position} from '../flow/source.ts';
import {type Captured, Committer, type CommitterOptions} from './committer.ts';
import type {CommitAssignment} from './protocol.ts';

let directory = '';
const open: Committer[] = [];
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'weir-committer-')), 'job');
});
afterEach(async () => {
  for (const committer of open.splice(0)) await committer.close(false);
  await rm(join(directory, '..'), {recursive: true});
});

const header: LogHeader = {format: logFormat, engineVersion: '1', planFingerprint: 'p', operators: [{name: 'GROUP BY user', fingerprint: 'a'}]};

class HandTime implements Clock, Stopwatch {
  ms = 1000;
  now(): number {
    return this.ms;
  }
  elapsedMs(): number {
    return this.ms;
  }
}

/** A file whose bytes are numbers in a list. */
class ListOutput implements DurableOutput {
  readonly calls: string[] = [];
  length = 0;
  settling: Promise<void> = Promise.resolve();
  async restore(from: Position): Promise<void> {
    this.calls.push(`restore ${JSON.stringify(from)}`);
    this.length = (from as number | null) ?? 0;
  }
  capture(): Position {
    this.calls.push(`capture ${this.length}`);
    return this.length;
  }
  async settle(): Promise<void> {
    await this.settling;
    this.calls.push('settle');
  }
}

class WordTransaction implements Transaction {
  readonly calls: string[] = [];
  full = false;
  hasOutput = false;
  word: EpochWord;
  constructor(word: EpochWord) {
    this.word = word;
  }
  async open(): Promise<EpochWord> {
    return this.word;
  }
  capture(): void {
    this.calls.push('capture');
  }
  async commit(epoch: number, offsets: readonly Offset[], recorded: Promise<void>): Promise<void> {
    this.calls.push(`begin ${epoch} ${JSON.stringify(offsets.map(({offset}) => offset))}`);
    await recorded;
    this.calls.push(`end ${epoch}`);
    this.word = {kind: 'epoch', epoch};
  }
  async refresh(epoch: number): Promise<void> {
    this.calls.push(`refresh ${epoch}`);
  }
  async close(): Promise<void> {
    this.calls.push('close');
  }
}

interface Wishes extends Partial<Omit<CommitterOptions, 'commit'>> {
  readonly commit?: Partial<CommitAssignment>;
}

const problems: Problem[] = [];

async function committerOf({commit, ...more}: Wishes = {}): Promise<Committer> {
  const time = new HandTime();
  const committer = await Committer.open({
    commit: {guarantee: 'exactly-once', directory, batchRecords: null, batchWaitMs: 100, fresh: false, keepEpochs: 0, ...commit},
    header,
    outputs: [],
    transaction: null,
    hasState: true,
    owner: {processId: process.pid, end: null},
    clock: time,
    stopwatch: time,
    onProblem: problem => problems.push(problem),
    onFailure: () => {},
    ...more,
  });
  open.push(committer);
  return committer;
}

function captured(position: number, state: Captured['state'] = {kind: 'full', bytes: Uint8Array.of(position)}): Captured {
  return {
    positions: [position],
    offsets: [{topic: 't', partition: 0, offset: position}],
    ended: false,
    taken: [{input: 0, rows: position}],
    clockReadings: [1.5],
    totals: {rowsIn: position, rowsOut: 0, rejected: 0},
    state,
  };
}

async function commit(committer: Committer, content: Captured): Promise<void> {
  committer.commit(content);
  await committer.inFlight;
}

/** As a kill would: nothing is marked. */
async function crash(committer: Committer): Promise<void> {
  open.splice(open.indexOf(committer), 1);
  await committer.close(false);
}

async function stop(committer: Committer): Promise<void> {
  open.splice(open.indexOf(committer), 1);
  await committer.close(true);
}

async function refusal(wishes: Wishes): Promise<Problem> {
  try {
    await committerOf(wishes);
  } catch (error) {
    if (error instanceof ProblemError && error.problems[0] !== undefined) return error.problems[0];
    throw error;
  }
  throw new Error('it was not refused');
}

describe('records that count by themselves', () => {
  test('a job goes on behind its last commit, with its outputs and its state', async () => {
    const output = new ListOutput();
    const first = await committerOf({outputs: [output, null]});
    expect(first.startsFrom).toEqual({kind: 'start'});
    expect(first.wantsFull).toBe(true);
    output.length = 7;
    await commit(first, captured(3));
    expect(first.wantsFull).toBe(false);
    output.length = 9;
    await commit(first, captured(5, {kind: 'changes', bytes: Uint8Array.of(1, 2)}));
    expect(first.epoch).toBe(2);
    output.length = 30;
    await crash(first);

    const second = await committerOf({outputs: [output, null]});
    expect(output.length).toBe(9);
    expect(second.epoch).toBe(2);
    expect(second.startsFrom).toMatchObject({
      kind: 'record',
      record: {epoch: 2, positions: [5], outputs: [9, null], taken: [{input: 0, rows: 5}], clockReadings: [1.5], totals: {rowsIn: 5}},
      images: [Buffer.of(5 - 2), Buffer.of(1, 2)],
    });
    expect(output.calls).toEqual(['restore null', 'capture 7', 'settle', 'capture 9', 'settle', 'restore 9']);
  });
});

describe('records that a transaction makes count', () => {
  test('a record whose transaction did not end is cut off, also when it began a segment', async () => {
    const transaction = new WordTransaction({kind: 'none'});
    const first = await committerOf({transaction});
    await first.start([]);
    await commit(first, captured(1));
    transaction.commit = () => new Promise(() => {});
    first.commit(captured(2));
    await new Promise(resolve => {
      setTimeout(resolve, 50);
    });
    await crash(first);
    expect(await readdir(directory)).toContain('000000000002.log');
    const second = await committerOf({transaction: new WordTransaction({kind: 'epoch', epoch: 1})});
    expect(second.startsFrom).toMatchObject({kind: 'record', record: {epoch: 1, positions: [1]}});
    expect(await readdir(directory)).not.toContain('000000000002.log');
  });
});

void [readFile, stat, writeFile, refusal, stop];
