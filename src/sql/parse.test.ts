import {describe, expect, test} from 'vitest';
import type {CreateTable, Expression, Insert, Query, Select, Statement} from './ast.ts';
import {parseExpression, parseScript} from './parse.ts';

const lenient = {lenient: true};
const strict = {lenient: false};

function statements(text: string, options = strict): Statement[] {
  const {script, problems} = parseScript({name: 'q', text}, options);
  expect(problems).toEqual([]);
  return script.statements.map(({statement}) => statement);
}
const statement = (text: string, options = strict): Statement => statements(text, options)[0] as Statement;
const query = (text: string, options = strict): Query => (statement(text, options) as {query: Query}).query;
const select = (text: string, options = strict): Select => query(text, options).body as Select;

/** An expression as nested lists, which shows what binds to what. */
function shape(text: string): unknown {
  const {expression, problems} = parseExpression({name: 'q', text}, strict);
  expect(problems).toEqual([]);
  return outline(expression as Expression);
}
function outline(expression: Expression): unknown {
  if (expression.kind === 'binary') return [outline(expression.left), expression.operator, outline(expression.right)];
  if (expression.kind === 'unary') return [expression.operator, outline(expression.operand)];
  if (expression.kind === 'between') return ['BETWEEN', outline(expression.operand), outline(expression.low), outline(expression.high)];
  if (expression.kind === 'like') {
    return ['LIKE', outline(expression.operand), outline(expression.pattern), ...(expression.escape ? [outline(expression.escape)] : [])];
  }
  if (expression.kind === 'in-list') return ['IN', outline(expression.operand), ...expression.list.map(outline)];
  if (expression.kind === 'column') return expression.parts.map(part => part.name).join('.');
  return expression.kind === 'number' ? Number(expression.text) : expression.kind;
}

describe('what binds tighter', () => {
  test.each<[string, unknown]>([
    ['a OR b AND NOT c = d', ['a', 'OR', ['b', 'AND', ['NOT', ['c', '=', 'd']]]]],
    ['a + b * c - d', [['a', '+', ['b', '*', 'c']], '-', 'd']],
    ['a || b + c', [['a', '||', 'b'], '+', 'c']],
    ['- a * b', [['-', 'a'], '*', 'b']],
    ['1 - -2', [1, '-', ['-', 2]]],
    ['a = b IS NULL', ['IS NULL', ['a', '=', 'b']]],
    ['NOT a IS NULL', ['NOT', ['IS NULL', 'a']]],
    ['a BETWEEN b AND c + 2 OR d AND e', [['BETWEEN', 'a', 'b', ['c', '+', 2]], 'OR', ['d', 'AND', 'e']]],
    ['x = a BETWEEN b AND c = d', [['x', '=', ['BETWEEN', 'a', 'b', 'c']], '=', 'd']],
    ['a LIKE b LIKE c ESCAPE d', ['LIKE', 'a', ['LIKE', 'b', 'c', 'd']]],
    ['a = x IN (y, z) = b', [['a', '=', ['IN', 'x', 'y', 'z']], '=', 'b']],
    ['a IS NOT DISTINCT FROM b AND c', [['a', 'IS NOT DISTINCT FROM', 'b'], 'AND', 'c']],
    ['(a + b) * c', [['a', '+', 'b'], '*', 'c']],
    ['a < b <= c', [['a', '<', 'b'], '<=', 'c']],
  ])('%s', (text, expected) => {
    expect(shape(text)).toEqual(expected);
  });

  test('UNION goes from left to right, INTERSECT before it', () => {
    const body = query('SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4').body;
    expect(body).toMatchObject({
      operator: 'EXCEPT',
      left: {body: {operator: 'UNION', all: true, right: {body: {operator: 'INTERSECT'}}}},
    });
  });
});

describe('calls', () => {
  const call = (text: string) => parseExpression({name: 'q', text}, strict).expression;
  test.each<[string, object]>([
    ['EXTRACT(HOUR FROM ts)', {name: 'EXTRACT', words: ['HOUR'], arguments: [{kind: 'column'}]}],
    ['floor(ts TO day)', {name: 'FLOOR', words: ['DAY']}],
    ["TRIM(BOTH 'x' FROM y)", {name: 'TRIM', words: ['BOTH'], arguments: [{value: 'x'}, {kind: 'column'}]}],
    ['TRIM(y)', {name: 'TRIM', words: [], arguments: [{kind: 'column'}]}],
    ["POSITION('a' IN b)", {name: 'POSITION', arguments: [{value: 'a'}, {kind: 'column'}]}],
    ['SUBSTRING(a FROM 1 FOR 2)', {name: 'SUBSTRING', arguments: [{kind: 'column'}, {text: '1'}, {text: '2'}], words: []}],
    ['TIMESTAMPDIFF(SECOND, a, b)', {name: 'TIMESTAMPDIFF', words: ['SECOND'], arguments: [{}, {}]}],
    ['COUNT(DISTINCT a) FILTER (WHERE b)', {name: 'COUNT', distinct: true, filter: {kind: 'column'}}],
    ['COUNT(*)', {name: 'COUNT', arguments: [{kind: 'star'}]}],
    ['CURRENT_TIMESTAMP', {name: 'CURRENT_TIMESTAMP', bare: true}],
    ['f(a => 1, b => DESCRIPTOR(c))', {argumentNames: [{name: 'a'}, {name: 'b'}], arguments: [{}, {kind: 'descriptor'}]}],
    ['LISTAGG(a) WITHIN GROUP (ORDER BY b DESC)', {withinGroup: [{descending: true}]}],
    [
      'LAG(a, 1) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)',
      {over: {frame: {unit: 'ROWS', end: {kind: 'current-row'}}}},
    ],
    [
      "JSON_VALUE(a, '$.b' RETURNING INT DEFAULT 1 ON EMPTY NULL ON ERROR)",
      {words: ['DEFAULT', 'ON', 'EMPTY', 'NULL', 'ON', 'ERROR'], returning: {name: 'INT'}, arguments: [{}, {}, {text: '1'}]},
    ],
    ["JSON_OBJECT('k': v, KEY 'l' VALUE 2 ABSENT ON NULL)", {words: ['ABSENT', 'ON', 'NULL'], arguments: [{}, {}, {}, {}]}],
  ])('%s', (text, expected) => {
    expect(call(text)).toMatchObject({kind: 'call', ...expected});
  });

  test('casts, constructors and access', () => {
    expect(call('TRY_CAST(a AS DECIMAL(10, 2))')).toMatchObject({kind: 'cast', lenient: true, type: {name: 'DECIMAL', arguments: [10, 2]}});
    expect(call('CAST(a AS ROW<b INT NOT NULL, c ARRAY<STRING>>)')).toMatchObject({
      type: {name: 'ROW', fields: [{type: {name: 'INT', nullable: false}}, {type: {elements: [{name: 'STRING'}]}}]},
    });
    expect(call("MAP['a', 1]['a']")).toMatchObject({kind: 'item', operand: {kind: 'constructor', type: 'MAP'}});
    expect(call('f(a).b.c')).toMatchObject({kind: 'field', name: {name: 'c'}, operand: {kind: 'field'}});
    expect(call("INTERVAL '1-2' YEAR(2) TO MONTH")).toMatchObject({kind: 'interval', from: 'YEAR', to: 'MONTH', precision: 2});
    expect(call("INTERVAL -'5' MINUTES")).toMatchObject({negative: true, from: 'MINUTE', to: null});
  });

  test('map, descriptor and the like are names where no bracket follows', () => {
    expect(select('SELECT map, descriptor, try_cast FROM t').items.map(({expression}) => expression.kind)).toEqual([
      'column',
      'column',
      'column',
    ]);
  });
});

describe('queries', () => {
  test('a select with everything', () => {
    const {
      body,
      orderBy,
      limit,
      offset,
      with: tables,
    } = query(`
      WITH a (x) AS (SELECT 1)
      SELECT DISTINCT x, COUNT(*) AS n FROM a AS b (y) WHERE x > 1 GROUP BY x, ROLLUP (x) HAVING n > 1 WINDOW w AS (ORDER BY x) QUALIFY n = 1
      ORDER BY x DESC NULLS LAST LIMIT 10 OFFSET 5`);
    expect(tables).toMatchObject([{name: {name: 'a'}, columns: [{name: 'x'}]}]);
    expect(body).toMatchObject({
      kind: 'select',
      distinct: true,
      from: {alias: {name: {name: 'b'}}},
      having: {},
      qualify: {},
      windows: [{}],
    });
    expect(orderBy).toMatchObject([{descending: true, nulls: 'last'}]);
    expect([limit, offset]).toMatchObject([{text: '10'}, {text: '5'}]);
  });

  test('joins', () => {
    const {from} = select('SELECT * FROM a, b LEFT JOIN c ON x = y NATURAL JOIN d JOIN (e CROSS JOIN f) USING (k)');
    expect(from).toMatchObject({
      comma: true,
      right: {using: [{name: 'k'}], right: {type: 'CROSS'}, left: {natural: true, left: {type: 'LEFT', on: {operator: '='}}}},
    });
  });

  test('tables of all sorts', () => {
    expect(select("SELECT * FROM 'a.ndjson' AS f").from).toMatchObject({kind: 'file', target: 'a.ndjson'});
    expect(select("SELECT * FROM t /*+ OPTIONS('a'='b'), LOOKUP(c) */ FOR SYSTEM_TIME AS OF p AS u").from).toMatchObject({
      hints: [{name: 'OPTIONS', options: [{key: 'a', value: 'b'}]}, {words: ['c']}],
      systemTime: {kind: 'column'},
      alias: {name: {name: 'u'}},
    });
    expect(select("SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))").from).toMatchObject({
      kind: 'function',
      call: {name: 'TUMBLE', arguments: [{kind: 'table-argument'}, {kind: 'descriptor'}, {kind: 'interval'}]},
    });
    expect(select('SELECT * FROM f(DATA => TABLE t PARTITION BY k ORDER BY (a, b DESC), n => 1)').from).toMatchObject({
      call: {arguments: [{partitionBy: [{}], orderBy: [{}, {descending: true}]}, {}]},
    });
    expect(select('SELECT * FROM t CROSS JOIN LATERAL UNNEST(a) WITH ORDINALITY AS u (x, n)').from).toMatchObject({
      right: {kind: 'unnest', lateral: true, ordinality: true},
    });
    expect(select('SELECT * FROM t MATCH_RECOGNIZE (PATTERN (a{2,3} b*?) DEFINE a AS TRUE) AS m').from).toMatchObject({
      kind: 'other-table',
      name: 'MATCH_RECOGNIZE',
      input: {kind: 'named'},
      alias: {name: {name: 'm'}},
    });
  });

  test('a query in parentheses with limits of its own is a subquery', () => {
    expect(query('(SELECT 1) LIMIT 2')).toMatchObject({body: {kind: 'select', from: null}, limit: {text: '2'}});
    expect(query('(SELECT 1 LIMIT 2)')).toMatchObject({body: {kind: 'select', from: null}, limit: {text: '2'}});
    expect(query('(SELECT 1 LIMIT 2) LIMIT 1')).toMatchObject({
      body: {from: {kind: 'derived', query: {limit: {text: '2'}}}},
      limit: {text: '1'},
    });
  });

  test('what one-liners may write is taken as it is meant', () => {
    expect(query('SELECT 1 LIMIT 5, 10', lenient)).toMatchObject({limit: {text: '10'}, offset: {text: '5'}});
    expect(query('SELECT 1 MINUS SELECT 2', lenient).body).toMatchObject({operator: 'EXCEPT'});
    expect(select('SELECT a FROM t WHERE a != 1', lenient).where).toMatchObject({operator: '!='});
  });
});

describe('statements', () => {
  test('CREATE TABLE', () => {
    const table = statement(`
      CREATE TEMPORARY TABLE IF NOT EXISTS a.b (
        id BIGINT COMMENT 'the id',
        ts AS TO_TIMESTAMP(x),
        off BIGINT METADATA FROM 'offset' VIRTUAL,
        WATERMARK FOR ts AS ts - INTERVAL '5' SECOND,
        PRIMARY KEY (id) NOT ENFORCED,
        UNIQUE (id)
      ) COMMENT 'c' DISTRIBUTED BY HASH(id) INTO 4 BUCKETS PARTITIONED BY (id) WITH ('connector' = 'x', 'it''s' = '') LIKE other (INCLUDING ALL)`) as CreateTable;
    expect(table).toMatchObject({
      kind: 'create-table',
      temporary: true,
      ifNotExists: true,
      columns: [{kind: 'physical', comment: 'the id'}, {kind: 'computed'}, {kind: 'metadata', from: 'offset', virtual: true}],
      watermark: {column: {parts: [{name: 'ts'}]}},
      primaryKey: {columns: [{name: 'id'}], enforced: false},
      comment: 'c',
      partitionedBy: [{name: 'id'}],
      options: [
        {key: 'connector', value: 'x'},
        {key: "it's", value: ''},
      ],
      like: {rules: ['INCLUDING ALL']},
    });
    expect(table.clauses.map(({name}) => name)).toEqual(['UNIQUE', 'DISTRIBUTED']);
  });

  test('a key at its column is the key of the table', () => {
    expect(statement("CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED) WITH ('connector' = 'x')")).toMatchObject({
      columns: [{primaryKey: true}],
      primaryKey: {columns: [{name: 'a'}], enforced: false},
    });
  });

  test('INSERT', () => {
    expect(statement("INSERT OVERWRITE t PARTITION (p = 'x', q = 2) (a, b) SELECT 1, 2 ON CONFLICT DO NOTHING") as Insert).toMatchObject({
      overwrite: true,
      partition: [
        {key: 'p', value: 'x'},
        {key: 'q', value: '2'},
      ],
      columns: [{name: 'a'}, {name: 'b'}],
      onConflict: 'nothing',
    });
    expect(statement("INSERT INTO 'out.csv' VALUES (1, 'a'), ROW(2, 'b')")).toMatchObject({
      table: null,
      file: {target: 'out.csv'},
      query: {body: {rows: [{}, {}]}},
    });
  });

  test('settings, with quotes and without', () => {
    expect(statements("SET 'a' = 'b'; SET; SET a.b-c = 1 s; RESET 'a'; RESET")).toMatchObject([
      {kind: 'set', pair: {key: 'a', value: 'b'}},
      {kind: 'set', pair: null},
      {kind: 'set', pair: {key: 'a.b-c', value: '1 s'}},
      {kind: 'reset', key: 'a'},
      {kind: 'reset', key: null},
    ]);
  });

  test('statement sets, whose END is not that of a CASE', () => {
    const text = 'INSERT INTO a SELECT CASE WHEN x THEN 1 END FROM t; INSERT INTO b SELECT 2;';
    for (const set of [`EXECUTE STATEMENT SET BEGIN ${text} END`, `BEGIN STATEMENT SET; ${text} END;`]) {
      expect(statements(`${set}; SELECT 1`)).toMatchObject([{kind: 'statement-set', inserts: [{}, {}]}, {kind: 'query'}]);
    }
    expect(statement(`EXPLAIN CHANGELOG_MODE STATEMENT SET BEGIN ${text} END`)).toMatchObject({
      details: ['CHANGELOG_MODE'],
      statement: {kind: 'statement-set'},
    });
  });

  test.each([
    ['SHOW CREATE TABLE t', 'SHOW CREATE TABLE'],
    ['ALTER TABLE t RENAME TO u', 'ALTER TABLE'],
    ["ADD JAR 'a.jar'", 'ADD JAR'],
    ['USE CATALOG c', 'USE CATALOG'],
    ['SHOW FULL MODULES', 'SHOW MODULES'],
    ['CREATE MATERIALIZED TABLE m AS SELECT 1', 'CREATE MATERIALIZED TABLE'],
    ['DELETE FROM t WHERE a = 1', 'DELETE'],
    ["COMPILE PLAN 'p' FOR STATEMENT SET BEGIN INSERT INTO a SELECT 1; END", 'COMPILE PLAN'],
  ])('%s is known by its first words', (text, name) => {
    expect(statement(text)).toMatchObject({kind: 'other-statement', name});
  });

  test('each statement keeps the comments before it', () => {
    const {script} = parseScript({name: 'q', text: '-- one\n/* two */ SELECT 1; -- three\nSELECT 2 -- four'}, strict);
    expect(script.statements.map(({comments}) => comments)).toEqual([['-- one', '/* two */'], ['-- three']]);
  });

  test('spans cover the text of their node', () => {
    const text = 'INSERT INTO t SELECT a + b AS c FROM `x y` WHERE NOT (d)';
    const {query: inner, table} = statement(text) as Insert;
    const {items, from, where} = inner.body as Select;
    const at = (node: {readonly span: {readonly start: number; readonly end: number}} | null | undefined) =>
      text.slice(node?.span.start, node?.span.end);
    expect([at(table), at(items[0]), at(items[0]?.expression), at(from), at(where)]).toEqual([
      't',
      'a + b AS c',
      'a + b',
      '`x y`',
      'NOT (d)',
    ]);
  });
});
