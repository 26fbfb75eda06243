import {expect, test} from 'vitest';
import {typeText} from '../../types/type-text.ts';
import {planText} from '../plan-fixture.ts';

/** The type of a column that is declared so, as Flink prints it. */
function declared(type: string): string {
  const {plan, problems} = planText(`CREATE TABLE t (a ${type}) WITH ('connector' = 'datagen'); SELECT a FROM t`);
  expect(problems).toEqual([]);
  return typeText(plan!.nodes[0]!.schema.columns[0]!.type);
}

test.each([
  ['BOOLEAN', 'BOOLEAN'],
  ['INTEGER NOT NULL', 'INT NOT NULL'],
  ['BIGINT NULL', 'BIGINT'],
  ['DOUBLE PRECISION', 'DOUBLE'],
  ['CHAR', 'CHAR(1)'],
  ['VARCHAR', 'STRING'],
  ['VARCHAR(5)', 'VARCHAR(5)'],
  ['STRING', 'STRING'],
  ['BYTES', 'BYTES'],
  ['VARBINARY', 'BYTES'],
  ['BINARY(3)', 'BINARY(3)'],
  ['DECIMAL', 'DECIMAL(10, 0)'],
  ['NUMERIC(5)', 'DECIMAL(5, 0)'],
  ['DEC(5, 2)', 'DECIMAL(5, 2)'],
  ['DATE', 'DATE'],
  ['TIME', 'TIME(0)'],
  ['TIMESTAMP', 'TIMESTAMP(6)'],
  ['TIMESTAMP(3) WITHOUT TIME ZONE', 'TIMESTAMP(3)'],
  ['TIMESTAMP_LTZ(3)', 'TIMESTAMP_LTZ(3)'],
  ['TIMESTAMP(3) WITH LOCAL TIME ZONE', 'TIMESTAMP_LTZ(3)'],
  ['INTERVAL DAY(3) TO SECOND(3)', 'INTERVAL DAY TO SECOND(3)'],
  ['INTERVAL MONTH', 'INTERVAL YEAR TO MONTH'],
  ['ARRAY<INT NOT NULL>', 'ARRAY<INT NOT NULL>'],
  ['INT ARRAY', 'ARRAY<INT>'],
  ['MAP<STRING, ARRAY<BIGINT>>', 'MAP<STRING, ARRAY<BIGINT>>'],
  ['MULTISET<STRING>', 'MULTISET<STRING>'],
  ['ROW<a INT, `b``c` ROW<d STRING NOT NULL>>', 'ROW<`a` INT, `b``c` ROW<`d` STRING NOT NULL>>'],
  ['ROW(a INT, b STRING)', 'ROW<`a` INT, `b` STRING>'],
])('%s is %s', (written, type) => {
  expect(declared(written)).toBe(type);
});

test.each([
  ['CHAR(0)', 'length of CHAR must be between 1 and 2147483647, not 0'],
  ['ROW<a INT, a STRING>', 'ROW has two fields named "a"'],
  ['TIME(10)', 'precision of TIME must be between 0 and 9, not 10'],
])('%s is refused', (written, message) => {
  expect(planText(`CREATE TABLE t (a ${written}) WITH ('connector' = 'datagen')`).problems).toMatchObject([
    {code: expect.any(String) as string, message},
  ]);
});

test.each([
  ['CAST(1 AS DECIMAL(10, 0))', 'DECIMAL(10, 0) NOT NULL'],
  ['CAST(1 AS DECIMAL(9, 0))', 'DECIMAL(9, 0)'],
  ['CAST(9.99 AS DECIMAL(3, 1))', 'DECIMAL(3, 1) NOT NULL'],
  ['CAST(9.99 AS DECIMAL(2, 1))', 'DECIMAL(2, 1)'],
  ['CAST(1e0 AS DECIMAL(30, 0))', 'DECIMAL(30, 0)'],
  ['CAST(1e0 AS INT)', 'INT NOT NULL'],
  ['TRY_CAST(1e0 AS INT)', 'INT'],
])('%s is %s: nullable where it can have too many digits', (sql, type) => {
  const {plan} = planText(`SELECT ${sql}`, {rules: false});
  expect(typeText(plan!.nodes.at(-1)!.schema.columns[0]!.type)).toBe(type);
});
