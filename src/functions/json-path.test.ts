import {expect, test} from 'vitest';
import {jsonText, parseJson} from '../types/json-text.ts';
import {compileJsonPath, followJsonPath} from './json-path.ts';

const root = parseJson('{"a": {"b": [1, {"c d": 2}, null]}, "x": [{"y": 1}, {"y": 2}, {}]}') ?? null;

test.each([
  ['$', jsonText(root)],
  ['lax $.a.b[0]', '1'],
  ["strict $['a']['b'][1]['c d']", '2'],
  ['$.a."b"[-1]', 'null'],
  ['$.x[*].y', '[1,2]'],
  ['$.a.*', '[[1,{"c d":2},null]]'],
  ['$..y', '[1,2]'],
  ["$..['c d']", '[2]'],
  ['$.x..*', '[{"y":1},{"y":2},{},1,2]'],
  ['$.x[0:2].y', '[1,2]'],
  ['$.x[-2:]', '[{"y":2},{}]'],
  ['$.x[:1]', '[{"y":1}]'],
  ['$.x[0, 1].y', '[1,2]'],
  ['$.none[*]', '[]'],
  ['$.none', undefined],
  ['$.a.b[9]', undefined],
  ['$.a[0]', undefined],
])('%s leads to %s', (text, expected) => {
  const path = compileJsonPath(text);
  expect(path).not.toBeNull();
  const node = path === null ? undefined : followJsonPath(root, path);
  expect(node === undefined ? undefined : jsonText(node)).toBe(expected);
});

test.each(['', 'a', '$.', '$..', '$...a', '$[', '$[:]x', "$['a', 'b']", '$[?(@.a)]', 'loose $.a', '$.a b'])('%s is no path', text => {
  expect(compileJsonPath(text)).toBeNull();
});
