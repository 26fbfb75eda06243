import {describe, expect, test} from 'vitest';
import type {SqlType} from '../../types/sql-type.ts';
import {Bench, type Options, decodeLines, decodeMessage, types} from './fixtures/decoded.ts';

const ab = {a: types.BIGINT, b: types.STRING};
describe('lines', () => {
  test('rows, with where they come from', () => {
    const decoded = decodeLines('{"a":1,"b":"x"}\n\n  {"b":"y","a":2}  \r\n\t\r\nnull\n{}', ab);
    expect(decoded.rows).toEqual([
      [1n, 'x'],
      [2n, 'y'],
      [null, null],
    ]);
    expect(decoded.rejects).toEqual([]);
    expect(decoded.records).toEqual(['{"a":1,"b":"x"}', '  {"b":"y","a":2}  \r', '{}']);
    expect(decoded.lineNumbers).toEqual([0, 2, 5]);
    expect(decoded.lines).toBe(6);
  });

  test('every way to cut the input gives the same rows', () => {
    const input = '{"a":1,"b":"é\\u00e9\\""}\n{"a":-22,"b":null}\r\nnonsense\n\n[{"a":5},{"b":"z"}]\n{"b":"日本","a":9007199254740993}';
    const whole = decodeLines(input, ab);
    expect(whole.rows).toHaveLength(5);
    expect(whole.rejects.map(({line, row}) => [line, row])).toEqual([[2, 2]]);
    for (let size = 1; size <= Buffer.byteLength(input); size++) {
      const cut = decodeLines(input, ab, {pieces: [size]});
      expect([cut.rows, cut.lineNumbers, cut.lines, cut.rejects.map(({line}) => line)]).toEqual([
        whole.rows,
        whole.lineNumbers,
        whole.lines,
        [2],
      ]);
    }
    for (let mostRows = 1; mostRows <= 6; mostRows++) expect(decodeLines(input, ab, {mostRows}).rows).toEqual(whole.rows);
  });

  test('more than a batch of rows, and of rejects', () => {
    const good = Array.from({length: 5000}, (_, index) => `{"a":${index},"b":"${index}"}`);
    expect(decodeLines(good.join('\n'), ab).rows).toEqual(good.map((_, index) => [BigInt(index), String(index)]));
    const mixed = decodeLines(good.map(line => `${line}\nx\n`).join(''), ab);
    expect([mixed.rows.length, mixed.rejects.length, mixed.lines]).toEqual([5000, 5000, 10_000]);
    expect(decodeLines('x\n'.repeat(5000), ab).rejects).toHaveLength(5000);
  });

  test('a byte order mark at the beginning of a part is passed over, elsewhere it is named', () => {
    const bench = new Bench(ab);
    expect(bench.lines(Buffer.from('\ufeff{"a":1}\n{"a":2}\n'), {pieces: [2, 1]}).rows).toEqual([
      [1n, null],
      [2n, null],
    ]);
    bench.decoder.startPart();
    expect(bench.lines(Buffer.from('\ufeff{"a":3}\n\ufeff{"a":4}\n')).rows).toEqual([[3n, null]]);
    expect(bench.rejects.map(({reason}) => reason)).toEqual(['not valid JSON: a value is expected at byte 1, found a byte order mark']);
  });
});

describe('what is no row', () => {
  test.each([
    ['{"a":1', 'not valid JSON: it ends where "," or "}" is expected'],
    ['{"a":', 'not valid JSON: it ends where a value is expected'],
    ['{"a"', 'not valid JSON: it ends where ":" is expected'],
    ['{"b":"abc', 'not valid JSON: it ends inside a string'],
    ['{"b":"a\tc"}', 'not valid JSON: control character 0x09 inside a string at byte 8'],
    ['{"b":"a\\xc"}', 'not valid JSON: malformed escape at byte 8'],
    ['{"b":"\\u12g4"}', 'not valid JSON: malformed escape at byte 7'],
    ['{"a":1} x', 'not valid JSON: something follows the record\'s end at byte 9: "x"'],
    ['{"a":1}{"a":2}', 'not valid JSON: something follows the record\'s end at byte 8: "{"'],
    ['{"a":01}', 'not valid JSON: malformed number at byte 6'],
    ['{"a":1.}', 'not valid JSON: malformed number at byte 6'],
    ['{"a":tru}', 'not valid JSON: neither true, false nor null at byte 6'],
    ["{'a':1}", 'not valid JSON: a field name in quotes is expected at byte 2, found "\'"'],
    ['{"a":1,}', 'not valid JSON: a field name in quotes is expected at byte 8, found "}"'],
    ['{"c":[1 2]}', 'not valid JSON: "," or "]" is expected at byte 9, found "2"'],
    ['a,b', 'not valid JSON: a value is expected at byte 1, found "a"'],
    ['\u0000', 'not valid JSON: a value is expected at byte 1, found byte 0x00'],
    ['12', 'a JSON object is expected, found 12'],
    ['"text"', 'a JSON object is expected, found "text"'],
    [`{"c":${'['.repeat(600)}`, 'not valid JSON: nested deeper than 512 levels at byte 517'],
  ])('%s', (line, reason) => {
    const expected = [{text: Buffer.from(line).toString('latin1'), row: 1, line: 1, reason}];
    // As the first record, after a template was learned, and as a last line that is cut off.
    for (const [before, after] of [
      ['{"a":1,"b":"x"}', '{"a":2,"b":"y"}'],
      ['{"a":1}', '{"a":2}'],
      ['{"c":[1],"b":"","a":1}', '{"c":[],"b":"","a":2}'],
    ] as const) {
      const decoded = decodeLines(`${before}\n${line}\n${after}\n`, ab);
      expect(decoded.rows.map(([a]) => a)).toEqual([1n, 2n]);
      expect(decoded.rejects).toEqual(expected);
      expect(decodeLines(`${before}\n${line}`, ab).rejects).toEqual(expected);
    }
    expect(decodeMessage(line, ab).rejects.map(reject => reject.reason)).toEqual([reason]);
  });

  test('bytes that are no UTF-8 cost their own record only', () => {
    const wrong = [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe6, 0x97]];
    for (const bytes of wrong) {
      const input = Buffer.concat([
        Buffer.from('{"a":1,"b":"é"}\n{"a":2,"b":"日'),
        Buffer.from(bytes),
        Buffer.from('"}\n{"a":3,"b":"日本"}\n'),
      ]);
      const decoded = decodeLines(input, ab, {pieces: [5]});
      expect(decoded.rows).toEqual([
        [1n, 'é'],
        [3n, '日本'],
      ]);
      expect(decoded.lineNumbers).toEqual([0, 2]);
      expect(decoded.rejects.map(({reason, row, line}) => [reason, row, line])).toEqual([['not valid UTF-8 at byte 16', 1, 1]]);
      const unwanted = decodeLines(input, {a: types.BIGINT});
      expect(unwanted.rows).toEqual([[1n], [3n]]);
    }
  });

  test('a record over the limit, whole or not, is one reject', () => {
    const large = `{"a":2,"b":"${'x'.repeat(300)}"}`;
    const input = `{"a":1}\n${large}\n{"a":3}\n`;
    for (const size of [1, 7, 64, 150, 1000]) {
      const decoded = decodeLines(input, ab, {maxRecordBytes: 100, pieces: [size]});
      expect(decoded.rows).toEqual([
        [1n, null],
        [3n, null],
      ]);
      expect(decoded.rejects.map(({line, row}) => [line, row])).toEqual([[1, 1]]);
      expect(decoded.rejects[0]?.reason).toMatch(/^a record of \d+ bytes or more is larger than the limit of 100 bytes$/);
      expect(decoded.lines).toBe(3);
      expect(decoded.lineNumbers).toEqual([0, 2]);
    }
    const behind = decodeLines(`${large}\n{"a":3}`, ab, {maxRecordBytes: 100, pieces: [200, 1000]});
    expect([behind.rows, behind.lineNumbers, behind.lines]).toEqual([[[3n, null]], [1], 2]);
    const last = decodeLines(`{"a":1}\n${large}`, ab, {maxRecordBytes: 100, pieces: [50]});
    expect([last.rows.length, last.rejects.length, last.lines]).toEqual([1, 1, 2]);
    expect(decodeMessage(large, ab, {maxRecordBytes: 100}).rejects).toHaveLength(1);
  });

  test('a reject that is not tolerated ends the call after the rows before it', () => {
    const bench = new Bench(ab, {stopAt: 1});
    const decoded = bench.lines(Buffer.from('{"a":1}\nx\n{"a":"no"}\n{"a":2}\n{"a":3}\ny\n'));
    expect(bench.rejects.map(({text, row}) => [text, row])).toEqual([
      ['x', 1],
      ['{"a":"no"}', 1],
      ['y', 3],
    ]);
    expect(decoded.rows).toEqual([
      [1n, null],
      [2n, null],
      [3n, null],
    ]);
    expect(decoded.lines).toBe(6);
  });

  test('rejects of all kinds come in the order of the records', () => {
    const lines = ['{"a":1}', 'x', '{"a":"one"}', '{"a":2}', '{"a":[]}', '{"a":{}', '{"a":3}', '{"a":99999999999999999999}', '{"a":4}'];
    const decoded = decodeLines(lines.join('\n'), ab);
    expect(decoded.rows.map(([a]) => a)).toEqual([1n, 2n, 3n, 4n]);
    expect(decoded.records).toEqual(['{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}']);
    expect(decoded.rejects.map(({line, row, text}) => [line, row, text])).toEqual([
      [1, 1, 'x'],
      [2, 1, '{"a":"one"}'],
      [4, 2, '{"a":[]}'],
      [5, 2, '{"a":{}'],
      [7, 3, '{"a":99999999999999999999}'],
    ]);
  });
});

describe('keys', () => {
  test('the last of equal keys counts, an absent one is NULL, order and blanks do not matter', () => {
    const lines = [
      '{"a":1,"a":2}',
      '{"a":3,"a":null}',
      '{"a":"x","a":4}',
      '{ "b" : "y" , "a" : 5 }',
      '{"b":"z"}',
      '{"c":1,"a":6,"d":{"a":9}}',
      '{"a":7,"b":"w"}',
    ];
    const expected = [
      [2n, null],
      [null, null],
      [4n, null],
      [5n, 'y'],
      [null, 'z'],
      [6n, null],
      [7n, 'w'],
    ];
    for (let turn = 0; turn < lines.length; turn++) {
      const turned = [...lines.slice(turn), ...lines.slice(0, turn)];
      expect(decodeLines(turned.join('\n'), ab).rows).toEqual([...expected.slice(turn), ...expected.slice(0, turn)]);
    }
  });

  test('keys with escapes, odd names, and names that share their beginning', () => {
    const names = ['with "quotes"', 'é', '', 'abcdefgh', 'abcdefghi', 'abcdefghijklmnopq', '__proto__'];
    const fields = names.map((name, index) => `${JSON.stringify(name)}:${index}`);
    const text = `{${fields.join(',')},"abcdefghijklmnopx":99,"\\u0061bcdefgh":50,"\\u00e9":60}`;
    const expected = [[0n, 60n, 2n, 50n, 4n, 5n, 6n]];
    expect(
      decodeLines(
        text,
        names.map(name => [name, types.BIGINT] as const),
      ).rows,
    ).toEqual(expected);
  });

  test('nested fields', () => {
    const columns = {'bid.price': types.BIGINT, 'bid.at.x': types.STRING, id: types.BIGINT};
    const rows = (text: string, options: Options = {}) => decodeLines(text, columns, options);
    const lines = [
      '{"id":1,"bid":{"price":5,"at":{"x":"p","y":1}}}',
      '{"bid":{"at":null,"price":6},"id":2}',
      '{"id":3,"bid":null}',
      '{"id":4}',
      '{"bid":{"price":1},"bid":{"at":{"x":"q"}},"id":5}',
      '{"price":9,"id":6,"bid":{}}',
    ];
    const expected = [
      [5n, 'p', 1n],
      [6n, null, 2n],
      [null, null, 3n],
      [null, null, 4n],
      [null, 'q', 5n],
      [null, null, 6n],
    ];
    for (let turn = 0; turn < lines.length; turn++) {
      const turned = [...lines.slice(turn), ...lines.slice(0, turn)];
      expect(rows([...turned, ...turned].join('\n')).rows.slice(0, lines.length)).toEqual([
        ...expected.slice(turn),
        ...expected.slice(0, turn),
      ]);
    }
    expect(rows('{"id":1,"bid":7}').rejects.map(({reason}) => reason)).toEqual(['field "bid.price": 7 is no object with fields']);
    expect(rows('{"id":1,"bid":7}', {badField: 'null'}).rows).toEqual([[null, null, 1n]]);
  });

  test('a ROW as a whole and by its fields', () => {
    const bid: SqlType = {
      kind: 'ROW',
      nullable: true,
      fields: [
        {name: 'price', type: types.BIGINT},
        {name: 'tag', type: types.STRING},
      ],
    };
    const columns = {bid, 'bid.price': types.BIGINT, id: types.BIGINT};
    const lines = [
      '{"id":1,"bid":{"price":5,"tag":"x"}}',
      '{"id":2,"bid":{"price":6,"tag":"y"}}',
      '{"id":3,"bid":null}',
      '{"id":4,"bid":{"tag":"z"}}',
    ];
    expect(decodeLines(lines.join('\n'), columns).rows).toEqual([
      [[5n, 'x'], 5n, 1n],
      [[6n, 'y'], 6n, 2n],
      [null, null, 3n],
      [[null, 'z'], null, 4n],
    ]);
  });

  test('a path that is wanted twice', () => {
    const decoded = decodeLines('{"a":1,"b":"x"}\n{"a":9007199254740993,"b":"\\n"}\n{"a":"y"}\n{"a":3}', [
      ['a', types.BIGINT],
      ['b', types.STRING],
      ['a', types.BIGINT],
      ['b', types.STRING],
    ]);
    expect(decoded.rows).toEqual([
      [1n, 'x', 1n, 'x'],
      [9007199254740993n, '\n', 9007199254740993n, '\n'],
      [3n, null, 3n, null],
    ]);
  });

  test('many shapes in turn, each with fields that come and go', () => {
    const columns = {kind: types.STRING, a: types.BIGINT, 'p.q': types.BIGINT, z: types.BIGINT};
    const shapes = (index: number) =>
      [
        {value: {kind: 'one', a: index, u: 'x'.repeat(index % 40), z: index}, row: ['one', BigInt(index), null, BigInt(index)]},
        {value: {kind: 'two', p: {q: index, r: {s: [index]}}}, row: ['two', null, BigInt(index), null]},
        {
          value: {kind: 'three', ...(index % 2 === 0 ? {a: 1} : {}), m: {[`k${index}`]: 1}, ...(index % 3 === 0 ? {z: 2} : {})},
          row: ['three', index % 2 === 0 ? 1n : null, null, index % 3 === 0 ? 2n : null],
        },
        {value: {z: index, kind: 'four'}, row: ['four', null, null, BigInt(index)]},
      ][(index * 7 + (index >> 3)) % 4] as {value: object; row: unknown[]};
    const items = Array.from({length: 3000}, (_, index) => shapes(index));
    expect(decodeLines(items.map(({value}) => JSON.stringify(value)).join('\n'), columns).rows).toEqual(items.map(({row}) => row));
  });
});

describe('arrays of rows', () => {
  test('each object is a row, NULLs are none, and what is no object is a reject of its own', () => {
    const decoded = decodeLines('{"a":0}\n [ {"a":1}, {"a":2 ,"b":"]"},null, 7, {"a":"x"}, {"a":3} ] \n[]\n{"a":4}', ab);
    expect(decoded.rows.map(([a]) => a)).toEqual([0n, 1n, 2n, 3n, 4n]);
    expect(decoded.lineNumbers).toEqual([0, 1, 1, 1, 3]);
    expect(decoded.records.slice(1, 4)).toEqual(['{"a":1}', '{"a":2 ,"b":"]"}', '{"a":3}']);
    expect(decoded.rejects.map(({text, line, row}) => [text, line, row])).toEqual([
      ['7', 1, 3],
      ['{"a":"x"}', 1, 3],
    ]);
  });

  test('a broken array is one reject and no row', () => {
    const decoded = decodeLines('[{"a":1},{"a":2},{"a":}]\n[{"a":1}] x\n[{"a":3}]', ab);
    expect(decoded.rows).toEqual([[3n, null]]);
    expect(decoded.rejects.map(({line}) => line)).toEqual([0, 1]);
  });

  test('longer than a batch', () => {
    const elements = Array.from({length: 5000}, (_, index) => `{"a":${index}}`);
    const expected = elements.map((_, index) => BigInt(index));
    const lines = decodeLines(`{"a":0}\n[${elements.join(', ')}]\n{"a":1}\n`, ab);
    expect(lines.rows.map(([a]) => a)).toEqual([0n, ...expected, 1n]);
    expect([lines.lines, lines.lineNumbers[1], lines.lineNumbers[5001]]).toEqual([3, 1, 2]);
    const bench = new Bench(ab);
    const messages = bench.messages(['{"a":0}', `[${elements.join(',\n')}]`, '{"a":1}']);
    expect(messages.map(([a]) => a)).toEqual([0n, ...expected, 1n]);
  });
});

describe('messages', () => {
  test('each stands by itself: blanks and line feeds between values, nothing of the next one', () => {
    const bench = new Bench(ab);
    const rows = bench.messages([
      '{\n"a": 1,\n "b": "x"}\n',
      '{"a":2',
      '{"a":3}',
      '',
      ' ',
      'null',
      '{"a":4}\n{"a":5}',
      '{\n"a": 6,\n "b": "y"}\n',
    ]);
    expect(rows).toEqual([
      [1n, 'x'],
      [3n, null],
      [6n, 'y'],
    ]);
    expect(bench.rejects.map(({text, row, line}) => [text, row, line])).toEqual([
      ['{"a":2', 1, 1],
      ['', 2, 3],
      [' ', 2, 4],
      ['{"a":4}\n{"a":5}', 2, 6],
    ]);
    expect(bench.rejects[1]?.reason).toBe('the record is empty');
  });

  test('what was learned from messages does not let line feeds into lines', () => {
    const bench = new Bench(ab);
    bench.messages(['{"a":1,\n"b":"x"}', '{"a":1,\n"b":"x"}']);
    const decoded = bench.lines(Buffer.from('{"a":1,\n"b":"x"}\n'));
    expect([decoded.rows.length, decoded.rejects.length]).toEqual([0, 2]);
  });

  test('a batch of them', () => {
    const texts = Array.from({length: 2048}, (_, index) => `{"b":"${'é'.repeat(index % 9)}","a":${index}}`);
    expect(new Bench(ab).messages(texts).map(([a]) => a)).toEqual(texts.map((_, index) => BigInt(index)));
  });

  test('UTF-8 is judged message by message', () => {
    const bench = new Bench(ab);
    const halves = [Buffer.from('{"b":"é'), Buffer.from([0xc3]), Buffer.from('"}')];
    expect(bench.messages(['{"b":"é"}', Buffer.concat(halves), '{"b":"ü"}'])).toEqual([
      [null, 'é'],
      [null, 'ü'],
    ]);
    expect(bench.rejects.map(({line}) => line)).toEqual([1]);
  });
});

describe('options', () => {
  const lines = '{"a":1,"b":"x"}\n{"a":"no","b":"y"}\n{"b":"z"}\nbroken\n{"a":2,"b":null}\n';

  test('by default a field that does not fit rejects the record', () => {
    const decoded = decodeLines(lines, ab);
    expect(decoded.rows).toEqual([
      [1n, 'x'],
      [null, 'z'],
      [2n, null],
    ]);
    expect(decoded.rejects.map(({reason}) => reason)).toEqual([
      'field "a": cannot read "no" as BIGINT',
      'not valid JSON: a value is expected at byte 1, found "b"',
    ]);
  });

  test('badField null', () => {
    const decoded = decodeLines(lines, ab, {badField: 'null'});
    expect(decoded.rows).toEqual([
      [1n, 'x'],
      [null, 'y'],
      [null, 'z'],
      [2n, null],
    ]);
    expect(decoded.rejects).toHaveLength(1);
  });

  test('ignore-parse-errors', () => {
    const decoded = decodeLines(lines, ab, {options: {'ignore-parse-errors': 'true'}});
    expect(decoded.rows).toEqual([
      [1n, 'x'],
      [null, 'y'],
      [null, 'z'],
      [2n, null],
    ]);
    expect(decoded.rejects).toEqual([]);
    const array: SqlType = {kind: 'ARRAY', nullable: true, element: types.INT};
    expect(decodeLines('{"v":[1,"x"]}', {v: array}, {options: {'ignore-parse-errors': 'true'}}).rows).toEqual([[[1, null]]]);
  });

  test('fail-on-missing-field: a NULL is there, an absent field is not', () => {
    const options = {options: {'fail-on-missing-field': 'true'}};
    const decoded = decodeLines(lines, ab, options);
    expect(decoded.rows).toEqual([
      [1n, 'x'],
      [2n, null],
    ]);
    expect(decoded.rejects.map(({reason}) => reason)[1]).toBe('field "a" is missing');
    const nested = decodeLines('{"p":{"q":1}}\n{"p":{}}\n{"p":null}\n{"p":{"q":2}}\n{}', {'p.q': types.BIGINT}, options);
    expect(nested.rows).toEqual([[1n], [null], [2n]]);
    expect(nested.rejects.map(({line}) => line)).toEqual([1, 4]);
  });
});
