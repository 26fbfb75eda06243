import fc from 'fast-check';
import {expect, test} from 'vitest';
import {typeText} from '../types/type-text.ts';
import {behaviourOf} from './nodes/index.ts';
import {planText} from './plan-fixture.ts';
import type {Plan} from './plan.ts';

/** Texts of expressions, mostly of the type that their place needs, and now and then wrong in a way that a person could get them wrong. */
const {number, text, condition} = fc.letrec<{number: string; text: string; condition: string}>(tie => {
  const wrong = fc.constantFrom(
    'nope',
    'x.nope',
    'bidder',
    'NOPE(1)',
    'SUM(COUNT(*))',
    "DATE '2020-02-30'",
    "CAST('x' AS INT)",
    'channel',
    '1 = 1',
    ':q',
  );
  const rarely = (usual: fc.Arbitrary<string>) => fc.oneof({weight: 150, arbitrary: usual}, {weight: 1, arbitrary: wrong});
  const depth = {depthSize: 'small', withCrossShrink: true} as const;
  return {
    number: rarely(
      fc.oneof(
        depth,
        fc.constantFrom('price', 'bidder.id', 'b.price', '1', '2147483648', '1.5', '1e3', 'NULL', ':p', '0', 'CAST(channel AS INT)'),
        fc
          .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/', '%'), tie('number'))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        fc.tuple(tie('number'), tie('number')).map(([first, second]) => `COALESCE(${first}, ${second})`),
        fc
          .tuple(tie('condition'), tie('number'), tie('number'))
          .map(([when, then, other]) => `CASE WHEN ${when} THEN ${then} ELSE ${other} END`),
        tie('text').map(inner => `TRY_CAST(${inner} AS BIGINT)`),
      ),
    ),
    text: rarely(
      fc.oneof(
        depth,
        fc.constantFrom('channel', 'bidder.name', 'bidder.home.city', "'a'", "''", "'it''s'"),
        fc.tuple(tie('text'), tie('text')).map(([left, right]) => `(${left} || ${right})`),
        tie('number').map(inner => `CAST(${inner} AS STRING)`),
        tie('text').map(inner => `LOWER(${inner})`),
      ),
    ),
    condition: rarely(
      fc.oneof(
        depth,
        fc.constantFrom('TRUE', 'price > 1', 'channel IS NULL', 'UNKNOWN', '1 = 2'),
        fc.tuple(tie('number'), fc.constantFrom('=', '<', '<>', 'IS DISTINCT FROM'), tie('number')).map(parts => `(${parts.join(' ')})`),
        fc.tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition')).map(parts => `(${parts.join(' ')})`),
        fc.tuple(tie('text'), tie('text')).map(([left, right]) => `${left} IN (${right}, 'x')`),
        tie('number').map(inner => `${inner} BETWEEN 1 AND 9`),
      ),
    ),
  };
});

const optional = (word: string, expression: fc.Arbitrary<string>) =>
  fc.option(expression, {nil: null}).map(found => (found === null ? '' : ` ${word} ${found}`));
const plain = fc
  .tuple(
    fc.constantFrom('', 'DISTINCT '),
    fc.array(fc.oneof(number, text, condition), {minLength: 1, maxLength: 3}),
    optional('WHERE', condition),
  )
  .map(([distinct, items, where]) => `SELECT ${distinct}${items.join(', ')} FROM stdin AS b${where} ORDER BY 1`);
const call = fc
  .tuple(fc.constantFrom('COUNT', 'SUM', 'MIN', 'AVG'), number, optional('FILTER (WHERE', condition))
  .map(([name, inner, filter]) => `${name}(${inner})${filter === '' ? '' : `${filter})`}`);
const grouped = fc
  .tuple(
    fc.oneof(number, text),
    call,
    optional('WHERE', condition),
    optional('HAVING COUNT(*) >', fc.constantFrom('1', 'SUM(price)', 'nope')),
  )
  .map(
    ([key, aggregate, where, having]) => `SELECT ${key} AS k, ${aggregate} FROM stdin AS b${where} GROUP BY ${key}${having} ORDER BY 2, k`,
  );
const nested = fc
  .oneof(plain, grouped)
  .map(inner => `WITH i AS (${inner}) SELECT * FROM i UNION ALL (SELECT * FROM i LIMIT 3) UNION ALL (${inner})`);
const queries = fc.oneof(plain, grouped, nested);

function sinkTypes(plan: Plan): readonly string[] {
  return plan.nodes[plan.sinks[0]!]!.schema.columns.map(({name, type}) => `${name} ${typeText(type)}`);
}

test('any query is planned or refused with a place; rules change no result column, and every plan is whole', () => {
  const parameters = new Map([['p', '7']]);
  let planned = 0;
  fc.assert(
    fc.property(queries, sql => {
      const result = planText(sql, {mode: 'query', parameters});
      const unruled = planText(sql, {mode: 'query', parameters, rules: false});
      expect(result.plan === null).toBe(unruled.plan === null);
      if (result.plan === null) {
        const errors = result.problems.filter(problem => problem.severity === 'error');
        expect(errors.length).toBeGreaterThan(0);
        for (const {place} of errors)
          expect(place?.kind === 'text' && place.span.start < place.span.end && place.span.end <= sql.length).toBe(true);
        return;
      }
      planned++;
      expect(sinkTypes(result.plan)).toEqual(sinkTypes(unruled.plan!));
      for (const plan of [result.plan, unruled.plan!]) expectWhole(plan);
    }),
    {numRuns: 150, seed: 7},
  );
  // A test that only saw refusals would prove nothing.
  expect(planned).toBeGreaterThan(50);
});

/** Every column that a node reads is one that its input has, of the type that it takes it for. */
function expectWhole(plan: Plan): void {
  for (const [index, node] of plan.nodes.entries()) {
    const behaviour = behaviourOf(node);
    const inputs = behaviour.inputs(node);
    for (const input of inputs) expect(input).toBeLessThan(index);
    const input = inputs[0] === undefined ? undefined : plan.nodes[inputs[0]]!;
    behaviour.mapExpressions(node, expression => {
      const visit = (value: unknown): void => {
        if (value === null || typeof value !== 'object') return;
        if ('kind' in value && value.kind === 'column' && 'index' in value && 'type' in value) {
          expect(input!.schema.columns[value.index as number]?.type).toEqual(value.type);
          return;
        }
        Object.values(value).forEach(visit);
      };
      visit(expression);
      return expression;
    });
  }
}
