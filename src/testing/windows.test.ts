import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import type {Plan} from '../plan/plan.ts';
import {rowText} from '../types/row-text.ts';
import {plainCase} from './case.ts';
import {drive, type DriveOptions} from './drive.ts';
import {prepareCase, testClock} from './run-case.ts';

/** Streams whose rows come early and late, through every operator that acts on time: however they are cut, and wherever a new engine takes over. */

const directory = mkdtempSync(join(tmpdir(), 'weir-windows-'));
afterAll(() => rmSync(directory, {recursive: true, force: true}));

interface Bid {
  readonly item: string | null;
  readonly price: number;
  /** Seconds. */
  readonly at: number;
}

const delayMs = 3000;
const bids: fc.Arbitrary<readonly Bid[]> = fc
  .array(
    fc.record({
      item: fc.constantFrom('a', 'b', null),
      price: fc.integer({min: 1, max: 5}),
      step: fc.integer({min: -8, max: 7}),
    }),
    {maxLength: 40},
  )
  .map(steps => {
    let now = 20;
    return steps.map(({item, price, step}) => ({item, price, at: (now += step)}));
  });

const tumble = "TABLE(TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND))";
const queries: Readonly<Record<string, string>> = {
  tumble: `SELECT window_start, item, COUNT(*), SUM(price), COUNT(DISTINCT price) FROM ${tumble} GROUP BY window_start, window_end, item`,
  hop: `SELECT window_start, window_end, MAX(price) FROM TABLE(HOP(TABLE bids, DESCRIPTOR(ts), INTERVAL '4' SECOND, INTERVAL '12' SECOND)) GROUP BY window_start, window_end`,
  cumulate: `SELECT window_start, window_end, item, COUNT(*) FROM TABLE(CUMULATE(TABLE bids, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)) GROUP BY window_start, window_end, item`,
  session: `SELECT window_start, window_end, item, SUM(price) FROM TABLE(SESSION(TABLE bids PARTITION BY item, DESCRIPTOR(ts), INTERVAL '4' SECOND)) GROUP BY window_start, window_end, item`,
  cascade: `SELECT window_end, SUM(n) FROM TABLE(TUMBLE((SELECT window_time AS t, COUNT(*) AS n FROM ${tumble} GROUP BY window_start, window_end, window_time), DESCRIPTOR(t), INTERVAL '30' SECOND)) GROUP BY window_start, window_end`,
  rank: `SELECT window_start, price, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, item ORDER BY price DESC) AS n FROM ${tumble}) WHERE n <= 2`,
  sort: 'SELECT ts, price FROM bids ORDER BY ts, price',
  union:
    "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE((SELECT ts FROM bids WHERE price > 2 UNION ALL SELECT ts FROM bids), DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end",
};

async function planOf(sql: string): Promise<Plan> {
  const columns = `item STRING, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '${delayMs / 1000}' SECOND`;
  const one = plainCase(sql, {bids: {columns}});
  const {plan, problems} = await prepareCase(one, directory);
  if (plan === null) throw new Error(problems.map(problem => problem.message).join('; '));
  return plan;
}

function run(plan: Plan, rows: readonly Bid[], how: Pick<DriveOptions, 'batchRows' | 'stepRows' | 'restart'>): readonly string[] {
  const input = new Map(
    plan.nodes.flatMap((node, index) => {
      if (node.kind !== 'scan') return [];
      const value = ({item, price, at}: Bid): Readonly<Record<string, string | number | null>> => ({item, price, ts: at * 1000});
      return [[index, rows.map(row => node.schema.columns.map(column => value(row)[column.name] ?? null))] as const];
    }),
  );
  const [changes = []] = drive({plan, clock: testClock, input, skipsBadRows: false, ...how});
  const sink = plan.nodes[plan.sinks[0] as number];
  return changes.map(change => rowText(change.kind, change.row, sink?.schema.columns ?? [], 'UTC'));
}

const waysToRun = [
  {batchRows: 2048, stepRows: 2048, restart: 'never'},
  {batchRows: 7, stepRows: 1, restart: 'never'},
  {batchRows: 3, stepRows: 16, restart: 'changes'},
  {batchRows: 1, stepRows: 2048, restart: 'full'},
] as const;

describe.each(Object.entries(queries))('%s', (_name, sql) => {
  test('gives the same changes however its input is cut', async () => {
    const plan = await planOf(sql);
    fc.assert(
      fc.property(bids, rows => {
        const expected = run(plan, rows, {batchRows: 1, stepRows: 2048, restart: 'never'});
        for (const way of waysToRun) expect(run(plan, rows, way)).toEqual(expected);
      }),
      {numRuns: 8, seed: 11},
    );
  });
});

test('a row counts in a tumbling window unless the watermark before it has closed that', async () => {
  const plan = await planOf(`SELECT window_start, COUNT(*) FROM ${tumble} GROUP BY window_start, window_end`);
  fc.assert(
    fc.property(bids, rows => {
      const counts = new Map<number, number>();
      let watermark = -Infinity;
      for (const {at} of rows) {
        const start = Math.floor(at / 10) * 10;
        if ((start + 10) * 1000 - 1 > watermark) counts.set(start, (counts.get(start) ?? 0) + 1);
        watermark = Math.max(watermark, at * 1000 - delayMs);
      }
      const expected = [...counts].sort(([a], [b]) => a - b).map(([start, count]) => `${new Date(start * 1000).toISOString()} ${count}`);
      const found = run(plan, rows, {batchRows: 5, stepRows: 2048, restart: 'never'});
      const texts = found
        .map(line => /\[(.*), (\d+)\]/.exec(line))
        .map(match => `${new Date(`${match?.[1] ?? ''}Z`).toISOString()} ${match?.[2] ?? ''}`);
      expect(texts).toEqual(expected);
    }),
    {numRuns: 50, seed: 12},
  );
});
