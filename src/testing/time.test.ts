import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {Memory} from '../base/memory.ts';
import {createEngine} from '../compile/compile.ts';
import type {Engine} from '../compile/engine.ts';
import {readValue, writeValue} from '../flow/cells.ts';
import type {Plan} from '../plan/plan.ts';
import {rowText} from '../types/row-text.ts';
import type {Row} from '../types/value.ts';
import {plainCase, type Case} from './case.ts';
import {prepareCase, runToText} from './run-case.ts';

/** What time does to an engine that no file of rows can show: the clock, idle inputs, watermarks that a source tells. */

const directory = mkdtempSync(join(tmpdir(), 'weir-time-'));
afterAll(() => rmSync(directory, {recursive: true, force: true}));

function caseOf(tables: Readonly<Record<string, string>>, sql: string, more: Partial<Case> = {}): Case {
  return plainCase(sql, Object.fromEntries(Object.entries(tables).map(([name, columns]) => [name, {columns}])), more);
}

async function planOf(one: Case): Promise<Plan> {
  const {plan, problems} = await prepareCase(one, directory);
  if (plan === null) throw new Error(problems.map(problem => problem.message).join('; '));
  return plan;
}

/** An engine whose clock the test turns. */
class Bench {
  readonly engine: Engine;
  readonly out: string[] = [];
  now = 0;
  readonly #memory = new Memory(1 << 24);

  constructor(plan: Plan) {
    const clock = {now: () => this.now};
    this.engine = createEngine({plan, memory: this.#memory, clock, rejectRow: () => false});
    const [output] = this.engine.outputs;
    if (output === undefined) throw new Error('a plan has a sink');
    output.deliver = () => {
      const {columns} = output.node.schema;
      for (let at = 0; at < output.batch.count; at++) {
        const row = output.batch.selection[at] as number;
        const values = columns.map(({type}, index) => {
          const vector = output.batch.vectors[index];
          return vector === undefined ? null : readValue(this.#memory, vector, row, type, 'UTC');
        });
        this.out.push(rowText(null, values, columns, 'UTC'));
      }
    };
  }

  /** Pushes rows into an input; gives what came out by that. */
  push(input: number, ...rows: readonly Row[]): readonly string[] {
    const to = this.engine.inputs[input];
    if (to === undefined) throw new Error(`there is no input ${input}`);
    for (const [row, values] of rows.entries()) {
      for (const [index, {type}] of to.node.wanted.entries()) {
        const vector = to.batch.vectors[index];
        if (vector !== undefined) writeValue(this.#memory, vector, row, type, values[index] ?? null, 'UTC');
      }
    }
    to.batch.count = rows.length;
    to.push();
    return this.step();
  }

  step(): readonly string[] {
    while (this.engine.step());
    return this.out.splice(0);
  }
}

const timed = 'n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts';
const sums = (from: string): string =>
  `SELECT window_end, SUM(n) AS total FROM TABLE(TUMBLE(${from}, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`;
const both = sums('(SELECT * FROM a UNION ALL SELECT * FROM b)');

describe('processing time', () => {
  test('closes a window when the clock has passed it, and says when to look again', async () => {
    const bench = new Bench(await planOf(caseOf({t: 'n INT, ts AS PROCTIME()'}, sums('TABLE t'))));
    bench.now = 1000;
    expect(bench.push(0, [1], [2])).toEqual([]);
    expect(bench.engine.wakesAtMs).toBe(9999);
    bench.now = 9998;
    expect(bench.step()).toEqual([]);
    bench.now = 9999;
    expect(bench.step()).toEqual(['[1970-01-01T00:00:10, 3]']);
    expect(bench.engine.wakesAtMs).toBeNull();
  });

  test('ends a session when nothing came for its gap', async () => {
    const sql =
      "SELECT window_start, window_end, SUM(n) AS total FROM TABLE(SESSION(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end";
    const bench = new Bench(await planOf(caseOf({t: 'n INT, ts AS PROCTIME()'}, sql)));
    bench.push(0, [1]);
    bench.now = 4000;
    expect(bench.push(0, [2])).toEqual([]);
    bench.now = 8999;
    expect(bench.step()).toEqual(['[1970-01-01T00:00, 1970-01-01T00:00:09, 3]']);
  });
});

describe('idle inputs', () => {
  test('hold everybody up unless a time-out is set', async () => {
    const bench = new Bench(await planOf(caseOf({a: timed, b: timed}, both)));
    expect(bench.push(0, [1, 1000], [2, 25_000])).toEqual([]);
    bench.now = 3_600_000;
    expect(bench.step()).toEqual([]);
    expect(bench.engine.wakesAtMs).toBeNull();
    bench.engine.inputs[1]?.end();
    expect(bench.step()).toEqual(['[1970-01-01T00:00:10, 1]']);
  });

  test('are not waited for after their time-out, until rows come again', async () => {
    const settings = {'table.exec.source.idle-timeout': '10 s'};
    const bench = new Bench(await planOf(caseOf({a: timed, b: timed}, both, {settings})));
    bench.push(0, [1, 1000], [2, 25_000]);
    expect(bench.engine.wakesAtMs).toBe(10_000);
    bench.now = 9000;
    expect(bench.push(0, [4, 26_000])).toEqual([]);
    bench.now = 10_000;
    expect(bench.step()).toEqual(['[1970-01-01T00:00:10, 1]']);
    // Late: time has gone on without it.
    expect(bench.push(1, [8, 15_000])).toEqual([]);
    expect(bench.push(1, [16, 29_999])).toEqual([]);
    expect(bench.push(0, [32, 31_000])).toEqual(['[1970-01-01T00:00:30, 22]']);
  });
});

describe('an input', () => {
  test('tells how far its time has come, and takes watermarks from its source', async () => {
    const bench = new Bench(await planOf(caseOf({t: timed}, sums('TABLE t'))));
    const [input] = bench.engine.inputs;
    expect(input?.watermark).toBe(-Infinity);
    bench.push(0, [1, 1000]);
    expect(input?.watermark).toBe(1000);
    input?.advance(9999);
    expect(bench.step()).toEqual(['[1970-01-01T00:00:10, 1]']);
    input?.advance(5000);
    expect(input?.watermark).toBe(9999);
  });

  test('that nobody measures time by is not waited for', async () => {
    const bench = new Bench(await planOf(caseOf({t: timed}, 'SELECT n FROM t')));
    expect(bench.engine.inputs[0]?.watermark).toBe(Infinity);
  });
});

test('rows that came too late are told of once, with their number', async () => {
  const one = caseOf({}, sums('TABLE t'), {
    tables: {
      t: {
        columns: timed,
        rows: [
          {n: 1, ts: '1970-01-01 00:00:01'},
          {n: 2, ts: '1970-01-01 00:00:20'},
          {n: 4, ts: '1970-01-01 00:00:02'},
          {n: 8, ts: '1970-01-01 00:00:03'},
        ],
        format: 'json',
        options: {},
      },
    },
  });
  const run = await runToText(await planOf(one), directory, 'fail');
  expect(run.output).toBe('+I[1970-01-01T00:00:10, 1]\n+I[1970-01-01T00:00:30, 2]\n');
  expect(run.problems).toMatchObject([{code: 'late-rows', severity: 'warning'}]);
  expect(run.problems[0]?.message).toMatch(/^2 rows /);
});
