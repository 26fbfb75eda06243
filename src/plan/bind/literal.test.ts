import {describe, expect, test} from 'vitest';
import {typeText} from '../../types/type-text.ts';
import {planText} from '../plan-fixture.ts';

/** The type and value of a literal, as planned. */
function literal(sql: string): readonly [string, unknown] {
  const {plan, problems} = planText(`VALUES (${sql})`);
  expect(problems).toEqual([]);
  const node = plan!.nodes[0]!;
  expect(node.kind).toBe('values');
  return [typeText(node.schema.columns[0]!.type), node.kind === 'values' ? node.rows[0]![0] : undefined];
}

describe('literals have the type of their spelling', () => {
  test.each<readonly [string, string, unknown]>([
    ['1', 'INT NOT NULL', 1],
    ['2147483647', 'INT NOT NULL', 2147483647],
    ['2147483648', 'BIGINT NOT NULL', 2147483648n],
    ['-2147483648', 'INT NOT NULL', -2147483648],
    ['9223372036854775807', 'BIGINT NOT NULL', 9223372036854775807n],
    ['-9223372036854775808', 'BIGINT NOT NULL', -9223372036854775808n],
    ['1.1', 'DECIMAL(2, 1) NOT NULL', 11n],
    ['0.908', 'DECIMAL(3, 3) NOT NULL', 908n],
    ['0.05', 'DECIMAL(2, 2) NOT NULL', 5n],
    ['1.10', 'DECIMAL(3, 2) NOT NULL', 110n],
    ['.5', 'DECIMAL(1, 1) NOT NULL', 5n],
    ['1e0', 'DOUBLE NOT NULL', 1],
    ['-1.5E-3', 'DOUBLE NOT NULL', -0.0015],
    ["'abc'", 'CHAR(3) NOT NULL', 'abc'],
    ["'it''s'", 'CHAR(4) NOT NULL', "it's"],
    ["X'00ff'", 'BINARY(2) NOT NULL', Uint8Array.of(0, 255)],
    ['TRUE', 'BOOLEAN NOT NULL', true],
    ['UNKNOWN', 'BOOLEAN', null],
    ['NULL', 'NULL', null],
    ["DATE '1970-01-02'", 'DATE NOT NULL', 1],
    ["DATE '1970-1-2'", 'DATE NOT NULL', 1],
    ["TIME '00:00:01.5'", 'TIME(1) NOT NULL', 1500],
    ["TIMESTAMP '1970-01-01 00:00:01'", 'TIMESTAMP(0) NOT NULL', 1000],
    ["TIMESTAMP '1970-01-01 00:00:01.000001'", 'TIMESTAMP(6) NOT NULL', 1000001n],
  ])('%s is %s', (sql, type, value) => {
    expect(literal(sql)).toEqual([type, value]);
  });
});

test.each([
  "DATE '1970-02-30'",
  "DATE '1970-01-02 00:00:00'",
  "DATE '70-01-02'",
  "TIME '24:00:00'",
  "TIME ' 10:00:00'",
  "TIME '10:00'",
  "TIMESTAMP '1970-02-30 00:00:00'",
  "TIMESTAMP '1970-01-01 24:00:00'",
  "TIMESTAMP '1970-01-01T00:00:00'",
  "TIMESTAMP '1970-01-01'",
  "TIMESTAMP '1970-01-01 00:00:00.1234567890'",
])('%s is refused', sql => {
  expect(planText(`VALUES (${sql})`).problems).toMatchObject([{code: 'wrong-literal'}]);
});

describe('intervals are months or milliseconds', () => {
  test.each<readonly [string, number]>([
    ["INTERVAL '5' SECOND", 5000],
    ["INTERVAL '1.5' SECOND", 1500],
    ["INTERVAL -'5' MINUTE", -300_000],
    ["INTERVAL '-5' MINUTE", -300_000],
    ["INTERVAL '100' DAY(3)", 8_640_000_000],
    ["INTERVAL '1 02:03:04.005' DAY TO SECOND", 93_784_005],
    ["INTERVAL '02:30' HOUR TO MINUTE", 9_000_000],
    ["INTERVAL '2' YEAR", 24],
    ["INTERVAL '1-2' YEAR TO MONTH", 14],
    ["INTERVAL '-1-2' YEAR TO MONTH", -14],
  ])('%s is %d', (sql, value) => {
    expect(literal(sql)[1]).toBe(value);
  });
});
