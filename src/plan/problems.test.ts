import {describe, expect, test} from 'vitest';
import {planText, problemTables as tables, told} from './plan-fixture.ts';

/** SQL over the tables of the fixture, then: code, message, text of the place, hint. */
type Row = readonly [sql: string, code: string, message: string, at: string, hint?: string];

function check(rows: readonly Row[]): void {
  test.each(rows)('%s', (sql, code, message, at, hint) => {
    expect(told(tables + sql)).toEqual([{code, message, at, ...(hint === undefined ? {} : {hint})}]);
  });
}

describe('names', () => {
  check([
    ['SELECT aa FROM t', 'unknown-column', 'table "t" has no column "aa"', 'aa'],
    ['SELECT A FROM t', 'unknown-column', 'table "t" has no column "A"', 'A', 'did you mean "a"?'],
    ['SELECT ts2 FROM t', 'unknown-column', 'table "t" has no column "ts2"', 'ts2', 'did you mean "ts"?'],
    ['SELECT r.xx FROM t', 'unknown-column', 'the ROW has no field "xx"', 'xx'],
    ['SELECT a.x FROM t', 'wrong-type', '"x" cannot be a field, because what stands before it is an INT and no ROW', 'x'],
    ['SELECT z.a FROM t', 'unknown-column', 'there is no table or column "z" here', 'z'],
    ['SELECT a', 'unknown-column', 'there is no column "a": the query reads no table', 'a', "for a text, write 'a'"],
    ['SELECT *', 'unknown-column', '* needs a table: the query has no FROM', '*'],
    ['SELECT a.* FROM t', 'wrong-type', '"a" is no table and no ROW, so .* means nothing', 'a.*'],
    ['SELECT * FROM tt', 'unknown-table', 'there is no table or view "tt"', 'tt'],
    [
      'SELECT * FROM other.t',
      'not-supported',
      'catalog or database "other" does not exist',
      'other.t',
      'write the name of the table alone',
    ],
    [
      'SELECT a FROM (SELECT a, b AS a FROM t)',
      'ambiguous-column',
      'column "a" is ambiguous: more than one has this name',
      'a',
      'give the columns different names with AS, or put the table before the name',
    ],
    ['SELECT LOWR(b) FROM t', 'unknown-function', 'there is no function "LOWR"', 'LOWR(b)', 'did you mean "LOWER"?'],
    [
      'SELECT a AS x FROM t WHERE x = 1',
      'unknown-column',
      'table "t" has no column "x"',
      'x',
      '"x" is a name given in SELECT, which WHERE does not see: write the expression again',
    ],
    [
      'SELECT b, COUNT(*) AS n FROM t GROUP BY b HAVING n > 1',
      'unknown-column',
      'table "t" has no column "n"',
      'n',
      '"n" is a name given in SELECT, which HAVING does not see: write the expression again',
    ],
    ['SELECT a FROM t AS t2 (x)', 'wrong-column-count', '1 names are given for 4 columns', 'AS t2 (x)'],
    ['WITH x AS (SELECT 1), x AS (SELECT 2) SELECT * FROM x', 'duplicate-table', 'WITH names "x" twice', 'x'],
    ['CREATE VIEW t AS SELECT 1', 'duplicate-table', 'table "t" exists already', 't', 'choose another name, or write IF NOT EXISTS'],
    ['DROP VIEW t', 'unknown-table', '"t" is a table', 't', 'write DROP TABLE'],
    ['DROP TABLE x', 'unknown-table', 'there is no table "x"', 'x', 'write IF EXISTS if it may be missing'],
    ['SELECT * FROM p', 'not-readable', 'table "p" cannot be read: connector "print" only writes', 'p'],
    ['INSERT INTO g SELECT 1', 'not-writable', 'table "g" cannot be written: connector "datagen" only reads', 'g'],
  ]);

  test('a near name is offered, and what there is', () => {
    expect(planText(`${tables}SELECT tsx FROM t`).problems).toMatchObject([{hint: 'did you mean "ts"?', detail: 'columns: a, b, r, ts'}]);
    expect(planText(`${tables}SELECT * FROM tx`).problems).toMatchObject([{detail: 'tables: t, p, f, g'}]);
  });

  test('all problems of a query are told, and of all statements', () => {
    expect(told(`${tables}SELECT q1, q2 + 1 FROM t WHERE q3; INSERT INTO p SELECT q4, b FROM t`).map(({at}) => at)).toEqual([
      'q1',
      'q2',
      'q3',
      'q4',
    ]);
  });

  test('who reads a broken table or view is not blamed as well', () => {
    expect(told("CREATE TABLE x (a NOPE) WITH ( 'connector' = 'print'); SELECT * FROM x; INSERT INTO x SELECT 1")).toHaveLength(1);
    const twice = told(
      `${tables}CREATE VIEW v AS SELECT nope FROM t; SELECT * FROM v; WITH w AS (SELECT nix FROM t) SELECT * FROM w, w AS u`,
    );
    expect(twice.map(({at}) => at)).toEqual(['nope', 'nix']);
  });
});

describe('types', () => {
  check([
    [
      'SELECT a + TRUE FROM t',
      'wrong-argument',
      'operator "+" does not take (INT, BOOLEAN)',
      'a + TRUE',
      'both sides must be numbers: CAST a text to the number type it holds',
    ],
    [
      'SELECT b FROM t WHERE a',
      'wrong-type',
      'WHERE needs a condition, and this is an INT',
      'a',
      "compare it with something: = 1, <> '', IS NOT NULL",
    ],
    ['SELECT CAST(a AS DATE) FROM t', 'wrong-type', 'INT cannot be cast to DATE', 'CAST(a AS DATE)'],
    [
      'SELECT CASE WHEN TRUE THEN 1 ELSE ts END FROM t',
      'wrong-type',
      'CASE cannot give INT and TIMESTAMP(3) at once',
      'CASE WHEN TRUE THEN 1 ELSE ts END',
      'cast them to one type: CAST(x AS STRING)',
    ],
    [
      'SELECT IF(a, 1, 2) FROM t',
      'wrong-type',
      'IF needs a condition, and this is an INT',
      'a',
      "compare it with something: = 1, <> '', IS NOT NULL",
    ],
    [
      'SELECT COALESCE(1, TRUE)',
      'wrong-type',
      'COALESCE cannot give INT and BOOLEAN at once',
      'COALESCE(1, TRUE)',
      'cast them to one type: CAST(x AS STRING)',
    ],
    ['SELECT NULLIF(1)', 'wrong-argument', 'function "NULLIF" cannot take 1 arguments', 'NULLIF(1)', 'it is written NULLIF(value, other)'],
    ['SELECT +b FROM t', 'wrong-type', 'operator "+" needs a number, and this is a STRING', '+b'],
    [
      'SELECT a FROM t UNION ALL SELECT b FROM t',
      'wrong-type',
      'column 1 of UNION cannot be INT and STRING at once',
      'SELECT a FROM t UNION ALL SELECT b FROM t',
      'cast one side: CAST(x AS STRING)',
    ],
    [
      'SELECT a FROM t UNION ALL SELECT a, b FROM t',
      'wrong-column-count',
      'UNION needs the same number of columns on both sides, not 1 and 2',
      'SELECT a FROM t UNION ALL SELECT a, b FROM t',
    ],
    ['VALUES (1, 2), (3)', 'wrong-column-count', 'all rows of VALUES need the same number of values: the first has 2, this 1', '(3)'],
    [
      'VALUES (1), (TRUE)',
      'wrong-type',
      'column 1 of VALUES cannot be INT and BOOLEAN at once',
      'VALUES (1), (TRUE)',
      'cast the values to one type',
    ],
    ['SELECT a FROM t ORDER BY r', 'wrong-type', 'ORDER BY cannot compare values of ROW<`x` INT, `y` STRING>', 'r'],
    ['SELECT a FROM t ORDER BY 3', 'wrong-ordinal', 'ORDER BY 3 names no column: there are 1', '3'],
    [
      'SELECT DISTINCT a FROM t ORDER BY b',
      'wrong-order',
      'with SELECT DISTINCT, ORDER BY can only use what is selected',
      'b',
      'add the expression to the SELECT list',
    ],
  ]);
});

describe('literals', () => {
  check([
    [
      'SELECT 9223372036854775808',
      'wrong-literal',
      'number 9223372036854775808 is out of range of BIGINT',
      '9223372036854775808',
      "write it as a text and cast it: CAST('9223372036854775808' AS DECIMAL(38, 0))",
    ],
    ['SELECT 1e999', 'wrong-literal', 'number 1e999 is out of range of DOUBLE', '1e999'],
    ["SELECT DATE '2021-02-29'", 'wrong-literal', '"2021-02-29" is no DATE', "DATE '2021-02-29'", "write it as DATE 'yyyy-MM-dd'"],
    [
      "SELECT TIMESTAMP '2021-02-28T00:00:00'",
      'wrong-literal',
      '"2021-02-28T00:00:00" is no TIMESTAMP',
      "TIMESTAMP '2021-02-28T00:00:00'",
      "write it as TIMESTAMP 'yyyy-MM-dd HH:mm:ss'",
    ],
    [
      "SELECT ts + INTERVAL '100' SECOND FROM t",
      'wrong-literal',
      '"100" has more digits than INTERVAL SECOND takes',
      "INTERVAL '100' SECOND",
      "write INTERVAL '100' SECOND(3)",
    ],
    [
      "SELECT ts + INTERVAL '5' SECOND(6, 3) FROM t",
      'wrong-literal',
      "precision 6 of an interval's SECOND must be between 1 and 3",
      "INTERVAL '5' SECOND(6, 3)",
    ],
    [
      "SELECT ts + INTERVAL '1:75' HOUR TO MINUTE FROM t",
      'wrong-literal',
      '"1:75" is no interval of HOUR TO MINUTE',
      "INTERVAL '1:75' HOUR TO MINUTE",
    ],
    ['SELECT CAST(a AS DECIMAL(39, 1)) FROM t', 'wrong-type', 'precision of DECIMAL must be between 1 and 38, not 39', 'DECIMAL(39, 1)'],
    [
      'SELECT CAST(a AS DECIMAL(3, 4)) FROM t',
      'wrong-type',
      'scale of DECIMAL must be between 0 and its precision 3, not 4',
      'DECIMAL(3, 4)',
    ],
    ['SELECT CAST(ts AS TIMESTAMP(10)) FROM t', 'wrong-type', 'precision of TIMESTAMP must be between 0 and 9, not 10', 'TIMESTAMP(10)'],
  ]);
});

describe('groups', () => {
  check([
    [
      'SELECT a, COUNT(*) FROM t',
      'not-grouped',
      'column "a" is neither grouped by nor inside an aggregate',
      'a',
      'write GROUP BY a, or aggregate it: MAX(a)',
    ],
    [
      'SELECT a + 1 FROM t GROUP BY b',
      'not-grouped',
      'column "a" is neither grouped by nor inside an aggregate',
      'a',
      'add a to GROUP BY, or aggregate it: MAX(a)',
    ],
    [
      'SELECT b FROM t GROUP BY b HAVING a > 1',
      'not-grouped',
      'column "a" is neither grouped by nor inside an aggregate',
      'a',
      'add a to GROUP BY, or aggregate it: MAX(a)',
    ],
    [
      'SELECT COUNT(*) FROM t WHERE COUNT(*) > 1',
      'misplaced-aggregate',
      'aggregate COUNT cannot stand in WHERE',
      'COUNT(*)',
      'conditions on groups stand in HAVING',
    ],
    [
      'SELECT SUM(COUNT(*)) FROM t',
      'misplaced-aggregate',
      'aggregate SUM cannot hold another aggregate',
      'SUM(COUNT(*))',
      'compute the inner one in a query of its own: FROM (SELECT …)',
    ],
    ['SELECT b FROM t GROUP BY COUNT(*)', 'misplaced-aggregate', 'aggregate COUNT cannot stand in GROUP BY', 'COUNT(*)'],
    ['SELECT MAX(*) FROM t', 'wrong-argument', 'aggregate MAX needs a value, not *', 'MAX(*)', 'it is written MAX(value)'],
    ['SELECT LOWER(DISTINCT b) FROM t', 'wrong-argument', 'function "LOWER" is no aggregate, so it takes no DISTINCT', 'LOWER(DISTINCT b)'],
    [
      'SELECT UPPER(b) AS u, COUNT(*) FROM t GROUP BY 1',
      'group-by-ordinal',
      'GROUP BY 1 groups by the number 1 in Flink, not by the column at that place',
      '1',
      'write GROUP BY UPPER(b)',
    ],
    [
      'SELECT UPPER(b) AS u, COUNT(*) FROM t GROUP BY u',
      'group-by-alias',
      'GROUP BY "u" names a SELECT alias, which Flink does not take',
      'u',
      'write GROUP BY UPPER(b)',
    ],
  ]);

  test('a number that cannot be meant as a column groups by a constant, as in Flink', () => {
    expect(planText(`${tables}SELECT COUNT(*) FROM t GROUP BY 1`).problems).toEqual([]);
  });
});

test('a constant that cannot be computed is told of, and left to the row that reaches it', () => {
  const {plan, problems} = planText(`${tables}SELECT CASE WHEN a = 1 THEN 1 / 0 ELSE 2 END FROM t`);
  expect(problems).toMatchObject([
    {severity: 'warning', code: 'always-fails', message: 'this fails for every row that reaches it: division by zero'},
  ]);
  expect(plan).not.toBeNull();
});

describe('the time of a window', () => {
  const timed = "CREATE TABLE w (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');";
  const window = (table: string, time: string): string => `SELECT * FROM TUMBLE(TABLE ${table}, DESCRIPTOR(${time}), INTERVAL '1' MINUTE)`;
  const message = 'the time of a window must be a time attribute, and this is an ordinary column';
  const batch = "or read the input to its end: SET 'execution.runtime-mode' = 'batch'";
  check([
    [window('t', 'ts'), 'wrong-time', message, 'ts', `write WATERMARK FOR ts AS ts - INTERVAL '5' SECOND into CREATE TABLE, ${batch}`],
    [
      `${timed} CREATE VIEW v AS SELECT a, ts + INTERVAL '1' HOUR AS later FROM w; ${window('v', 'later')}`,
      'wrong-time',
      message,
      'later',
      `use the time of the table as it is, ${batch}`,
    ],
  ]);
});
