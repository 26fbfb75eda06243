import {execFileSync} from 'node:child_process';
import {closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {typeText} from '../../types/type-text.ts';
import type {StandardInput} from '../define.ts';
import {StdinSource} from '../stdin/stdin-source.ts';
import {inferTable} from './infer.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-infer-'));
});
afterEach(() => {
  rmSync(directory, {recursive: true});
});

const noInput: StandardInput = {descriptor: 0, isTerminal: false, readAhead: null};

async function infer(name: string, content: string | Uint8Array, inputFormat: string | null = null) {
  writeFileSync(join(directory, name), content);
  const result = await inferTable({target: name, inputFormat, directory, standardInput: noInput});
  if ('problems' in result) return {problems: result.problems};
  const {columns, options} = result.declared;
  return {
    columns: columns.map(column => `${column.name} ${typeText(column.type)}`),
    options: Object.fromEntries(options.filter(({key}) => key !== 'connector' && key !== 'path').map(({key, value}) => [key, value])),
  };
}

describe('JSON', () => {
  test.each([
    ['true', 'BOOLEAN'],
    ['1', 'BIGINT'],
    ['-9223372036854775808', 'BIGINT'],
    ['9223372036854775807', 'BIGINT'],
    ['9223372036854775808', 'DECIMAL(38, 0)'],
    ['[9223372036854775808, 1]', 'ARRAY<DECIMAL(38, 0)>'],
    ['[9223372036854775808, 1.5]', 'ARRAY<DOUBLE>'],
    ['123456789012345678901234567890123456789', 'DOUBLE'],
    ['1.5', 'DOUBLE'],
    ['1.0', 'DOUBLE'],
    ['1e3', 'DOUBLE'],
    ['1e400', 'DOUBLE'],
    ['"2024-02-29"', 'DATE'],
    ['"2024-02-29T10:11:12"', 'TIMESTAMP(3)'],
    ['"2024-02-29 10:11:12.5"', 'TIMESTAMP(3)'],
    ['"2024-02-29T10:11:12.123456"', 'TIMESTAMP(6)'],
    ['"2024-02-29T10:11:12Z"', 'TIMESTAMP_LTZ(3)'],
    ['"2024-13-29"', 'STRING'],
    ['"12:30:00"', 'STRING'],
    ['"2024"', 'STRING'],
    ['"x"', 'STRING'],
    ['null', 'STRING'],
    ['[]', 'ARRAY<STRING>'],
    ['[1,2]', 'ARRAY<BIGINT>'],
    ['[1,"a"]', 'ARRAY<STRING>'],
    ['[1,null,2.5]', 'ARRAY<DOUBLE>'],
    ['{}', 'STRING'],
    ['{"b":1}', 'ROW<`b` BIGINT>'],
    ['{"b":{"c":[{"d":true}]}}', 'ROW<`b` ROW<`c` ARRAY<ROW<`d` BOOLEAN>>>>'],
  ])('%s is %s', async (value, type) => {
    expect(await infer('x.ndjson', `{"a":${value}}\n`)).toMatchObject({columns: [`a ${type}`]});
  });

  test.each([
    [['1', '2.5'], 'DOUBLE'],
    [['1', '"a"'], 'STRING'],
    [['"a"', '1', 'null'], 'STRING'],
    [['1', '2.0'], 'DOUBLE'],
    [['1.5', '2', '3e0'], 'DOUBLE'],
    [['[1]', '[ 2.0 ]'], 'ARRAY<DOUBLE>'],
    [['true', 'false', 'null'], 'BOOLEAN'],
    [['1', 'null'], 'BIGINT'],
    [['null', 'null'], 'STRING'],
    [['true', '1'], 'STRING'],
    [['"2024-01-01"', '"2024-01-01T00:00:00"'], 'STRING'],
    [['"2024-01-01T00:00:00"', '"2024-01-01T00:00:00Z"'], 'STRING'],
    [['"2024-01-01T00:00:00.1"', '"2024-01-01T00:00:00.1234567"'], 'TIMESTAMP(9)'],
    [['{"b":1}', '{"c":2}'], 'ROW<`b` BIGINT, `c` BIGINT>'],
    [['{"b":1}', '2'], 'STRING'],
    [['[1]', '[2.5]'], 'ARRAY<DOUBLE>'],
    [['[1]', '1'], 'STRING'],
  ])('%s together are %s', async (values, type) => {
    expect(await infer('x.ndjson', values.map(value => `{"a":${value}}\n`).join(''))).toMatchObject({columns: [`a ${type}`]});
  });

  test('names are any text, in the order in which they come', async () => {
    const names = ['b', 'a', 'sp ace', 'quo"te', '`tick`', '__proto__', '${x}', '\u2028', 'constructor'];
    const line = `{${names.map(name => `${JSON.stringify(name)}:1`).join(',')}}\n`;
    expect(await infer('x.ndjson', line)).toEqual({columns: names.map(name => `${name} BIGINT`), options: {format: 'json'}});
  });

  test('the way times are written becomes an option; other ways stay texts', async () => {
    const {columns, options} = await infer('x.ndjson', '{"a":"2024-01-01T00:00:00Z","b":"2024-01-01 00:00:00"}\n');
    expect(columns).toEqual(['a TIMESTAMP_LTZ(3)', 'b STRING']);
    expect(options).toEqual({format: 'json', 'json.timestamp-format.standard': 'ISO-8601'});
    expect((await infer('x.ndjson', '{"b":"2024-01-01 00:00:00"}\n')).options).toEqual({format: 'json'});
  });

  test('lines that are no objects are left to the run', async () => {
    expect(await infer('x.ndjson', '\n{"a":1}\nnonsense\n[1]\n{"a":2}\n{"a":')).toMatchObject({columns: ['a BIGINT']});
  });

  test('an array of records, and records over many lines, are told what to do', async () => {
    expect(await infer('x.json', '[{"a":1},\n{"a":2}]\n')).toMatchObject({
      problems: [{kind: 'data', hint: `make lines of it: jq -c '.[]' x.json | weir …`}],
    });
    expect(await infer('x.json', '{\n"a":1\n}\n')).toMatchObject({problems: [{message: 'x.json has no line that is a JSON object'}]});
  });

  test('an empty file has no columns', async () => {
    expect(await infer('x.ndjson', '')).toEqual({columns: [], options: {format: 'json'}});
  });

  test('by its first brace, with a byte order mark, compressed', async () => {
    expect(await infer('x.log', '\ufeff{"a":1}\n')).toMatchObject({columns: ['a BIGINT'], options: {format: 'json'}});
    expect(await infer('x.ndjson.gz', gzipSync('{"a":1}\n'))).toMatchObject({columns: ['a BIGINT']});
  });
});

describe('CSV', () => {
  const header = {format: 'csv', 'csv.header': 'true', 'csv.null-literal': ''};

  test.each([
    ['1', 'BIGINT'],
    ['-1', 'BIGINT'],
    ['0', 'BIGINT'],
    ['007', 'STRING'],
    ['99999999999999999999', 'STRING'],
    ['1.5', 'DOUBLE'],
    ['.5', 'DOUBLE'],
    ['1e5', 'DOUBLE'],
    ['-', 'STRING'],
    ['1.2.3', 'STRING'],
    ['true', 'BOOLEAN'],
    ['FALSE', 'BOOLEAN'],
    ['2024-02-29', 'DATE'],
    ['2024-02-29 10:11:12', 'TIMESTAMP(3)'],
    ['2024-02-29T10:11:12+02:00', 'TIMESTAMP_LTZ(3)'],
    ['abc', 'STRING'],
    ['', 'STRING'],
  ])('%j is %s', async (cell, type) => {
    expect(await infer('x.csv', `name,other\n${cell},1\n`)).toEqual({columns: [`name ${type}`, 'other BIGINT'], options: header});
  });

  test('a header is a row without values above rows with some', async () => {
    expect(await infer('x.csv', 'id,when\n1,2024-01-01\n')).toEqual({columns: ['id BIGINT', 'when DATE'], options: header});
    expect(await infer('x.csv', '1,a\n2,b\n')).toEqual({
      columns: ['f0 BIGINT', 'f1 STRING'],
      options: {format: 'csv', 'csv.null-literal': ''},
    });
    expect(await infer('x.csv', 'name,city\nann,rome\n')).toEqual({columns: ['name STRING', 'city STRING'], options: header});
    expect(await infer('x.csv', 'ann,ann\nbob,rome\n')).toMatchObject({columns: ['f0 STRING', 'f1 STRING']});
    expect(await infer('x.csv', '$9,hello!\n?,-\n')).toMatchObject({columns: ['f0 STRING', 'f1 STRING']});
  });

  test('names that do not name one column each are found by place', async () => {
    expect(await infer('x.csv', ',a,a\n1,2,3\n')).toEqual({
      columns: ['f0 BIGINT', 'a BIGINT', 'f2 BIGINT'],
      options: {format: 'csv', 'csv.ignore-first-line': 'true', 'csv.null-literal': ''},
    });
  });

  test.each([
    ['\t', '\\t'],
    [';', ';'],
    ['|', '|'],
  ])('delimiter %j is found', async (delimiter, option) => {
    const rows = [
      ['id', 'text, with comma'],
      ['1', 'a, b'],
      ['2', 'c'],
    ].map(row => row.join(delimiter));
    expect(await infer('x.csv', `${rows.join('\n')}\n`)).toMatchObject({options: {'csv.field-delimiter': option}});
  });

  test('quoted fields hold delimiters, quotes and line ends', async () => {
    expect(await infer('x.csv', '"a ""b"", c","d\ne"\r\n"1","2"\r\n1,3\r\n')).toMatchObject({columns: ['a "b", c BIGINT', 'd\ne BIGINT']});
  });

  test('a .tsv file has tabs, even when commas would cut it, too', async () => {
    expect(await infer('x.tsv', 'a,b\tc\n1,2\t3\n')).toMatchObject({columns: ['a,b STRING', 'c BIGINT']});
  });

  test('without a telling name it shows itself by its delimiters', async () => {
    expect(await infer('x.txt', 'id;n\n1;2\n')).toMatchObject({columns: ['id BIGINT', 'n BIGINT'], options: {format: 'csv'}});
    expect(await infer('x.log', 'a line, of a log\nanother\nand one, more, of it\n')).toEqual({
      columns: ['line STRING'],
      options: {format: 'raw'},
    });
  });
});

test('a format that is named decides', async () => {
  expect(await infer('x.json', '{"a":1}\n', 'raw')).toEqual({columns: ['line STRING'], options: {format: 'raw'}});
  expect(await infer('x', 'a,b\n1,2\n', 'csv')).toMatchObject({columns: ['a BIGINT', 'b BIGINT']});
  expect(await infer('x', 'a', 'avro')).toMatchObject({problems: [{kind: 'usage', code: 'cannot-infer'}]});
});

test('a missing file is a problem', async () => {
  const result = await inferTable({target: 'nowhere.csv', inputFormat: null, directory, standardInput: noInput});
  expect(result).toMatchObject({problems: [{message: 'cannot read nowhere.csv: no such file or directory'}]});
});

test('only the beginning of a large file is looked at', async () => {
  const lines = Array.from({length: 3000}, (_, index) => (index < 1000 ? '{"a":1}' : '{"a":"x","b":1}'));
  expect(await infer('x.ndjson', lines.join('\n'))).toMatchObject({columns: ['a BIGINT']});
});

test('a first record is read to its end, unless no run would take it', async () => {
  expect(await infer('x.ndjson', `{"a":1,"b":"${'x'.repeat(300_000)}"}\n{"c":1}\n`)).toMatchObject({
    columns: ['a BIGINT', 'b STRING', 'c BIGINT'],
  });
  expect(await infer('y.ndjson', `{"a":"${'x'.repeat(17 << 20)}"}\n`)).toMatchObject({
    problems: [{message: 'y.ndjson has no line end in its first 16 MiB, so its columns cannot be told'}],
  });
});

test('what is nested deeply stays a text', async () => {
  const deep = (open: string, value: string, close: string) => `{"a":${open.repeat(500)}${value}${close.repeat(500)},"b":1}\n`;
  for (const line of [deep('[', '1', ']'), deep('{"a":', '1', '}'), deep('[', '1.0', ']')]) {
    expect((await infer('x.ndjson', line)).columns?.at(-1)).toBe('b BIGINT');
  }
});

test('compressed data that does not say so is told what to do', async () => {
  expect(await infer('x.ndjson', gzipSync('{"a":1}\n'))).toMatchObject({
    problems: [{message: 'x.ndjson is compressed with gzip', hint: 'rename it so that its name ends in .gz'}],
  });
});

describe('a live pipe', () => {
  let writer: number;
  let keep: number;
  let standardInput: StandardInput;
  beforeEach(() => {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    keep = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    writer = openSync(path, 'w');
    standardInput = {descriptor: openSync(path, 'r'), isTerminal: false, readAhead: null};
  });
  afterEach(() => {
    closeSync(keep);
  });

  /** Infers, then ends the pipe and reads all of it. */
  async function inferAndRead(rest: string, inputFormat: string | null = null) {
    const result = await inferTable({target: 'stdin', inputFormat, directory, standardInput});
    if ('problems' in result) throw new Error('no problem expected');
    writeSync(writer, rest);
    closeSync(writer);
    const source = new StdinSource({...standardInput, readAhead: result.readAhead});
    await source.open(null);
    let text = '';
    const target = new Uint8Array(5);
    for (let count = source.read(target); count !== 'ended'; count = source.read(target)) {
      if (count === 'nothing') await source.ready();
      else if (count !== 'end-of-part') text += Buffer.from(target.subarray(0, count)).toString();
    }
    await source.close();
    return {columns: result.declared.columns.map(column => `${column.name} ${typeText(column.type)}`), text};
  }

  test('is waited for until its first record, and no byte of it is lost', async () => {
    setTimeout(() => writeSync(writer, '{"a":'), 2);
    setTimeout(() => writeSync(writer, '1}\n{"a"'), 10);
    expect(await inferAndRead(':2}\n')).toEqual({columns: ['a BIGINT'], text: '{"a":1}\n{"a":2}\n'});
  });

  test('with a header is waited for until the record behind it', async () => {
    setTimeout(() => writeSync(writer, 'id;n\n'), 2);
    setTimeout(() => writeSync(writer, '1;2.5\n'), 10);
    expect(await inferAndRead('2;3\n')).toEqual({columns: ['id BIGINT', 'n DOUBLE'], text: 'id;n\n1;2.5\n2;3\n'});
  });

  test('that is cut inside a quoted field', async () => {
    writeSync(writer, 'id,n\n1,2\n"x\n');
    expect((await inferAndRead('y",2\n')).columns).toEqual(['id BIGINT', 'n BIGINT']);
  });

  test('is not waited for when nobody wants it any more', async () => {
    writeSync(writer, '{"a":');
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 5);
    const result = await inferTable({target: 'stdin', inputFormat: null, directory, standardInput, stop: stop.signal});
    expect(result).toMatchObject({problems: [{code: 'cannot-infer'}]});
    closeSync(writer);
  });

  test('of plain lines, when that is said, gives the first line at once', async () => {
    writeSync(writer, 'one\n');
    expect(await inferAndRead('two\n', 'raw')).toEqual({columns: ['line STRING'], text: 'one\ntwo\n'});
  });
});
