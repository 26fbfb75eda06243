import {describe, expect, test} from 'vitest';
import {planText} from '../plan-fixture.ts';
import type {PlanRequest} from '../plan-script.ts';

const tables = `CREATE TABLE clicks (id BIGINT, page STRING, n INT, m INT, price DOUBLE, ts TIMESTAMP(3), now AS PROCTIME(), WATERMARK FOR ts AS ts)
  WITH ('connector' = 'datagen');
CREATE TABLE sights (id BIGINT, page STRING, n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE TABLE plain (id BIGINT, k INT NOT NULL, ts TIMESTAMP(3), PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'datagen');
CREATE TABLE pages (id BIGINT, page STRING) WITH ('connector' = 'filesystem', 'path' = 'pages', 'format' = 'json');
`;

/** The advice on a script, and its warnings: code, place, message, hint. */
function advised(sql: string, more: Partial<PlanRequest> = {}): readonly (readonly string[])[] {
  const {problems, advice} = planText(tables + sql, more);
  return [...problems, ...advice].map(({code, message, place, hint}) => {
    const at = place?.kind === 'text' ? place.source.text.slice(place.span.start, place.span.end) : '';
    return [code, at, message, ...(hint === undefined ? [] : [hint])];
  });
}

function codes(sql: string, more: Partial<PlanRequest> = {}): readonly string[] {
  return advised(sql, more).map(([code]) => code!);
}

describe('numbers', () => {
  test('AVG of whole numbers', () => {
    expect(advised('SELECT AVG(n) FROM clicks')).toEqual([
      ['average-truncates', 'AVG(n)', 'AVG of an INT is a whole number: its fraction is dropped', 'write AVG(CAST(n AS DOUBLE))'],
    ]);
    expect(codes('SELECT AVG(price), AVG(CAST(n AS DOUBLE)), AVG(CAST(n AS DECIMAL(10, 2))) FROM clicks')).toEqual([]);
  });

  test('SUM of what soon is too large', () => {
    expect(advised('SELECT page, SUM(n + 1) FROM clicks GROUP BY page')).toEqual([
      ['sum-wraps', 'SUM(n + 1)', 'SUM of an INT is one, too, and wraps around beyond 2147483647', 'write SUM(CAST(n + 1 AS BIGINT))'],
    ]);
    expect(codes('SELECT SUM(id), SUM(price), SUM(CAST(n AS BIGINT)), MAX(n), COUNT(n) FROM clicks')).toEqual([]);
  });

  test('a ratio of whole numbers', () => {
    const message = 'whole numbers are divided, so the fraction is dropped';
    expect(advised('SELECT n / m FROM clicks')).toEqual([
      ['integer-division', 'n / m', message, 'for a ratio, write CAST(n AS DOUBLE) / m'],
    ]);
    expect(advised('SELECT CAST(n / 2 AS DOUBLE) FROM clicks')).toEqual([
      ['integer-division', 'n / 2', message, 'for a ratio, write CAST(n AS DOUBLE) / 2'],
    ]);
    expect(codes('SELECT COUNT(n) / COUNT(*) FROM clicks')).toEqual(['integer-division']);
    // A constant divisor drops what is not wanted.
    expect(codes('SELECT n / 1000, CAST(n AS DOUBLE) / m, price / n FROM clicks')).toEqual([]);
  });
});

test('a text beside a time', () => {
  expect(advised("SELECT id FROM clicks WHERE page > DATE '2020-01-01'")).toEqual([
    [
      'text-as-time',
      "page > DATE '2020-01-01'",
      'a text is compared with a DATE, and counts as NULL where it cannot be read as one',
      'write CAST(page AS DATE), and such rows are told of; or TRY_CAST, to show that NULL is meant',
    ],
  ]);
  expect(codes("SELECT id FROM clicks WHERE ts > '2020-01-01 00:00:00' AND CAST(page AS DATE) > DATE '2020-01-01' AND page = 'a'")).toEqual(
    [],
  );
});

test('a text and a number are not compared at all', () => {
  expect(codes('SELECT id FROM clicks WHERE page = n')).toEqual(['wrong-argument']);
});

test('groups of floating numbers', () => {
  expect(advised('SELECT price, COUNT(*) FROM clicks GROUP BY price')).toEqual([
    [
      'float-key',
      'price',
      'groups are by a DOUBLE, whose values are seldom exactly equal',
      'write CAST(price AS DECIMAL(18, 2)), or ROUND or FLOOR it',
    ],
  ]);
  expect(codes('SELECT DISTINCT price FROM clicks')).toEqual([]);
});

test('NOT IN where something may be NULL', () => {
  expect(advised('SELECT id FROM clicks WHERE id NOT IN (SELECT id FROM pages)')).toEqual([
    [
      'not-in-null',
      'id NOT IN (SELECT id FROM pages)',
      'NOT IN is never true once its query gives a NULL, and the query may give one',
      'write NOT EXISTS (SELECT … WHERE b.x = a.x), or declare the column NOT NULL',
    ],
  ]);
  const batch =
    "SET 'execution.runtime-mode' = 'batch'; CREATE TABLE known (k INT NOT NULL) WITH ('connector' = 'filesystem', 'path' = 'k', 'format' = 'json');";
  expect(codes(`${batch} SELECT id FROM pages WHERE CAST(id AS INT) NOT IN (SELECT k FROM known)`)).toEqual([]);
  expect(codes(`${batch} SELECT id FROM pages WHERE CAST(id AS INT) IN (SELECT CAST(id AS INT) FROM pages)`)).toEqual([]);
});

test('LIMIT without ORDER BY, but not in a one-liner', () => {
  expect(advised('SELECT id FROM pages LIMIT 3')).toEqual([
    [
      'limit-without-order',
      '3',
      'LIMIT without ORDER BY gives whichever rows come first',
      'add ORDER BY, if it matters which rows are given',
    ],
  ]);
  expect(codes('SELECT id FROM pages LIMIT 3', {mode: 'query'})).toEqual([]);
  expect(codes("SET 'execution.runtime-mode' = 'batch'; SELECT id FROM pages ORDER BY id LIMIT 3")).toEqual([]);
});

describe('state that grows for ever', () => {
  const join = (hint: string): readonly (readonly string[])[] => [
    ['growing-state', expect.any(String) as string, 'the state of JOIN grows for ever: all rows of both inputs', hint],
  ];

  test('joins', () => {
    const within = (times: readonly [string, string]): string =>
      `AND ${times[0]} BETWEEN ${times[1]} - INTERVAL '1' HOUR AND ${times[1]} + INTERVAL '1' HOUR`;
    expect(advised('SELECT c.id FROM clicks c JOIN sights s ON c.id = s.id')).toEqual(
      join(`bound the times of both sides: ${within(['a.ts', 'b.ts'])}`),
    );
    expect(advised('SELECT c.id FROM clicks c JOIN sights s ON c.id = s.id')[0]![1]).toBe('sights s');
    const timeless = '(SELECT id FROM sights)';
    expect(advised(`SELECT c.id FROM clicks c JOIN ${timeless} s ON c.id = s.id`)).toEqual(
      join(`let both sides give the time of their tables (of windows: window_time), and bound it: ${within(['a.ts', 'b.ts'])}`),
    );
    const unmarked = "CREATE TABLE other (id BIGINT, ts TIMESTAMP(3)) WITH ('connector' = 'datagen');";
    expect(advised(`${unmarked} SELECT c.id FROM clicks c JOIN other o ON c.id = o.id`)).toEqual(
      join(`declare WATERMARK FOR a time column of both tables, and bound it: ${within(['a.ts', 'b.ts'])}`),
    );
    const named =
      "CREATE TABLE calls (id BIGINT, `dateTime` TIMESTAMP(3), WATERMARK FOR `dateTime` AS `dateTime`) WITH ('connector' = 'datagen');";
    expect(advised(`${named} SELECT c.id FROM clicks c JOIN calls o ON c.id = o.id`)).toEqual(
      join(`bound the times of both sides: ${within(['a.ts', 'b.`dateTime`'])}`),
    );
    expect(advised('SELECT c.id FROM clicks c JOIN pages p ON c.id = p.id')).toEqual(
      join('look it up: add now AS PROCTIME() to the table on the left, and write JOIN t FOR SYSTEM_TIME AS OF a.now'),
    );
    expect(codes('SELECT id FROM clicks WHERE EXISTS (SELECT 1 FROM sights WHERE sights.id = clicks.id)')).toEqual(['growing-state']);
  });

  test('joins that let rows go', () => {
    const bounds = "c.ts BETWEEN s.ts AND s.ts + INTERVAL '1' HOUR";
    expect(codes(`SELECT c.id FROM clicks c JOIN sights s ON c.id = s.id AND ${bounds}`)).toEqual([]);
    expect(codes(`SELECT c.id FROM clicks c, sights s WHERE c.id = s.id AND ${bounds}`)).toEqual([]);
    expect(codes('SELECT c.id FROM clicks c JOIN pages FOR SYSTEM_TIME AS OF c.now AS p ON c.id = p.id')).toEqual([]);
    expect(codes('SELECT x.id FROM pages x JOIN pages y ON x.id = y.id')).toEqual([]);
  });

  test('rows in an order of their own', () => {
    expect(advised('SELECT SUM(id) OVER (ORDER BY page) FROM clicks')).toEqual([
      [
        'growing-state',
        'SUM(id) OVER (ORDER BY page)',
        'the state of OVER grows for ever: all rows',
        'order by the time of the stream: ORDER BY ts',
      ],
    ]);
    expect(codes('SELECT SUM(id) OVER (ORDER BY ts) FROM clicks')).toEqual([]);
    expect(codes('SELECT SUM(id) OVER (ORDER BY page) FROM (SELECT id, MAX(page) AS page FROM clicks GROUP BY id)')).toEqual([]);
  });

  test('a fix that is taken leaves nothing to say', () => {
    const windows = (table: string): string => `(SELECT * FROM TUMBLE(TABLE ${table}, DESCRIPTOR(ts), INTERVAL '1' HOUR))`;
    const sql = `SELECT a.id FROM ${windows('clicks')} a JOIN ${windows('sights')} b ON a.id = b.id`;
    expect(advised(sql)).toEqual(
      join('compare both bounds of the windows: a.window_start = b.window_start AND a.window_end = b.window_end'),
    );
    expect(codes(`${sql} AND a.window_start = b.window_start AND a.window_end = b.window_end`)).toEqual([]);
  });

  test('groups', () => {
    const table = "TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE)";
    expect(advised(`SELECT window_start, COUNT(*) FROM ${table} GROUP BY window_start`)).toEqual([
      [
        'growing-state',
        'window_start',
        'the state of GROUP BY grows for ever: one row per key of window_start',
        "add window_end to GROUP BY, or SET 'table.exec.state.ttl' = '1 d'",
      ],
    ]);
    expect(codes(`SELECT window_start, window_end, COUNT(*) FROM ${table} GROUP BY window_start, window_end`)).toEqual([]);
    expect(advised('SELECT ts, COUNT(*) FROM clicks GROUP BY ts')[0]!.slice(2)).toEqual([
      'the state of GROUP BY grows for ever: one row per key of ts',
      "group by the window_start and window_end of TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR), or SET 'table.exec.state.ttl' = '1 d'",
    ]);
    expect(advised('SELECT DISTINCT id, ts FROM clicks')).toEqual([
      ['growing-state', 'SELECT DISTINCT id, ts FROM clicks', expect.any(String), "SET 'table.exec.state.ttl' = '1 d'"],
    ]);
    expect(codes('SELECT id, COUNT(*) FROM plain GROUP BY id')).toEqual(['growing-state']);
    expect(codes("SELECT DATE_FORMAT(ts, 'yyyy-MM-dd'), COUNT(*) FROM clicks GROUP BY DATE_FORMAT(ts, 'yyyy-MM-dd')")).toEqual([
      'growing-state',
    ]);
    expect(codes('SELECT HOUR(ts), COUNT(*) FROM clicks GROUP BY HOUR(ts)')).toEqual([]);
    // Pages are few, for all that is known.
    expect(codes('SELECT page, COUNT(*) FROM clicks GROUP BY page')).toEqual([]);
    expect(codes("SET 'table.exec.state.ttl' = '1 d'; SELECT ts, COUNT(*) FROM clicks GROUP BY ts")).toEqual([]);
  });

  test('input that ends, or is taken to end', () => {
    expect(codes('SELECT id, COUNT(*) FROM plain GROUP BY id', {mode: 'query'})).toEqual([]);
  });
});

describe('without effect', () => {
  test.each([
    ['table.exec.source.idle-timeout', '1 s', 'no table that is read has a watermark'],
    ['table.exec.state.ttl', '1 h', 'it is for what groups, joins and rankings of a stream keep, and there are none'],
    ['table.exec.sink.not-null-enforcer', 'DROP', 'no column that is written is NOT NULL'],
    ['table.exec.sink.type-length-enforcer', 'TRIM_PAD', 'no column that is written has a length'],
    ['table.exec.source.cdc-events-duplicate', 'true', 'no table that is read gives changes'],
    ['table.exec.sink.require-on-conflict', 'false', 'no table that is written has a PRIMARY KEY'],
  ])('SET %s', (key, value, reason) => {
    expect(advised(`SET '${key}' = '${value}'; SELECT id FROM pages`)).toEqual([
      ['unused-setting', `'${key}'`, `setting "${key}" has no effect in this script: ${reason}`, 'remove it'],
    ]);
  });

  test('settings that have one', () => {
    const sink = "CREATE TABLE kept (id BIGINT NOT NULL, page VARCHAR(3), PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'print');";
    const sets = [
      "SET 'table.exec.source.idle-timeout' = '1 s';",
      "SET 'table.exec.sink.not-null-enforcer' = 'DROP';",
      "SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD';",
      "SET 'table.exec.sink.require-on-conflict' = 'false';",
    ];
    expect(codes(`${sets.join(' ')} ${sink} INSERT INTO kept SELECT id, page FROM clicks`)).toEqual([]);
    expect(codes("SET 'table.exec.state.ttl' = '1 h'; SELECT page, COUNT(*) FROM clicks GROUP BY page")).toEqual([]);
    expect(codes("SET 'table.exec.state.ttl' = '1 h'; RESET 'table.exec.state.ttl'; SELECT id FROM pages")).toEqual([]);
  });

  test('options of a table that is only read, or only written', () => {
    const table = (options: string): string =>
      `CREATE TABLE files (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'f', 'format' = 'json', ${options});`;
    expect(advised(`${table("'source.monitor-interval' = '1 s'")} INSERT INTO files SELECT id FROM pages`).at(-1)).toEqual([
      'unused-option',
      "'source.monitor-interval'",
      'option "source.monitor-interval" has no effect in this script: table "files" is only written, and it is for reading',
      'remove it',
    ]);
    expect(codes(`${table("'source.monitor-interval' = '1 s'")} SELECT id FROM files`)).toEqual([]);
    expect(advised(`${table("'scan.watermark.idle-timeout' = '1 s'")} SELECT id FROM files`)).toEqual([
      [
        'unused-option',
        "'scan.watermark.idle-timeout'",
        'option "scan.watermark.idle-timeout" has no effect: table "files" has no watermark',
        'declare WATERMARK FOR a time column, or remove the option',
      ],
    ]);
  });
});

test('advice is in the order of the text, and on what is used only', () => {
  const view = 'CREATE VIEW v AS SELECT AVG(n) AS a FROM clicks;';
  expect(codes(`${view} SELECT 1`)).toEqual([]);
  expect(codes(`${view} SELECT * FROM v; SELECT n / m FROM clicks; SELECT SUM(n) FROM clicks`)).toEqual([
    'average-truncates',
    'integer-division',
    'sum-wraps',
  ]);
});
