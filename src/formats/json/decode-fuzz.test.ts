import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Bench, type Decoded, types} from './fixtures/decoded.ts';

/** Against `JSON.parse`: what is accepted, and the values of columns. */

const columns = {
  a: types.BIGINT,
  b: types.STRING,
  c: types.DOUBLE,
  'd.e': types.STRING,
  'd.f': types.DOUBLE,
  'long name of a field': types.STRING,
};

type Parsed = Readonly<Record<string, unknown>>;

const number = fc.oneof(
  fc.integer(),
  fc.integer({min: 0, max: 99}),
  fc.double({noNaN: true, noDefaultInfinity: true}),
  fc.double({min: -1e6, max: 1e6, noNaN: true}).map(value => Math.round(value * 100) / 100),
  fc.maxSafeInteger(),
);
const string = fc.oneof(
  fc.string(),
  fc.string({unit: 'binary', maxLength: 40}),
  fc.constantFrom('', 'plain', 'quote " and \\', 'tab\tand\nlines', '\u0000', '日本語', '😀', 'x'.repeat(100), 'é'.repeat(33)),
);
const anything = fc.jsonValue({maxDepth: 2});
const maybe = (value: fc.Arbitrary<unknown>) => fc.option(value, {nil: null, freq: 8});
const inner = fc.record({e: maybe(string), f: maybe(number), g: anything}, {requiredKeys: []});
const record = fc.record(
  {
    a: maybe(fc.integer()),
    b: maybe(string),
    c: maybe(number),
    d: maybe(inner),
    'long name of a field': maybe(string),
    other: anything,
    'key "with" \\': anything,
  },
  {requiredKeys: []},
);

/** The same value with its keys in any order, blanks anywhere, and escapes that need not be. */
const written = fc
  .tuple(record, fc.nat(), fc.constantFrom('', '', ' ', '\t', ' \r '))
  .map(([value, seed, blank]) => write(value, seed, blank));

function write(value: unknown, seed: number, blank: string): string {
  if (typeof value === 'string' && seed % 5 === 0 && /^[a-z]{1,9}$/.test(value))
    return `"${value.replace(/./g, letter => `\\u00${letter.charCodeAt(0).toString(16)}`)}"`;
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(element => write(element, seed, blank)).join(`${blank},${blank}`)}]`;
  const fields = Object.entries(value);
  const turned = seed % 3 === 0 ? fields.slice(seed % (fields.length + 1)).concat(fields.slice(0, seed % (fields.length + 1))) : fields;
  const texts = turned.map(
    ([name, field]) => `${write(name, name.length === 1 ? seed : 1, blank)}${blank}:${blank}${write(field, seed, blank)}`,
  );
  return `{${blank}${texts.join(`,${blank}`)}${blank}}`;
}

function isObject(value: unknown): value is Parsed {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a record should read as: its values, or undefined when it is no row. Null for a record that is NULL. */
function expectation(text: string): readonly unknown[] | undefined | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
  if (parsed === null) return null;
  if (!isObject(parsed)) return undefined;
  const d = own(parsed, 'd');
  if (d !== null && !isObject(d)) return undefined;
  const a = own(parsed, 'a');
  const values = [
    a,
    textOf(own(parsed, 'b')),
    own(parsed, 'c'),
    textOf(d === null ? null : own(d, 'e')),
    d === null ? null : own(d, 'f'),
    textOf(own(parsed, 'long name of a field')),
  ];
  for (const index of [0, 2, 4]) if (values[index] !== null && typeof values[index] !== 'number') return undefined;
  if (values.some(value => typeof value === 'number' && !Number.isFinite(value))) return undefined;
  if (typeof a === 'number') {
    const whole = Math.trunc(a);
    if (Math.abs(whole) > 2 ** 62) return undefined;
    values[0] = BigInt(whole);
  }
  return values;
}

function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

function own(object: Parsed, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}

/** Null stays; what is no text is not compared. */
function textOf(value: unknown): unknown {
  return value === null || typeof value === 'string' ? value : undefined;
}

function expectRows(decoded: Pick<Decoded, 'rows' | 'rejects'>, texts: readonly string[]): void {
  const expected = texts.map(expectation).filter(values => values !== undefined && values !== null);
  const rows = decoded.rows.map((row, index) => row.map((value, column) => (expected[index]?.[column] === undefined ? undefined : value)));
  // -0 is a DOUBLE of its own for us as it is for JSON.parse, and a lone surrogate has no UTF-8.
  expect(rows).toEqual(expected.map(values => values.map(value => (typeof value === 'string' ? wellFormed(value) : value))));
}

const pieces = fc.array(fc.integer({min: 1, max: 400}), {minLength: 1, maxLength: 5});

describe('against JSON.parse', () => {
  test('valid lines, in pieces', () => {
    const bench = fc.array(written, {maxLength: 30});
    fc.assert(
      fc.property(bench, pieces, fc.integer({min: 1, max: 40}), fc.boolean(), (texts, sizes, mostRows, isEnded) => {
        const input = Buffer.from(texts.join('\n') + (isEnded ? '\n' : ''));
        expectRows(new Bench(columns).lines(input, {pieces: sizes, mostRows}), texts);
      }),
      {numRuns: 400},
    );
  });

  test('broken lines: everything around them is there', () => {
    const change = fc.record({
      at: fc.nat(),
      cut: fc.integer({min: 0, max: 3}),
      put: fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '1e', '.', '-', 'null', ' ', '\\u12', '\t', '\u0001', 'é'),
    });
    const broken = fc.tuple(written, fc.array(change, {maxLength: 2})).map(([text, changes]) =>
      changes.reduce((whole, {at, cut, put}) => {
        const place = at % (whole.length + 1);
        return whole.slice(0, place) + put + whole.slice(place + cut);
      }, text),
    );
    fc.assert(
      fc.property(fc.array(broken, {minLength: 1, maxLength: 20}), pieces, (texts, sizes) => {
        const lines = texts.map(text => wellFormed(text));
        const decoded = new Bench(columns).lines(Buffer.from(`${lines.join('\n')}\n`), {pieces: sizes});
        const isBlank = (text: string) => /^[ \t\r]*$/.test(text);
        expectRows(decoded, lines);
        const refused = lines.filter(text => !isBlank(text) && !isRowOrArray(text));
        expect(decoded.rejects.map(({text}) => text)).toEqual(refused.map(text => Buffer.from(text).toString('latin1')));
        expect(decoded.lines).toBe(lines.length);
      }),
      {numRuns: 600},
    );
  });

  test('records of one shape, with values of every size', () => {
    const shape = {a: types.BIGINT, c: types.DOUBLE, b: types.STRING};
    const rows = fc.array(fc.tuple(fc.integer({min: -1e9, max: 1e12}), number, string), {minLength: 1, maxLength: 60});
    fc.assert(
      fc.property(rows, values => {
        const input = values.map(([a, c, b]) => JSON.stringify({skipped: b, a, c, more: [c], b, last: a})).join('\n');
        const expected = values.map(([a, c, b]) => [BigInt(a), JSON.parse(JSON.stringify(c)) as number, wellFormed(b)]);
        expect(new Bench(shape).lines(Buffer.from(input)).rows).toEqual(expected);
      }),
      {numRuns: 200},
    );
  });

  test('bytes that mean nothing never stop it', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 300}), pieces, (bytes, sizes) => {
        new Bench(columns).lines(bytes, {pieces: sizes});
        new Bench(columns).messages([bytes]);
      }),
      {numRuns: 300},
    );
  });
});

/** Arrays have tests of their own; here those of plain objects and NULLs are no fault of theirs. */
function isRowOrArray(text: string): boolean {
  return expectation(text) !== undefined;
}
