import {expect, test} from 'vitest';
import {told} from './plan-fixture.ts';

const tables = `CREATE TABLE t (a INT, b STRING, l ARRAY<INT>, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'path' = 't', 'format' = 'json');
CREATE TABLE u (a INT, b STRING) WITH ('connector' = 'print');
CREATE TABLE g (a INT, b STRING) WITH ('connector' = 'datagen');
`;

/** SQL that Flink plans and weir does not, then: what it is called, and the text of its place. */
const refusals: readonly (readonly [sql: string, name: string, at: string])[] = [
  ['SELECT * FROM t FOR SYSTEM_TIME AS OF ts', 'FOR SYSTEM_TIME AS OF', 'ts'],
  [
    'SELECT * FROM t RIGHT JOIN t FOR SYSTEM_TIME AS OF PROCTIME() AS x ON t.a = x.a',
    'FOR SYSTEM_TIME AS OF of a RIGHT or FULL JOIN',
    'PROCTIME()',
  ],
  ['SELECT a FROM t, LATERAL TABLE(split(b)) AS x (y)', 'table function SPLIT', 'split(b)'],
  ['SELECT x FROM t RIGHT JOIN UNNEST(l) AS u (x) ON TRUE', 'RIGHT JOIN UNNEST', 'UNNEST(l) AS u (x)'],
  ['SELECT x FROM UNNEST(ARRAY[1], ARRAY[2]) AS u (x, y)', 'UNNEST of several collections', 'UNNEST(ARRAY[1], ARRAY[2]) AS u (x, y)'],
  ['SELECT ARRAY(SELECT 1) FROM t', 'ARRAY(SELECT …)', 'ARRAY(SELECT 1)'],
  [
    'SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A) DEFINE A AS A.a > 1)',
    'MATCH_RECOGNIZE',
    't MATCH_RECOGNIZE (PATTERN (A) DEFINE A AS A.a > 1)',
  ],
  ["SELECT * FROM t PIVOT (SUM(a) FOR b IN ('x'))", 'PIVOT', "t PIVOT (SUM(a) FOR b IN ('x'))"],
  ['SELECT * FROM t UNPIVOT (v FOR n IN (a))', 'UNPIVOT', 't UNPIVOT (v FOR n IN (a))'],
  ['SELECT * FROM t TABLESAMPLE BERNOULLI (10)', 'TABLESAMPLE', 't TABLESAMPLE BERNOULLI (10)'],
  ['SELECT * FROM ML_PREDICT(TABLE t, MODEL m, DESCRIPTOR(a))', 'table function ML_PREDICT', 'ML_PREDICT(TABLE t, MODEL m, DESCRIPTOR(a))'],
  ['SELECT UPPER(x => b) FROM t', 'an argument by name (=>)', 'UPPER(x => b)'],
  ['SELECT LISTAGG(b) WITHIN GROUP (ORDER BY b) FROM t', 'WITHIN GROUP', 'LISTAGG(b) WITHIN GROUP (ORDER BY b)'],
  ['SELECT SUM(a) FILTER (WHERE a > 1) OVER (ORDER BY ts) FROM t', 'FILTER with OVER', 'SUM(a) FILTER (WHERE a > 1) OVER (ORDER BY ts)'],
  ['SELECT a FROM g ORDER BY a', 'ORDER BY over input that never ends', 'a'],
  ['SELECT a FROM t ORDER BY ts OFFSET 2', 'OFFSET over a stream that is sorted by its time', 'ts'],
  ['SELECT a, COUNT(*) FROM g GROUP BY a OFFSET 3', 'OFFSET over rows that change', '3'],
  ['DESCRIBE t', 'DESCRIBE', 'DESCRIBE t'],
  ["SELECT /*+ CACHE('t') */ a FROM t", 'hint CACHE', "CACHE('t')"],
  [
    "CREATE TABLE x (a INT) DISTRIBUTED BY HASH(a) INTO 4 BUCKETS WITH ('connector' = 'print')",
    'DISTRIBUTED',
    'DISTRIBUTED BY HASH(a) INTO 4 BUCKETS',
  ],
];

test.each(refusals)('%s', (sql, name, at) => {
  expect(told(tables + sql)).toMatchObject([{code: 'not-supported', message: `${name} is not supported yet`, at}]);
});

test.each(['LEAD(a)', 'RANK()', 'DENSE_RANK()', 'PERCENT_RANK()', 'CUME_DIST()', 'NTILE(2)'])('%s over a stream', call => {
  const over = `${call} OVER (PARTITION BY b ORDER BY ts)`;
  const name = call.replace(/\(.*/, '');
  const message = `${name} over a stream is not supported, because it needs rows that have not come yet, or all of them`;
  const code = name.endsWith('RANK') && name !== 'PERCENT_RANK' ? 'not-supported' : 'wrong-window';
  expect(told(`${tables}SELECT ${over} FROM t`)).toMatchObject([{code, message, at: over}]);
  expect(told(`SET 'execution.runtime-mode' = 'batch'; ${tables}SELECT ${over} FROM t`)).toEqual([]);
});

test('statements that will never be planned are known by their first words', () => {
  for (const [sql, name] of [
    ['SHOW TABLES', 'SHOW TABLES'],
    ['USE CATALOG c', 'USE CATALOG'],
    ["ALTER TABLE t SET ('a' = 'b')", 'ALTER TABLE'],
    ['UPDATE t SET a = 1', 'UPDATE'],
    ['DELETE FROM t', 'DELETE'],
    ["CREATE FUNCTION f AS 'com.example.F' LANGUAGE JAVA USING JAR 'f.jar'", 'CREATE FUNCTION'],
    ["CREATE MODEL m WITH ('provider' = 'p')", 'CREATE MODEL'],
    ['CREATE MATERIALIZED TABLE m AS SELECT 1', 'CREATE MATERIALIZED TABLE'],
  ] as const) {
    expect(told(sql)).toMatchObject([{code: 'not-supported', message: `${name} is not supported`, at: sql}]);
  }
});
