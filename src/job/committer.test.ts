import {mkdtemp, readdir, rm, stat} from 'node:fs/promises';
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

const header: LogHeader = {
  format: logFormat,
  engineVersion: '1',
  planFingerprint: 'p',
  operators: [{name: 'GROUP BY user', fingerprint: 'a'}],
};

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
  async leave(): Promise<void> {}
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

/** Until what is under way has gone as far as it can. */
function settled(): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, 30);
  });
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
      images: [Buffer.of(3), Buffer.of(1, 2)],
    });
    expect(output.calls).toEqual(['restore null', 'capture 7', 'settle', 'capture 9', 'settle', 'restore 9']);
  });

  test('the record is not written before the outputs are settled', async () => {
    const output = new ListOutput();
    let settle = (): void => {};
    output.settling = new Promise(resolve => {
      settle = resolve;
    });
    const committer = await committerOf({outputs: [output]});
    const bytes = async (): Promise<number> => (await stat(join(directory, '000000000001.log'))).size;
    const before = await bytes();
    committer.commit(captured(1));
    await settled();
    expect([await bytes(), committer.epoch]).toEqual([before, 0]);
    settle();
    await committer.inFlight;
    expect(await bytes()).toBeGreaterThan(before);
    expect(committer.epoch).toBe(1);
  });

  test('the folder and what is in it are for the owner alone', async () => {
    const committer = await committerOf();
    await commit(committer, captured(1));
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(directory)) {
      const entry = await stat(join(directory, name));
      if (entry.isFile()) expect([name, entry.mode & 0o777]).toEqual([name, 0o600]);
    }
  });

  test('a second process is refused, and a job that has ended is not', async () => {
    const first = await committerOf();
    expect(await refusal({})).toMatchObject({code: 'job-is-running', message: expect.stringContaining(String(process.pid))});
    await stop(first);
    await stop(await committerOf());
  });

  test('a record that cannot be written ends the job, and whoever waits is told', async () => {
    const failures: unknown[] = [];
    const output = new ListOutput();
    const committer = await committerOf({outputs: [output], onFailure: error => failures.push(error)});
    output.settling = Promise.reject(new Error('no space left'));
    committer.commit(captured(1));
    await expect(committer.inFlight).rejects.toThrow('no space left');
    expect(failures).toEqual([committer.failure]);
    expect(committer.isDue(5)).toBe(false);
    expect(() => committer.commit(captured(2))).toThrow('has failed');
    await crash(committer);
    expect((await committerOf({outputs: [new ListOutput()]})).startsFrom).toEqual({kind: 'start'});
  });

  test('an output that cannot be put back keeps the job from starting, and the folder is free again', async () => {
    const output = new ListOutput();
    output.restore = () => Promise.reject(new Error('the file is gone'));
    await expect(committerOf({outputs: [output]})).rejects.toThrow('the file is gone');
    await committerOf();
  });
});

describe('when a commit is due', () => {
  test('after its wait, when its rows are there, when it is asked for; never without rows or while one is in flight', async () => {
    const time = new HandTime();
    const committer = await committerOf({commit: {batchRecords: 10, batchWaitMs: 100}, clock: time, stopwatch: time});
    expect([committer.isDue(0), committer.isDue(9), committer.isDue(10)]).toEqual([false, false, true]);
    expect([committer.waitMs(0), committer.waitMs(1)]).toEqual([Infinity, 100]);
    time.ms += 100;
    expect([committer.isDue(0), committer.isDue(1), committer.waitMs(1)]).toEqual([false, true, 0]);
    committer.commit(captured(1));
    expect([committer.isDue(10), committer.waitMs(10)]).toEqual([false, Infinity]);
    await committer.inFlight;
    expect(committer.isDue(1)).toBe(false);
    committer.request();
    expect(committer.isDue(0)).toBe(true);
    await commit(committer, captured(2));
    expect(committer.isDue(0)).toBe(false);
  });

  test('slow commits are not asked for more often than they can be had', async () => {
    const time = new HandTime();
    const output = new ListOutput();
    const committer = await committerOf({outputs: [output], clock: time, stopwatch: time});
    for (let count = 1; count <= 3; count++) {
      output.settling = settled().then(() => {
        time.ms += 400;
      });
      await commit(committer, captured(count));
      expect(committer.lastCommitMs).toBe(400);
    }
    time.ms += 399;
    expect(committer.isDue(1)).toBe(false);
    time.ms += 1;
    expect(committer.isDue(1)).toBe(true);
  });

  test('a transaction that is full is due at once', async () => {
    const transaction = new WordTransaction({kind: 'none'});
    const committer = await committerOf({transaction});
    transaction.full = true;
    expect(committer.isDue(1)).toBe(true);
  });
});

describe('records that a transaction makes count', () => {
  test('it ends after the record is on the disk and outputs are settled, and begins before', async () => {
    const transaction = new WordTransaction({kind: 'none'});
    const output = new ListOutput();
    let settle = (): void => {};
    output.settling = new Promise(resolve => {
      settle = resolve;
    });
    const committer = await committerOf({transaction, outputs: [output]});
    committer.commit(captured(4));
    await settled();
    expect(transaction.calls).toEqual(['capture', 'begin 1 [4]']);
    settle();
    await committer.inFlight;
    expect(transaction.calls).toEqual(['capture', 'begin 1 [4]', 'end 1']);
    expect(committer.epoch).toBe(1);
  });

  test('a record whose transaction did not end is cut off, also when it began a segment', async () => {
    const transaction = new WordTransaction({kind: 'none'});
    const output = new ListOutput();
    const first = await committerOf({transaction, outputs: [output]});
    output.length = 3;
    await commit(first, captured(1));
    transaction.commit = () => new Promise(() => {});
    output.length = 8;
    first.commit(captured(2));
    await settled();
    await crash(first);
    expect(await readdir(directory)).toContain('000000000002.log');
    const second = await committerOf({transaction: new WordTransaction({kind: 'epoch', epoch: 1}), outputs: [output]});
    expect(second.startsFrom).toMatchObject({kind: 'record', record: {epoch: 1, positions: [1]}});
    expect(output.length).toBe(3);
    expect(await readdir(directory)).not.toContain('000000000002.log');
    await commit(second, captured(2));
    await crash(second);
    const third = await committerOf({transaction: new WordTransaction({kind: 'epoch', epoch: 2}), outputs: [output]});
    expect(third.epoch).toBe(2);
  });

  test('whether the last record counts is not guessed after a crash, and need not be after a clean stop', async () => {
    const first = await committerOf({transaction: new WordTransaction({kind: 'none'})});
    for (const position of [1, 2]) await commit(first, captured(position));
    await crash(first);
    expect((await refusal({transaction: new WordTransaction({kind: 'none'})})).code).toBe('undecided-commit');
    await stop(await committerOf({transaction: new WordTransaction({kind: 'epoch', epoch: 2})}));

    const forgetful = new WordTransaction({kind: 'none'});
    const second = await committerOf({transaction: forgetful});
    expect(second.epoch).toBe(2);
    await second.start([{topic: 't', partition: 0, offset: 2}]);
    expect(forgetful.calls).toEqual(['refresh 2']);
  });

  test('an idle job writes its offsets again once a day', async () => {
    const time = new HandTime();
    const transaction = new WordTransaction({kind: 'none'});
    const committer = await committerOf({transaction, clock: time, stopwatch: time});
    await commit(committer, captured(1));
    const day = 24 * 60 * 60 * 1000;
    expect(committer.waitMs(0)).toBe(day);
    time.ms += day;
    expect(committer.isDue(0)).toBe(false);
    await committer.inFlight;
    expect(transaction.calls.at(-1)).toBe('refresh 1');
    expect(committer.waitMs(0)).toBe(day);
    await commit(committer, captured(2));
  });

  test('begun afresh, it goes on counting behind what the group knows, also after a crash before the first commit', async () => {
    const known = (): WordTransaction => new WordTransaction({kind: 'epoch', epoch: 7});
    expect((await refusal({transaction: known()})).code).toBe('missing-log');
    await crash(await committerOf({transaction: known(), commit: {fresh: true}}));
    const second = await committerOf({transaction: known()});
    expect([second.startsFrom, second.epoch]).toEqual([{kind: 'start'}, 7]);
    await commit(second, captured(1));
    expect(second.epoch).toBe(8);
  });

  test('without its log, a job without state goes on from the offsets of its group, and says so', async () => {
    problems.length = 0;
    const committer = await committerOf({transaction: new WordTransaction({kind: 'epoch', epoch: 7}), hasState: false});
    expect([committer.startsFrom, committer.epoch]).toEqual([{kind: 'group-offsets'}, 7]);
    expect(problems.map(({code, severity}) => [code, severity])).toEqual([['log-made-anew', 'warning']]);
  });

  test('a job may go from one way of counting to the other', async () => {
    await crash(await withCommit(await committerOf(), 1));
    const transaction = new WordTransaction({kind: 'none'});
    const second = await committerOf({transaction});
    expect(second.epoch).toBe(1);
    transaction.commit = () => new Promise(() => {});
    second.commit(captured(2));
    await settled();
    await crash(second);
    // Its transaction has never been heard of: the group is as silent as before.
    const third = await committerOf({transaction: new WordTransaction({kind: 'none'})});
    expect(third.epoch).toBe(1);
    await stop(await withCommit(third, 2));
    expect((await committerOf()).epoch).toBe(2);
  });
});

async function withCommit(committer: Committer, position: number): Promise<Committer> {
  await commit(committer, captured(position));
  return committer;
}
