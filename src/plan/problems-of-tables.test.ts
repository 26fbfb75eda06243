import {describe, expect, test} from 'vitest';
import {planText, problemTables as tables, told} from './plan-fixture.ts';

/** SQL over the tables of the fixture, then: code, message, text of the place, hint. */
type Row = readonly [sql: string, code: string, message: string, at: string, hint?: string];

function check(rows: readonly Row[]): void {
  test.each(rows)('%s', (sql, code, message, at, hint) => {
    expect(told(tables + sql)).toEqual([{code, message, at, ...(hint === undefined ? {} : {hint})}]);
  });
}

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
    [
      'INSERT INTO stdout SELECT 1',
      'unknown-table',
      'there is no table "stdout"',
      'stdout',
      "write CREATE TABLE stdout (…) WITH ('connector' = 'stdout', 'format' = 'json')",
    ],
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
    [
      "SET 'table.exec.sink.not-null-enforcer' = 'ignore'",
      'wrong-setting',
      '"ignore" is no way to treat NULL in a NOT NULL column',
      "'ignore'",
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
    const {problems} = planText("SET 'parallelism.default' = '2'; SET 'parallelism.default' = '4'; SET 'tabel.exec.state.ttl' = '1 h'");
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
