import {describe, expect, test} from 'vitest';
import {Memory} from '../base/memory.ts';
import {ProblemError} from '../base/problem.ts';
import {writeValue} from '../flow/cells.ts';
import {planText} from '../plan/plan-fixture.ts';
import type {Plan} from '../plan/plan.ts';
import {drive, type DriveOptions} from '../testing/drive.ts';
import {changelogFault} from '../testing/changes.ts';
import {rowText} from '../types/row-text.ts';
import type {Row} from '../types/value.ts';
import {createEngine} from './compile.ts';

const clock = {now: () => 0};
const table = `CREATE TABLE t (k STRING, n BIGINT, i INT, d DOUBLE, p DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');\n`;

function planOf(sql: string, mode: 'script' | 'query' = 'script', ddl = table): Plan {
  const {plan, problems} = planText(ddl + sql, {mode});
  if (plan === null) throw new Error(problems.map(problem => problem.message).join('; '));
  return plan;
}

/** Rows of the whole table, cut to what the plan's scan wants. */
function inputOf(plan: Plan, rows: readonly Row[]): ReadonlyMap<number, readonly Row[]> {
  return new Map(
    plan.nodes.flatMap((node, index) => {
      if (node.kind !== 'scan') return [];
      return [
        [index, rows.map(row => node.wanted.map(wanted => (wanted.kind === 'physical' ? (row[wanted.ordinal] ?? null) : null)))] as const,
      ];
    }),
  );
}

type Way = Pick<DriveOptions, 'batchRows' | 'stepRows' | 'restart'>;
const ways: readonly Way[] = [
  {batchRows: 2048, stepRows: 2048, restart: 'never'},
  {batchRows: 1, stepRows: 2048, restart: 'never'},
  {batchRows: 2048, stepRows: 1, restart: 'never'},
  {batchRows: 3, stepRows: 16, restart: 'never'},
  {batchRows: 1, stepRows: 2048, restart: 'full'},
  {batchRows: 1, stepRows: 4, restart: 'changes'},
  {batchRows: 2, stepRows: 16, restart: 'changes'},
];

/** What each sink gets, in every way of feeding it, as Flink prints it. */
function changesOf(plan: Plan, rows: readonly Row[]): readonly (readonly string[])[] {
  const input = inputOf(plan, rows);
  const found = ways.map(way =>
    drive({plan, clock, input, skipsBadRows: true, ...way}).map((changes, sink) => {
      const columns = plan.nodes[plan.sinks[sink] as number]?.schema.columns ?? [];
      return changes.map(change => rowText(change.kind, change.row, columns, 'UTC'));
    }),
  );
  for (const other of found) expect(other).toEqual(found[0]);
  return found[0] ?? [];
}

function resultOf(sql: string, rows: readonly Row[], mode: 'script' | 'query' = 'script'): readonly string[] {
  return changesOf(planOf(sql, mode), rows)[0] ?? [];
}

const row = (k: string | null, n: bigint | null = null, i: number | null = null, d: number | null = null, p: bigint | null = null): Row => [
  k,
  n,
  i,
  d,
  p,
];

describe('rows pass', () => {
  test('a filter keeps what is TRUE, a projection computes', () => {
    expect(
      resultOf("SELECT k, n + 1, i * 2 FROM t WHERE i > 1 AND k <> 'c'", [
        row('a', 1n, 1),
        row('b', 2n, 2),
        row('c', 3n, 3),
        row(null, 4n, 4),
        row('e', null, 5),
      ]),
    ).toEqual(['+I[b, 3, 4]', '+I[e, null, 10]']);
  });

  test('BIGINT is exact beyond 2^53 and wraps at 64 bits', () => {
    const rows = [row('a', 9007199254740991n), row('b', 9223372036854775807n), row('c', -9223372036854775808n)];
    expect(resultOf('SELECT n + 2, n * 3, -n FROM t', rows)).toEqual([
      '+I[9007199254740993, 27021597764222973, -9007199254740991]',
      '+I[-9223372036854775807, 9223372036854775805, -9223372036854775807]',
      '+I[-9223372036854775806, -9223372036854775808, -9223372036854775808]',
    ]);
  });

  test('one scan feeds several sinks', () => {
    const plan = planOf(`CREATE TABLE a (k STRING) WITH ('connector' = 'print');
      CREATE TABLE b (n BIGINT) WITH ('connector' = 'print');
      EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT k FROM t WHERE n > 1; INSERT INTO b SELECT SUM(n) FROM t; END;`);
    expect(plan.nodes.filter(node => node.kind === 'scan').length).toBe(1);
    expect(changesOf(plan, [row('a', 1n), row('b', 2n)])).toEqual([['+I[b]'], ['+I[1]', '-U[1]', '+U[3]']]);
  });

  test('more computed columns than fit into one loop', () => {
    const items = Array.from({length: 75}, (_, at) => `i + ${at} AS c${at}`).join(', ');
    const expected = (i: number): string => `+I[${Array.from({length: 75}, (_, at) => i + at).join(', ')}]`;
    expect(resultOf(`SELECT ${items} FROM t`, [row(null, null, 1), row(null, null, 5)])).toEqual([expected(1), expected(5)]);
  });

  test('a union takes the rows of its inputs as they come', () => {
    const rows = resultOf(`SELECT k, i FROM t WHERE i = 1 UNION ALL SELECT k, CAST(n AS INT) FROM t UNION ALL SELECT 'x', 7`, [
      row('a', 5n, 1),
      row('b', 6n, 2),
    ]);
    expect(rows.slice().sort()).toEqual(['+I[a, 1]', '+I[a, 5]', '+I[b, 6]', '+I[x, 7]']);
  });

  test('values come in their order, whatever the steps', () => {
    expect(resultOf(`SELECT a + 1, b FROM (VALUES (1, 'x'), (2, 'y'), (3, NULL)) AS v(a, b)`, [])).toEqual([
      '+I[2, x]',
      '+I[3, y]',
      '+I[4, null]',
    ]);
  });
});

describe('groups', () => {
  const rows = [row('a', 3n, 1), row('b', null, 2), row('a', 5n, 3), row(null, 1n, 4), row('b', 2n, 5), row(null, 1n, 6)];

  test('final rows come once, in the order of first sight', () => {
    expect(resultOf('SELECT k, COUNT(*), COUNT(n), SUM(n), MIN(n), MAX(n), AVG(n) FROM t GROUP BY k', rows, 'query')).toEqual([
      '+I[a, 2, 2, 8, 3, 5, 4]',
      '+I[b, 2, 1, 2, 2, 2, 2]',
      '+I[null, 2, 2, 2, 1, 1, 1]',
    ]);
  });

  test('changes come with every row that changes something', () => {
    expect(resultOf('SELECT k, MAX(n) FROM t GROUP BY k', rows)).toEqual([
      '+I[a, 3]',
      '+I[b, null]',
      '-U[a, 3]',
      '+U[a, 5]',
      '+I[null, 1]',
      '-U[b, null]',
      '+U[b, 2]',
    ]);
  });

  test('without keys there is one final row, also over no rows', () => {
    expect(resultOf('SELECT COUNT(*), SUM(n), MAX(k) FROM t', [], 'query')).toEqual(['+I[0, null, null]']);
    expect(resultOf('SELECT COUNT(*), SUM(n), MAX(k) FROM t', [])).toEqual([]);
    expect(resultOf('SELECT COUNT(*), SUM(n), MAX(k) FROM t', rows, 'query')).toEqual(['+I[6, 12, b]']);
  });

  test('sums beyond 2^53 stay exact, wrap at 64 bits, and come back', () => {
    const large = [row('a', 9007199254740991n), row('a', 2n), row('a', -9007199254740990n), row('b', 9223372036854775807n), row('b', 1n)];
    expect(resultOf('SELECT k, SUM(n), MAX(n), MIN(n), AVG(n) FROM t GROUP BY k', large, 'query')).toEqual([
      '+I[a, 3, 9007199254740991, -9007199254740990, 1]',
      '+I[b, -9223372036854775808, 9223372036854775807, 1, -4611686018427387904]',
    ]);
    expect(resultOf('SELECT SUM(i) FROM t', [row(null, null, 2147483647), row(null, null, 1)], 'query')).toEqual(['+I[-2147483648]']);
  });

  test('keys of several types: NULL equals NULL, -0 equals 0, 2^53 and beyond', () => {
    const mixed = [
      row('x', 1n, null, 0),
      row('x', 1n, null, -0),
      row('x', 1n, null, Number.NaN),
      row('x', 1n, null, Number.NaN),
      row('x', 9007199254740993n, null, 0),
      row('x', 9007199254740992n, null, 0),
      row('x', 9007199254740993n, null, 0),
    ];
    expect(resultOf('SELECT k, n, i, d, COUNT(*) FROM t GROUP BY k, n, i, d', mixed, 'query')).toEqual([
      '+I[x, 1, null, 0.0, 2]',
      '+I[x, 1, null, NaN, 2]',
      '+I[x, 9007199254740993, null, 0.0, 2]',
      '+I[x, 9007199254740992, null, 0.0, 1]',
    ]);
  });

  test('DISTINCT and FILTER', () => {
    const sql =
      'SELECT k, COUNT(DISTINCT n), SUM(DISTINCT n), SUM(i) FILTER (WHERE n > 2), COUNT(*) FILTER (WHERE n IS NULL) FROM t GROUP BY k';
    expect(resultOf(sql, rows, 'query')).toEqual(['+I[a, 2, 8, 4, 0]', '+I[b, 1, 2, null, 1]', '+I[null, 1, 1, null, 0]']);
  });

  test('rows taken back leave every aggregate as if they had never come', () => {
    const sql = `SELECT c, COUNT(*), SUM(m), MIN(m), MAX(m), COUNT(DISTINCT m) FROM (SELECT k, COUNT(*) AS c, MAX(n) AS m FROM t GROUP BY k) GROUP BY c`;
    const plan = planOf(sql);
    const taken = [row('a', 1n), row('b', 7n), row('c', 7n), row('a', 4n), row('b', 2n), row('c', 9n)];
    expect(changesOf(plan, taken)[0]).toEqual([
      '+I[1, 1, 1, 1, 1, 1]',
      '-U[1, 1, 1, 1, 1, 1]',
      '+U[1, 2, 8, 1, 7, 2]',
      '-U[1, 2, 8, 1, 7, 2]',
      '+U[1, 3, 15, 1, 7, 2]',
      '-U[1, 3, 15, 1, 7, 2]',
      '+U[1, 2, 14, 7, 7, 1]',
      '+I[2, 1, 4, 4, 4, 1]',
      '-U[1, 2, 14, 7, 7, 1]',
      '+U[1, 1, 7, 7, 7, 1]',
      '-U[2, 1, 4, 4, 4, 1]',
      '+U[2, 2, 11, 4, 7, 2]',
      '-D[1, 1, 7, 7, 7, 1]',
      '-U[2, 2, 11, 4, 7, 2]',
      '+U[2, 3, 20, 4, 9, 3]',
    ]);
  });

  test('more aggregates than fit into one loop', () => {
    const calls = Array.from({length: 70}, (_, at) => `SUM(i + ${at}) FILTER (WHERE i <> ${at})`).join(', ');
    const expected = Array.from({length: 70}, (_, at) => (at === 1 ? 2 + at : at === 2 ? 1 + at : 3 + 2 * at)).join(', ');
    expect(resultOf(`SELECT k, ${calls}, COUNT(DISTINCT i) FROM t GROUP BY k`, [row('a', null, 1), row('a', null, 2)], 'query')).toEqual([
      `+I[a, ${expected}, 2]`,
    ]);
  });

  test('HAVING over changes gives a lawful changelog', () => {
    const lines = resultOf('SELECT k, SUM(i) FROM t GROUP BY k HAVING SUM(i) BETWEEN 3 AND 6', [
      row('a', null, 1),
      row('a', null, 2),
      row('a', null, 1),
      row('a', null, 5),
      row('b', null, 6),
    ]);
    expect(lines).toEqual(['+I[a, 3]', '-U[a, 3]', '+U[a, 4]', '-D[a, 4]', '+I[b, 6]']);
  });

  test('many groups: the table grows and keeps its order', () => {
    const many = Array.from({length: 20_000}, (_, at) => row(`key ${at % 7000}`, BigInt(at % 6000)));
    const plan = planOf('SELECT k, COUNT(*), MAX(n) FROM t GROUP BY k', 'query');
    const found =
      drive({plan, clock, input: inputOf(plan, many), batchRows: 2048, stepRows: 2048, restart: 'full', skipsBadRows: false})[0] ?? [];
    const expected = new Map<string, [bigint, bigint]>();
    for (const [k, n] of many as unknown as readonly (readonly [string, bigint])[]) {
      const [count, most] = expected.get(k) ?? [0n, -1n];
      expected.set(k, [count + 1n, n > most ? n : most]);
    }
    expect(found.map(change => change.row)).toEqual([...expected].map(([k, [count, most]]) => [k, count, most]));
  });
});

describe('order and limits', () => {
  const rows = [row('b', 2n, 1), row('a', null, 2), row('c', 9007199254740993n, 3), row('b', 1n, 4), row(null, 9007199254740995n, 5)];

  test('sorts by several keys, stable, NULL lowest', () => {
    expect(resultOf('SELECT k, n FROM t ORDER BY n DESC, k', rows, 'query')).toEqual([
      '+I[null, 9007199254740995]',
      '+I[c, 9007199254740993]',
      '+I[b, 2]',
      '+I[b, 1]',
      '+I[a, null]',
    ]);
    expect(resultOf('SELECT k, i FROM t ORDER BY k', rows, 'query')).toEqual([
      '+I[null, 5]',
      '+I[a, 2]',
      '+I[b, 1]',
      '+I[b, 4]',
      '+I[c, 3]',
    ]);
  });

  test('the first rows in order, of a long input', () => {
    const many = Array.from({length: 12_000}, (_, at) => row(`k${at}`, BigInt((at * 7919) % 12_007), at));
    const plan = planOf('SELECT n FROM t ORDER BY n LIMIT 3 OFFSET 2', 'query');
    const [changes] = drive({
      plan,
      clock,
      input: inputOf(plan, many),
      batchRows: 2048,
      stepRows: 2048,
      restart: 'changes',
      skipsBadRows: false,
    });
    const sorted = many.map(each => each[1] as bigint).sort((a, b) => Number(a - b));
    expect(changes?.map(change => change.row[0])).toEqual(sorted.slice(2, 5));
  });

  test('a satisfied LIMIT wants no more rows', () => {
    const plan = planOf('SELECT i FROM t LIMIT 2', 'query');
    expect(changesOf(plan, rows)[0]).toEqual(['+I[1]', '+I[2]']);
    const memory = new Memory(1 << 22);
    const engine = createEngine({plan, memory, clock, rejectRow: () => false});
    const [input] = engine.inputs;
    if (input === undefined) throw new Error('no input');
    const push = (count: number): void => {
      for (let at = 0; at < count; at++) writeValue(memory, input.batch.vectors[0]!, at, {kind: 'INT', nullable: true}, at, 'UTC');
      input.batch.count = count;
      input.push();
      while (engine.step());
    };
    expect(input.wanted).toBe(true);
    push(1);
    expect(input.wanted).toBe(true);
    push(1);
    expect(input.wanted).toBe(false);
    expect(engine.finished).toBe(false);
    input.end();
    while (engine.step());
    expect(engine.finished).toBe(true);
  });
});

describe('rows that cannot be computed', () => {
  const plan = planOf('SELECT k, 10 / i FROM t');
  const rows = [row('a', null, 5), row('b', null, 0), row('c', null, 2)];

  test('are told with their place and left out', () => {
    const memory = new Memory(1 << 22);
    const rejects: unknown[] = [];
    const engine = createEngine({
      plan,
      memory,
      clock,
      rejectRow: ({input, row: at, problem}) => rejects.push([input, at, problem.code]) > 0,
    });
    const delivered: number[] = [];
    const [input] = engine.inputs;
    const [output] = engine.outputs;
    if (input === undefined || output === undefined) throw new Error('no edges');
    output.deliver = () => void delivered.push(...output.batch.selection.subarray(0, output.batch.count));
    fill(memory, input.batch.vectors, plan, rows);
    input.batch.count = rows.length;
    input.push();
    while (engine.step());
    expect(rejects).toEqual([[0, 1, 'division-by-zero']]);
    expect(delivered).toEqual([0, 2]);
  });

  test('end the run where they must not be left out, after the rows before them', () => {
    const memory = new Memory(1 << 22);
    const engine = createEngine({plan, memory, clock, rejectRow: () => false});
    const [input] = engine.inputs;
    const [output] = engine.outputs;
    if (input === undefined || output === undefined) throw new Error('no edges');
    let delivered = 0;
    output.deliver = () => void (delivered += output.batch.count);
    fill(memory, input.batch.vectors, plan, rows);
    input.batch.count = rows.length;
    input.push();
    expect(() => engine.step()).toThrow(ProblemError);
    expect(delivered).toBe(1);
  });

  test('leave no trace in a group', () => {
    expect(resultOf('SELECT COUNT(*), SUM(10 / i) FROM t', rows, 'query')).toEqual(['+I[2, 7]']);
    expect(resultOf('SELECT SUM(10 / i) FILTER (WHERE i <> 0) FROM t', rows, 'query')).toEqual(['+I[7]']);
  });
});

describe('saved state', () => {
  const sql = 'SELECT k, COUNT(*), SUM(n) FROM t GROUP BY k';

  function engineOf(text: string): ReturnType<typeof createEngine> {
    return createEngine({plan: planOf(text), memory: new Memory(1 << 22), clock, rejectRow: () => false});
  }

  test('of another query is refused', () => {
    const image = engineOf(sql).capture('full');
    expect(() => engineOf('SELECT n, COUNT(*) FROM t GROUP BY n').restore([image])).toThrow('another query');
    expect(() => engineOf(sql).restore([image.slice(0, -3)])).toThrow('cannot be read');
    engineOf(sql).restore([image]);
  });

  test('changes alone are no state', () => {
    const image = engineOf(sql).capture('changes');
    expect(() => engineOf(sql).restore([image])).toThrow('full image');
  });

  test('is named by its sub-plan: what else the script says does not matter', () => {
    const image = engineOf(sql).capture('full');
    engineOf(`-- moved\n\n ${sql} HAVING COUNT(*) > 0`).restore([image]);
  });

  test('of few changes is small', () => {
    const plan = planOf(sql);
    const memory = new Memory(1 << 23);
    const engine = createEngine({plan, memory, clock, rejectRow: () => false});
    const [input] = engine.inputs;
    if (input === undefined) throw new Error('no input');
    const push = (rows: readonly Row[]): void => {
      const mark = memory.mark();
      fill(memory, input.batch.vectors, plan, rows);
      input.batch.count = rows.length;
      input.push();
      while (engine.step());
      memory.release(mark);
    };
    push(Array.from({length: 1000}, (_, at) => row(`key ${at}`, BigInt(at))));
    const full = engine.capture('full').length;
    push([row('key 7', 1n), row('new', 1n)]);
    const changes = engine.capture('changes').length;
    expect(full).toBeGreaterThan(30_000);
    expect(changes).toBeLessThan(500);
    expect(engine.capture('changes').length).toBeLessThan(changes);
  });
});

function fill(memory: Memory, vectors: readonly Parameters<typeof writeValue>[1][], plan: Plan, rows: readonly Row[]): void {
  const scan = plan.nodes.find(node => node.kind === 'scan');
  if (scan?.kind !== 'scan') throw new Error('no scan');
  for (const [at, values] of rows.entries()) {
    for (const [index, wanted] of scan.wanted.entries()) {
      const value = wanted.kind === 'physical' ? (values[wanted.ordinal] ?? null) : null;
      writeValue(memory, vectors[index]!, at, wanted.type, value, 'UTC');
    }
  }
}

test('an event time that is NULL is no row', () => {
  const ddl = `CREATE TABLE e (k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');\n`;
  const plan = planOf('SELECT k FROM e', 'script', ddl);
  expect(plan.nodes.some(node => node.kind === 'watermark')).toBe(true);
  const rows: readonly Row[] = [
    ['a', 1000],
    ['b', null],
    ['c', 500],
  ];
  expect(changesOf(plan, rows)[0]).toEqual(['+I[a]', '+I[c]']);
});

test('state counts its bytes', () => {
  const plan = planOf('SELECT k, COUNT(*) FROM t GROUP BY k');
  const memory = new Memory(1 << 22);
  const engine = createEngine({plan, memory, clock, rejectRow: () => false});
  const before = engine.stateBytes;
  const [input] = engine.inputs;
  if (input === undefined) throw new Error('no input');
  const rows = Array.from({length: 2000}, (_, at) => row(`key number ${at}`));
  fill(memory, input.batch.vectors, plan, rows);
  input.batch.count = rows.length;
  input.push();
  while (engine.step());
  expect(engine.stateBytes - before).toBeGreaterThan(2000 * 40);
});

test('a changelog of two levels keeps the laws', () => {
  const plan = planOf('SELECT c, COUNT(*) AS n FROM (SELECT k, COUNT(*) AS c FROM t GROUP BY k) GROUP BY c HAVING COUNT(*) > 1');
  const rows = Array.from({length: 60}, (_, at) => row(`k${(at * 7) % 11}`));
  const [changes] = drive({plan, clock, input: inputOf(plan, rows), batchRows: 7, stepRows: 16, restart: 'changes', skipsBadRows: false});
  const columns = plan.nodes[plan.sinks[0] as number]?.schema.columns ?? [];
  expect(changelogFault(changes ?? [], change => rowText(null, change.row, columns, 'UTC'))).toBeNull();
});
