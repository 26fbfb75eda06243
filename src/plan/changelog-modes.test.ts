import {expect, test} from 'vitest';
import {planText} from './plan-fixture.ts';

const tables = `CREATE TABLE a (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = 'a', 'format' = 'json');
CREATE TABLE b (k STRING, w INT) WITH ('connector' = 'filesystem', 'path' = 'b', 'format' = 'json');
CREATE VIEW s AS SELECT k, SUM(v) AS v FROM a GROUP BY k;
CREATE VIEW t AS SELECT k, SUM(w) AS w FROM b GROUP BY k;
`;

/** What the rows of each node do, from the result down. */
function modesOf(sql: string): readonly string[] {
  const {explain, problems} = planText(`${tables}EXPLAIN CHANGELOG_MODE ${sql}`);
  expect(problems.filter(({severity}) => severity === 'error')).toEqual([]);
  return [...(explain[0] ?? '').matchAll(/ · (I(?:,UB)?(?:,UA)?(?:,D)?)(?= ·|$)/gm)].map(match => match[1]!);
}

const cases: readonly (readonly [sql: string, modes: readonly string[]])[] = [
  ['SELECT k, v FROM a WHERE v > 1', ['I', 'I', 'I']],
  ['SELECT k, v FROM s', ['I,UA', 'I,UA', 'I']],
  // Who counts results must be told which are no more.
  ['SELECT v, COUNT(*) AS n FROM s GROUP BY v', ['I,UA,D', 'I,UA,D', 'I,UB,UA', 'I']],
  // Which of two rows with one key passes is told by the key alone, or not.
  ["SELECT k, v FROM s WHERE k <> 'x'", ['I,UA', 'I,UA', 'I', 'I']],
  ['SELECT k, v FROM s WHERE v <> 1', ['I,UB,UA', 'I,UB,UA', 'I,UB,UA', 'I']],
  ['SELECT k, v FROM s UNION ALL SELECT k, v FROM a', ['I,UA', 'I,UA', 'I,UA', 'I', 'I']],
];

test.each(cases)('%s', (sql, modes) => {
  const found = modesOf(sql);
  expect(found[0]).toBe(modes[0]);
  for (const mode of modes) expect(found).toContain(mode);
});

test('of joins by what the rows of both sides are told apart by', () => {
  expect(modesOf('SELECT s.k, v, w FROM s JOIN t ON v = w')[0]).toBe('I,UB,UA');
  expect(modesOf('SELECT s.k, v, w FROM s FULL JOIN t ON v = w')[0]).toBe('I,UB,UA,D');
  expect(modesOf('SELECT s.k, v, w FROM s LEFT JOIN t ON s.k = t.k')[0]).toBe('I,UA,D');
  expect(modesOf('SELECT a.k, v, w FROM a LEFT JOIN b ON a.k = b.k')[0]).toBe('I,UA,D');
});
