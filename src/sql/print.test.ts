import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {CallExpression, Expression, Identifier, Query, Select, TableReference, TypeName} from './ast.ts';
import {quoteName} from './keywords.ts';
import {parseExpression, parseScript} from './parse.ts';
import {printExpression, printQuery, printStatement} from './print.ts';
import {withoutSpans} from '../testing/without-spans.ts';

const lenient = {lenient: true};
const span = {start: 0, end: 0};
const awkward = [
  "a'b",
  'a`b',
  '"',
  '${x}',
  '\u2028\u2029',
  '__proto__',
  'constructor',
  '--',
  '/*',
  '*/',
  ';',
  '',
  '\\',
  "''",
  '😀',
  'a\nb',
  ':x',
  '/*+',
];

// ── trees as they come ─────────────────────────────────────────────────────

const text = fc.oneof(fc.constantFrom(...awkward), fc.string({unit: 'grapheme', maxLength: 6}));
const identifier: fc.Arbitrary<Identifier> = fc
  .oneof(
    fc.constantFrom('a', 'key', 'name', 'model', 'größe', 'x_1', 'first').map(name => ({name, quoted: false})),
    fc.oneof(fc.constantFrom('select', 'value', 'a'), text).map(name => ({name: name === '' ? 'empty' : name, quoted: true})),
  )
  .map(({name, quoted}) => ({span, name, quoted}));
const path = fc.array(identifier, {minLength: 1, maxLength: 3}).map(parts => ({span, parts}));
const type: fc.Arbitrary<TypeName> = fc.letrec<{type: TypeName}>(tie => ({
  type: fc.oneof(
    {maxDepth: 3},
    fc
      .tuple(
        fc.constantFrom<[string, number[]]>(
          ['INT', []],
          ['STRING', []],
          ['DECIMAL', [10, 2]],
          ['VARCHAR', [5]],
          ['TIMESTAMP_LTZ', [3]],
          ['TIMESTAMP', []],
        ),
        fc.constantFrom(null, true, false),
      )
      .map(([[name, args], nullable]) => ({span, name, arguments: args, elements: [], fields: [], nullable})),
    fc
      .tuple(fc.constantFrom('ARRAY', 'MULTISET'), tie('type'))
      .map(([name, element]) => ({span, name, arguments: [], elements: [element], fields: [], nullable: null})),
    fc.array(fc.tuple(identifier, tie('type'), fc.option(text)), {maxLength: 3}).map(fields => ({
      span,
      name: 'ROW',
      arguments: [],
      elements: [],
      nullable: null,
      fields: fields.map(([name, type, comment]) => ({span, name, type, comment})),
    })),
  ),
})).type;

const plainCall: Omit<CallExpression, 'name' | 'written'> = {
  kind: 'call',
  span,
  bare: false,
  arguments: [],
  argumentNames: [],
  words: [],
  returning: null,
  distinct: false,
  withinGroup: [],
  filter: null,
  ignoreNulls: null,
  over: null,
};
const called = (name: string, args: readonly Expression[], more: Partial<CallExpression> = {}): Expression => ({
  ...plainCall,
  name,
  written: {span, parts: [{span, name, quoted: false}]},
  arguments: args,
  argumentNames: args.map(() => null),
  ...more,
});

const depth = fc.createDepthIdentifier();
const {expression, query} = fc.letrec<{expression: Expression; query: Query; table: TableReference}>(tie => {
  const one = tie('expression');
  const some = fc.array(one, {minLength: 1, maxLength: 3});
  /** A lone query in parentheses would be the query of IN. */
  const values = some.filter(([first, ...rest]) => rest.length > 0 || first?.kind !== 'scalar-query');
  const orderBy = fc.array(
    fc.record({
      span: fc.constant(span),
      expression: one,
      descending: fc.boolean(),
      nulls: fc.constantFrom('first' as const, 'last' as const, null),
    }),
    {maxLength: 2},
  );
  const node = (shape: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(shape).map(fields => ({span, ...fields}) as unknown as Expression);
  const kind = (name: string) => fc.constant(name);
  const operators = [
    '+',
    '-',
    '*',
    '/',
    '%',
    '||',
    '=',
    '<>',
    '!=',
    '<',
    '<=',
    '>',
    '>=',
    'AND',
    'OR',
    'IS DISTINCT FROM',
    'IS NOT DISTINCT FROM',
  ];
  const alias = fc.option(fc.record({span: fc.constant(span), name: identifier, columns: fc.array(identifier, {maxLength: 2})}));
  return {
    expression: fc.oneof(
      {maxDepth: 4, depthSize: 'small', depthIdentifier: depth},
      fc.constantFrom('1', '1.5', '.5', '1e3').map(number => ({kind: 'number', span, text: number}) as const),
      text.map(value => ({kind: 'string', span, value}) as const),
      path.map(({parts}) => ({kind: 'column', span, parts}) as const),
      fc.constantFrom<Expression>(
        {kind: 'null', span},
        {kind: 'boolean', span, value: true},
        {kind: 'boolean', span, value: null},
        {kind: 'parameter', span, name: 'p'},
      ),
      node({kind: kind('datetime'), type: fc.constantFrom('DATE', 'TIME', 'TIMESTAMP'), text}),
      fc.constantFrom<Expression>(
        {kind: 'interval', span, negative: true, text: '1-2', from: 'YEAR', to: 'MONTH', precision: 2, fraction: null},
        {kind: 'interval', span, negative: false, text: '1', from: 'SECOND', to: null, precision: 1, fraction: 3},
        {kind: 'interval', span, negative: false, text: '1 2', from: 'DAY', to: 'SECOND', precision: null, fraction: 6},
      ),
      node({kind: kind('binary'), operator: fc.constantFrom(...operators), operatorSpan: fc.constant(span), left: one, right: one}),
      node({
        kind: kind('unary'),
        operator: fc.constantFrom('+', '-', 'NOT', 'IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT FALSE', 'IS UNKNOWN'),
        operand: one,
      }),
      node({kind: kind('between'), negated: fc.boolean(), symmetric: fc.boolean(), operand: one, low: one, high: one}),
      node({kind: kind('in-list'), negated: fc.boolean(), operand: one, list: values}),
      node({kind: kind('in-query'), negated: fc.boolean(), operand: one, query: tie('query')}),
      node({kind: kind('exists'), query: tie('query')}),
      node({kind: kind('scalar-query'), query: tie('query')}),
      node({
        kind: kind('quantified'),
        operator: fc.constantFrom('=', '<>', '>'),
        quantifier: fc.constantFrom('ALL', 'SOME'),
        left: one,
        query: fc.constant(null),
        list: values,
      }),
      node({kind: kind('like'), negated: fc.boolean(), similar: fc.boolean(), operand: one, pattern: one, escape: fc.option(one)}),
      node({kind: kind('overlaps'), operator: fc.constantFrom('OVERLAPS', 'IMMEDIATELY PRECEDES'), left: one, right: one}),
      node({kind: kind('is-json'), negated: fc.boolean(), type: fc.constantFrom('VALUE', 'OBJECT', 'ARRAY', 'SCALAR'), operand: one}),
      node({
        kind: kind('case'),
        operand: fc.option(one),
        branches: fc.array(fc.record({when: one, then: one}), {minLength: 1, maxLength: 2}),
        otherwise: fc.option(one),
      }),
      node({kind: kind('cast'), lenient: fc.boolean(), operand: one, type}),
      node({kind: kind('item'), operand: one, index: one}),
      node({kind: kind('field'), operand: one, name: identifier}),
      node({kind: kind('constructor'), type: fc.constantFrom('ARRAY', 'MAP'), items: fc.array(one, {maxLength: 3})}),
      node({kind: kind('array-query'), type: fc.constantFrom('ARRAY', 'MULTISET'), query: tie('query')}),
      node({kind: kind('row'), explicit: fc.constant(true), items: fc.array(one, {maxLength: 2})}),
      fc.tuple(one, one, some).map(([a, b, more]) => ({kind: 'row', span, explicit: false, items: [a, b, ...more]}) as const),
      fc.tuple(path, some, fc.option(identifier)).map(([written, args, named]) => ({
        ...plainCall,
        name: written.parts.map(part => part.name.toUpperCase()).join('.'),
        written,
        arguments: args,
        argumentNames: args.map(() => named),
      })),
      fc.tuple(one, one).map(([a, b]) => called('POSITION', [a, b])),
      fc.tuple(one, one).map(([a, b]) => called('TRIM', [a, b], {words: ['LEADING']})),
      fc.tuple(one, one, one).map(([a, b, c]) => called('OVERLAY', [a, b, c])),
      one.map(a => called('EXTRACT', [a], {words: ['HOUR']})),
      one.map(a => called('FLOOR', [a], {words: ['DAY']})),
      fc.tuple(one, one).map(([a, b]) => called('TIMESTAMPDIFF', [a, b], {words: ['SECOND']})),
      fc
        .tuple(one, one, one, type)
        .map(([a, b, c, returning]) =>
          called('JSON_VALUE', [a, b, c], {words: ['DEFAULT', 'ON', 'EMPTY', 'NULL', 'ON', 'ERROR'], returning}),
        ),
      fc.tuple(one, one).map(([a, b]) => called('JSON_OBJECT', [a, b], {words: ['NULL', 'ON', 'NULL']})),
      fc.tuple(one, fc.option(one), orderBy, fc.option(identifier), fc.boolean()).map(([a, filter, order, base, distinct]) =>
        called('COUNT', [a], {
          distinct,
          filter,
          withinGroup: order,
          over: base && {
            span,
            base,
            partitionBy: [{kind: 'column', span, parts: [base]}],
            orderBy: order,
            frame: {unit: 'ROWS', start: {kind: 'preceding', distance: a}, end: {kind: 'current-row'}},
          },
        }),
      ),
    ),
    query: fc
      .tuple(
        fc.array(fc.tuple(one, fc.option(identifier)), {minLength: 1, maxLength: 2}),
        fc.option(tie('table')),
        fc.option(one),
        orderBy,
        fc.boolean(),
        fc.option(tie('query')),
        fc.constantFrom('UNION', 'INTERSECT', 'EXCEPT'),
      )
      .map(([items, from, where, order, distinct, right, operator]): Query => {
        const select: Select = {
          kind: 'select',
          span,
          hints: from
            ? [{span, name: 'OPTIONS', options: [{span, key: "k'", keySpan: span, value: '*/', valueSpan: span}], words: []}]
            : [],
          distinct,
          items: items.map(([item, alias]) => ({span, expression: item, alias})),
          from,
          where: from ? where : null,
          groupBy: from && where ? [{kind: 'rollup', span, items: [{kind: 'expression', span, expression: called('F', [where])}]}] : [],
          having: null,
          qualify: null,
          windows: [],
        };
        const left: Query = {span, with: [], body: select, orderBy: [], limit: null, offset: null};
        if (!right) return {...left, orderBy: order};
        return {
          ...left,
          body: {kind: 'set-operation', span, operator: operator as 'UNION', all: distinct, left: {...left, orderBy: order}, right},
        };
      }),
    table: fc.oneof(
      {maxDepth: 4, depthIdentifier: depth},
      fc.tuple(path, alias).map(([name, alias]) => ({kind: 'named', span, name, hints: [], systemTime: null, alias}) as const),
      fc.tuple(text, alias).map(([target, alias]) => ({kind: 'file', span, target, hints: [], alias}) as const),
      fc
        .tuple(tie('query'), alias, fc.boolean())
        .map(([query, alias, lateral]) => ({kind: 'derived', span, query, lateral, alias}) as const),
      fc
        .tuple(some, alias, fc.boolean())
        .map(([expressions, alias, ordinality]) => ({kind: 'unnest', span, expressions, ordinality, lateral: false, alias}) as const),
      fc
        .tuple(
          tie('table'),
          tie('table'),
          fc.constantFrom('INNER' as const, 'LEFT' as const, 'FULL' as const, 'CROSS' as const),
          fc.boolean(),
          one,
        )
        .map(([left, right, type, comma, on]) => ({
          kind: 'join' as const,
          span,
          type: comma ? ('CROSS' as const) : type,
          comma,
          natural: false,
          left,
          right,
          on: comma || type === 'CROSS' ? null : on,
          using: [],
        })),
    ),
  };
});

// ── what is printed is read as the same tree ───────────────────────────────

describe('a printed tree is read as the same tree', () => {
  test('expressions', () => {
    fc.assert(
      fc.property(expression, tree => {
        const printed = printExpression(tree);
        const {expression: read, problems} = parseExpression({name: 'q', text: printed}, lenient);
        expect({problems: problems.map(problem => problem.message), printed, tree: withoutSpans(read)}).toEqual({
          problems: [],
          printed,
          tree: withoutSpans(tree),
        });
      }),
      {numRuns: 300, seed: 1},
    );
  });

  test('queries', () => {
    fc.assert(
      fc.property(query, tree => {
        const printed = printQuery(tree);
        const {script, problems} = parseScript({name: 'q', text: printed}, lenient);
        const [first] = script.statements;
        expect({problems: problems.map(problem => problem.message), printed, tree: withoutSpans(first?.statement)}).toEqual({
          problems: [],
          printed,
          tree: withoutSpans({kind: 'query', query: tree}),
        });
      }),
      {numRuns: 80, seed: 2},
    );
  });

  test('every kind of statement', () => {
    for (const sql of [
      "CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED, b AS a + 1 COMMENT 'x', c STRING METADATA FROM 'd' VIRTUAL, WATERMARK FOR ts AS ts, UNIQUE (a)) COMMENT 'it''s' DISTRIBUTED INTO 3 BUCKETS PARTITIONED BY (a) WITH ('x' = 'y') LIKE u (EXCLUDING ALL)",
      'CREATE OR REPLACE TEMPORARY TABLE t (a, b) AS SELECT 1',
      "CREATE TEMPORARY VIEW IF NOT EXISTS v (a) COMMENT 'x' AS SELECT 1",
      "CREATE TEMPORARY FUNCTION f AS 'c' LANGUAGE PYTHON",
      'DROP VIEW IF EXISTS a.b',
      "INSERT OVERWRITE t /*+ OPTIONS('a'='b') */ PARTITION (p = 'x') (a, b) VALUES (1, 2), (3, 4) ON CONFLICT DO DEDUPLICATE",
      "INSERT INTO 'it''s.csv' TABLE t",
      "SET 'a' = 'b'",
      'RESET',
      'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END',
      'EXPLAIN CHANGELOG_MODE, ESTIMATED_COST INSERT INTO t SELECT 1',
      'DESCRIBE a.b',
      'ALTER TABLE t /* comment */ RENAME TO u',
      'SELECT * FROM a, (b CROSS JOIN c) FULL JOIN d USING (x) WHERE (a, b) IN (SELECT 1, 2) GROUP BY GROUPING SETS ((a, b), a, ()) WINDOW w AS (ORDER BY x)',
      'SELECT * FROM LATERAL TABLE(f(TABLE t PARTITION BY (a, b) ORDER BY c, n => DESCRIPTOR(x))) AS g (h)',
      'SELECT * FROM t PIVOT (SUM(a) FOR b IN (1, 2)) AS p TABLESAMPLE BERNOULLI (5)',
    ]) {
      const first = parseScript({name: 'q', text: sql}, lenient);
      expect(first.problems.map(problem => problem.message)).toEqual([]);
      const [only] = first.script.statements;
      const printed = only ? printStatement(only.statement) : '';
      const again = parseScript({name: 'q', text: printed}, lenient);
      expect([printed, ...again.script.statements.map(({statement}) => withoutSpans(statement))]).toEqual([
        printed,
        withoutSpans(only?.statement),
      ]);
    }
  });

  test('names get back-ticks only where they need them', () => {
    expect(['a', 'größe', 'key', 'select', 'VALUE', '1a', 'a b', 'a`b', '__proto__', '$x'].map(quoteName)).toEqual([
      'a',
      'größe',
      'key',
      '`select`',
      '`VALUE`',
      '`1a`',
      '`a b`',
      '`a``b`',
      '__proto__',
      '`$x`',
    ]);
  });
});
