import {expect, test} from 'vitest';
import type {JobSpec} from '../config/job-file.ts';
import {defaultSupervision} from '../supervisor/policy.ts';
import {dependencyProblems} from './dependencies.ts';

function spec(name: string, ...on: readonly string[]): JobSpec {
  const dependsOn = new Map(on.map(other => [other, 'healthy' as const]));
  return {name, supervision: {...defaultSupervision, dependsOn}} as unknown as JobSpec;
}

test.each<[string, readonly JobSpec[], readonly string[]]>([
  ['none', [spec('a'), spec('b', 'a'), spec('c', 'a', 'b')], []],
  [
    'one that is not there',
    [spec('orders'), spec('b', 'ordres')],
    ['unknown-dependency: job "b" depends on job "ordres", which is not there'],
  ],
  ['on itself', [spec('a', 'a')], ['dependency-circle: jobs depend on each other: "a" on "a"']],
  [
    'a circle behind others',
    [spec('x', 'a'), spec('a', 'b'), spec('b', 'c'), spec('c', 'a')],
    ['dependency-circle: jobs depend on each other: "a" on "b" on "c" on "a"'],
  ],
])('%s', (_, specs, expected) => {
  expect(dependencyProblems(specs).map(({code, message}) => `${code}: ${message}`)).toEqual(expected);
});

test('many ways to one job are walked once', () => {
  const wide = Array.from({length: 60}, (_, level) =>
    spec(`j${level}`, ...(level === 0 ? [] : [`j${level - 1}`, ...(level > 1 ? [`j${level - 2}`] : [])])),
  );
  expect(dependencyProblems(wide.toReversed())).toEqual([]);
});
