import type {EventEmitter} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import avsc from 'avsc';
import fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {bigintType, intType, type SqlType, stringType} from '../../types/sql-type.ts';
import type {Row, Value} from '../../types/value.ts';
import {codecs} from './codec.ts';
import {FileReading, writeFile} from './fixtures/files.ts';
import {columnsOf} from './fixtures/messages.ts';
import {compressSnappy, uncompressSnappy} from './snappy.ts';

const types = {id: bigintType, name: stringType, tags: {kind: 'ARRAY', element: stringType, nullable: true} satisfies SqlType};
const columns = columnsOf(types);
const rowsOf = (count: number, first = 0): Row[] =>
  Array.from({length: count}, (_, index) => [BigInt(first + index), `name ${index % 7}`, index % 3 === 0 ? null : ['a', null]]);

const directory = mkdtempSync(join(tmpdir(), 'weir-avro-file-'));
afterAll(() => rmSync(directory, {recursive: true}));

function read(
  bytes: Uint8Array,
  options: ConstructorParameters<typeof FileReading>[1] = {},
): {readonly rows: Value[][]; readonly reasons: readonly string[]} {
  const reading = new FileReading(columns, options);
  const rows = reading.rows(bytes);
  return {rows, reasons: reading.rejects.map(({reason}) => reason)};
}

describe.each(codecs)('files with codec %s', codec => {
  const batches = [rowsOf(5), rowsOf(2000, 5), rowsOf(1, 2005)];
  const file = writeFile(columns, batches, {codec});

  test('are read again, whatever the pieces are in which they come, and however few rows there is room for', () => {
    expect(read(file)).toEqual({rows: batches.flat(), reasons: []});
    for (const [pieceBytes, mostRows] of [
      [1000, 2048],
      [4096, 16],
      [100_000, 1],
      [100_000, 700],
    ] as const)
      expect(read(file, {pieceBytes, mostRows})).toEqual({rows: batches.flat(), reasons: []});
  });

  test('go on behind any record', () => {
    for (const before of [0, 1, 5, 6, 1000, 2004, 2005, 2006]) expect(read(file, {before}).rows).toEqual(batches.flat().slice(before));
  });

  test('are read and written by avsc in the same way', async () => {
    const path = join(directory, `${codec}.avro`);
    writeFileSync(path, file);
    const others = await new Promise<{readonly id: {readonly long: number}}[]>((resolve, reject) => {
      const found: {readonly id: {readonly long: number}}[] = [];
      const snappy = (bytes: Buffer, done: (error: Error | null, records?: Buffer) => void) =>
        done(null, Buffer.from(uncompressSnappy(bytes.subarray(0, -4), 1 << 24) ?? []));
      const parseHook = (schema: avsc.Schema) => avsc.Type.forSchema(schema, {wrapUnions: true});
      const options = {codecs: {...avsc.streams.BlockDecoder.defaultCodecs(), snappy}, parseHook};
      // Its types do not know all that it takes.
      (avsc.createFileDecoder as (path: string, options: object) => EventEmitter)(path, options)
        .on('data', (record: (typeof found)[number]) => void found.push(record))
        .on('end', () => resolve(found))
        .on('error', reject);
    });
    expect(others.map(({id}) => id.long)).toEqual(batches.flat().map(([id]) => Number(id)));
  });
});

test('files that another implementation wrote: blocks of its own, another schema', async () => {
  const schema = {
    type: 'record',
    name: 'other',
    fields: [
      {name: 'unknown', type: {type: 'map', values: 'double'}},
      {name: 'name', type: 'string'},
      {name: 'id', type: 'int'},
    ],
  } as const;
  for (const codec of ['null', 'deflate']) {
    const encoder = new avsc.streams.BlockEncoder(schema as unknown as avsc.Schema, {codec, blockSize: 500});
    const chunks: Buffer[] = [];
    encoder.on('data', (chunk: Buffer) => void chunks.push(chunk));
    const ended = new Promise(resolve => encoder.on('end', resolve));
    for (let id = 0; id < 300; id++) encoder.write({unknown: {x: id}, name: `n${id}`, id});
    encoder.end();
    await ended;
    const {rows, reasons} = read(Buffer.concat(chunks), {pieceBytes: 777});
    expect([rows.length, rows[299], reasons]).toEqual([300, [299n, 'n299', null], []]);
  }
});

describe('files that are broken', () => {
  const file = writeFile(columns, [rowsOf(3), rowsOf(4, 3)], {codec: 'null'});
  const headerBytes = writeFile(columns, [], {codec: 'null'}).length;
  const blockBytes = writeFile(columns, [rowsOf(3)], {codec: 'null'}).length - headerBytes;
  const changed = (at: number, byte: number): Buffer => {
    const bytes = Buffer.from(file);
    bytes[at] = byte;
    return bytes;
  };

  test.each([
    ['nothing', Buffer.alloc(0), 0, []],
    ['a header only', file.subarray(0, headerBytes), 0, []],
    ['another kind of file', Buffer.from('{"id": 1}\n'), 0, ['the file does not begin as files of Avro do']],
    ['cut inside the header', file.subarray(0, 20), 0, ['the file ends inside its header']],
    ['cut inside a block', file.subarray(0, -5), 3, ['the file ends inside a block']],
    [
      'a wrong mark',
      changed(headerBytes + blockBytes - 1, 0),
      0,
      ["a block does not end with the file's mark: what follows cannot be read"],
    ],
    ['a negative count', changed(headerBytes, 5), 0, ['a block does not begin as blocks do']],
    [
      'a wrong record',
      changed(headerBytes + 2, 8),
      4,
      ['a union says that it is of branch 4, and it has 2; 2 more of its block are lost with it'],
    ],
    ['fewer records than bytes', changed(headerBytes, 2), 1, ['bytes are left behind the last record of a block']],
  ])('%s', (_, bytes, count, reasons) => {
    const found = read(bytes);
    expect([found.rows.length, found.reasons]).toEqual([count, reasons]);
    expect(read(bytes, {pieceBytes: 50})).toEqual(found);
  });

  test('a codec that nobody has here', () => {
    const other = Buffer.from(writeFile(columns, [], {codec: 'null'}).toString('latin1').replace('\u0008null', '\u0008lzma'), 'latin1');
    expect(read(other).reasons).toEqual(['the file is compressed with "lzma"; there are null, deflate, snappy']);
  });

  test('a block whose checksum is wrong', () => {
    const bytes = Buffer.from(writeFile(columns, [rowsOf(3), rowsOf(1, 3)], {codec: 'snappy'}));
    const one = writeFile(columns, [rowsOf(3)], {codec: 'snappy'});
    bytes[one.length - 17] = (bytes[one.length - 17] as number) ^ 1;
    expect(read(bytes)).toEqual({
      rows: rowsOf(1, 3),
      reasons: ['its block cannot be uncompressed (snappy); 2 more of its block are lost with it'],
    });
  });

  test('values that do not fit are their own records’ business', () => {
    const small = columnsOf({...types, id: {kind: 'TINYINT', nullable: true}});
    const wide = writeFile(
      columnsOf({...types, id: intType}),
      [
        [
          [1, 'a', null],
          [300, 'b', null],
          [2, 'c', null],
        ],
      ],
      {codec: 'null'},
    );
    const reading = new FileReading(small);
    expect(reading.rows(wide).map(([id]) => id)).toEqual([1, 2]);
    expect(reading.rejects).toEqual([{line: 1, row: 1, reason: 'field "id": 300 is no TINYINT'}]);
  });

  test('whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...codecs),
        fc.array(fc.tuple(fc.nat({max: 1000}), fc.nat({max: 255})), {maxLength: 4}),
        fc.integer({min: 20, max: 5000}),
        (codec, changes, pieceBytes) => {
          const bytes = Buffer.from(writeFile(columns, [rowsOf(3), rowsOf(4, 3)], {codec}));
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          const whole = read(bytes);
          expect(read(bytes, {pieceBytes, mostRows: 2})).toEqual(whole);
        },
      ),
      {numRuns: 300},
    );
  });
});

describe('snappy', () => {
  test('gives back what it was given', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom('abcdefgh', 'aaaaaaaaaaaaaaaaaaaaaaaa', 'xyz'), fc.string())), parts => {
        const bytes = Buffer.from(parts.join('').repeat(3));
        const compressed = compressSnappy(bytes);
        expect(Buffer.from(uncompressSnappy(compressed, 1 << 20) ?? [])).toEqual(bytes);
      }),
    );
    const long = Buffer.from('0123456789'.repeat(30_000));
    expect(compressSnappy(long).length).toBeLessThan(long.length / 10);
    expect(Buffer.from(uncompressSnappy(compressSnappy(long), 1 << 20) ?? []).equals(long)).toBe(true);
  });

  test('understands every kind of piece', () => {
    // A literal of four bytes, then copies with an offset of one byte, two and four, of which one overlaps with itself.
    const block = Buffer.from('110c6162636401040e04000f010000000065', 'hex');
    expect(Buffer.from(uncompressSnappy(block, 100) ?? []).toString()).toBe('abcdabcdabcddddde');
  });

  test('refuses what is none, and what is too large', () => {
    for (const hex of ['', 'ff', '05', '0100', '0201ff', '04fc', '040c6162', '0801ff00', 'ffffffff7f'])
      expect(uncompressSnappy(Buffer.from(hex, 'hex'), 1000)).toBeNull();
    expect(uncompressSnappy(compressSnappy(Buffer.alloc(2000)), 1000)).toBeNull();
  });
});
