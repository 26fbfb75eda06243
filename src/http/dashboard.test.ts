import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {catalog, type MetricDefinition} from '../telemetry/catalog.ts';
import {alertRules} from './alert-rules.ts';
import {grafanaDashboard} from './dashboard.ts';

const metrics: readonly MetricDefinition[] = Object.values(catalog);

/** What an expression asks for that is not there: metrics, and labels that they do not have. */
function faultsOf(expr: string): readonly string[] {
  const names = [...expr.matchAll(/\bweir_\w+/g)].map(([name]) => name);
  const found = names.map(name =>
    metrics.find(metric => metric.name === name || (metric.type === 'histogram' && `${metric.name}_bucket` === name)),
  );
  const labels = new Set(['project', 'le', ...found.flatMap(metric => metric?.labels ?? [])]);
  const asked = [...expr.matchAll(/(?:by|on) \(([^)]*)\)|\{(\w+)=/g)].flatMap(([, list, label]) =>
    (list ?? label ?? '').split(',').map(text => text.trim()),
  );
  const isClosed = expr.split('(').length === expr.split(')').length;
  return [
    ...names.filter((_, index) => found[index] === undefined),
    ...asked.filter(label => !labels.has(label)),
    ...(isClosed && names.length > 0 ? [] : [`${expr} is no expression`]),
  ];
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly gridPos: {readonly x: number; readonly y: number; readonly w: number; readonly h: number};
  readonly targets: readonly {readonly refId: string; readonly expr: string; readonly legendFormat: string}[];
}

describe('the dashboard', () => {
  const {panels} = JSON.parse(JSON.stringify(grafanaDashboard())) as {readonly panels: readonly Panel[]};

  test('asks for what there is', () => {
    expect(panels.flatMap(({targets}) => targets.flatMap(({expr}) => faultsOf(expr)))).toEqual([]);
    expect(panels.filter(({targets}) => targets.length === 0)).toEqual([]);
  });

  test('has panels side by side, each its own', () => {
    expect(new Set(panels.map(({id}) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({gridPos: {x, y}}) => `${x} ${y}`)).size).toBe(panels.length);
    expect(panels.every(({gridPos: {x, w}}) => x + w <= 24)).toBe(true);
    for (const {targets} of panels) expect(new Set(targets.map(({refId}) => refId)).size).toBe(targets.length);
  });
});

describe('alert rules', () => {
  interface Rules {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly alert: string;
        readonly expr: string;
        readonly for: string;
        readonly annotations: {readonly summary: string};
      }[];
    }[];
  }
  const rules = (parse(alertRules()) as Rules).groups.flatMap(group => group.rules);

  test('ask for what there is, and say what is wrong', () => {
    expect(rules.length).toBeGreaterThan(5);
    expect(rules.flatMap(({expr}) => faultsOf(expr))).toEqual([]);
    for (const rule of rules) {
      expect(rule.for).toMatch(/^\d+m$/);
      expect(rule.annotations.summary).toMatch(/^\{\{ \$labels\.project \}\}\/\{\{ \$labels\.job \}\} [a-z]/);
      const used = [...rule.annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
      const first = metrics.find(({name}) => name === /weir_\w+/.exec(rule.expr)?.[0]);
      expect(used.filter(label => label !== 'project' && first?.labels.includes(label ?? '') !== true)).toEqual([]);
    }
  });
});

test('these tests find what is not there', () => {
  expect(faultsOf('rate(weir_nothing_total[5m])')).toEqual(['weir_nothing_total']);
  expect(faultsOf('weir_job_up{table="x"}')).toEqual(['table']);
  expect(faultsOf('rate(weir_job_up')).toEqual(['rate(weir_job_up is no expression']);
});
