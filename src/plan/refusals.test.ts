import {expect, test} from 'vitest';
import {planText} from './plan-fixture.ts';

const tables = `CREATE TABLE t (a INT, b STRING, l ARRAY<INT>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 't', 'format' = 'json');
CREATE TABLE u (a INT, b STRING) WITH ('connector' = 'print');
`;

/** Everything that Flink plans and weir does not is refused by its name, at its place. */
const refusals: readonly (readonly [sql: string, name: string])[] = [
  ['SELECT * FROM t JOIN t AS x ON t.a = x.a', 'JOIN'],
  ['SELECT * FROM t LEFT JOIN t AS x ON t.a = x.a', 'LEFT JOIN'],
  ['SELECT * FROM t FULL OUTER JOIN t AS x ON t.a = x.a', 'FULL JOIN'],
  ['SELECT * FROM t NATURAL JOIN t AS x', 'NATURAL JOIN'],
  ['SELECT * FROM t CROSS JOIN t AS x', 'CROSS JOIN'],
  ['SELECT * FROM t, t AS x', 'a join by comma (several tables in FROM)'],
  ['SELECT * FROM t FOR SYSTEM_TIME AS OF ts', 'FOR SYSTEM_TIME AS OF'],
  ['SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY ts) FROM t', 'ROW_NUMBER(…) OVER'],
  ['SELECT SUM(a) OVER w FROM t WINDOW w AS (ORDER BY ts)', 'WINDOW'],
  ['SELECT a FROM t QUALIFY a > 1', 'QUALIFY'],
  ['SELECT a FROM t WHERE a IN (SELECT a FROM t)', 'IN (SELECT …)'],
  ['SELECT a FROM t WHERE a NOT IN (SELECT a FROM t)', 'NOT IN (SELECT …)'],
  ['SELECT a FROM t WHERE EXISTS (SELECT 1)', 'EXISTS'],
  ['SELECT (SELECT 1) FROM t', 'a query as a value'],
  ['SELECT a FROM t WHERE a > ALL (SELECT 1)', '> ALL'],
  ['SELECT ARRAY(SELECT 1) FROM t', 'ARRAY(SELECT …)'],
  ['SELECT x FROM t CROSS JOIN UNNEST(l) AS u (x)', 'CROSS JOIN'],
  ['SELECT x FROM UNNEST(ARRAY[1]) AS u (x)', 'UNNEST'],
  ['SELECT a FROM t GROUP BY GROUPING SETS ((a), ())', 'GROUPING SETS'],
  ['SELECT a FROM t GROUP BY ROLLUP (a)', 'ROLLUP'],
  ['SELECT a FROM t GROUP BY CUBE (a)', 'CUBE'],
  ['SELECT a FROM t INTERSECT SELECT a FROM t', 'INTERSECT'],
  ['SELECT a FROM t EXCEPT ALL SELECT a FROM t', 'EXCEPT ALL'],
  ['SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts MEASURES A.a AS x PATTERN (A) DEFINE A AS A.a > 1) AS m', 'MATCH_RECOGNIZE'],
  ["CREATE FUNCTION f AS 'com.example.F'", 'CREATE FUNCTION'],
  ['DROP FUNCTION f', 'DROP FUNCTION'],
  ['DESCRIBE t', 'DESCRIBE'],
  ["SELECT /*+ STATE_TTL('t' = '1d') */ a FROM t", 'hint STATE_TTL'],
  ["CREATE TABLE x (a INT) DISTRIBUTED BY HASH(a) INTO 4 BUCKETS WITH ('connector' = 'print')", 'DISTRIBUTED'],
];

test.each(refusals)('%s', (sql, name) => {
  const {plan, problems} = planText(tables + sql);
  expect(plan).toBeNull();
  expect(problems.map(problem => [problem.code, problem.message])).toContainEqual(['not-supported', `${name} is not supported yet`]);
  for (const {place} of problems) {
    expect(place?.kind).toBe('text');
    if (place?.kind === 'text') expect(place.span.start).toBeGreaterThanOrEqual(tables.length);
  }
});

test('statements that will never be planned are known by their first words', () => {
  for (const [sql, name] of [
    ['SHOW TABLES', 'SHOW TABLES'],
    ['USE CATALOG c', 'USE CATALOG'],
    ["ALTER TABLE t SET ('a' = 'b')", 'ALTER TABLE'],
  ] as const) {
    expect(planText(sql).problems).toMatchObject([{code: 'not-supported', message: `${name} is not supported`}]);
  }
});
