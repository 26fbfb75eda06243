import {copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {type Problem, ProblemError} from '../base/problem.ts';
import {byItself, byTransaction, header, recordOf} from './log-fixture.ts';
import {CommitLog, type Restored} from './log.ts';
import {readLog} from './read-log.ts';
import type {LogHeader} from './record.ts';
import {decideResume} from './resume.ts';
import {readSegment} from './segment.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-log-'));
});
afterEach(() => rmSync(directory, {recursive: true}));

const nowMs = 1_700_000_001_000;

async function opened(
  more: {readonly header?: LogHeader; readonly keepEpochs?: number; readonly folder?: string} = {},
): Promise<CommitLog> {
  return CommitLog.open(more.folder ?? directory, more.header ?? header, more.keepEpochs ?? 0, false);
}

/** Goes on as a job whose records count by themselves does. */
async function resumed(log: CommitLog): Promise<Restored | null> {
  const decision = decideResume({log: log.end(nowMs), word: null, hasState: true, isFresh: false});
  if (decision.kind === 'refuse') throw decision.problem;
  return log.resume(decision);
}

async function writer(keepEpochs = 0): Promise<CommitLog> {
  const log = await opened({keepEpochs});
  await resumed(log);
  return log;
}

async function refusal(work: Promise<unknown>): Promise<Problem> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProblemError && error.problems[0] !== undefined) return error.problems[0];
    throw error;
  }
  throw new Error('nothing was refused');
}

const segments = (): string[] => readdirSync(directory).filter(name => name.endsWith('.log'));
const only = (): string => join(directory, segments()[0] as string);

// Much of it waits for the disk, which others may use, too.
vi.setConfig({testTimeout: 30_000});

describe('a log', () => {
  test('gives back what was written', async () => {
    const log = await writer();
    expect(log.wantsFull).toBe(true);
    await log.append(recordOf(1, 'full'), byItself);
    expect(log.wantsFull).toBe(false);
    for (const epoch of [2, 3]) await log.append(recordOf(epoch, 'changes'), byItself);
    await log.close();
    const again = await opened();
    const restored = await resumed(again);
    expect(restored?.record).toEqual({...recordOf(3, 'changes'), state: {kind: 'changes', bytes: Buffer.of(3, 1, 2)}});
    expect(restored?.images.map(image => [...image])).toEqual([
      [1, 1, 2],
      [2, 1, 2],
      [3, 1, 2],
    ]);
    await again.append(recordOf(4, 'changes'), byItself);
    await again.close();
    expect((await readLog(directory)).segments[0]?.records.map(({record}) => record.epoch)).toEqual([1, 2, 3, 4]);
    expect(statSync(only()).mode & 0o777).toBe(0o600);
  });

  test('torn at any byte, it goes on behind the last whole record', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byItself);
    await log.append(recordOf(2, 'changes'), byItself);
    await log.append(recordOf(3, 'changes'), byItself);
    await log.close();
    const whole = readFileSync(only());
    const {entries, headerEnd} = await readSegment(only(), 1);
    const ends = entries.map(({end}) => end);
    expect(ends.at(-1)).toBe(whole.length);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(only(), whole.subarray(0, length));
      expect((await readSegment(only(), 1)).entries).toHaveLength(ends.filter(end => end <= length).length);
    }
    for (let length = 0; length < whole.length; length += 61) {
      writeFileSync(only(), whole.subarray(0, length));
      const torn = await opened();
      expect((await resumed(torn))?.record.epoch ?? 0).toBe(ends.filter(end => end <= length).length);
      await torn.close();
      expect(statSync(only()).size).toBe(Math.max(headerEnd, ...ends.filter(end => end <= length)));
    }
  });

  test('a tail of zeros or rubbish, as a loss of power leaves it, is cut off', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byItself);
    await log.close();
    const whole = readFileSync(only());
    for (const tail of [Buffer.alloc(5000), Buffer.from('wR'.repeat(400)), whole.subarray(-40)]) {
      writeFileSync(only(), Buffer.concat([whole, tail]));
      const torn = await opened();
      expect((await resumed(torn))?.record.epoch).toBe(1);
      await torn.append(recordOf(2, 'changes'), byItself);
      await torn.close();
      expect((await readLog(directory)).problems).toEqual([]);
    }
  });

  test('no changed byte before the last record goes unnoticed', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byItself);
    await log.append(recordOf(2, 'changes'), byItself);
    await log.close();
    const whole = readFileSync(only());
    const lastStart = (await readSegment(only(), 1)).entries[1]?.start as number;
    for (let at = 0; at < lastStart; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      writeFileSync(only(), damaged);
      const {code, message, hint} = await refusal(at % 50 === 0 ? opened() : readSegment(only(), 1));
      expect(code).toBe('damaged-log');
      expect(message).toContain(only());
      expect(message).toMatch(/at byte \d+/);
      expect(hint).toContain('--fresh');
    }
  });
});

describe('segments', () => {
  test('a full image begins one, and those before it go once it counts', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byItself);
    await log.append(recordOf(2, 'changes'), byItself);
    await log.append(recordOf(3, 'full'), byItself);
    expect(segments()).toEqual(['000000000001.log', '000000000003.log']);
    await log.counted(2);
    expect(segments()).toHaveLength(2);
    await log.counted(3);
    expect(segments()).toEqual(['000000000003.log']);
    await log.close();
    const again = await opened();
    expect((await resumed(again))?.images).toHaveLength(1);
    await again.close();
  });

  test('as many epochs as are wanted stay, with the state before the first of them', async () => {
    const log = await writer(2);
    for (let epoch = 1; epoch <= 9; epoch++) {
      await log.append(recordOf(epoch, epoch % 3 === 1 ? 'full' : 'changes'), byItself);
      await log.counted(epoch);
    }
    await log.close();
    // To compute 8 and 9 again takes what 7 has left.
    expect(segments()).toEqual(['000000000007.log']);
    const more = await opened({keepEpochs: 2});
    await resumed(more);
    await more.append(recordOf(10, 'full'), byItself);
    await more.counted(10);
    expect(segments()).toEqual(['000000000007.log', '000000000010.log']);
    await more.close();
  });

  test('one whose first record is torn goes, and the one before it goes on', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byItself);
    await log.append(recordOf(2, 'full'), byItself);
    await log.close();
    const path = join(directory, '000000000002.log');
    const bytes = readFileSync(path);
    for (let length = 0; length < bytes.length; length += 7) {
      writeFileSync(path, bytes.subarray(0, length));
      const torn = await opened();
      expect((await resumed(torn))?.record.epoch).toBe(1);
      await torn.close();
      expect(segments()).toEqual(['000000000001.log']);
    }
  });

  test('the only one, whose first record has been there and cannot be read, is no log that was just begun', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byItself);
    await log.append(recordOf(2, 'full'), byItself);
    await log.counted(2);
    await log.close();
    const bytes = readFileSync(only());
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(only(), bytes);
    expect(await refusal(opened())).toMatchObject({code: 'damaged-log', message: expect.stringContaining('000000000002.log')});
  });

  test('nothing is deleted before it is decided what the job goes on from', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byTransaction);
    await log.append(recordOf(2, 'full'), byTransaction);
    await log.close();
    const path = join(directory, '000000000002.log');
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    const torn = await opened();
    expect(torn.end(nowMs)?.last?.epoch).toBe(1);
    await torn.close();
    expect(segments()).toHaveLength(2);
  });

  test('a mark outlives a record behind it that is cut off', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byTransaction);
    await log.markCounted(1);
    await log.append(recordOf(2, 'changes'), byTransaction);
    await log.close();
    const again = await opened();
    expect(again.end(nowMs)?.last).toMatchObject({epoch: 2, isMarked: false});
    await again.resume({kind: 'resume', epoch: 1, cuts: true});
    await again.close();
    expect((await opened()).end(nowMs)?.last).toMatchObject({epoch: 1, isMarked: true});
  });

  test('a full image is wanted when the changes outgrow it', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full', new Uint8Array(3_000_000)), byItself);
    const changes = new Uint8Array(1_000_000);
    for (let epoch = 2; epoch <= 7; epoch++) {
      expect(log.wantsFull).toBe(false);
      await log.append(recordOf(epoch, 'changes', changes), byItself);
    }
    expect(log.wantsFull).toBe(true);
    await log.close();
    const again = await opened();
    await resumed(again);
    expect(again.wantsFull).toBe(true);
    await again.append(recordOf(8, 'full', new Uint8Array(10)), byItself);
    expect(again.wantsFull).toBe(false);
    await again.close();
  });

  test('a commit that is missing between two is damage', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byItself);
    await log.append(recordOf(3, 'changes'), byItself);
    await log.close();
    expect(await refusal(opened())).toMatchObject({code: 'damaged-log', message: expect.stringContaining('commit 2 is missing')});
  });
});

describe('a log that is not for this job', () => {
  beforeEach(async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byItself);
    await log.close();
  });

  test.each([
    [
      'an operator has changed',
      [
        {name: 'GROUP BY user_id', fingerprint: 'aaaa'},
        {name: 'JOIN ON order_id', fingerprint: 'cccc'},
      ],
      'JOIN ON order_id',
    ],
    ['an operator has come', [...header.operators, {name: 'TOP 3', fingerprint: 'dddd'}], 'TOP 3'],
    ['none has, but something else', header.operators, 'the tables'],
  ])('%s', async (_, operators, named) => {
    const problem = await refusal(opened({header: {...header, planFingerprint: 'other', operators}}));
    expect(problem).toMatchObject({code: 'other-plan', message: expect.stringContaining(named), hint: expect.stringContaining('--fresh')});
  });

  test('a later version has written it', async () => {
    const bytes = readFileSync(only());
    bytes.writeUInt32LE(99, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
    writeFileSync(only(), bytes);
    expect(await refusal(opened())).toMatchObject({code: 'newer-log', message: expect.stringContaining('form 99')});
  });

  test('begun afresh, nothing of it is read, and nothing is left', async () => {
    writeFileSync(only(), 'rubbish');
    const log = await CommitLog.open(directory, header, 0, true);
    await log.resume({kind: 'new', origin: {after: 7, word: 'epoch', reads: 'start'}});
    expect(segments()).toEqual(['000000000008.log']);
    await log.close();
    const again = await opened();
    expect(again.end(nowMs)).toEqual({origin: {after: 7, word: 'epoch', reads: 'start'}, last: null});
  });
});

describe('what a log holds', () => {
  test('a record that only a transaction makes count is uncertain until the next one, or a mark', async () => {
    const log = await writer();
    await log.append(recordOf(1, 'full'), byTransaction);
    await log.append(recordOf(2, 'changes'), byTransaction);
    const certain = async (): Promise<unknown> => (await readLog(directory)).segments[0]?.records.map(({isCertain}) => isCertain);
    expect(await certain()).toEqual([true, false]);
    await log.markCounted(2);
    expect(await certain()).toEqual([true, true]);
    await log.close();
    expect((await opened()).end(nowMs)?.last).toMatchObject({epoch: 2, isMarked: true, countsByItself: false, ageMs: 1000});
  });

  test('damage is told, and reading goes on behind it', async () => {
    const log = await writer(9);
    await log.append(recordOf(1, 'full'), byItself);
    await log.append(recordOf(2, 'changes'), byItself);
    await log.append(recordOf(3, 'full'), byItself);
    await log.close();
    const bytes = readFileSync(only());
    bytes[150] = (bytes[150] as number) ^ 1;
    writeFileSync(only(), bytes);
    const content = await readLog(directory);
    expect(content.problems.map(({code}) => code)).toEqual(['damaged-log']);
    expect(content.segments.flatMap(({records}) => records.map(({record}) => record.epoch))).toEqual([3]);
    expect(content.header).toMatchObject({planFingerprint: header.planFingerprint});
  });

  test('a folder without a log is a problem', async () => {
    expect(await refusal(readLog(directory))).toMatchObject({code: 'no-log'});
    expect(await refusal(readLog(join(directory, 'nowhere')))).toMatchObject({code: 'no-log'});
  });
});

describe('bytes of earlier versions', () => {
  const frozen = new URL('../../fixtures/log/', import.meta.url).pathname;

  test.each(readdirSync(frozen))('%s can be read', async version => {
    const folder = join(directory, version);
    mkdirSync(folder);
    for (const name of readdirSync(join(frozen, version))) copyFileSync(join(frozen, version, name), join(folder, name));
    const content = await readLog(folder);
    expect(content.problems).toEqual([]);
    expect(content.segments.flatMap(({records}) => records.map(({record, writtenAtMs}) => ({...record, writtenAtMs})))).toEqual(
      [recordOf(4, 'full'), recordOf(5, 'changes'), recordOf(6, 'full'), recordOf(7, 'changes')].map(record => ({
        ...record,
        state: {kind: record.state.kind, bytes: Buffer.from(record.state.bytes)},
        writtenAtMs: byItself.writtenAtMs,
      })),
    );
    const log = await opened({folder});
    expect(log.end(nowMs)?.last).toMatchObject({epoch: 7, isMarked: true, countsByItself: false});
    const restored = await log.resume({kind: 'resume', epoch: 7, cuts: false});
    expect(restored?.images.map(image => [...image])).toEqual([
      [6, 1, 2],
      [7, 1, 2],
    ]);
    await log.close();
  });
});
