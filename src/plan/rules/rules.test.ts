import {describe, expect, test} from 'vitest';
import {explainPlan} from '../explain.ts';
import {planText} from '../plan-fixture.ts';
import type {Plan} from '../plan.ts';
import {rules} from './index.ts';
import {withoutUnused} from './rule.ts';

/** The first line of each node of a plan, without its columns: what there is to see of a rule. */
function shape(plan: Pick<Plan, 'nodes' | 'sinks'>, settings: Plan['settings']): readonly string[] {
  return explainPlan({...plan, settings})
    .split('\n')
    .filter(line => line !== '' && !line.includes(' · ') && !/[│ ] {2}keeps /.test(line))
    .map(line => line.replaceAll(/[│├└─]/g, ' ').replace(/^ +/, indent => ' '.repeat(indent.length / 3)));
}

/** The shape as planned without rules, and after the one rule. */
function beforeAndAfter(name: string, sql: string): {readonly before: readonly string[]; readonly after: readonly string[]} {
  const rule = rules.find(candidate => candidate.name === name)!;
  const plan = planText(sql, {mode: 'query', rules: false}).plan!;
  const context = {timeZone: 'UTC', source: {name: 'test', text: sql}, warn: () => {}};
  return {before: shape(plan, plan.settings), after: shape(withoutUnused(rule.apply(plan, context)), plan.settings)};
}

const cases: Readonly<
  Record<string, readonly {readonly sql: string; readonly before: readonly string[]; readonly after: readonly string[]}[]>
> = {
  'fold-constants': [
    {
      sql: "SELECT price + (1 + 2) FROM stdin WHERE price > 2 * 3 AND channel = LOWER('A')",
      before: [
        'result 1',
        ' project price + (1 + 2) AS EXPR$0',
        "  filter price > 2 * 3 AND channel = LOWER('A')",
        '   scan stdin from stdin json',
      ],
      after: ['result 1', ' project price + 3 AS EXPR$0', "  filter price > 6 AND channel = 'a'", '   scan stdin from stdin json'],
    },
    {
      sql: 'SELECT a + 1 FROM (VALUES (1), (2)) AS t (a)',
      before: ['result 1', ' project EXPR$0 + 1 AS EXPR$0', '  values (1), (2)'],
      after: ['result 1', ' values (2), (3)'],
    },
  ],
  'decide-filters': [
    {
      sql: 'SELECT channel FROM stdin WHERE TRUE',
      before: ['result 1', ' project channel', '  filter TRUE', '   scan stdin from stdin json'],
      after: ['result 1', ' project channel', '  scan stdin from stdin json'],
    },
    {
      sql: 'SELECT channel FROM stdin WHERE NULL UNION ALL SELECT channel FROM stdin',
      before: [
        'result 1',
        ' union of 2',
        '  project channel',
        '   filter NULL',
        '    #1 scan stdin from stdin json',
        '  project channel',
        '   #1 as above',
      ],
      after: ['result 1', ' project channel', '  scan stdin from stdin json'],
    },
    {
      sql: 'SELECT channel FROM stdin LIMIT 0',
      before: ['result 1', ' limit: first 0', '  project channel', '   scan stdin from stdin json'],
      after: ['result 1', ' values: no rows'],
    },
  ],
  'merge-neighbours': [
    {
      sql: 'SELECT a FROM (SELECT channel AS a, price AS p FROM stdin WHERE price > 1) WHERE p < 9',
      before: [
        'result 1',
        ' project a',
        '  filter p < 9',
        '   project channel AS a, price AS p',
        '    filter price > 1',
        '     scan stdin from stdin json',
      ],
      after: ['result 1', ' project channel AS a', '  filter price > 1 AND price < 9', '   scan stdin from stdin json'],
    },
    {
      sql: 'SELECT a + a FROM (SELECT price * 2 AS a FROM stdin) WHERE a > 1',
      before: ['result 1', ' project a + a AS EXPR$0', '  filter a > 1', '   project price * 2 AS a', '    scan stdin from stdin json'],
      after: ['result 1', ' project a + a AS EXPR$0', '  filter a > 1', '   project price * 2 AS a', '    scan stdin from stdin json'],
    },
    {
      sql: 'VALUES (1) UNION ALL VALUES (2)',
      before: ['result 1', ' union of 2', '  values (1)', '  values (2)'],
      after: ['result 1', ' values (1), (2)'],
    },
  ],
  'share-equals': [
    {
      sql: 'SELECT channel FROM stdin WHERE price > 1 UNION ALL SELECT channel FROM stdin WHERE price > 1',
      before: [
        'result 1',
        ' union of 2',
        '  project channel',
        '   filter price > 1',
        '    #1 scan stdin from stdin json',
        '  project channel',
        '   filter price > 1',
        '    #1 as above',
      ],
      after: ['result 1', ' union of 2', '  #1 project channel', '   filter price > 1', '    scan stdin from stdin json', '  #1 as above'],
    },
    {
      sql: 'SELECT UUID() FROM stdin UNION ALL SELECT UUID() FROM stdin',
      before: [
        'result 1',
        ' union of 2',
        '  project UUID() AS EXPR$0',
        '   #1 scan stdin from stdin json',
        '  project UUID() AS EXPR$0',
        '   #1 as above',
      ],
      after: [
        'result 1',
        ' union of 2',
        '  project UUID() AS EXPR$0',
        '   #1 scan stdin from stdin json',
        '  project UUID() AS EXPR$0',
        '   #1 as above',
      ],
    },
  ],
  'push-down-filters': [
    {
      sql: 'SELECT a.price FROM stdin AS a, stdin AS b WHERE a.channel = b.channel AND a.price > 1 AND b.price > 2 AND a.price < b.price',
      before: [
        'result 1',
        ' project price',
        '  filter channel = channel AND price > 1 AND price > 2 AND price < price',
        '   inner join of every row with every row, final rows',
        '    #1 scan stdin from stdin json',
        '    #1 as above',
      ],
      after: [
        'result 1',
        ' project price',
        '  inner join on channel = channel where price < price, final rows',
        '   filter price > 1',
        '    #1 scan stdin from stdin json',
        '   filter price > 2',
        '    #1 as above',
      ],
    },
    {
      sql: "SELECT a.price FROM stdin AS a LEFT JOIN stdin AS b ON a.channel = b.channel AND b.price > 1 AND a.price > 2 WHERE b.seen IS NULL AND a.channel = 'x'",
      before: [
        'result 1',
        ' project price',
        "  filter seen IS NULL AND channel = 'x'",
        '   left join on channel = channel where price > 1 AND price > 2, final rows',
        '    #1 scan stdin from stdin json',
        '    #1 as above',
      ],
      after: [
        'result 1',
        ' project price',
        '  filter seen IS NULL',
        '   left join on channel = channel where price > 2, final rows',
        "    filter channel = 'x'",
        '     #1 scan stdin from stdin json',
        '    filter price > 1',
        '     #1 as above',
      ],
    },
    {
      sql: 'SELECT a.price FROM stdin AS a FULL JOIN stdin AS b ON a.channel = b.channel WHERE a.price + 1 > 2 AND (b.price > 2 OR b.price < 1)',
      before: [
        'result 1',
        ' project price',
        '  filter price + 1 > 2 AND (price > 2 OR price < 1)',
        '   full join on channel = channel, final rows',
        '    #1 scan stdin from stdin json',
        '    #1 as above',
      ],
      after: [
        'result 1',
        ' project price',
        '  inner join on channel = channel, final rows',
        '   filter price + 1 > 2',
        '    #1 scan stdin from stdin json',
        '   filter price > 2 OR price < 1',
        '    #1 as above',
      ],
    },
  ],
  'prune-columns': [
    {
      sql: 'SELECT n FROM (SELECT bidder.home.city AS city, SUM(price) AS s, COUNT(*) AS n FROM stdin GROUP BY bidder.home.city)',
      before: [
        'result 1',
        ' project n',
        '  project city, s, n',
        '   aggregate by bidder.home.city: SUM(price) AS s, COUNT(*) AS n, at the end of input',
        '    scan stdin from stdin json',
      ],
      after: [
        'result 1',
        ' project n',
        '  project n',
        '   aggregate by `bidder.home.city`: COUNT(*) AS n, at the end of input',
        '    scan stdin from stdin json',
      ],
    },
  ],
  'remove-trivial-projects': [
    {
      sql: 'SELECT * FROM stdin',
      before: ['result 1', ' project channel, price, seen, bidder', '  scan stdin from stdin json'],
      after: ['result 1', ' scan stdin from stdin json'],
    },
  ],
};

test('every rule has a case', () => {
  expect(Object.keys(cases).sort()).toEqual(rules.map(rule => rule.name).sort());
});

describe.each(Object.entries(cases))('%s', (name, rows) => {
  test.each(rows)('$sql', ({sql, before, after}) => {
    const found = beforeAndAfter(name, sql);
    expect(found.before).toEqual(before);
    expect(found.after).toEqual(after);
  });
});

describe('pruned scans', () => {
  const wanted = (sql: string) => {
    const scan = planText(sql, {mode: 'query'}).plan!.nodes.find(node => node.kind === 'scan')!;
    return scan.wanted.map(path => (path.kind === 'physical' ? [path.ordinal, ...path.path].join('.') : path.key));
  };
  test.each([
    ['SELECT COUNT(*) FROM stdin', []],
    ['SELECT bidder.id FROM stdin WHERE price > 1', ['1.price', '3.bidder.id']],
    ["SELECT bidder.home FROM stdin WHERE bidder.home.city = 'x'", ['3.bidder.home']],
    ['SELECT bidder.home.city FROM stdin ORDER BY seen', ['2.seen', '3.bidder.home.city']],
    ["SELECT c FROM (SELECT bidder.home.city AS c, channel FROM stdin UNION ALL SELECT 'x', channel FROM stdin)", ['3.bidder.home.city']],
    ['SELECT b.id FROM (SELECT bidder AS b FROM stdin UNION ALL SELECT bidder FROM stdin)', ['3.bidder.id']],
    ['SELECT MAX(price) FILTER (WHERE bidder.name = channel) FROM stdin', ['0.channel', '1.price', '3.bidder.name']],
  ])('%s', (sql, paths) => {
    expect(wanted(sql)).toEqual(paths);
  });

  test('two users want the union of what each wants', () => {
    expect(wanted('SELECT channel FROM stdin; SELECT bidder.id FROM stdin; SELECT bidder.name FROM stdin')).toEqual([
      '0.channel',
      '3.bidder.id',
      '3.bidder.name',
    ]);
  });

  test('a connector that makes rows itself is asked for whole columns', () => {
    const {plan} = planText("CREATE TABLE g (r ROW<x INT, y INT>, z INT) WITH ('connector' = 'datagen'); SELECT r.x FROM g");
    expect(plan!.nodes[0]).toMatchObject({wanted: [{path: ['r']}]});
  });

  test('a field of a NULL row is NULL, whatever its own type says', () => {
    const {plan} = planText('SELECT bidder.id FROM stdin', {mode: 'query'});
    expect(plan!.nodes[0]!.schema.columns).toEqual([{name: 'bidder.id', type: {kind: 'BIGINT', nullable: true}}]);
  });
});
