import avsc from 'avsc';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {ChangeKind} from '../../types/change.ts';
import {rowText} from '../../types/row-text.ts';
import {bigintType, stringType, withNullable} from '../../types/sql-type.ts';
import {readColumns} from '../json/fixtures/type-names.ts';
import {debeziumAvroConfluent} from './debezium-avro-confluent.ts';
import {columnsOf, Reading} from './fixtures/messages.ts';

const schema = {
  type: 'record',
  name: 'Envelope',
  namespace: 'shop.orders',
  fields: [
    {
      name: 'before',
      type: [
        'null',
        {
          type: 'record',
          name: 'Value',
          fields: [
            {name: 'id', type: 'int'},
            {name: 'name', type: ['null', 'string'], default: null},
          ],
        },
      ],
      default: null,
    },
    {name: 'after', type: ['null', 'Value'], default: null},
    {name: 'source', type: {type: 'record', name: 'Source', fields: [{name: 'db', type: 'string'}]}},
    {name: 'op', type: 'string'},
    {name: 'ts_ms', type: ['null', 'long'], default: null},
  ],
} as const;
const type = avsc.Type.forSchema(schema as unknown as avsc.Schema, {wrapUnions: true});
const columns = columnsOf({id: withNullable(bigintType, false), name: stringType});

function change(op: string, before: readonly [number, string | null] | null, after: readonly [number, string | null] | null): Buffer {
  const side = (row: readonly [number, string | null] | null) =>
    row === null ? null : {'shop.orders.Value': {id: row[0], name: row[1] === null ? null : {string: row[1]}}};
  const bytes = type.toBuffer({before: side(before), after: side(after), source: {db: 'x'}, op, ts_ms: {long: 5}});
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), bytes]);
}

function reading(): Reading {
  const made = new Reading(debeziumAvroConfluent, columns);
  made.decoder.learn?.(1, [JSON.stringify(schema)]);
  return made;
}

const texts = (made: Reading, messages: readonly Uint8Array[]) =>
  made.rows(messages).map((row, index) => rowText(made.kinds[index] as ChangeKind, row, columns, 'UTC'));

test.each(debeziumAvroConfluent.examples)('$row', ({columns: text, bytes, schema: registered, row}) => {
  const wanted = readColumns(text);
  const made = new Reading(debeziumAvroConfluent, wanted);
  const message = Buffer.from(bytes.replaceAll(' ', ''), 'hex');
  made.place([message]);
  const [id] = made.decoder.lacks?.(made.decoder.starts, made.decoder.lengths, 1) ?? [];
  made.decoder.learn?.(id ?? -1, [registered ?? '']);
  expect(made.rows([message]).map((values, index) => rowText(made.kinds[index] as ChangeKind, values, wanted, 'UTC'))).toEqual([row]);
});

test('each operation gives its rows', () => {
  const messages = [
    change('r', null, [1, 'a']),
    change('c', null, [2, null]),
    change('u', [1, 'a'], [1, 'b']),
    change('d', [2, null], null),
  ];
  const made = reading();
  expect(texts(made, messages)).toEqual(['+I[1, a]', '+I[2, null]', '-U[1, a]', '+U[1, b]', '-D[2, null]']);
  expect([made.rejects, Array.from(made.decoder.lineNumbers.subarray(0, 5))]).toEqual([[], [0, 1, 2, 2, 3]]);
});

test('rows of which nothing is wanted but what may be NULL are there all the same', () => {
  const made = new Reading(debeziumAvroConfluent, columns, {paths: [['name', stringType]]});
  made.decoder.learn?.(1, [JSON.stringify(schema)]);
  expect(made.rows([change('c', null, [1, null]), change('d', [1, null], null)])).toEqual([[null], [null]]);
  expect(made.rejects).toEqual([]);
});

test('changes that are none are rejected', () => {
  const made = reading();
  expect(
    texts(made, [
      change('u', null, [1, 'a']),
      change('c', null, null),
      change('x', null, [1, 'a']),
      Buffer.from('{}'),
      change('c', null, [3, 'c']),
    ]),
  ).toEqual(['+I[3, c]']);
  expect(made.rejects.map(({reason}) => reason)).toEqual([
    'field "before" is missing: the old row must be there whole (PostgreSQL: REPLICA IDENTITY FULL)',
    'field "after" is missing',
    'field "op": cannot read "x" as one of c, r, u, d',
    'a message of 2 bytes does not name a schema',
  ]);
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 40}), bytes => {
      const rows = texts(made, [Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), bytes]), change('c', null, [3, 'c'])]);
      expect(rows.at(-1)).toBe('+I[3, c]');
    }),
  );
});

test('a schema that is given is the whole change', () => {
  const problems = (given: unknown) =>
    (
      debeziumAvroConfluent.check?.(
        columns,
        new Map([
          ['url', 'http://x'],
          ['schema', JSON.stringify(given)],
        ]),
      ) ?? []
    ).map(({message}) => message);
  expect(problems(['null', schema])).toEqual([]);
  expect(problems({type: 'record', name: 'r', fields: [{name: 'op', type: 'string'}]})).toEqual([
    'option "debezium-avro-confluent.schema" has no field "before"',
    'option "debezium-avro-confluent.schema" has no field "after"',
  ]);
});
