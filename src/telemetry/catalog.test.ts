import {expect, test} from 'vitest';
import {catalog, type MetricDefinition} from './catalog.ts';

const metrics: readonly MetricDefinition[] = Object.values(catalog);

test('names are unlike each other, say what is counted and follow the conventions of Prometheus', () => {
  expect(new Set(metrics.map(({name}) => name)).size).toBe(metrics.length);
  for (const {name, type, unit, help, labels} of metrics) {
    expect(name).toMatch(/^weir_[a-z][a-z_]*[a-z]$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (unit !== 'count' && unit !== 'boolean') expect(name.replace(/_total$/, '')).toMatch(new RegExp(`_${unit}$`));
    expect(help).toMatch(/^[A-Z0-9].*[.]$/);
    for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
  }
});
