import {expect, test} from 'vitest';
import {parseScript} from '../sql/parse.ts';
import {recordBytesProblems} from './record-bytes.ts';

test.each([
  ["SET 'max.record.bytes' = '1 mb'", []],
  ["SET 'other' = 'x'; SELECT 1", []],
  ["SET 'max.record.bytes' = '256 mb'", []],
  ["SET 'max.record.bytes' = '257 mb'", [25]],
  ["SET 'max.record.bytes' = '0'; SELECT 1; SET 'max.record.bytes' = 'x'", [25, 65]],
])('%s', (text, places) => {
  const source = {name: 'q', text};
  const problems = recordBytesProblems(source, parseScript(source, {lenient: false}).script);
  expect(problems.map(({place}) => (place?.kind === 'text' ? place.span.start : null))).toEqual(places);
  expect(problems.every(({code}) => code === 'bad-setting')).toBe(true);
});
