import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {plainCase} from './case.ts';
import {oracles, readInput} from './oracles.ts';
import {prepareCase} from './run-case.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-growth-'));
afterAll(() => rmSync(directory, {recursive: true, force: true}));

/**
 * Enough different values that every index grows several times while rows are on their way. `x` follows from `v`, so that a value comes again with the same
 * filters: a value that growing had entered twice would be counted twice then.
 */
const rows = Array.from({length: 1500}, (_, row) => {
  const v = (row * 31) % 701;
  return {k: row % 7, v, t: `text ${(row * 17) % 603}`, x: v % 3};
});

test.each([
  [
    'several calls over one set of distinct values',
    'SELECT COUNT(DISTINCT v), COUNT(DISTINCT v) FILTER (WHERE x = 0), COUNT(DISTINCT v) FILTER (WHERE x = 1), SUM(DISTINCT v) FROM t',
  ],
  [
    'the same by key',
    'SELECT k, COUNT(DISTINCT v) AS a, COUNT(DISTINCT v) FILTER (WHERE x = 0) AS b, COUNT(DISTINCT t) AS c, COUNT(DISTINCT t) FILTER (WHERE x > 0) AS d FROM t GROUP BY k',
  ],
  ['groups by number and text', 'SELECT v, t, COUNT(*) AS n, MAX(x) AS m FROM t GROUP BY v, t'],
  [
    'two aggregates over one input',
    'SELECT v AS a, COUNT(*) AS n FROM t GROUP BY v UNION ALL SELECT x, COUNT(DISTINCT v) FROM t GROUP BY x',
  ],
  ['a join by text', 'SELECT a.v, b.x FROM t AS a JOIN (SELECT t, MAX(x) AS x FROM t GROUP BY t) AS b ON a.t = b.t'],
  ['the first of each', 'SELECT t, v FROM (SELECT t, v, ROW_NUMBER() OVER (PARTITION BY t ORDER BY v) AS n FROM t) WHERE n <= 2'],
])('%s, while indexes grow', async (_, sql) => {
  const table = {columns: 'k INT, v INT, t STRING, x INT', rows};
  const one = plainCase(sql, {t: table}, {settings: {'execution.runtime-mode': 'batch'}});
  const {plan, problems} = await prepareCase(one, directory);
  if (plan === null) throw new Error(problems.map(problem => problem.message).join('; '));
  const input = readInput(plan, directory, () => 1 << 20, 'reject');
  const interpreter = oracles.find(oracle => oracle.name === 'interpreter');
  expect(interpreter).toBeDefined();
  await interpreter?.check({case: one, plan, directory, input});
});
