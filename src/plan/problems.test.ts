import {describe, expect, test} from 'vitest';
import {planText} from './plan-fixture.ts';
import type {PlanRequest} from './plan-script.ts';

const tables = `CREATE TABLE t (a INT, b STRING, r ROW<x INT, y STRING>, ts TIMESTAMP(3)) WITH ('connector' = 'filesystem', 'path' = 't', 'format' = 'json');
CREATE TABLE p (a INT NOT NULL, b STRING, c AS a + 1) WITH ('connector' = 'print');
CREATE TABLE f (a INT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'f', 'format' = 'json');
CREATE TABLE g (a INT) WITH ('connector' = 'datagen');
`;

interface Told {
  readonly code: string;
  readonly message: string;
  readonly at: string | undefined;
  readonly hint?: string;
}

/** The errors of a text, each with the text of its place. */
function told(sql: string, more: Partial<PlanRequest> = {}): readonly Told[] {
  return planText(sql, more).problems.flatMap(({severity, code, message, place, hint}) =>
    severity === 'warning'
      ? []
      : [
          {
            code,
            message,
            at: place?.kind === 'text' ? place.source.text.slice(place.span.start, place.span.end) : undefined,
            ...(hint === undefined ? {} : {hint}),
          },
        ],
  );
}

/** SQL over the tables above, then: code, message, text of the place, hint. */
type Row = readonly [sql: string, code: string, message: string, at: string, hint?: string];

function check(rows: readonly Row[], more: Partial<PlanRequest> = {}): void {
  test.each(rows)('%s', (sql, code, message, at, hint) => {
    expect(told(tables + sql, more)).toEqual([{code, message, at, ...(hint === undefined ? {} : {hint})}]);
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
    expect(
      told(`${tables}CREATE VIEW v AS SELECT nope FROM t; SELECT * FROM v; WITH w AS (SELECT nope FROM t) SELECT * FROM w, w AS u`),
    ).toHaveLength(3);
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

describe('tables', () => {
  check([
    ["CREATE TABLE x (a INT, a STRING) WITH ('connector' = 'print')", 'duplicate-column', 'the table has two columns named "a"', 'a'],
    [
      "CREATE TABLE x (a INT, PRIMARY KEY (b) NOT ENFORCED) WITH ('connector' = 'print')",
      'unknown-column',
      'PRIMARY KEY names "b", which is no column of the table',
      'b',
    ],
    [
      "CREATE TABLE x (a INT, c AS a + 1, PRIMARY KEY (c) NOT ENFORCED) WITH ('connector' = 'print')",
      'unknown-column',
      '"c" is no physical column, so it cannot be in PRIMARY KEY',
      'c',
    ],
    [
      "CREATE TABLE x (a INT) PARTITIONED BY (z) WITH ('connector' = 'print')",
      'unknown-column',
      'PARTITIONED BY names "z", which is no column of the table',
      'z',
    ],
    [
      "CREATE TABLE x (a INT, PRIMARY KEY (a)) WITH ('connector' = 'print')",
      'enforced-key',
      'a primary key cannot be enforced: nobody checks the rows of a stream',
      'PRIMARY KEY (a)',
      'write PRIMARY KEY (…) NOT ENFORCED',
    ],
    [
      "CREATE TABLE x (a INT, WATERMARK FOR a AS a) WITH ('connector' = 'print')",
      'wrong-watermark',
      'the column of a watermark must be a TIMESTAMP or TIMESTAMP_LTZ of precision 0 to 3, and this is an INT',
      'a',
      'TO_TIMESTAMP or TO_TIMESTAMP_LTZ makes a timestamp of a text or a number',
    ],
    [
      "CREATE TABLE x (a TIMESTAMP(6), WATERMARK FOR a AS a) WITH ('connector' = 'print')",
      'wrong-watermark',
      'the column of a watermark must be a TIMESTAMP or TIMESTAMP_LTZ of precision 0 to 3, and this is a TIMESTAMP(6)',
      'a',
      'declare it as TIMESTAMP(3)',
    ],
    ["CREATE TABLE x (a INT, c AS a + d, d AS 1) WITH ('connector' = 'print')", 'unknown-column', 'there is no column "d"', 'd'],
    ["CREATE TABLE x (a INT) WITH ('connector' = 'kafkaesque')", 'unknown-connector', 'there is no connector "kafkaesque"', "'kafkaesque'"],
    [
      "CREATE TABLE x (a INT, m STRING METADATA FROM 'file.nam' VIRTUAL) WITH ('connector' = 'filesystem', 'format' = 'json'); SELECT m FROM x",
      'unknown-metadata',
      'connector "filesystem" has no metadata "file.nam"',
      "m STRING METADATA FROM 'file.nam' VIRTUAL",
    ],
    ['CREATE TABLE x (a INT) LIKE t', 'duplicate-column', 'the other table has a column "a" already', 'a', 'leave it out here'],
    ['CREATE TABLE x LIKE nope', 'unknown-table', 'there is no table "nope"', 'nope'],
  ]);

  test('a table that only serves as a pattern needs no connector', () => {
    expect(
      planText("CREATE TABLE base (a INT); CREATE TABLE x WITH ('connector' = 'print') LIKE base; INSERT INTO x SELECT 1").problems,
    ).toEqual([]);
  });

  test('an option that is given twice is told of', () => {
    expect(planText("CREATE TABLE x (a INT) WITH ('connector' = 'kafka', 'connector' = 'print')").problems).toMatchObject([
      {severity: 'warning', code: 'duplicate-option'},
    ]);
  });
});

describe('inserts', () => {
  check([
    ['INSERT INTO x SELECT 1', 'unknown-table', 'there is no table "x"', 'x'],
    ['INSERT INTO p SELECT 1', 'wrong-column-count', 'table "p" takes 2 columns here, and the query gives 1', 'SELECT 1'],
    ['INSERT INTO p SELECT ts, b FROM t', 'wrong-type', 'column "a" is INT, and the query gives TIMESTAMP(3) ("ts")', 'ts'],
    [
      'INSERT INTO p SELECT b, b FROM t',
      'wrong-type',
      'column "a" is INT, and the query gives STRING ("b")',
      'b',
      'cast it: CAST(b AS INT)',
    ],
    ['INSERT INTO p (b) SELECT b FROM t', 'missing-column', 'column "a" is NOT NULL, so it must be given a value', 'b'],
    ['INSERT INTO p (a, c) SELECT 1, 2', 'unknown-column', 'column "c" of table "p" is computed and cannot be written', 'c'],
    ['INSERT INTO p (a, bb) SELECT 1, 2', 'unknown-column', 'table "p" has no column "bb"', 'bb'],
    ['INSERT INTO p (a, a) SELECT 1, 2', 'duplicate-column', 'column "a" is named twice', 'a'],
    ["INSERT INTO f PARTITION (a = '1') SELECT 2", 'unknown-column', 'table "f" is not partitioned by "a"', 'a'],
    [
      'INSERT OVERWRITE f SELECT 1, 2',
      'overwrite-needs-batch',
      'INSERT OVERWRITE needs batch mode: a stream is never complete',
      'INSERT OVERWRITE f SELECT 1, 2',
      "SET 'execution.runtime-mode' = 'batch', or write INSERT INTO",
    ],
    [
      "INSERT INTO 'out.csv' SELECT 1",
      'file-in-insert',
      "INSERT INTO 'file' is for one-liners: Flink has no such thing",
      "'out.csv'",
      "declare a table: CREATE TABLE output (…) WITH ('connector' = 'filesystem', 'path' = 'out.csv', 'format' = 'json')",
    ],
    ['CREATE VIEW v AS SELECT 1; INSERT INTO v SELECT 1', 'not-writable', '"v" is a view, and rows can only be inserted into tables', 'v'],
  ]);

  test('a sink that takes new rows only: which part of the query makes updates, and what to write instead', () => {
    const {problems} = planText(
      `${tables}CREATE VIEW v AS SELECT a, COUNT(*) AS n FROM t GROUP BY a; INSERT INTO f SELECT a, n + 1 FROM v WHERE n > 1`,
    );
    expect(problems).toMatchObject([
      {
        code: 'sink-takes-no-updates',
        message: 'table "f" takes new rows only, but the query changes rows that it has given',
        detail: expect.stringMatching(/GROUP BY changes the row of a group.*connector "filesystem" with format "json"/) as string,
        hint: expect.stringMatching(/'execution.runtime-mode' = 'batch'.*'connector' = 'print'/) as string,
        notes: [{message: 'the updates come from here'}],
      },
    ]);
    const note = problems[0]!.notes![0]!.place;
    expect(note.kind === 'text' && note.source.text.slice(note.span.start, note.span.end)).toBe('a');
    expect(
      planText(`SET 'execution.runtime-mode' = 'batch'; ${tables}INSERT INTO f SELECT a, COUNT(*) FROM t GROUP BY a`).problems,
    ).toEqual([]);
  });
});

describe('modes', () => {
  check([
    ["SET 'execution.runtime-mode' = 'bach'", 'wrong-setting', '"bach" is no runtime mode', "'bach'"],
    [
      "SET 'table.local-time-zone' = 'Mars'",
      'wrong-setting',
      '"Mars" is no time zone',
      "'Mars'",
      "write a name such as 'Europe/Berlin', or 'UTC'",
    ],
    ["SET 'table.sql-dialect' = 'hive'", 'wrong-setting', 'SQL dialect "hive" is not supported', "'hive'", "the only one is 'default'"],
    [
      "SELECT 1; SET 'execution.runtime-mode' = 'batch'",
      'late-setting',
      '"execution.runtime-mode" cannot change after a query that was planned with it',
      "'execution.runtime-mode'",
      'set it before the first INSERT or SELECT',
    ],
    [
      "SET 'execution.runtime-mode' = 'batch'; SELECT a FROM g",
      'unbounded-batch',
      'table "g" never ends, so it cannot be read in batch mode',
      'g',
      "bound the table, or SET 'execution.runtime-mode' = 'streaming'",
    ],
    [
      'SELECT a FROM g ORDER BY a',
      'not-supported',
      'ORDER BY over input that never ends is not supported yet',
      'a',
      "bound the input, or read it in batch mode: SET 'execution.runtime-mode' = 'batch'",
    ],
    ['SELECT a, COUNT(*) FROM g GROUP BY a LIMIT 3', 'not-supported', 'LIMIT over rows that change is not supported yet', '3'],
    [
      'SELECT * FROM stdin',
      'unknown-table',
      'there is no table "stdin": a script declares what it reads',
      'stdin',
      "write CREATE TABLE stdin ( channel STRING, price BIGINT, seen TIMESTAMP(3), bidder ROW<id BIGINT NOT NULL, name STRING, home ROW<city STRING> NOT NULL> ) WITH ( 'connector' = 'stdin', 'format' = 'json' );",
    ],
    [
      "SELECT * FROM 'nope.ndjson'",
      'file-in-from',
      "FROM 'file' is for one-liners: Flink has no such thing",
      "'nope.ndjson'",
      "declare a table and read that: CREATE TABLE input (…) WITH ('connector' = 'filesystem', 'path' = 'nope.ndjson', 'format' = 'json')",
    ],
  ]);

  test('settings that do nothing are told of, once', () => {
    const {problems} = planText(
      "SET 'table.exec.state.ttl' = '1 h'; SET 'table.exec.state.ttl' = '2 h'; SET 'tabel.exec.state.ttl' = '1 h'",
    );
    expect(problems).toMatchObject([
      {severity: 'warning', code: 'no-effect'},
      {severity: 'warning', code: 'unknown-setting', hint: 'did you mean "table.exec.state.ttl"?'},
    ]);
  });
});

describe('parameters', () => {
  test('a limit may be one, if it is a whole number', () => {
    const limited = (value: string) => told('SELECT 1 LIMIT :n', {mode: 'query', parameters: new Map([['n', value]])});
    expect(limited('3')).toEqual([]);
    for (const value of ['-1', '1.5', 'x']) {
      expect(limited(value)).toEqual([{code: 'wrong-limit', message: 'LIMIT needs a whole number that is not negative', at: ':n'}]);
    }
  });

  test('without a value, and a value that nothing reads', () => {
    expect(told('SELECT :limt', {mode: 'query', parameters: new Map([['limit', '1']])})).toEqual([
      {code: 'unbound-parameter', message: 'parameter ":limt" has no value', at: ':limt', hint: 'did you mean ":limit"?'},
    ]);
    expect(
      planText('SELECT :a', {
        mode: 'query',
        parameters: new Map([
          ['a', '1'],
          ['b', '2'],
        ]),
      }).problems,
    ).toMatchObject([{severity: 'warning', code: 'unused-parameter', message: 'parameter "b" is given a value, but nothing reads it'}]);
  });
});

test('a constant that cannot be computed is told of, and left to the row that reaches it', () => {
  const {plan, problems} = planText(`${tables}SELECT CASE WHEN a = 1 THEN 1 / 0 ELSE 2 END FROM t`);
  expect(problems).toMatchObject([
    {severity: 'warning', code: 'always-fails', message: 'this fails for every row that reaches it: division by zero'},
  ]);
  expect(plan).not.toBeNull();
});
