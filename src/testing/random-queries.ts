import fc from 'fast-check';
import {rankings} from './random-rankings.ts';

/** Columns of the tables that random queries read, with values that are hard: NULL, the largest, the empty, what looks like code. */
export const columns = 'i INT, b BIGINT, d DOUBLE, s STRING, p DECIMAL(10, 2), f BOOLEAN, ts TIMESTAMP(3), r ROW<n INT, t STRING>';

const texts = fc.constantFrom(
  '',
  'a',
  'B',
  'ab%',
  'x_y',
  'ünïcode',
  '日本',
  '"quoted"',
  "it's",
  '\\',
  '\n',
  '${x}',
  '__proto__',
  'NULL',
  '12',
  'A',
  'b',
);

/** A record as JSON text, so that integers beyond 2^53 stay what they are. */
export const record: fc.Arbitrary<string> = fc
  .record({
    i: nullable(fc.oneof(fc.integer({min: -3, max: 3}), fc.constantFrom(2147483647, -2147483648)).map(String)),
    b: nullable(
      fc.oneof(
        fc.integer({min: -3, max: 3}).map(String),
        fc.constantFrom('9007199254740993', '-9223372036854775808', '9223372036854775807', '4294967296'),
      ),
    ),
    d: nullable(
      fc.oneof(
        fc.integer({min: -8, max: 8}).map(value => String(value / 4)),
        fc.constantFrom('0.1', '1e300', '-0.0', '1e-7'),
      ),
    ),
    s: nullable(texts.map(text => JSON.stringify(text))),
    p: nullable(fc.integer({min: -500, max: 500}).map(value => (value / 100).toFixed(2))),
    f: nullable(fc.constantFrom('true', 'false')),
    ts: nullable(fc.integer({min: 0, max: 5}).map(value => `"2026-01-01 00:00:0${value}.${value}00"`)),
    r: nullable(
      fc
        .record({n: nullable(fc.integer({min: 0, max: 3}).map(String)), t: nullable(texts.map(text => JSON.stringify(text)))})
        .map(jsonObject),
    ),
  })
  .map(jsonObject);

function nullable(values: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.option(values, {nil: 'null', freq: 5});
}

function jsonObject(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields)
    .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    .join(',')}}`;
}

type Kind = 'int' | 'bigint' | 'double' | 'text' | 'decimal' | 'boolean' | 'time';

const columnsOf: Readonly<Record<Kind, readonly string[]>> = {
  int: ['i', 't.r.n'],
  bigint: ['b'],
  double: ['d'],
  text: ['s', 't.r.t'],
  decimal: ['p'],
  boolean: ['f'],
  time: ['ts'],
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const literalOf: Readonly<Record<Kind, fc.Arbitrary<string>>> = {
  int: fc.integer({min: -3, max: 3}).map(value => (value < 0 ? `(${value})` : String(value))),
  bigint: fc.constantFrom('CAST(1 AS BIGINT)', '9007199254740993', '4294967296'),
  double: fc.constantFrom('1e0', '-2.5e-1', '0e0'),
  text: texts.map(quoted),
  decimal: fc.constantFrom('1.10', '0.5', '99.99'),
  boolean: fc.constantFrom('TRUE', 'FALSE'),
  time: fc.constantFrom("TIMESTAMP '2026-01-01 00:00:02.200'", "TIMESTAMP '2026-01-01 00:00:00'"),
};

const orderOperators = fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM');
const kinds = Object.keys(columnsOf) as Kind[];

/** An expression of a kind. Nothing that fails on a row (integer division, strict casts of text): what fails has cases of its own. */
export function expression(kind: Kind, depth: number): fc.Arbitrary<string> {
  const leaf = fc.oneof({weight: 3, arbitrary: fc.constantFrom(...columnsOf[kind])}, {weight: 1, arbitrary: literalOf[kind]});
  if (depth === 0) return leaf;
  const same = expression(kind, depth - 1);
  const condition = kind === 'boolean' ? same : expression('boolean', depth - 1);
  return fc.oneof(
    {weight: 2, arbitrary: leaf},
    {weight: 3, arbitrary: ownExpression(kind, depth, same)},
    {
      weight: 1,
      arbitrary: fc.tuple(condition, same, same).map(([when, then, otherwise]) => `CASE WHEN ${when} THEN ${then} ELSE ${otherwise} END`),
    },
    {weight: 1, arbitrary: fc.tuple(same, same).map(([first, second]) => `COALESCE(${first}, ${second})`)},
    {weight: 1, arbitrary: fc.tuple(same, same).map(([first, second]) => `NULLIF(${first}, ${second})`)},
  );
}

function ownExpression(kind: Kind, depth: number, same: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const arithmetic = fc
    .tuple(same, fc.constantFrom('+', '-', '*'), same)
    .map(([left, operator, right]) => `(${left} ${operator} ${right})`);
  switch (kind) {
    case 'int':
      return fc.oneof(
        arithmetic,
        expression('text', depth - 1).map(text => `CHAR_LENGTH(${text})`),
        same.map(value => `ABS(${value})`),
      );
    case 'bigint':
      return fc.oneof(
        arithmetic,
        expression('int', depth - 1).map(value => `(${value} + b)`),
      );
    case 'double':
      return fc.oneof(
        arithmetic,
        // A constant zero is refused as a divisor.
        fc.tuple(same, same).map(([left, right]) => `(${left} / ${right === '0e0' ? 'd' : right})`),
        expression('int', depth - 1).map(value => `CAST(${value} AS DOUBLE)`),
      );
    case 'decimal':
      return fc.oneof(
        same.map(value => `(${value} + 1.5)`),
        same.map(value => `(${value} - p)`),
        same.map(value => `CAST(${value} AS DECIMAL(10, 2))`),
      );
    case 'text':
      return fc.oneof(
        same.map(value => `UPPER(${value})`),
        same.map(value => `LOWER(${value})`),
        fc.tuple(same, same).map(([left, right]) => `(${left} || ${right})`),
        fc
          .tuple(same, fc.integer({min: 1, max: 3}), fc.integer({min: 0, max: 3}))
          .map(([value, from, length]) => `SUBSTRING(${value}, ${from}, ${length})`),
        same.map(value => `TRIM(${value})`),
      );
    case 'boolean':
      return booleanExpression(depth, same);
    case 'time':
      return fc.constantFrom('ts');
  }
}

function booleanExpression(depth: number, same: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const comparison = fc
    .constantFrom(...kinds)
    .chain(kind => fc.tuple(expression(kind, depth - 1), orderOperators, expression(kind, depth - 1)))
    .map(([left, operator, right]) => `(${left} ${operator} ${right})`);
  const anything = fc.constantFrom(...kinds).chain(kind => expression(kind, depth - 1));
  return fc.oneof(
    {weight: 3, arbitrary: comparison},
    fc.tuple(same, fc.constantFrom('AND', 'OR'), same).map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    same.map(value => `(NOT ${value})`),
    fc.tuple(anything, fc.constantFrom('IS NULL', 'IS NOT NULL')).map(([value, test]) => `(${value} ${test})`),
    fc
      .tuple(expression('int', depth - 1), fc.integer({min: -2, max: 0}), fc.integer({min: 0, max: 3}))
      .map(([value, low, high]) => `(${value} BETWEEN ${low} AND ${high})`),
    fc
      .tuple(expression('text', depth - 1), fc.array(texts.map(quoted), {minLength: 1, maxLength: 3}))
      .map(([value, list]) => `(${value} IN (${list.join(', ')}))`),
    fc
      .tuple(expression('text', depth - 1), fc.constantFrom('a%', '%b%', '_', '%', '%y', 'x\\_y'))
      .map(([value, pattern]) => `(${value} LIKE '${pattern}')`),
  );
}

const aggregates = fc.oneof(
  fc.constant('COUNT(*)'),
  fc
    .tuple(
      fc.constantFrom('COUNT', 'MIN', 'MAX'),
      fc.constantFrom(...kinds).chain(kind => expression(kind, 1)),
    )
    .map(([name, value]) => `${name}(${value})`),
  fc
    .tuple(
      fc.constantFrom('SUM', 'AVG'),
      fc.constantFrom('int' as const, 'bigint' as const, 'decimal' as const).chain(kind => expression(kind, 1)),
    )
    .map(([name, value]) => `${name}(${value})`),
  fc.tuple(fc.constantFrom('COUNT', 'SUM'), expression('int', 1)).map(([name, value]) => `${name}(DISTINCT ${value})`),
  fc.tuple(expression('int', 1), expression('boolean', 1)).map(([value, filter]) => `SUM(${value}) FILTER (WHERE ${filter})`),
);

const joinTypes = fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN');
const joinKeys = fc.constantFrom(
  'l.i = r.i',
  'l.s = r.s',
  'l.f = r.f AND l.i = r.i',
  'l.b = r.i',
  'l.d = r.d',
  'l.i + 1 = r.r.n',
  'l.p = r.i',
);
const joinRests = fc.constantFrom(
  '',
  ' AND l.i < r.b',
  ' AND r.s <> l.s',
  ' AND r.f',
  ' AND (l.f OR r.i > 0)',
  ' AND l.ts IS NOT DISTINCT FROM r.ts',
);
const changing = '(SELECT i, s, f, p, r, MAX(b) AS b, MIN(d) AS d, MAX(ts) AS ts FROM t GROUP BY i, s, f, p, r)';
const joinInputs = fc.constantFrom('t', 't', '(SELECT * FROM t WHERE i > -1)', changing);

/** Two tables under the names of one, so that any query can read them. */
const joined = fc
  .tuple(joinInputs, joinTypes, joinInputs, joinKeys, joinRests)
  .map(
    ([left, type, right, keys, rest]) =>
      `(SELECT l.i, r.b, l.d, r.s, l.p, r.f, l.ts, r.r FROM ${left} AS l ${type} ${right} AS r ON ${keys}${rest}) AS t`,
  );
const tested = fc
  .tuple(
    joinInputs,
    fc.constantFrom(
      'i IN (SELECT i FROM t WHERE f)',
      'i NOT IN (SELECT r.n FROM t)',
      's NOT IN (SELECT COALESCE(s, p) FROM (SELECT s, CAST(p AS STRING) AS p FROM t))',
      'EXISTS (SELECT * FROM t AS o WHERE o.i = e.i AND o.d > e.d)',
      'NOT EXISTS (SELECT 1 FROM t AS o WHERE o.s = e.s AND o.i < e.i)',
      'i IN (SELECT MAX(i) FROM t GROUP BY s)',
      'NOT EXISTS (SELECT s, COUNT(*) AS n FROM t GROUP BY s HAVING COUNT(*) > 2)',
    ),
  )
  .map(([input, test]) => `(SELECT i, b, d, s, p, f, ts, r FROM ${input} AS e WHERE ${test}) AS t`);

const plainSource = fc.constantFrom(
  't',
  '(SELECT * FROM t WHERE i > -2) AS t',
  '(SELECT i, b, d, s, p, f, ts, r FROM t UNION ALL SELECT i, b, d, s, p, f, ts, r FROM t WHERE f) AS t',
);
const source = fc.oneof({weight: 3, arbitrary: plainSource}, {weight: 2, arbitrary: joined}, {weight: 1, arbitrary: tested});
const where = fc.option(expression('boolean', 2), {nil: null, freq: 3}).map(condition => (condition === null ? '' : ` WHERE ${condition}`));

const projection = fc
  .tuple(
    fc.array(
      fc.constantFrom(...kinds).chain(kind => expression(kind, 2)),
      {minLength: 1, maxLength: 4},
    ),
    source,
    where,
  )
  .map(([items, from, condition]) => `SELECT ${items.map((item, at) => `${item} AS c${at}`).join(', ')} FROM ${from}${condition}`);

const grouped = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('i', 's', 'f', 'p', 'b', 'i + 1', 'UPPER(s)', 't.r.n'), {minLength: 0, maxLength: 2}),
    fc.array(aggregates, {minLength: 1, maxLength: 3}),
    source,
    where,
    fc.boolean(),
  )
  .map(([keys, calls, from, condition, having]) => {
    const items = [...keys, ...calls].map((item, at) => `${item} AS c${at}`).join(', ');
    return `SELECT ${items} FROM ${from}${condition}${keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`}${having && keys.length > 0 ? ' HAVING COUNT(*) > 1' : ''}`;
  });

const twoLevels = grouped.map(inner => `SELECT c0, COUNT(*) AS n FROM (${inner}) GROUP BY c0`);

/** Whole queries over a table `t` with the columns above. */
export const query: fc.Arbitrary<string> = fc.oneof(
  {weight: 3, arbitrary: projection},
  {weight: 4, arbitrary: grouped},
  {weight: 1, arbitrary: twoLevels},
  {weight: 3, arbitrary: rankings({source, grouped, where, aggregates, values: expression('int', 1)})},
);
