import {expect, test} from 'vitest';
import {planText} from '../plan/plan-fixture.ts';
import type {Plan} from '../plan/plan.ts';
import {drive} from '../testing/drive.ts';
import {interpret} from '../testing/interpreter.ts';
import type {Row, Value} from '../types/value.ts';

/**
 * Every inline form against the definition of its function, over values that are hard: the ends of each type, both sides of 2^53, halves, zeros, NULL. What
 * never fails is computed many expressions at a time; a row that cannot be computed must be left out by both.
 */
const clock = {now: () => 0};
const columns: readonly (readonly [name: string, type: string, values: readonly Value[]])[] = [
  ['b', 'BOOLEAN', [null, true, false]],
  ['t', 'TINYINT', [null, 0, 1, -128, 127]],
  ['i', 'INT', [null, 0, -1, 7, 2147483647, -2147483648]],
  ['n', 'BIGINT', [null, 0n, 3n, -3n, 9007199254740991n, 9007199254740993n, -9223372036854775808n, 9223372036854775807n, 4294967296n]],
  ['f', 'FLOAT', [null, 0, 1.5, Math.fround(0.1), Infinity]],
  ['d', 'DOUBLE', [null, 0, -0, 2.5, -2.5, 1e300, Number.NaN, 9007199254740992, -Infinity]],
  ['p', 'DECIMAL(10, 2)', [null, 0n, 125n, -150n, 9999999999n]],
  ['q', 'DECIMAL(38, 5)', [null, 50000n, -149999n, 99999999999999999999999999999999999999n]],
  ['s', 'STRING', [null, '', 'a', 'ab', 'abc', 'b%', 'ü', '日本語', 'same text', "it's", 'Mixed ÄB', 'ABc', 'a"B c']],
  ['c', 'CHAR(3)', [null, 'abc', 'ab ']],
  ['ts', 'TIMESTAMP(3)', [null, 0, 1_700_000_000_123, -1]],
];
const table = `CREATE TABLE t (${columns.map(([name, type]) => `${name} ${type}`).join(', ')}) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');\n`;

const arithmetic = ['t', 'i', 'n', 'f', 'd', 'p', 'q', '3', '2.50', 'CAST(1 AS BIGINT)', '9007199254740991'];
const numbers = arithmetic.flatMap(left => arithmetic.flatMap(right => ['+', '-', '*', '/', '%'].map(sign => `${left} ${sign} ${right}`)));
const casts = ['b', 't', 'i', 'n', 'f', 'd', 'p', 'q'].flatMap(name =>
  ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL(5, 1)', 'DECIMAL(20, 6)', 'STRING'].map(
    type => `CAST(${name} AS ${type})`,
  ),
);
const comparable = [
  ['t', 'i', 'n', 'd', 'p', 'q', '0', '2.5', '9007199254740993'],
  ['s', 'c', "'ab'", "''", "'same text'", "'日本語'"],
  ['b', 'TRUE'],
  ['ts', "TIMESTAMP '1970-01-01 00:00:00.000'"],
];
const comparisons = comparable.flatMap(group =>
  group.flatMap(left =>
    group.flatMap(right =>
      ['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'].map(sign => `${left} ${sign} ${right}`),
    ),
  ),
);
const others = [
  'b AND i > 0',
  'b OR n > 0',
  'NOT b',
  'b AND (i > 0 OR d > 0)',
  'NOT (b OR s IS NULL)',
  'b IS TRUE',
  'b IS NOT FALSE',
  '(i > 0) IS UNKNOWN',
  's IS NULL',
  'n + 1 IS NOT NULL',
  "s LIKE 'a%'",
  "s LIKE '%b'",
  "s LIKE 'a%c'",
  "s LIKE '%m%t%'",
  "s LIKE '_b'",
  "s LIKE 'ab'",
  "s NOT LIKE '%'",
  'CASE WHEN i > 0 THEN n WHEN b THEN n + 1 ELSE NULL END',
  'CASE WHEN i <> 0 THEN 10 / i ELSE 0 END',
  "CASE WHEN b THEN s WHEN i = 7 THEN 'seven' END",
  'CASE WHEN b THEN UPPER(s) ELSE s END',
  'CASE i WHEN 0 THEN TRUE WHEN 7 THEN b ELSE n > 0 END',
  'COALESCE(n, i, 5)',
  "COALESCE(s, 'none')",
  'NULLIF(i, 0)',
  "NULLIF(s, 'a')",
  'ABS(i)',
  'ABS(n)',
  'ABS(p)',
  'MOD(n, 3)',
  '-t',
  '-i',
  '-n',
  '-d',
  '-p',
  "ts + INTERVAL '1' SECOND",
  "ts - INTERVAL '1' DAY",
  "ts + INTERVAL '1' MONTH",
  'CHAR_LENGTH(s) + i',
  "UPPER(s) = 'AB'",
  "LOWER(s) || 'x'",
  'i BETWEEN 0 AND 7',
  'i IN (0, 7, NULL)',
  "s IN ('a', 'ab')",
  'b AND 10 / i > 1',
  'LOWER(s)',
  "UPPER(s) = LOWER(s) OR LOWER(s) = 'abc'",
  "CASE WHEN LOWER(s) = 'ab' THEN UPPER(s) WHEN b THEN LOWER(s) END",
  'UPPER(LOWER(c))',
  "CONCAT(LOWER(s), 'x')",
  's || s || c',
  "s || '-' || UPPER(s)",
  "CONCAT(s, '\"', c, CASE WHEN b THEN s END)",
  "s || 'a text that is longer than what is copied byte by byte'",
  "CASE WHEN b THEN s || 'x' ELSE s || CAST(i AS STRING) END",
  "(s || 'x') = 'abx'",
  "X'00ff' || X'20'",
  'CHAR_LENGTH(s)',
  'CHAR_LENGTH(UPPER(s)) > 2',
  "SPLIT_INDEX(s, ' ', 0)",
  "SPLIT_INDEX(s, ' ', 1)",
  "SPLIT_INDEX(s, ' ', 2) IS NULL",
  'SPLIT_INDEX(s, 98, 0)',
  "SPLIT_INDEX(s, '本', 1)",
  "SPLIT_INDEX(s, 'b', -1)",
  "SPLIT_INDEX(SPLIT_INDEX(s, ' ', 1), 'x', 0)",
  'SUBSTRING(s, 2)',
  'SUBSTRING(s, 0, 2)',
  'SUBSTRING(s, -2, 1)',
  'SUBSTRING(s, -5)',
  'SUBSTRING(s, 2, -1)',
  'SUBSTRING(s, i)',
  'SUBSTRING(s, 2, i)',
  'SUBSTRING(s, t, 2)',
  "SPLIT_INDEX(s, ' ', i)",
  "REGEXP_EXTRACT(s, '(a)(b)', t)",
  'UPPER(SUBSTRING(s, 2, 3))',
  "REGEXP_EXTRACT(s, '(a)(b)?', 2)",
  "REGEXP_EXTRACT(s, 'a(.*)', 1)",
  "REGEXP_EXTRACT(s, 'a')",
  "REGEXP_EXTRACT(s, '本(.)', 1)",
  "REGEXP_EXTRACT(s, '(t)ext$', 3)",
  'REGEXP_EXTRACT(s, s, 0)',
  "CASE WHEN i > 0 THEN 'x' ELSE REGEXP_EXTRACT(s, '.b') END",
  "REGEXP_EXTRACT(s, 'a.') IS NOT NULL OR LOWER(s) IN ('b%', 'a')",
];

function planOf(expressions: readonly string[]): {plan: Plan; kept: readonly string[]} {
  // What the planner refuses (a constant division by zero, an order of types that have none) is not for this test.
  const kept = expressions.filter(expression => planText(`${table}SELECT ${expression} AS x FROM t`).plan !== null);
  if (kept.length === 0) return {plan: {nodes: [], sinks: [], settings: {runtimeMode: 'batch', timeZone: 'UTC', given: []}}, kept};
  const {plan, problems} = planText(`${table}SELECT ${kept.map((expression, at) => `${expression} AS x${at}`).join(', ')} FROM t`);
  if (plan === null) throw new Error(problems.map(problem => problem.message).join('; '));
  return {plan, kept};
}

/** Rows drawn from the hard values, the same in every run. */
function drawnRows(count: number): readonly Row[] {
  let state = 11;
  const draw = (values: readonly Value[]): Value => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return values[(state >>> 8) % values.length] as Value;
  };
  return Array.from({length: count}, () => columns.map(([, , values]) => draw(values)));
}

function compare(plan: Plan, kept: readonly string[], rows: readonly Row[]): void {
  const input = new Map(
    plan.nodes.flatMap((node, index) => {
      if (node.kind !== 'scan') return [];
      const wanted = node.wanted.map(column => (column.kind === 'physical' ? column.ordinal : 0));
      return [[index, rows.map(row => wanted.map(ordinal => row[ordinal] as Value))] as const];
    }),
  );
  const [expected = []] = interpret({plan, clock, input, skipsBadRows: true});
  const [found = []] = drive({plan, clock, input, batchRows: 2048, stepRows: 2048, restart: 'never', skipsBadRows: true});
  const faults = found.length === expected.length ? [] : [`${found.length} rows instead of ${expected.length} of ${kept.join(', ')}`];
  for (const [at, row] of expected.entries()) {
    for (const [index, expression] of kept.entries()) {
      const value = found[at]?.row[index];
      const wanted = row[index];
      if (text(value) !== text(wanted)) faults.push(`${expression} gives ${text(value)} instead of ${text(wanted)}: row ${at}`);
    }
  }
  expect(faults.slice(0, 20)).toEqual([]);
}

function text(value: Value | undefined): string {
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : JSON.stringify(typeof value === 'number' ? `number ${value}` : value);
}

function checks(name: string, expressions: readonly string[], together: number): void {
  test(name, () => {
    for (let start = 0; start < expressions.length; start += together) {
      const {plan, kept} = planOf(expressions.slice(start, start + together));
      if (kept.length > 0) compare(plan, kept, drawnRows(300));
    }
  });
}

const divides = (expression: string): boolean => /[/%]/.test(expression);
checks(
  'sums, differences and products',
  numbers.filter(expression => !divides(expression)),
  80,
);
checks(
  'quotients and rests',
  numbers.filter(divides).filter((_, at) => at % 3 === 0),
  1,
);
checks('casts', casts, 80);
checks('comparisons', comparisons, 80);
checks('conditions, choices, texts and times', others, 1);

test('filters go by the same rules', () => {
  for (const condition of [
    'n > 3',
    'n = i',
    'b',
    'b AND n < i',
    'd <> d',
    "s = 'ab' OR s LIKE '%c'",
    'q > p',
    'n * 3 > 5',
    "UPPER(s) = 'AB' AND i > -1",
    "REGEXP_EXTRACT(s, 'a.') IS NOT NULL OR LOWER(s) IN ('b%', 'a')",
  ]) {
    const {plan} = planText(`${table}SELECT n, s FROM t WHERE ${condition}`);
    if (plan === null) throw new Error(condition);
    compare(plan, ['n', 's'], drawnRows(300));
  }
});
