import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parse, stringify} from 'yaml';
import {nodeAt, plainData} from './config-node.ts';
import {readYaml} from './yaml-file.ts';

function read(text: string): unknown {
  const {root, problems} = readYaml({name: 'f.yaml', text}, '.');
  return root === null ? problems.map(({code, message}) => `${code}: ${message}`) : plainData(root);
}

describe('values are those that YAML says', () => {
  test.each([
    'a: 1\nb: [x, 1.5, true, null, ~, 0x10, .inf]\nc: {d: "1", e: \'2\'}\n',
    'a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [{y: 5}, *a], z: *a}\n',
    'a: &a {x: 1}\nb: &b {<<: *a, y: 1}\nc: {<<: *b, x: 9}\n',
    'a: &s text\nb: [*s, *s]\na2: &s other\nb2: *s\n',
    '1: one\ntrue: yes\n"": empty\n',
    'a: |\n  line\n   more\n\nb: >-\n  folded\n  text\nc: "esc\\u0041\\n"\n',
    '__proto__: {x: 1}\na: {__proto__: 2}\n',
    '{"json": [1, {"x": null}]}',
    '"<<": {a: 1}\nb: 2\n',
  ])('%j', text => {
    expect(JSON.stringify(read(text))).toBe(JSON.stringify(parse(text, {merge: true})));
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  test('whatever is written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({unit: 'grapheme', minLength: 1}), fc.jsonValue({depthSize: 'small'})), data => {
        const wanted = JSON.stringify(data);
        for (const text of [stringify(data), JSON.stringify(data)]) expect(JSON.stringify(read(text))).toBe(wanted); // A -0 may stay one.
      }),
      {numRuns: 300},
    );
  });

  test('each knows where it stands', () => {
    const text = 'a: &a {x: 1}\nb:\n  - *a\n  - {<<: *a, y: "two"}\n';
    const {root} = readYaml({name: 'f.yaml', text}, 'folder');
    const at = (...path: (string | number)[]): string => {
      const node = nodeAt(root ?? undefined, path);
      const place = node?.origin.place;
      return place?.kind === 'text' ? text.slice(place.span.start, place.span.end) : '';
    };
    expect([at('b', 0, 'x'), at('b', 1, 'x'), at('b', 1, 'y'), at('b', 0)]).toEqual(['1', '1', '"two"', '{x: 1}']);
    expect(nodeAt(root ?? undefined, ['b', 1, 'y'])?.origin.folder).toBe('folder');
  });
});

describe('what is refused, quickly', () => {
  const names = 'abcdefghijklmnop'.split('');
  const rows: readonly [string, string, readonly string[]][] = [
    [
      'a bomb of merges',
      names
        .map(
          (name, index) =>
            `${name}: &${name} {k${index}: 1${
              index === 0
                ? ''
                : `, <<: [${Array(9)
                    .fill(`*${names[index - 1] ?? ''}`)
                    .join(', ')}]`
            }}`,
        )
        .join('\n'),
      ['bad-yaml: aliases of this file stand for more than 100000 values'],
    ],
    ['a merge with itself', 'a: &a {<<: *a}', ['bad-yaml: an alias stands inside what it stands for']],
    ['an anchor that nobody wrote', 'a: *none', ['bad-yaml: there is no anchor "&none" before this alias']],
    ['a tag', 'a: !!js/function "x"', ['bad-yaml: unresolved tag: tag:yaml.org,2002:js/function']],
    ['a tag of somebody', 'a: !reset x', ['bad-yaml: unresolved tag: !reset']],
    ['binary', 'a: !!binary aGVsbG8=', ['bad-yaml: a job file holds texts, numbers, true, false and null']],
    ['keys that are maps', '? {a: 1}\n: 2\n', ['bad-yaml: a key of a job file is a text']],
    ['keys that are the same text', '1: a\n"1": b\n', ['duplicate-key: this key stands twice in the same map']],
    ['a variable in brackets', 'a: {b: ${X}}', ['bad-yaml: "${" cannot stand within { } or [ ] without quotes']],
    ['brackets in brackets', `x: ${'['.repeat(500_000)}`, ['bad-yaml: this is nested too deeply']],
    ['items in items', `${'- '.repeat(400_000)}x\ny: 1`, ['bad-yaml: this is nested too deeply']],
    [
      'keys in keys',
      Array.from({length: 1000}, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      ['bad-yaml: this is nested too deeply'],
    ],
    ['brackets in items', `${'- '.repeat(130)}${'{a: '.repeat(260)}`, ['bad-yaml: this is nested too deeply']],
    [
      'aliases in aliases',
      Array.from(
        {length: 50},
        (_, index) => `x${index}: &x${index} ${'['.repeat(20)}${index === 0 ? '1' : `*x${index - 1}`}${']'.repeat(20)}`,
      ).join('\n'),
      ['bad-yaml: aliases of this file nest it too deeply'],
    ],
    ['a long file', `a: "${'x'.repeat(1024 * 1024)}"`, ['file-too-large: f.yaml has 1048581 bytes, which is no job file']],
  ];
  test.each(rows)('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('many keys are read in a moment', () => {
    const before = process.cpuUsage();
    expect(Object.keys(read(Array.from({length: 40_000}, (_, index) => `k${index}: 1`).join('\n')) as object)).toHaveLength(40_000);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(8);
  });

  test('many aliases of one anchor are no bomb', () => {
    const text = `x: &x {a: 1}\n${Array.from({length: 2000}, (_, index) => `k${index}: *x\n`).join('')}`;
    expect(Object.keys(read(text) as object)).toHaveLength(2001);
  });

  test('nothing that anybody writes makes it throw', () => {
    const piece = fc.constantFrom(
      'a: ',
      '- ',
      '&x ',
      '*x',
      '<<: ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '\n',
      '  ',
      '|',
      '>',
      '!t ',
      '? ',
      ': ',
      ', ',
      '#',
      '${A',
      '---\n',
      '\t',
      '\u0000',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 40}), pieces => {
        read(pieces.join(''));
      }),
      {numRuns: 2000},
    );
  });
});
