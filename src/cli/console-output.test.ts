import {expect, test} from 'vitest';
import type {Plan} from '../plan/plan.ts';
import {ProblemError} from '../base/problem.ts';
import {consoleOutput, refuseMixture} from './console-output.ts';
import {type Flag, flags} from './flags.ts';
import {Options} from './options.ts';
import type {World} from './world.ts';

const terminal = {isOutputTerminal: true, isInputLive: true, columns: 90} as World;
const pipe = {isOutputTerminal: false, columns: null} as World;

function plan(...nodes: readonly object[]): Plan {
  return {nodes, sinks: [], settings: {runtimeMode: 'batch', timeZone: 'UTC', given: []}} as unknown as Plan;
}
const file = {kind: 'scan', bounded: true, table: {connector: 'filesystem'}};
const piped = {kind: 'scan', bounded: true, table: {connector: 'stdin'}};
const stream = {kind: 'scan', bounded: false, table: {connector: 'datagen'}};
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
  expect(chosen(terminal, [plan(piped)])).toMatch(/^ndjson/);
  expect(chosen(terminal, [plan(piped, {kind: 'sort'})])).toMatch(/^table/);
  expect(chosen({...terminal, isInputLive: false}, [plan(piped)])).toMatch(/^table/);
  expect(chosen(terminal, [plan(stream)], [[flags.output, 'table']])).toMatch(/^table/);
  expect(chosen(pipe, [plan(file)], [[flags.noHeader, '']])).toBe('ndjson {"header":"false"}');
});

test('several results share an output only where their rows can take turns', () => {
  const result = {kind: 'sink', target: {kind: 'console'}};
  const table = {kind: 'sink', target: {kind: 'table'}};
  const isRefused = (format: string, header: boolean, ...plans: readonly Plan[]): boolean => {
    try {
      refuseMixture(plans.map(one => ({plan: one, console: {format, options: new Map([['header', String(header)]])}})));
      return false;
    } catch (error) {
      return error instanceof ProblemError;
    }
  };
  const both = plan(result, result);
  const refusedInOne = ['table', 'ndjson', 'json', 'csv', 'tsv', 'markdown', 'line', 'raw', 'flink-row'].filter(format =>
    isRefused(format, true, both),
  );
  expect(refusedInOne).toEqual(['json', 'csv', 'tsv', 'markdown']);
  expect(isRefused('csv', false, both)).toBe(false);
  expect(isRefused('json', true, plan(result, table))).toBe(false);
  expect(isRefused('json', true, plan(result), plan(result))).toBe(true);
  expect(isRefused('table', true, plan(result), plan(result))).toBe(true);
  expect(isRefused('table', true, plan(result), plan(table))).toBe(false);
});
