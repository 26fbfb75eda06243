import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {Memory} from '../../base/memory.ts';
import {batchRows, Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import type {ChangeKind} from '../../types/change.ts';
import {rowText} from '../../types/row-text.ts';
import {physicalOf} from '../../types/sql-type.ts';
import type {RecordDecoder} from '../define.ts';
import {readColumns} from '../json/fixtures/type-names.ts';
import {TestWriter} from '../write-for-tests.ts';
import {debeziumJson} from './debezium-json.ts';

const memory = new Memory(1 << 26);

/** A decoder, and the rows of its last call as texts. */
function reading(columns: string, schemaInclude: boolean, rejects: string[]) {
  const wanted = readColumns(columns);
  const vectors = wanted.map(({type}) => new Vector(memory, physicalOf(type)));
  const kinds = new Uint8Array(batchRows);
  const decoder = debeziumJson.decoder?.({
    memory,
    columns: wanted,
    wanted: wanted.map(({name, type}, ordinal) => ({path: [name], type, ordinal, vector: vectors[ordinal] as Vector})),
    kinds,
    options: new Map([['schema-include', String(schemaInclude)]]),
    timeZone: 'UTC',
    badField: 'reject',
    maxRecordBytes: 1 << 20,
    reject: ({line, row, reason}) => {
      rejects.push(`${line + 1} after ${row}: ${reason}`);
      return false;
    },
  });
  if (decoder === undefined) throw new Error('the format reads');
  const rows = (): readonly string[] =>
    Array.from({length: decoder.rows}, (_, row) => {
      const values = wanted.map(({type}, index) => readValue(memory, vectors[index] as Vector, row, type, 'UTC'));
      return rowText(kinds[row] as ChangeKind, values, wanted, 'UTC');
    });
  return {decoder, rows};
}

function put(text: string): {readonly start: number; readonly end: number} {
  const bytes = Buffer.from(text);
  const start = memory.allocate(bytes.length + 64);
  memory.bytes.set(bytes, start);
  return {start, end: start + bytes.length};
}

function readLines(columns: string, text: string, schemaInclude = false, mostRows = batchRows) {
  const rejects: string[] = [];
  const {decoder, rows} = reading(columns, schemaInclude, rejects);
  const {start, end} = put(text);
  const found: string[] = [];
  decoder.startPart();
  for (let from = start, before = -1; before !== from;) {
    before = from;
    from = decoder.decodeLines(from, end, true, mostRows);
    found.push(...rows());
  }
  return {rows: found, rejects};
}

describe('debezium-json', () => {
  test.each(debeziumJson.examples)('$bytes', ({columns, bytes, row}) => {
    expect(readLines(columns, bytes)).toEqual({rows: [row], rejects: []});
  });

  const update = '{"before":{"id":1,"s":"a"},"after":{"id":1,"s":"b"},"op":"u"}\n';

  test('an update is two rows, whatever the room', () => {
    for (const mostRows of [batchRows, 1, 2, 3]) {
      expect(readLines('id INT, s STRING', update.repeat(3), false, mostRows).rows).toEqual(
        Array.from({length: 3}, () => ['-U[1, a]', '+U[1, b]']).flat(),
      );
    }
  });

  test('what lacks a row or an operation is told', () => {
    const text = [
      '{"before":null,"after":{"id":2},"op":"u"}',
      '{"after":{"id":2}}',
      update.trim(),
      '{"op":"x"}',
      '{"before":{},"op":"d"}',
    ].join('\n');
    expect(readLines('id INT, s STRING', text)).toEqual({
      rows: ['-U[1, a]', '+U[1, b]', '-D[null, null]'],
      rejects: [
        '1 after 0: field "before" is missing: the old row must be there whole (PostgreSQL: REPLICA IDENTITY FULL)',
        '2 after 0: field "op" is missing',
        '4 after 2: field "op": cannot read "x" as one of c, r, u, d',
      ],
    });
  });

  test('more messages than there is room for are gone on with', () => {
    const {decoder, rows} = reading('id INT, s STRING', false, []);
    const {start} = put(update.repeat(1500));
    const count = 1500;
    for (let index = 0; index < count; index++) {
      decoder.starts[index] = start + index * update.length;
      decoder.lengths[index] = update.length - 1;
    }
    const found: string[] = [];
    const left = (given: RecordDecoder): number => given.recordsLeft ?? 0;
    decoder.decodeRecords(count);
    found.push(...rows());
    while (left(decoder) > 0) {
      decoder.decodeRecords(0);
      found.push(...rows());
    }
    expect(found).toEqual(Array.from({length: count}, () => ['-U[1, a]', '+U[1, b]']).flat());
  });

  test('what goes is deleted, what comes is created, in order', () => {
    const columns = readColumns('id INT, s STRING');
    const encoder: NonNullable<typeof debeziumJson.encoder> = (spec, batch) => {
      const made = debeziumJson.encoder?.(spec, batch);
      if (made === undefined) throw new Error('the format writes');
      return made;
    };
    const writer = new TestWriter(encoder, {columns, kinds: true});
    writer.batch.kinds?.set([0, 1, 2, 3]);
    const rows = [
      [1, 'a'],
      [1, 'a'],
      [1, 'b'],
      [1, null],
    ];
    expect(writer.write(rows).split('\n')).toEqual([
      '{"before":null,"after":{"id":1,"s":"a"},"op":"c"}',
      '{"before":{"id":1,"s":"a"},"after":null,"op":"d"}',
      '{"before":null,"after":{"id":1,"s":"b"},"op":"c"}',
      '{"before":{"id":1,"s":null},"after":null,"op":"d"}',
      '',
    ]);
  });
});

const corpus = join(process.env['WEIR_CONFORMANCE'] ?? '../shared/conformance', 'flink-formats');

interface Expected {
  readonly schema: string;
  readonly files: Readonly<Record<string, {readonly schemaInclude: boolean}>>;
  readonly decoded: readonly string[];
}

describe.runIf(existsSync(corpus))('payloads of Debezium', () => {
  const expected = existsSync(corpus) ? (JSON.parse(readFileSync(join(corpus, 'debezium-expected.json'), 'utf8')) as Expected) : null;
  test.each(Object.entries(expected?.files ?? {}))('%s', (file, {schemaInclude}) => {
    const {rows, rejects} = readLines(expected!.schema, readFileSync(join(corpus, file), 'utf8'), schemaInclude);
    expect(rejects).toEqual([]);
    expect(rows.map(row => row.replace(/^(..)\[(.*)\]$/, '$1($2)').replaceAll(', ', ','))).toEqual(
      expected!.decoded.map(row => row.replaceAll(', ', ',')),
    );
  });

  test('an update without its old row, as PostgreSQL sends them by default', () => {
    const {rejects} = readLines(expected!.schema, readFileSync(join(corpus, 'debezium-postgres-data-replica-identity.txt'), 'utf8'));
    expect(rejects.some(reject => reject.includes('REPLICA IDENTITY FULL'))).toBe(true);
  });
});
