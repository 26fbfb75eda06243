import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {decodeLines, types} from './fixtures/decoded.ts';

/** Lines of one shape are read two at a time; one row a call leaves nothing to read with it. Both must find the same. */

const columns = {
  small: types.INT,
  large: types.BIGINT,
  short: types.STRING,
  middling: types.STRING,
  'a name that takes more than 16 bytes': types.STRING,
  text: types.STRING,
  measure: types.DOUBLE,
  flag: types.BOOLEAN,
  at: types.TIMESTAMP,
  count: types.BIGINT,
};

interface Field {
  readonly name: string;
  readonly plain: fc.Arbitrary<string>;
}

const digits = (least: number, most: number) => fc.integer({min: least, max: most}).map(String);
const letters = (least: number, most: number) =>
  fc.tuple(fc.integer({min: least, max: most}), fc.constantFrom('x', 'é', '日')).map(([length, letter]) => `"${letter.repeat(length)}"`);

/** In the order of the record. Some are wanted, some are not. */
const fields: readonly Field[] = [
  {name: 'small', plain: digits(-99, 99_999_999)},
  {name: 'whole', plain: digits(0, 1e15)},
  {name: 'short', plain: letters(0, 17)},
  {name: 'passed over', plain: letters(0, 20)},
  {name: 'middling', plain: letters(10, 40)},
  {name: 'fraction', plain: fc.tuple(fc.integer({min: -200, max: 200}), fc.integer({min: 0, max: 99})).map(([a, b]) => `${a}.${b}`)},
  {name: 'a name that takes more than 16 bytes', plain: letters(0, 70)},
  {name: 'long', plain: letters(30, 150)},
  {name: 'large', plain: digits(-1e15, 1e15)},
  {name: 'flag', plain: fc.constantFrom('true', 'false')},
  {name: 'unwanted flag', plain: fc.constantFrom('true', 'false')},
  {name: 'at', plain: fc.integer({min: 0, max: 130_000}).map(ms => `"${new Date(ms).toISOString().slice(0, -1).replace('T', ' ')}"`)},
  {name: 'count', plain: digits(0, 11)},
  {name: 'measure', plain: fc.integer({min: -1e6, max: 1e7}).map(value => (value / 100).toFixed(2))},
  {name: 'text', plain: letters(60, 70)},
  {name: 'last one, with 16', plain: letters(0, 3)},
];

/** What a value may be instead, right or wrong. */
const odd = fc.constantFrom(
  'null',
  'true',
  '""',
  '"\\n"',
  '"\\x"',
  '"a\tb"',
  '"open',
  '{}',
  '{"a":[1]}',
  '[',
  '',
  '0',
  '-0',
  '-',
  '00',
  '01',
  '-01',
  '7',
  '-7',
  '1e5',
  '1E+2',
  '1e',
  '1.',
  '.5',
  '-.5',
  '0.5',
  '-0.25',
  '1.5.5',
  '12a',
  '+1',
  '12345678',
  '123456789',
  '1234567890123456',
  '12345678901234567',
  '99999999999999999999',
  '0.12345678901234567',
  ' 1',
  '1 ',
);

const plainLine = fc.tuple(...fields.map(({plain}) => plain));
const change = fc.option(fc.tuple(fc.nat({max: fields.length - 1}), odd), {freq: 2, nil: null});
const line = fc.tuple(plainLine, change, fc.constantFrom('', '', '', '', '\r', ' ', ' x')).map(([values, changed, end]) => {
  const texts = values.map((value, index) => (changed !== null && changed[0] === index ? changed[1] : value));
  return `{${fields.map(({name}, index) => `"${name}":${texts[index]}`).join(',')}}${end}`;
});

function isValid(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What `JSON.parse` says of fields that have what their column wants. */
function expectPlain(row: readonly unknown[], text: string): void {
  const values = new Map(Object.entries(JSON.parse(text) as object));
  for (const [index, name] of Object.keys(columns).entries()) {
    const value: unknown = values.get(name);
    if (name === 'small' && Number.isInteger(value))
      expect(row[index]).toBe(Math.abs(value as number) < 2 ** 31 ? Number(value) + 0 : null);
    if ((name === 'large' || name === 'count') && Number.isSafeInteger(value)) expect(row[index]).toBe(BigInt(value as number));
    if (name === 'measure' && typeof value === 'number') expect(row[index]).toBe(value);
    if (name === 'flag' && typeof value === 'boolean') expect(row[index]).toBe(value);
    if (['short', 'middling', 'text'].includes(name) && typeof value === 'string') expect(row[index]).toBe(value);
    if (value === null) expect(row[index]).toBeNull();
  }
}

describe('two lines at a time', () => {
  test('are read as one by one', () => {
    fc.assert(
      fc.property(fc.array(line, {minLength: 2, maxLength: 40}), lines => {
        const input = `${lines.join('\n')}\n`;
        const together = decodeLines(input, columns, {badField: 'null'});
        const apart = decodeLines(input, columns, {badField: 'null', mostRows: 1});
        expect(together).toEqual(apart);
        expect(together.records).toEqual(lines.filter(isValid).map(text => Buffer.from(text).toString('latin1')));
        for (const [index, text] of lines.filter(isValid).entries()) expectPlain(together.rows[index] as readonly unknown[], text);
      }),
      {numRuns: 400},
    );
  });

  test('lines that grow and shrink', () => {
    const lengths = [1, 5, 300, 300, 2, 700, 1, 1, 1, 64, 63, 65, 16, 15, 17, 5000, 3, 32, 31, 33];
    const records = Array.from({length: 200}, (_, row) => ({a: row, b: 'x'.repeat(lengths[(row * row) % lengths.length] as number)}));
    const input = records.map(record => `${JSON.stringify(record)}\n`).join('');
    for (const mostRows of [2048, 7]) {
      const {rows, rejects} = decodeLines(input, {a: types.BIGINT, b: types.STRING}, {mostRows});
      expect(rows).toEqual(records.map(({a, b}) => [BigInt(a), b]));
      expect(rejects).toEqual([]);
    }
  });

  test('the second line may be anything', () => {
    const plain = '{"a":1,"b":"x"}';
    for (const other of [
      '',
      ' ',
      'null',
      '[{"a":2}]',
      '"x"',
      `${plain}${plain}`,
      ` ${plain}`,
      '{',
      '{"a":1,"b":"x"',
      '{"a":1,"b":"x}',
      '{"a":1}',
    ]) {
      const input = `${[plain, plain, plain, other, plain, other, other, plain].join('\n')}\n`;
      const read = {a: types.BIGINT, b: types.STRING};
      expect(decodeLines(input, read)).toEqual(decodeLines(input, read, {mostRows: 1}));
    }
  });

  test('a record over the limit is a reject, whichever of the two it is', () => {
    const small = '{"a":1,"b":"x"}';
    const large = `{"a":2,"b":"${'y'.repeat(100)}"}`;
    const lines = [small, small, small, large, large, small, large, small, small, large];
    const {rows, rejects} = decodeLines(`${lines.join('\n')}\n`, {a: types.BIGINT}, {maxRecordBytes: 50});
    expect(rows).toEqual(lines.filter(text => text === small).map(() => [1n]));
    expect(rejects.map(reject => reject.line)).toEqual([3, 4, 6, 9]);
  });
});

test('two timestamps of one minute', () => {
  const right = ['10:20:00.000', '10:20:59.999', '10:20:07.080', '10:20:30.500'];
  const wrong = ['10:20:60.000', '10:20:99.000', '10:20:0a.000', '10:20:00,000', '10:20:00.0:0', '10:20.00.000', '10:20:00.00/'];
  for (const other of wrong) {
    for (const times of [
      [other, ...right],
      [...right, other],
      [right[0], right[1], right[2], other, right[3]],
    ]) {
      const input = times.map(time => `{"at":"2026-01-02 ${time}","b":1}\n`).join('');
      const {rows, rejects} = decodeLines(`{"at":"2026-01-02 10:20:01.000","b":1}\n${input}`, {at: types.TIMESTAMP});
      expect(rejects.map(({line: number}) => number)).toEqual([times.indexOf(other) + 1]);
      const expected = times.filter(time => time !== other).map(time => [Date.parse(`2026-01-02T${time}Z`)]);
      expect(rows.slice(1)).toEqual(expected);
    }
  }
});

describe('bytes that are no UTF-8, in records of one shape', () => {
  const place = '#';
  const shapes = [
    {name: 'a wanted text', text: `{"a":"${place}","b":1,"c":"plain"}`},
    {name: 'a text that nobody wants', text: `{"a":"plain","b":1,"c":"${place}"}`},
    {name: 'a long one', text: `{"a":"plain","b":1,"c":"${'x'.repeat(200)}${place}"}`},
    {name: 'a nested one', text: `{"a":"plain","b":[1,{"d":"${place}"}]}`},
    {name: 'a key', text: `{"a":"plain","${place}":1}`},
    {name: 'a key far from all texts', text: `{"a":"plain","b":${'1'.repeat(30)},"${place}":1}`},
    {name: 'the key of a nested field', text: `{"a":"plain","b":{"${place}":1}}`},
  ];
  for (const {name, text} of shapes) {
    test(name, () => {
      const [before, after] = text.split(place) as [string, string];
      const record = (bytes: readonly number[]) => Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(`${after}\n`)]);
      const [right, wrong] = [record([0x79]), record([0xff])];
      for (let at = 0; at < 6; at++) {
        const some = Array.from({length: 6}, (_, index) => (index === at ? wrong : right));
        expect(decodeLines(Buffer.concat(some), {a: types.STRING}).rejects.map(({line: number}) => number)).toEqual([at]);
      }
      // The shape itself is wrong, and met again in a call of its own.
      const all = decodeLines(Buffer.concat(Array.from({length: 9}, () => wrong)), {a: types.STRING}, {mostRows: 3});
      expect(all.rejects.map(({line: number}) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    });
  }
});

test('cells of rejected records are not finished', () => {
  const good = '{"a":"\\t","b":"\\\\","c":"\\""}';
  const lines = Array.from({length: 4000}, (_, index) => (index % 2 === 0 ? good : `${good} x`));
  const text = {a: types.STRING, b: types.STRING, c: types.STRING};
  const {rows, rejects} = decodeLines(lines.join('\n'), text);
  expect(rows).toEqual(Array.from({length: 2000}, () => ['\t', '\\', '"']));
  expect(rejects.map(({line: number}) => number)).toEqual(Array.from({length: 2000}, (_, index) => index * 2 + 1));
});
