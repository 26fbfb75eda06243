import fc from 'fast-check';

/** Queries that rank, group by several sets, combine results of queries, and take collections apart, over sources of rows of a table `t`. */
export interface Sources {
  /** What FROM may read; rows of it may come in any order. */
  readonly source: fc.Arbitrary<string>;
  /** Queries with the columns c0, c1, …, whose rows change. */
  readonly grouped: fc.Arbitrary<string>;
  readonly where: fc.Arbitrary<string>;
  readonly aggregates: fc.Arbitrary<string>;
  /** Values of type INT. */
  readonly values: fc.Arbitrary<string>;
}

// Rows that are equal in all of these are the same row, so it does not matter which of them ranks first.
const everything = 'i, b DESC, d, s, p, f, ts, t.r.n, t.r.t';
const direction = fc.constantFrom('', ' DESC', ' NULLS LAST', ' DESC NULLS FIRST');
const range = fc.constantFrom('n = 1', 'n <= 2', 'n < 4', '3 >= n AND n > 1', 'n BETWEEN 2 AND 3');

function topN({source, where}: Sources): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('', 'PARTITION BY f ', 'PARTITION BY s, f ', 'PARTITION BY i + 1 '),
      fc.constantFrom('i', 'b', 'd', 's', 'p', 'ts'),
      direction,
      range,
      fc.constantFrom('i, b, s, n', 'i, d, s'),
      source,
      where,
    )
    .map(([partition, order, way, condition, items, from, filter]) => {
      const ranked = `SELECT i, b, d, s, n FROM (SELECT i, b, d, s, ROW_NUMBER() OVER (${partition}ORDER BY ${order}${way}, ${everything}) AS n FROM ${from}${filter})`;
      return `SELECT ${items} FROM (${ranked}) WHERE ${condition}`;
    });
}

function topOfGroups({grouped}: Sources): fc.Arbitrary<string> {
  return fc
    .tuple(grouped, range, fc.boolean())
    .map(
      ([inner, condition, withNumber]) =>
        `SELECT c0${withNumber ? ', n' : ''} FROM (SELECT c0, ROW_NUMBER() OVER (ORDER BY c0 DESC) AS n FROM (${inner})) WHERE ${condition}`,
    );
}

function setsOfKeys({source, where, aggregates}: Sources): fc.Arbitrary<string> {
  const sets = fc.constantFrom(
    'ROLLUP (i, s)',
    'CUBE (f, i)',
    'GROUPING SETS ((s), (s, f), ())',
    'i, ROLLUP (UPPER(s))',
    'GROUPING SETS (i, i, (f, s))',
  );
  return fc.tuple(sets, aggregates, source, where).map(([keys, call, from, condition]) => {
    const key = /\((?:\()?(\w+)/.exec(keys)?.[1] ?? 'i';
    const shown = key === 'UPPER' ? 'UPPER(s)' : key;
    return `SELECT ${shown} AS c0, GROUPING(${shown}) AS c1, ${call} AS c2 FROM ${from}${condition} GROUP BY ${keys}`;
  });
}

function setOperation({source, where, values}: Sources): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom('UNION', 'INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL'), values, source, source, where, where)
    .map(
      ([operator, value, left, right, first, second]) =>
        `SELECT i, s FROM ${left}${first} ${operator} SELECT ${value}, s FROM ${right}${second}`,
    );
}

function elements({source, where}: Sources): fc.Arbitrary<string> {
  const taken = fc.constantFrom(
    'CROSS JOIN UNNEST(ARRAY[i, t.r.n, 7]) AS u (x)',
    'LEFT JOIN UNNEST(ARRAY[i, t.r.n]) AS u (x) ON x > 0',
    'CROSS JOIN UNNEST(ARRAY[1, i]) WITH ORDINALITY AS u (x, o)',
  );
  return fc.tuple(source, taken, where).map(([from, join, condition]) => `SELECT s, x FROM ${from} ${join}${condition}`);
}

/** All of these. */
export function rankings(sources: Sources): fc.Arbitrary<string> {
  return fc.oneof(
    {weight: 3, arbitrary: topN(sources)},
    {weight: 2, arbitrary: topOfGroups(sources)},
    {weight: 2, arbitrary: setsOfKeys(sources)},
    {weight: 2, arbitrary: setOperation(sources)},
    {weight: 1, arbitrary: elements(sources)},
  );
}

const frames = fc.constantFrom(
  '',
  ' ROWS BETWEEN 1 PRECEDING AND CURRENT ROW',
  ' ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING',
  ' ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
  ' RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
);
const calls = fc.constantFrom(
  'COUNT(*)',
  'SUM(b)',
  'AVG(p)',
  'MIN(s)',
  'MAX(d)',
  'SUM(d)',
  'COUNT(DISTINCT i)',
  'FIRST_VALUE(i)',
  'LAST_VALUE(s)',
);
const wholeCalls = fc.constantFrom(
  'ROW_NUMBER()',
  'RANK()',
  'DENSE_RANK()',
  'PERCENT_RANK()',
  'CUME_DIST()',
  'NTILE(3)',
  'LAG(i)',
  "LEAD(s, 2, 'none')",
  'LAG(b, 0)',
);
const partitions = fc.constantFrom('', 'PARTITION BY f ', 'PARTITION BY s ');

/** Calls with OVER as only input that ends can have them: one by rows in a total order, one by a range of numbers, one that takes no frame. */
export const windowQuery: fc.Arbitrary<string> = fc
  .tuple(
    partitions,
    calls,
    frames,
    calls,
    fc.constantFrom('i', 'p', 'd'),
    direction,
    fc.integer({min: -2, max: 1}),
    fc.integer({min: 0, max: 3}),
    wholeCalls,
  )
  .map(([partition, byRows, frame, byRange, order, way, start, width, whole]) => {
    const bound = (distance: number): string => `${Math.abs(distance)} ${distance < 0 ? 'PRECEDING' : 'FOLLOWING'}`;
    const range = `${order}${way} RANGE BETWEEN ${bound(start)} AND ${bound(start + width)}`;
    // Equal rows are added in the order of arrival, which is all that a sum of doubles depends on.
    return `SELECT i, s, ${byRows} OVER (${partition}ORDER BY i, ${everything}${frame}) AS c0, ${byRange} OVER (${partition}ORDER BY ${range}) AS c1, ${whole} OVER (${partition}ORDER BY ${order}${way}, f) AS c2 FROM t`;
  });
