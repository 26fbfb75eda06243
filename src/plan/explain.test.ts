import {expect, test} from 'vitest';
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
