import {expect, test} from 'vitest';
import {folded} from './fold.ts';
import {planText} from './plan-fixture.ts';
import {expressionText} from './plan-text.ts';

/** The expression as it stands after folding. */
function fold(sql: string): string {
  const {plan} = planText(`SELECT ${sql} FROM stdin`, {mode: 'query', rules: false});
  const project = plan!.nodes.find(node => node.kind === 'project')!;
  return expressionText(folded(project.expressions[0]!, 'UTC'), plan!.nodes[project.input]!.schema);
}

test.each([
  ['1 + 2 * 3', '7'],
  ['2147483647 + 1', '-2147483648'],
  ['1.5 * 2', '3.0'],
  ["'a' || 'b'", "'ab'"],
  ["CAST('7' AS INT) + price", '7 + price'],
  ["CAST('x' AS INT)", "CAST('x' AS INT)"],
  ["TRY_CAST('x' AS INT)", 'NULL'],
  ['1 / 0', '1 / 0'],
  ['price > 1 AND 1 = 1', 'price > 1'],
  ['price > 1 AND 1 = 2', 'FALSE'],
  ['price > 1 OR 1 = 1', 'TRUE'],
  ['price > 1 OR 1 = 2', 'price > 1'],
  ['price > 1 AND CAST(NULL AS BOOLEAN)', 'price > 1 AND NULL'],
  ['CASE WHEN FALSE THEN 1 WHEN price = 1 THEN 2 WHEN TRUE THEN 3 ELSE 4 END', 'CASE WHEN price = 1 THEN 2 ELSE 3 END'],
  ["CASE WHEN 1 = 1 THEN 'a' ELSE 'bcd' END", "'a'"],
  ['COALESCE(NULL, 2)', '2'],
  ['NULLIF(1, 1)', 'NULL'],
  ['price + NULL', 'NULL'],
  ["DATE '2020-01-31' + INTERVAL '1' MONTH", "DATE '2020-02-29'"],
  ['UUID()', 'UUID()'],
])('%s is %s', (sql, text) => {
  expect(fold(sql)).toBe(text);
});

test('what fails is told, once for each place', () => {
  const {problems} = planText('SELECT 1 / 0, 1 % 0 FROM stdin', {mode: 'query'});
  expect(problems.map(({code, place}) => [code, place?.kind === 'text' ? place.span.start : null])).toEqual([
    ['always-fails', 7],
    ['always-fails', 14],
  ]);
});
