import {describe, expect, test} from 'vitest';
import type {OptionSpecs} from '../base/options.ts';
import {checkOptions, specOf} from './options.ts';
import {parseBytes, parseDuration} from '../base/quantity.ts';

const specs: OptionSpecs = {
  path: {type: 'string', required: true, help: 'where it is'},
  'rows-per-second': {type: 'int', default: '10000', help: 'how many'},
  follow: {type: 'boolean', default: 'false', help: 'whether it goes on'},
  interval: {type: 'duration', help: 'how often'},
  size: {type: 'bytes', help: 'how large'},
  kind: {type: ['random', 'sequence'], help: 'which'},
  password: {type: ['right'], secret: true, help: 'what nobody may see'},
  'fields.#.min': {type: 'string', help: 'the least'},
  parallelism: {type: 'int', ignored: true, help: 'how many at once'},
};

function check(given: Readonly<Record<string, string>>, prefix = '') {
  const result = checkOptions({
    specs,
    given: Object.entries(given).map(([key, value]) => ({key, value})),
    owner: 'connector "test"',
    prefix,
  });
  return {values: Object.fromEntries(result.values), problems: result.problems.map(({option, problem}) => ({option, ...problem}))};
}

test('values are read, and defaults filled in', () => {
  expect(
    check({path: ' a b ', 'rows-per-second': ' 5 ', follow: 'TRUE', interval: '10 s', size: '1 mb', kind: 'Random', 'fields.a.b.min': 'x'}),
  ).toEqual({
    values: {path: ' a b ', 'rows-per-second': '5', follow: 'true', interval: '10 s', size: '1 mb', kind: 'random', 'fields.a.b.min': 'x'},
    problems: [],
  });
  expect(check({path: 'a'}).values).toEqual({path: 'a', 'rows-per-second': '10000', follow: 'false'});
});

test('every problem is told, with its option', () => {
  const {problems} = check({
    'row-per-second': '5',
    follow: 'yes',
    interval: '10 parsecs',
    size: 'big',
    kind: 'odd',
    'rows-per-second': '1.5',
  });
  expect(problems.map(problem => [problem.option, problem.code, problem.message, problem.hint])).toEqual([
    ['row-per-second', 'unknown-option', 'connector "test" has no option "row-per-second"', 'did you mean "rows-per-second"?'],
    ['follow', 'bad-option', 'option "follow" cannot be "yes"', `give 'true' or 'false'`],
    ['interval', 'bad-option', 'option "interval" cannot be "10 parsecs"', `give a duration such as '10 s' or '500 ms'`],
    ['size', 'bad-option', 'option "size" cannot be "big"', `give a size such as '16 mb' or '64 kb'`],
    ['kind', 'bad-option', 'option "kind" cannot be "odd"', `give one of 'random', 'sequence'`],
    ['rows-per-second', 'bad-option', 'option "rows-per-second" cannot be "1.5"', 'give a whole number'],
    [null, 'missing-option', 'connector "test" needs option "path"', `add 'path' = '…' to WITH`],
  ]);
});

test('prefixes are part of what a person reads', () => {
  expect(check({pth: 'x', path: 'x'}, 'json.').problems).toMatchObject([{option: 'json.pth', hint: 'did you mean "json.path"?'}]);
});

test('secrets are not shown, and options without effect are warned of', () => {
  expect(JSON.stringify(check({path: 'a', password: 'hunter2'}).problems)).not.toContain('hunter2');
  expect(check({path: 'a', parallelism: '3'}).problems).toMatchObject([{severity: 'warning', code: 'no-effect'}]);
});

test.each(['__proto__', 'constructor', 'toString', 'fields.#.min', 'fields..min', 'fields.min'])('%s is no option', key => {
  expect(check({path: 'a', [key]: 'x'}).problems).toMatchObject([{option: key, code: 'unknown-option'}]);
  expect(specOf(specs, key)).toBeUndefined();
});

describe('quantities', () => {
  test.each([
    ['10 s', 10_000],
    ['500ms', 500],
    ['1 min', 60_000],
    ['2 h', 7_200_000],
    ['1 d', 86_400_000],
    ['7', 7],
    ['250 µs', 0.25],
    ['1 MIN', 60_000],
    ['', null],
    ['-1 s', null],
    ['1.5 s', null],
    ['s', null],
    ['1 constructor', null],
  ])('duration %j is %s ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each([
    ['16 mb', 16_777_216],
    ['64kb', 65_536],
    ['128', 128],
    ['1 g', 1_073_741_824],
    ['1 bit', null],
    ['', null],
  ])('size %j is %s bytes', (text, expected) => {
    expect(parseBytes(text)).toBe(expected);
  });
});
