import avsc from 'avsc';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {rowText} from '../../types/row-text.ts';
import {bigintType, doubleType, intType, maxLength, type SqlType, stringType, withNullable} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import {readColumns} from '../json/fixtures/type-names.ts';
import {avroConfluent} from './avro-confluent.ts';
import {columnsOf, Reading, type Settings, Writing} from './fixtures/messages.ts';

const bytesType: SqlType = {kind: 'VARBINARY', length: maxLength, nullable: true};
const decimalType: SqlType = {kind: 'DECIMAL', precision: 6, scale: 2, nullable: true};

/** A message as another implementation writes it. */
function message(schema: avsc.Schema, value: unknown, id = 1): Buffer {
  const header = Buffer.from([0, 0, 0, 0, id]);
  return Buffer.concat([header, avsc.Type.forSchema(schema, {wrapUnions: true}).toBuffer(value)]);
}

function record(fields: readonly unknown[], name = 'r'): avsc.Schema {
  return {type: 'record', name, fields} as unknown as avsc.Schema;
}

/** Messages written with one schema, read by a table. */
function read(
  types: Readonly<Record<string, SqlType>>,
  schema: avsc.Schema,
  values: readonly unknown[],
  settings: Settings = {},
): {readonly rows: Value[][]; readonly reasons: readonly string[]} {
  const reading = new Reading(avroConfluent, columnsOf(types), settings);
  reading.decoder.learn?.(1, [JSON.stringify(schema)]);
  const rows = reading.rows(values.map(value => message(schema, value)));
  return {rows, reasons: reading.rejects.map(({reason}) => reason)};
}

describe('avro-confluent', () => {
  test.each(avroConfluent.examples)('$bytes', ({columns, bytes, schema, row}) => {
    const wanted = readColumns(columns);
    const reading = new Reading(avroConfluent, wanted);
    const message = Buffer.from(bytes.replaceAll(' ', ''), 'hex');
    reading.place([message]);
    const lacked = reading.decoder.lacks?.(reading.decoder.starts, reading.decoder.lengths, 1) ?? [];
    expect(lacked.length).toBe(1);
    reading.decoder.learn?.(lacked[0] as number, [schema ?? '']);
    const rows = reading.rows([message]);
    expect(reading.rejects).toEqual([]);
    expect(rows.map(values => rowText(null, values, wanted, 'UTC'))).toEqual([row]);
  });
});

describe('what was written with another schema than the table has', () => {
  test('other order, more fields, fewer fields', () => {
    const schema = record([
      {name: 'extra', type: {type: 'array', items: {type: 'map', values: ['null', 'double']}}},
      {name: 'name', type: 'string'},
      {name: 'kind', type: {type: 'enum', name: 'kind', symbols: ['a', 'b']}},
      {name: 'id', type: 'int'},
      {name: 'hash', type: {type: 'fixed', name: 'hash', size: 4}},
    ]);
    const value = {extra: [{x: {double: 1.5}, y: null}, {}], name: 'ann', kind: 'b', id: 7, hash: Buffer.from('abcd')};
    const types = {id: bigintType, name: stringType, kind: stringType, hash: bytesType, later: intType};
    expect(read(types, schema, [value])).toEqual({
      rows: [[7n, 'ann', 'b', new Uint8Array(Buffer.from('abcd')), null]],
      reasons: [],
    });
    expect(read({name: stringType}, schema, [value]).rows).toEqual([['ann']]);
    expect(read({hash: stringType}, schema, [value]).reasons).toEqual(['schema 1: field "hash": fixed cannot be read as STRING']);
  });

  test.each([
    ['int', 7, bigintType, 7n],
    ['int', 7, doubleType, 7],
    ['long', 7, doubleType, 7],
    ['int', 7, {kind: 'FLOAT', nullable: true}, 7],
    ['float', 0.5, doubleType, 0.5],
    ['bytes', Buffer.from('abc'), stringType, 'abc'],
    ['string', 'abc', bytesType, new Uint8Array(Buffer.from('abc'))],
    [{type: 'bytes', logicalType: 'decimal', precision: 10, scale: 4}, Buffer.from([0x30, 0x39]), decimalType, 123n],
    [
      {type: 'fixed', name: 'f', size: 3, logicalType: 'decimal', precision: 6, scale: 2},
      Buffer.from([0xff, 0xff, 0xfe]),
      decimalType,
      -2n,
    ],
    ['bytes', Buffer.from([5]), decimalType, 5n],
    [{type: 'long', logicalType: 'timestamp-micros'}, 1500, {kind: 'TIMESTAMP', precision: 3, nullable: true}, 1],
    [{type: 'long', logicalType: 'timestamp-micros'}, -1, {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true}, -1],
    [{type: 'long', logicalType: 'local-timestamp-millis'}, 2, {kind: 'TIMESTAMP', precision: 6, nullable: true}, 2000n],
    [{type: 'long', logicalType: 'timestamp-nanos'}, 1999, {kind: 'TIMESTAMP', precision: 6, nullable: true}, 1n],
    [{type: 'long'}, 12, {kind: 'TIMESTAMP', precision: 3, nullable: true}, 12],
    [{type: 'long', logicalType: 'time-micros'}, 5999, {kind: 'TIME', precision: 3, nullable: true}, 5],
    [['string', 'null'], {string: 'a'}, stringType, 'a'],
    [['int', 'null', 'long'], {long: 5}, bigintType, 5n],
    [['null', 'string', 'int'], {string: 'no'}, intType, 'reject: field "value": string cannot be read as INT'],
    ['int', 300, {kind: 'TINYINT', nullable: true}, 'reject: field "value": 300 is no TINYINT'],
    [
      {type: 'bytes', logicalType: 'decimal', precision: 8, scale: 0},
      Buffer.from([0x27, 0x10]),
      decimalType,
      'reject: field "value": a number has more digits than DECIMAL(6, 2)',
    ],
    [
      {type: 'int', logicalType: 'time-millis'},
      -1,
      {kind: 'TIME', precision: 3, nullable: true},
      'reject: field "value": -1 is no time of a day',
    ],
    ['long', 7, intType, 'reject: field "value": long cannot be read as INT'],
    ['double', 7, {kind: 'FLOAT', nullable: true}, 'reject: field "value": double cannot be read as FLOAT'],
    [['null', 'int'], null, withNullable(intType, false), 'reject: field "value": null cannot be read as NOT NULL'],
  ] as const)('%j %s', (written, value, type, expected) => {
    const schema = record([
      {name: 'value', type: written},
      {name: 'last', type: 'string'},
    ]);
    const got = read({value: type, last: stringType}, schema, [{value, last: 'x'}]);
    if (typeof expected === 'string' && expected.startsWith('reject: ')) {
      expect(got).toEqual({rows: [], reasons: [`schema 1: ${expected.slice(8)}`]});
      // Where bad fields are to be NULL, the rest of the row is what it is.
      expect(read({value: type, last: stringType}, schema, [{value, last: 'x'}], {badField: 'null'}).rows).toEqual([[null, 'x']]);
    } else expect(got).toEqual({rows: [[expected, 'x']], reasons: []});
  });

  test('a column that was not written is NULL, and must not be NOT NULL', () => {
    const schema = record([{name: 'id', type: 'int'}]);
    expect(read({id: intType, more: intType}, schema, [{id: 1}]).rows).toEqual([[1, null]]);
    expect(read({id: intType, more: withNullable(intType, false)}, schema, [{id: 1}]).reasons).toEqual([
      'schema 1: field "more" is not in the schema that the record was written with, and its column is NOT NULL',
    ]);
  });

  test("defaults and aliases of the table's own schema", () => {
    const own = record([
      {name: 'id', type: 'int', aliases: ['number']},
      {name: 'more', type: 'long', default: 5},
      {name: 'tags', type: {type: 'array', items: 'string'}, default: ['a', 'b']},
      {
        name: 'inner',
        type: [
          'null',
          record(
            [
              {name: 'x', type: 'int'},
              {name: 'y', type: 'string', default: 'why'},
            ],
            'inner',
          ),
        ],
        default: null,
      },
    ]);
    const schema = record([
      {name: 'number', type: 'int'},
      {name: 'inner', type: ['null', record([{name: 'x', type: 'int'}], 'inner')]},
    ]);
    const inner: SqlType = {kind: 'ROW', nullable: true, fields: columnsOf({x: intType, y: withNullable(stringType, false)})};
    const types = {
      id: withNullable(intType, false),
      more: withNullable(bigintType, false),
      tags: {kind: 'ARRAY', element: withNullable(stringType, false), nullable: false},
      inner,
    } as const;
    const options = {schema: JSON.stringify(own)};
    const values = [
      {number: 1, inner: {inner: {x: 2}}},
      {number: 3, inner: null},
    ];
    expect(read(types, schema, values, {options})).toEqual({
      rows: [
        [1, 5n, ['a', 'b'], [2, 'why']],
        [3, 5n, ['a', 'b'], null],
      ],
      reasons: [],
    });
    const inside = read(types, schema, values, {
      options,
      paths: [
        ['inner.y', stringType],
        ['inner', inner],
        ['inner.x', intType],
      ],
    });
    expect(inside.rows[0]).toEqual(['why', [2, 'why'], 2]);
  });

  test('types that hold themselves are passed over, as deep as it is wise', () => {
    const schema = record([
      {name: 'next', type: ['null', 'r']},
      {name: 'id', type: 'int'},
    ]);
    let value: unknown = null;
    for (let depth = 0; depth < 100; depth++) value = {r: {next: value, id: depth}};
    expect(read({id: intType}, schema, [{next: value, id: 7}]).rows).toEqual([[7]]);
    for (let depth = 0; depth < 100; depth++) value = {r: {next: value, id: depth}};
    expect(read({id: intType}, schema, [{next: value, id: 7}]).reasons).toEqual(['schema 1: records are nested too deeply']);
  });

  test('schemas that refer to others', () => {
    const reading = new Reading(avroConfluent, columnsOf({at: {kind: 'ROW', nullable: true, fields: columnsOf({x: intType})}}));
    const point = {type: 'record', name: 'point', namespace: 'geo', fields: [{name: 'x', type: 'int'}]};
    reading.decoder.learn?.(1, [JSON.stringify(point), JSON.stringify(record([{name: 'at', type: 'geo.point'}]))]);
    expect(reading.rows([Buffer.from([0, 0, 0, 0, 1, 8])])).toEqual([[[4]]]);
  });
});

describe('messages that are none', () => {
  test.each([
    ['', 'a message of 0 bytes does not name a schema'],
    ['00000000', 'a message of 4 bytes does not name a schema'],
    ['7b226964223a317d', 'the message begins with the byte 123, and not with 0: this looks like JSON'],
    ['0100000001 02', 'the message begins with the byte 1, and not with 0: it was not written with a schema registry'],
    ['0000000001', 'schema 1: the record ends inside a number'],
    ['0000000001 02 00', 'schema 1: the record ends a byte before the message does'],
    ['0000000002 02', 'schema 2: there is none'],
    ['0000000003 02', 'schema 3: the schema is not JSON'],
    ['0000000004 02', 'schema 4: the schema is of int, and no record with fields'],
  ])('%s', (hex, reason) => {
    const reading = new Reading(avroConfluent, columnsOf({id: intType}));
    reading.decoder.learn?.(1, [JSON.stringify(record([{name: 'id', type: 'int'}]))]);
    reading.decoder.learn?.(2, {reason: 'there is none'});
    reading.decoder.learn?.(3, ['{']);
    reading.decoder.learn?.(4, ['"int"']);
    const good = Buffer.from('000000000104', 'hex');
    expect(reading.rows([good, Buffer.from(hex.replaceAll(' ', ''), 'hex'), good])).toEqual([[2], [2]]);
    expect(reading.rejects).toEqual([{line: 1, row: 1, reason}]);
  });

  test('a record that is too large', () => {
    const reading = new Reading(avroConfluent, columnsOf({id: intType}), {maxRecordBytes: 10});
    expect(reading.rows([Buffer.alloc(11)])).toEqual([]);
    expect(reading.rejects[0]?.reason).toBe('the record is larger than 10 bytes');
  });

  test('schemas are asked for once each', () => {
    const reading = new Reading(avroConfluent, columnsOf({id: intType}));
    const ids = [5, 5, 9, 5, 300, 9].map(id => Buffer.from([0, 0, 0, id >> 8, id & 255, 2]));
    const all = [...ids, Buffer.from('no')];
    reading.place(all);
    const {starts, lengths} = reading.decoder;
    expect(reading.decoder.lacks?.(starts, lengths, all.length)).toEqual([5, 9, 300]);
    reading.decoder.learn?.(9, ['"int"']);
    expect(reading.decoder.lacks?.(starts, lengths, all.length)).toEqual([5, 300]);
  });

  test('whatever the bytes are', () => {
    const schema = record([
      {name: 'tags', type: {type: 'array', items: ['null', 'string']}},
      {name: 'map', type: {type: 'map', values: {type: 'array', items: 'null'}}},
      {name: 'self', type: ['null', 'r', {type: 'fixed', name: 'f', size: 12}]},
      {name: 'id', type: 'long'},
    ]);
    const reading = new Reading(avroConfluent, columnsOf({id: bigintType, tags: {kind: 'ARRAY', element: stringType, nullable: true}}));
    reading.decoder.learn?.(1, [JSON.stringify(schema)]);
    const good = message(schema, {tags: [null, {string: 'x'}], map: {a: [null]}, self: null, id: 5});
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 60}), bytes => {
        reading.rejects.length = 0;
        const rows = reading.rows([Buffer.concat([good.subarray(0, 5), bytes]), good]);
        expect(rows.length + reading.rejects.length).toBe(2);
        expect(rows.at(-1)).toEqual([5n, [null, 'x']]);
      }),
      {numRuns: 2000},
    );
  });
});

describe('rows that are written', () => {
  const types = {id: withNullable(bigintType, false), name: stringType};

  test('begin with the number of their schema, which Flink would make of the columns', () => {
    const writing = new Writing(avroConfluent, columnsOf(types));
    expect(JSON.parse(writing.encoder.registration?.schema ?? '')).toEqual({
      type: 'record',
      name: 'record',
      namespace: 'org.apache.flink.avro.generated',
      fields: [
        {name: 'id', type: 'long'},
        {name: 'name', type: ['null', 'string'], default: null},
      ],
    });
    writing.encoder.registration?.learn(258);
    expect(
      writing
        .messages([
          [1n, 'a'],
          [2n, null],
        ])
        .map(bytes => bytes.toString('hex')),
    ).toEqual(['000000010202020261', '00000001020400']);
  });

  test('with a schema of their own: other order, promotions, defaults, an enum', () => {
    const schema = record([
      {name: 'name', type: ['null', {type: 'enum', name: 'e', symbols: ['x', 'a']}]},
      {name: 'version', type: 'int', default: 3},
      {name: 'note', type: ['null', 'string'], default: null},
      {name: 'id', type: 'long'},
    ]);
    const writing = new Writing(avroConfluent, columnsOf(types), {options: {schema: JSON.stringify(schema)}});
    writing.encoder.registration?.learn(1);
    const type = avsc.Type.forSchema(schema, {wrapUnions: true});
    const [bytes] = writing.messages([[7n, 'a']]);
    expect({...(type.fromBuffer((bytes as Buffer).subarray(5)) as object)}).toEqual({name: {e: 'a'}, version: 3, note: null, id: 7});
    expect(() => writing.messages([[7n, 'b']])).toThrow('a row cannot be written as avro: "b" is no symbol of enum e');
  });

  test('what has no room in the schema is told', () => {
    const schema = record([
      {name: 'id', type: 'long'},
      {name: 'name', type: 'string'},
    ]);
    const writing = new Writing(avroConfluent, columnsOf(types), {options: {schema: JSON.stringify(schema)}});
    writing.encoder.registration?.learn(1);
    expect(() => writing.messages([[7n, null]])).toThrow('a row cannot be written as avro: a value is NULL, and its schema has no null');
  });
});

describe('tables that do not fit', () => {
  const problems = (options: Readonly<Record<string, string>>, types: Readonly<Record<string, SqlType>> = {id: intType}) =>
    (avroConfluent.check?.(columnsOf(types), new Map(Object.entries(options))) ?? []).map(({message}) => message);
  const url = 'http://localhost:8081';

  test.each([
    [{}, ['format "avro-confluent" needs option "avro-confluent.url"']],
    [{'schema-registry.url': url}, []],
    [{url: 'localhost:8081'}, ['option "avro-confluent.url" is no address of a schema registry']],
    [{url, 'properties.use.latest.version': 'true'}, ['option "avro-confluent.properties.use.latest.version" is not supported']],
    [
      {url, 'basic-auth.credentials-source': 'SASL_INHERIT'},
      ['option "avro-confluent.basic-auth.credentials-source" cannot be SASL_INHERIT'],
    ],
    [{url, 'ssl.truststore.location': 'x.jks'}, ['option "avro-confluent.ssl.truststore.location" must be a PEM file (.pem, .crt)']],
    [{url, schema: '{'}, ['option "avro-confluent.schema" cannot be read: the schema is not JSON']],
    [{url, schema: '"int"'}, ['option "avro-confluent.schema" cannot be read: the schema is no record with fields']],
    [
      {url, schema: '{"type": "record", "name": "r", "fields": [{"name": "it", "type": "int"}]}'},
      ['option "avro-confluent.schema" has no field for column "id"'],
    ],
    [
      {url, schema: '{"type": "record", "name": "r", "fields": [{"name": "id", "type": "string"}]}'},
      ['option "avro-confluent.schema" does not fit column "id": INT cannot be written as string'],
    ],
  ])('%j', (options, expected) => expect(problems(options as Readonly<Record<string, string>>)).toEqual(expected));

  test('columns that Avro has no form of', () => {
    const types: Readonly<Record<string, SqlType>> = {
      'a b': intType,
      time: {kind: 'TIME', precision: 6, nullable: true},
      at: {kind: 'TIMESTAMP', precision: 9, nullable: true},
      map: {kind: 'MAP', key: intType, value: intType, nullable: true},
    };
    expect(problems({url}, types)).toEqual([
      '"a b" is no name for a field of Avro: it wants letters, digits and _',
      'column "time": Avro has no TIME(6); use TIME(3)',
      `column "at": Avro has no TIMESTAMP(9); use TIMESTAMP(6), or set 'timestamp_mapping.legacy' = 'false'`,
      'column "map": Avro has no MAP<INT, INT>; use a MAP whose keys are STRING',
    ]);
    expect(problems({url, 'timestamp_mapping.legacy': 'false'}, {at: {kind: 'TIMESTAMP', precision: 9, nullable: true}})).toEqual([]);
  });
});
