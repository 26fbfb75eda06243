import {describe, expect, test} from 'vitest';
import {Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import {intType, maxLength, type SqlType, stringType} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import type {RowEncoder} from '../define.ts';
import {memory, TestWriter} from '../write-for-tests.ts';
import {raw} from './raw.ts';
import {rawDecoder} from './decode.ts';

const bytesType: SqlType = {kind: 'VARBINARY', length: maxLength, nullable: true};
const input = memory.allocate(1 << 16);

interface Read {
  readonly values: readonly Value[];
  readonly rejects: readonly string[];
}

function read(
  data: string | Uint8Array,
  {
    type = stringType,
    options = {},
    chunk = 1 << 16,
    most = 100,
  }: {type?: SqlType; options?: Record<string, string>; chunk?: number; most?: number} = {},
): Read {
  const bytes = Buffer.from(data as string);
  const vector = new Vector(memory, 'text');
  const values: Value[] = [];
  const rejects: string[] = [];
  let lines = 0;
  const columns = [{name: 'line', type}];
  const decoder = rawDecoder({
    memory,
    columns,
    wanted: [{path: ['line'], type, ordinal: 0, vector}],
    options: new Map(Object.entries(options)),
    timeZone: 'UTC',
    badField: 'reject',
    maxRecordBytes: most,
    reject: ({line, reason}) => {
      rejects.push(`${lines + line + 1}: ${reason}`);
      return false;
    },
  });
  let done = 0;
  let given = Math.min(chunk, bytes.length);
  while (done < bytes.length) {
    memory.bytes.set(bytes.subarray(done, given), input);
    const isFinal = given === bytes.length;
    const consumed = decoder.decodeLines(input, input + given - done, isFinal, 2048) - input;
    for (let row = 0; row < decoder.rows; row++) values.push(readValue(memory, vector, row, type, 'UTC'));
    lines += decoder.lines;
    done += consumed;
    given = Math.min(given + chunk, bytes.length);
  }
  return {values, rejects};
}

describe('reading', () => {
  test('every line is a value, empty ones too, wherever they are cut', () => {
    for (const chunk of [1, 2, 5, 100]) {
      expect(read('\ufeffa "b"\n\nä\r\nlast', {chunk}).values).toEqual(['a "b"', '', 'ä', 'last']);
    }
  });
  test('bad UTF-8 is rejected for texts and kept for bytes', () => {
    const data = Buffer.from([97, 10, 0xff, 10, 98, 10]);
    expect(read(data)).toEqual({values: ['a', 'b'], rejects: ['2: not valid UTF-8']});
    expect(read(data, {type: bytesType}).values).toEqual([new Uint8Array([97]), new Uint8Array([0xff]), new Uint8Array([98])]);
  });
  test('overlong lines are one reject, in pieces too', () => {
    for (const chunk of [7, 1000]) {
      expect(read(`a\n${'x'.repeat(300)}\nb\n`, {chunk})).toEqual({
        values: ['a', 'b'],
        rejects: ['2: the record is larger than 100 bytes'],
      });
    }
  });
  test('line-delimiter', () => {
    expect(read('a\nb||c||', {options: {'line-delimiter': '||'}, chunk: 1}).values).toEqual(['a\nb', 'c']);
  });
  test('messages are values whole', () => {
    const vector = new Vector(memory, 'text');
    const decoder = rawDecoder({
      memory,
      columns: [{name: 'line', type: stringType}],
      wanted: [{path: ['line'], type: stringType, ordinal: 0, vector}],
      options: new Map(),
      timeZone: 'UTC',
      badField: 'reject',
      maxRecordBytes: 10,
      reject: () => false,
    });
    memory.bytes.set(Buffer.from('a\nbtoo long for it'), input);
    decoder.starts.set([input, input + 3, input]);
    decoder.lengths.set([3, 15, 1]);
    decoder.decodeRecords(3);
    expect([decoder.rows, decoder.lines]).toEqual([2, 3]);
    expect(readValue(memory, vector, 0, stringType, 'UTC')).toBe('a\nb');
    expect([...decoder.lineNumbers.subarray(0, 2)]).toEqual([0, 2]);
  });
});

describe('writing', () => {
  const write = (type: SqlType, rows: readonly Value[], options = {}): string =>
    new TestWriter((spec, batch) => raw.encoder?.(spec, batch) as RowEncoder, {columns: [{name: 'line', type}], options}).writeAll(
      rows.map(value => [value]),
    );
  test('values as they are', () => {
    expect(write(stringType, ['a "b"\\', null, 'ä'])).toBe('a "b"\\\n\nä\n');
    expect(write(bytesType, [Buffer.from('xyz')], {'line-delimiter': '\\r\\n'})).toBe('xyz\r\n');
  });
});

test('what raw cannot hold is told', () => {
  expect(raw.check?.([{name: 'a', type: stringType}], new Map())).toEqual([]);
  expect(raw.check?.([{name: 'a', type: intType}], new Map())?.map(({code}) => code)).toEqual(['raw-type']);
  expect(raw.check?.([], new Map([['line-delimiter', '']]))?.map(({code}) => code)).toEqual(['raw-columns', 'raw-delimiter']);
});
