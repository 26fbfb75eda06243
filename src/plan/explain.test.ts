import {describe, expect, test} from 'vitest';
import {explainPlan, planJson} from './explain.ts';
import {planText} from './plan-fixture.ts';

test('a plan without sinks', () => {
  expect(explainPlan(planText("CREATE TABLE t (a INT) WITH ('connector' = 'print')").plan!)).toBe('nothing to run\n');
});

test('an expression keeps its meaning when it is printed: brackets where they are needed, and only there', () => {
  const {plan} = planText(
    `SELECT (price + 1) * 2, price - (1 - price), NOT (price > 1 AND price < 3), (price > 1) = (price > 2), -(-price), (channel IS NULL) IS NOT TRUE,
      price > 1 OR price > 2 AND price > 3, (price > 1 OR price > 2) AND price > 3, bidder.home.city || 'x' FROM stdin`,
    {mode: 'query'},
  );
  const line = explainPlan(plan!).split('\n')[2]!;
  for (const text of [
    '(price + 1) * 2 AS',
    'price - (1 - price) AS',
    'NOT (price > 1 AND price < 3) AS',
    '(price > 1) = (price > 2) AS',
    '-(-price) AS',
    '(channel IS NULL) IS NOT TRUE AS',
    'price > 1 OR price > 2 AND price > 3 AS',
    '(price > 1 OR price > 2) AND price > 3 AS',
  ]) {
    expect(line).toContain(text);
  }
});

test('the plan as JSON holds values of every type', () => {
  const {plan} = planText("VALUES (1, 3000000000, 1.5, 'x', X'0aff', DATE '2020-01-01', TRUE, NULL)");
  const json = JSON.parse(planJson(plan!)) as {nodes: {kind: string; rows?: unknown}[]};
  expect(json.nodes.map(node => node.kind)).toEqual(['values', 'sink']);
  expect(json.nodes[0]!.rows).toEqual([[1, '3000000000', '15', 'x', '0aff', 18262, true, null]]);
});

test('options of a table are an object in JSON, whatever their keys are called', () => {
  const {plan} = planText("CREATE TABLE t (a INT) WITH ('connector' = 'datagen', '__proto__' = 'x'); SELECT * FROM t");
  const json = JSON.parse(planJson(plan!)) as {nodes: {table: {options: object}}[]};
  expect(Object.entries(json.nodes[0]!.table.options)).toContainEqual(['__proto__', 'x']);
});

const streams = `CREATE TABLE bids (auction BIGINT, bidder BIGINT, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE TABLE asks (auction BIGINT, price INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
`;

/** What the nodes of a plan keep, from the result down. */
function kept(sql: string, more: Parameters<typeof planText>[1] = {}): readonly string[] {
  const {plan, problems} = planText(streams + sql, more);
  expect(problems.filter(problem => problem.severity === 'error')).toEqual([]);
  return [...explainPlan(plan!).matchAll(/ {2}keeps (.*)\n/g)].map(([, text]) => text!);
}

describe('what a node keeps, and what that grows with', () => {
  const window = "TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE)";
  test.each([
    ['SELECT auction FROM bids WHERE price > 1', []],
    ['SELECT COUNT(*) FROM bids', ['one row']],
    ['SELECT auction, COUNT(*) FROM bids GROUP BY auction', ['one row per key of auction, for ever']],
    [
      'SELECT auction, bidder, COUNT(DISTINCT price), LISTAGG(CAST(price AS STRING)) FROM bids GROUP BY auction, bidder',
      [
        'one row per key of auction, bidder, with the different values of COUNT(DISTINCT price) and all values of LISTAGG(CAST(price AS STRING)), for ever',
      ],
    ],
    [
      "SET 'table.exec.state.ttl' = '1 h'; SELECT auction, COUNT(*) FROM bids GROUP BY auction",
      ['one row per key of auction, until 1 h after the last change'],
    ],
    [
      'SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM bids GROUP BY auction)',
      ['one row, with all values of MAX(n), for ever', 'one row per key of auction, for ever'],
    ],
    [
      'SELECT COUNT(DISTINCT auction), COUNT(DISTINCT bidder), COUNT(DISTINCT price) FROM bids',
      ['one row, with the different values of 3 aggregates, for ever'],
    ],
    ['SELECT DISTINCT auction FROM bids', ['one row per key of auction, for ever']],
    [`SELECT window_start, window_end, COUNT(*) FROM ${window} GROUP BY window_start, window_end`, ['the groups of open windows']],
    ["SELECT * FROM SESSION(TABLE bids, DESCRIPTOR(ts), INTERVAL '1' MINUTE)", ['the rows of open sessions']],
    ['SELECT b.price FROM bids b JOIN asks a ON a.auction = b.auction', ['all rows of both inputs, for ever']],
    [
      "SET 'table.exec.state.ttl' = '1 h'; SELECT b.price FROM bids b JOIN asks a ON a.auction = b.auction",
      ['all rows of both inputs, until 1 h after the last change'],
    ],
    [
      "SET 'table.exec.state.ttl' = '1 h'; SELECT /*+ STATE_TTL('a' = '1 d') */ b.price FROM bids b JOIN asks a ON a.auction = b.auction",
      ['all rows of both inputs, left ones until 1 h and right ones until 1 d after the last change'],
    ],
    [
      "SELECT /*+ STATE_TTL('a' = '1 d') */ b.price FROM bids b JOIN asks a ON a.auction = b.auction",
      ['all rows of both inputs (right ones until 1 d after the last change), for ever'],
    ],
    [
      "SET 'table.exec.state.ttl' = '1 h'; SELECT price FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price) AS n FROM bids) WHERE n <= 2",
      ['2 rows per key of auction, until 1 h after the last change'],
    ],
    [
      "SET 'table.exec.state.ttl' = '1 h'; SELECT b.price FROM bids b JOIN asks a ON a.auction = b.auction AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '1' HOUR",
      ['the rows of both inputs, while others may still match them'],
    ],
    [
      "SELECT b.price FROM bids b JOIN asks a ON a.auction = b.auction AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '1' HOUR",
      ['the rows of both inputs, while others may still match them'],
    ],
    [
      'SELECT auction FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS n FROM bids) WHERE n <= 10',
      ['10 rows per key of auction, for ever'],
    ],
    [
      'SELECT auction FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY ts DESC) AS n FROM bids) WHERE n = 1',
      ['one row per key of auction, for ever'],
    ],
    [
      'SELECT SUM(price) OVER (PARTITION BY auction ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM bids',
      ['one state per key of auction, for ever', '3 rows per key of auction, for ever'],
    ],
    ['SELECT price FROM bids ORDER BY ts', ['rows that the watermark has not come to']],
  ])('%s', (sql, expected) => {
    expect(kept(sql)).toEqual(expected);
  });

  test('of input that ends', () => {
    expect(kept('SELECT auction, COUNT(*) FROM bids GROUP BY auction', {mode: 'query'})).toEqual([
      'one row per key of auction, until the input ends',
    ]);
    expect(kept('SELECT auction FROM bids ORDER BY price', {mode: 'query'})).toEqual(['all rows, until the input ends']);
    expect(kept('SELECT auction FROM bids ORDER BY price LIMIT 3 OFFSET 1', {mode: 'query'})).toEqual(['the first 4 rows']);
  });

  test('as JSON', () => {
    const {plan} = planText(`${streams}SELECT auction, COUNT(*) FROM bids GROUP BY auction`);
    const {nodes} = JSON.parse(planJson(plan!)) as {nodes: {kind: string; state: unknown}[]};
    expect(nodes.find(({kind}) => kind === 'aggregate')!.state).toEqual({
      kind: 'keys',
      keeps: 'one row per key of auction',
      growsForever: true,
    });
    expect(nodes.find(({kind}) => kind === 'scan')!.state).toBeNull();
  });
});

describe('whether a replay gives the same values', () => {
  const replayOf = (sql: string): string => {
    const {plan, replay} = planText(streams + sql);
    return explainPlan(plan!, {replay}).trimEnd().split('\n').at(-1)!;
  };
  test.each([
    ['SELECT price + 1 FROM bids', 'replay: the same values'],
    ['SELECT price,\n  NOW() FROM bids WHERE RAND() < 0.5', 'replay: no: NOW() at 4:3, RAND() at 4:25'],
    ['SELECT CURRENT_TIMESTAMP, UUID() FROM bids', 'replay: no: CURRENT_TIMESTAMP at 3:8, UUID() at 3:27'],
    ["SELECT UNIX_TIMESTAMP('2020-01-01 00:00:00') FROM bids", 'replay: the same values'],
    ['CREATE VIEW v AS SELECT NOW() AS t, price FROM bids; SELECT price FROM v', 'replay: the same values'],
    ["SET 'table.exec.source.idle-timeout' = '30 s'; SELECT price FROM bids", 'replay: no: an idle time-out of 30 s'],
  ])('%s', (sql, expected) => {
    expect(replayOf(sql)).toBe(expected);
  });

  test('as JSON', () => {
    const {plan, replay} = planText(`${streams}SELECT NOW() FROM bids`);
    const json = JSON.parse(planJson(plan!, replay)) as {replay: unknown};
    expect(json.replay).toEqual({sameValues: false, causes: [{what: 'NOW()', file: 'test.sql', line: 3, column: 8}]});
  });
});

describe('EXPLAIN says what explain says', () => {
  const query = 'SELECT auction, COUNT(*) AS n, MAX(NOW()) AS seen FROM bids GROUP BY auction';
  test('as text and as JSON', () => {
    const {plan, replay} = planText(`${streams}        ${query}`);
    expect(planText(`${streams}EXPLAIN ${query}`).explain).toEqual([explainPlan(plan!, {replay})]);
    const [json] = planText(`${streams}EXPLAIN JSON_EXECUTION_PLAN ${query}`).explain;
    const {nodes, replay: told} = JSON.parse(json!) as {nodes: {kind: string; state: unknown}[]; replay: {sameValues: boolean}};
    expect(nodes.map(({kind, state}) => [kind, state])).toEqual(
      (JSON.parse(planJson(plan!)) as {nodes: {kind: string; state: unknown}[]}).nodes.map(({kind, state}) => [kind, state]),
    );
    expect(told.sameValues).toBe(false);
  });

  test('PLAN_ADVICE adds the advice', () => {
    const [text] = planText(`${streams}EXPLAIN PLAN_ADVICE SELECT AVG(price) FROM bids`).explain;
    expect(text).toMatch(
      /\nreplay: the same values\nadvice: 3:28 AVG of an INT is a whole number: [^(\n]* \(write AVG\(CAST\(price AS DOUBLE\)\)\)\n$/,
    );
    expect(planText(`${streams}EXPLAIN PLAN_ADVICE SELECT price FROM bids`).explain[0]).toMatch(/\nadvice: none\n$/);
    expect(planText(`${streams}EXPLAIN SELECT AVG(price) FROM bids`).advice.map(({code}) => code)).toEqual(['average-truncates']);
  });

  test('CHANGELOG_MODE adds how rows change, and leaves the rest', () => {
    const [text] = planText(`${streams}EXPLAIN CHANGELOG_MODE ${query}`).explain;
    expect(text).toContain('I,UA');
    expect(text).toContain('keeps one row per key of auction, for ever');
    expect(text).toMatch(/\nreplay: no: NOW\(\) at 3:\d+\n$/);
  });
});
