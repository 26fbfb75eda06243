import {expect, test} from 'vitest';
import {parseScript} from '../sql/parse.ts';
import {metricComments} from './metric-comments.ts';

test.each([
  ['SELECT 1', []],
  ['-- what it is\nSELECT 1', []],
  ['-- @metric total SUM(x)\nSELECT 1', ['-- @metric total SUM(x)']],
  [
    "-- @metric a\n-- @alert lag > 10 for 1m\nSELECT 1;\n--@alert b\nSELECT '\n-- @alert c'",
    ['-- @metric a', '-- @alert lag > 10 for 1m', '--@alert b'],
  ],
  ['-- @metrics\n-- see @metric\nSELECT 1', []],
  ['-- @alert same\n-- @alert same\nSELECT 1', ['-- @alert same', '-- @alert same']],
])('%j', (text, expected) => {
  const source = {name: 'q', text};
  const problems = metricComments(source, parseScript(source, {lenient: false}).script);
  const spans = problems.flatMap(({place}) => (place?.kind === 'text' ? [place.span] : []));
  expect(spans.map(({start, end}) => text.slice(start, end))).toEqual(expected);
  expect(new Set(spans.map(({start}) => start)).size).toBe(expected.length);
  expect(problems.every(({severity, code}) => severity === 'warning' && code === 'no-effect')).toBe(true);
});
