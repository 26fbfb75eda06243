import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {readLog} from '../commit/read-log.ts';
import type {CommitRecord} from '../commit/record.ts';
import type {Plan} from '../plan/plan.ts';
import {optionsOfRun, planOfScript} from '../testing/run-script.ts';
import {assemble, type Parts} from './open.ts';
import {runPlan} from './run.ts';
import {SetClock} from './stepped-clock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-replay-'));
});
afterEach(() => {
  rmSync(directory, {recursive: true});
});

const path = (name: string) => join(directory, name);
/** Computes an epoch from what the log holds before it, and what it says was done. */
async function computeAgain(plan: Plan, outputFolder: string, records: readonly CommitRecord[], epoch: number): Promise<Uint8Array> {
  const clock = new SetClock();
  const before = records[epoch - 2] as CommitRecord;
  const record = records[epoch - 1] as CommitRecord;
  const parts = assemble({...optionsOfRun(plan, outputFolder), clock});
  const full = records.slice(0, epoch - 1).findLastIndex(({state}) => state.kind === 'full');
  parts.engine.restore(records.slice(full, epoch - 1).map(({state}) => state.bytes));
  for (const [index, source] of parts.sources.entries()) await source.open(before.positions[index] ?? null);
  for (const {sink} of parts.outputs) await sink.open();
  while (parts.engine.step());
  for (const [index, {input, rows}] of record.taken.entries()) {
    clock.nowMs = record.clockReadings[index] ?? 0;
    await takeAgain(parts, input, rows);
  }
  const state = parts.engine.capture('changes');
  for (const output of parts.outputs) {
    if (record.ended) output.finish();
    await output.sink.close();
  }
  expect(parts.inputs.map(one => one.position())).toEqual(record.positions);
  return state;
}

async function takeAgain({engine, inputs}: Parts, index: number, rows: number): Promise<void> {
  const input = inputs[index];
  let left = rows;
  do {
    const taken = input?.take(Math.max(1, left)) ?? 'none';
    if (taken === 'nothing') {
      await input?.ready();
      continue;
    }
    if (taken === 'ended') input?.engineInput.end();
    if (taken === 'rows') {
      left -= input?.engineInput.batch.count ?? 0;
      input?.engineInput.push();
    }
    while (engine.step());
  } while (left > 0);
}

test.each([
  ['a join of two inputs', 'SELECT l.n, r.n AS m FROM l LEFT JOIN r ON l.k = r.k'],
  ['a group', 'SELECT l.k, COUNT(*) FROM l GROUP BY l.k'],
  ['what the clock says', 'SELECT n, CAST(CAST(CURRENT_TIMESTAMP AS TIMESTAMP(3)) AS STRING) FROM l'],
  [
    'windows over both',
    `SELECT k, COUNT(*) FROM (SELECT k, window_start, window_end FROM TABLE(TUMBLE(TABLE both_sides, DESCRIPTOR(ts), INTERVAL '1' SECOND))) GROUP BY k, window_start, window_end`,
  ],
])('any epoch can be computed again, and gives the same bytes: %s', async (_, query) => {
  const rows = (from: number) =>
    Array.from({length: 3000}, (_value, index) => `{"k":${(index * 7 + from) % 50},"n":${from + index},"ms":${index * 10}}\n`).join('');
  writeFileSync(path('l.ndjson'), rows(0));
  writeFileSync(path('r.ndjson'), rows(10_000));
  const side = (name: string) =>
    `CREATE TABLE ${name} (k INT, n INT, ms BIGINT, ts AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = '${path(`${name}.ndjson`)}', 'format' = 'json');`;
  const columns = query.includes('STRING') ? 'n INT, moment STRING' : query.includes('JOIN') ? 'n INT, m INT' : 'k INT, c BIGINT';
  const plan = await planOfScript(
    `${side('l')}${side('r')}
CREATE VIEW both_sides AS SELECT k, ts FROM l UNION ALL SELECT k, ts FROM r;
CREATE TABLE o (${columns}) WITH ('connector' = 'filesystem', 'path' = 'out.ndjson', 'format' = 'changelog-json');
INSERT INTO o ${query};`,
    directory,
  );
  const commit = {
    guarantee: 'exactly-once',
    directory: path('state'),
    batchRecords: 700,
    batchWaitMs: 10_000,
    fresh: false,
    keepEpochs: 1000,
  } as const;
  const identity = {project: 'test', name: 'job', slot: {index: 0, count: 1}};
  expect(await runPlan({...optionsOfRun(plan, directory), commit, identity})).toMatchObject({status: 'done', problem: null});
  const records = (await readLog(path('state'))).segments.flatMap(segment => segment.records.map(({record}) => record));
  expect(records.length).toBeGreaterThan(4);
  const whole = readFileSync(path('out.ndjson'));
  const recordOf = (epoch: number) => records[epoch - 1] as CommitRecord;
  const lengthAt = (epoch: number) => (recordOf(epoch).outputs[0] as {readonly length: number}).length;
  for (let epoch = 2; epoch <= records.length; epoch++) {
    const folder = path(`again-${epoch}`);
    mkdirSync(folder);
    const state = await computeAgain(plan, folder, records, epoch);
    expect(readFileSync(join(folder, 'out.ndjson'), 'utf8'), `epoch ${epoch}`).toBe(
      whole.subarray(lengthAt(epoch - 1), lengthAt(epoch)).toString(),
    );
    // Cells that hold nothing may remember what they held, and that is not saved.
    if (recordOf(epoch).state.kind === 'changes') expect(state).toHaveLength(recordOf(epoch).state.bytes.length);
  }
});
