import {expect, test} from 'vitest';
import type {Plan} from '../plan/plan.ts';
import {consoleOutput} from './console-output.ts';
import {type Flag, flags} from './flags.ts';
import {Options} from './options.ts';
import type {World} from './world.ts';

const terminal = {isOutputTerminal: true, columns: 90} as World;
const pipe = {isOutputTerminal: false, columns: null} as World;

function plan(...nodes: readonly object[]): Plan {
  return {nodes, sinks: [], settings: {runtimeMode: 'batch', timeZone: 'UTC', given: []}} as unknown as Plan;
}
const file = {kind: 'scan', bounded: true};
const stream = {kind: 'scan', bounded: false};
const groups = {kind: 'aggregate', emit: 'final'};

function chosen(world: World, plans: readonly Plan[], given: readonly (readonly [Flag, string])[] = []): string {
  const {format, options} = consoleOutput(new Options(new Map(given.map(([flag, value]) => [flag, [value]])), {}), world, plans);
  return `${format} ${JSON.stringify(Object.fromEntries(options))}`;
}

test('a table for a person who looks at something that ends, else lines of JSON', () => {
  expect(chosen(pipe, [plan(file)])).toBe('ndjson {"header":"true"}');
  expect(chosen(terminal, [plan(file)])).toBe('table {"header":"true","width":"90"}');
  expect(chosen(terminal, [plan(stream, groups)])).toMatch(/^table/);
  expect(chosen(terminal, [plan(stream)])).toMatch(/^ndjson/);
  expect(chosen(terminal, [plan(file), plan(stream)])).toMatch(/^ndjson/);
  expect(chosen(terminal, [plan(stream)], [[flags.output, 'table']])).toMatch(/^table/);
  expect(chosen(pipe, [plan(file)], [[flags.noHeader, '']])).toBe('ndjson {"header":"false"}');
});
