import {describe, expect, test} from 'vitest';
import {Memory} from '../../base/memory.ts';
import {batchRows, Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import type {ChangeKind} from '../../types/change.ts';
import {rowText} from '../../types/row-text.ts';
import {physicalOf, type Column} from '../../types/sql-type.ts';
import {TestWriter} from '../write-for-tests.ts';
import {readColumns} from '../json/fixtures/type-names.ts';
import {changelogJson} from './changelog-json.ts';

interface Read {
  /** Rows and watermarks in order. */
  readonly items: readonly string[];
  readonly rejects: readonly string[];
  readonly lines: number;
}

const memory = new Memory(1 << 26);

/** Decodes a text that arrives in pieces of a size. */
function read(
  columns: string,
  text: string,
  given: {readonly options?: Record<string, string>; readonly piece?: number; readonly stopAt?: number} = {},
): Read {
  const wanted: readonly Column[] = readColumns(columns);
  const vectors = wanted.map(({type}) => new Vector(memory, physicalOf(type)));
  const options = new Map(Object.entries(given.options ?? {}));
  const mode = changelogJson.readsAs?.(options).mode;
  const kinds = mode === 'append' ? null : new Uint8Array(batchRows);
  const rejects: string[] = [];
  let lines = 0;
  const decoder = changelogJson.decoder?.({
    memory,
    columns: wanted,
    wanted: wanted.map(({name, type}, ordinal) => ({path: [name], type, ordinal, vector: vectors[ordinal] as Vector})),
    kinds,
    options,
    timeZone: 'UTC',
    badField: 'reject',
    maxRecordBytes: 1 << 20,
    reject: ({line, reason}) => {
      rejects.push(`${lines + line + 1}: ${reason}`);
      return rejects.length === given.stopAt;
    },
  });
  if (decoder === undefined) throw new Error('the format reads');
  const bytes = Buffer.from(text);
  const start = memory.allocate(bytes.length + 64);
  memory.bytes.set(bytes, start);
  const items: string[] = [];
  decoder.startPart();
  let from = start;
  for (let end = start; end < start + bytes.length && rejects.length !== given.stopAt;) {
    end = Math.min(start + bytes.length, end + (given.piece ?? bytes.length));
    for (let before = -1; before !== from && rejects.length !== given.stopAt;) {
      before = from;
      from = decoder.decodeLines(from, end, end === start + bytes.length, batchRows);
      for (let row = 0; row < decoder.rows; row++) {
        const values = wanted.map(({type}, index) => readValue(memory, vectors[index] as Vector, row, type, 'UTC'));
        items.push(rowText((kinds?.[row] ?? 0) as ChangeKind, values, wanted, 'UTC'));
      }
      if (decoder.watermark !== null && decoder.watermark !== undefined) items.push(`watermark ${decoder.watermark}`);
      lines += decoder.lines;
    }
  }
  return {items, rejects, lines};
}

describe('changelog-json', () => {
  test.each(changelogJson.examples)('$bytes', ({columns, bytes, row}) => {
    expect(read(columns, bytes)).toEqual({items: [row], rejects: [], lines: 1});
  });

  test('rows and watermarks keep their order, however the bytes arrive', () => {
    const text = [
      '{"op":"+I","data":{"id":1,"text":"a"}}',
      '{"watermark":1000}',
      '{"op":"-U","data":{"id":1,"text":"a"}}',
      '{"data":{"text":"b \\"watermark\\"","id":1},"op":"+U"}',
      '',
      '{"watermark": 2000}',
      '{"watermark": 3000}',
      '{"op":"-D","data":{"id":1}}',
    ].join('\n');
    const expected = {
      items: ['+I[1, a]', 'watermark 1000', '-U[1, a]', '+U[1, b "watermark"]', 'watermark 2000', 'watermark 3000', '-D[1, null]'],
      rejects: [],
      lines: 8,
    };
    for (const piece of [1000, 1, 7, 30]) expect(read('id INT, text STRING', text, {piece})).toEqual(expected);
  });

  test('what is no change is told with its line, and the rows around it are there', () => {
    const text = [
      '{"op":"+I","data":{"id":1}}',
      '{"op":"+X","data":{"id":2}}',
      'nonsense',
      '{"data":{"id":3}}',
      '{"op":"+I","id":4}',
      '{"op":"+I","data":{"id":"five"}}',
      '{"op":"+I","data":{}}',
      '[{"op":"+I","data":{"id":7}},{"watermark":8}]',
      '',
    ].join('\n');
    const {items, rejects} = read('id INT', text);
    expect(items).toEqual(['+I[1]', '+I[null]', '+I[7]']);
    expect(rejects.map(reason => reason.replace(/ at byte.*/, ''))).toEqual([
      '2: field "op": cannot read "+X" as one of +I, -U, +U, -D',
      expect.stringMatching(/^3: /),
      '4: field "op" is missing',
      '5: field "data" is missing',
      expect.stringMatching(/^6: field "data.id"/),
      '8: a watermark stands on a line of its own',
    ]);
    expect(read('id INT', text, {stopAt: 2})).toMatchObject({items: ['+I[1]'], lines: 3});
  });

  test('the mode: without old rows they are passed over; with inserts only anything else is refused', () => {
    const text = ['-U', '+U', '-D'].map(op => `{"op":"${op}","data":{"id":1}}\n`).join('');
    expect(read('id INT', text, {options: {'changelog-mode': 'I,UA,D'}}).items).toEqual(['+U[1]', '-D[1]']);
    const appended = read('id INT', text, {options: {'changelog-mode': 'I'}});
    expect(appended.items).toEqual([]);
    expect(appended.rejects[0]).toBe("1: a change other than +I, and the table's changelog mode has inserts only");
    expect(changelogJson.check?.([], new Map([['changelog-mode', 'I,UB']])).map(({message}) => message)).toEqual([
      'option "changelog-json.changelog-mode" cannot be "I,UB"',
    ]);
    expect(changelogJson.readsAs?.(new Map([['changelog-mode', ' i , ua ']]))).toEqual({mode: 'upsert', updates: true, deletes: false});
  });
});

test('each row is written with its change; rows of a stream without changes are inserts', () => {
  const columns = readColumns('id INT, text STRING, total DECIMAL(5, 2)');
  const rows = [
    [1, 'a "b"', 150n],
    [2, null, null],
  ];
  const encoder: NonNullable<typeof changelogJson.encoder> = (spec, batch) => {
    const made = changelogJson.encoder?.(spec, batch);
    if (made === undefined) throw new Error('the format writes');
    return made;
  };
  const writer = new TestWriter(encoder, {columns, kinds: true});
  writer.batch.kinds?.set([3, 2]);
  expect(writer.write(rows)).toBe(
    '{"op":"-D","data":{"id":1,"text":"a \\"b\\"","total":1.50}}\n{"op":"+U","data":{"id":2,"text":null,"total":null}}\n',
  );
  const plain = new TestWriter(encoder, {columns, options: {'encode.ignore-null-fields': 'true'}});
  expect(plain.write(rows)).toBe('{"op":"+I","data":{"id":1,"text":"a \\"b\\"","total":1.50}}\n{"op":"+I","data":{"id":2}}\n');
});
