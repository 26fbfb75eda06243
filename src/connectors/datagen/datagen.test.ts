import {describe, expect, test} from 'vitest';
import {Memory} from '../../base/memory.ts';
import {batchRows, createBatch, type Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import type {Position} from '../../flow/source.ts';
import type {WantedPath} from '../../plan/table.ts';
import {type Column, maxLength, physicalOf, type SqlType} from '../../types/sql-type.ts';
import type {Row} from '../../types/value.ts';
import type {ConnectorContext, ConnectorTable} from '../define.ts';
import {checkOptions} from '../options.ts';
import {datagenConnector} from './datagen.ts';
import {DatagenSource} from './datagen-source.ts';

const memory = new Memory(1 << 24);
let now = 1_700_000_000_000;
const context = {clock: {now: () => now}, memory, timeZone: 'UTC'} as ConnectorContext;

function table(columns: Readonly<Record<string, SqlType>>, options: Readonly<Record<string, string>>): ConnectorTable {
  const given = Object.entries(options).map(([key, value]) => ({key, value}));
  const {values, problems} = checkOptions({specs: datagenConnector.options, given, owner: 'datagen', prefix: ''});
  expect(problems).toEqual([]);
  const list = Object.entries(columns).map(([name, type]): Column => ({name, type}));
  return {name: 't', columns: list, primaryKey: [], partitionedBy: [], format: null, options: values};
}

/** Rows of all columns, or of the paths that are wanted, until nothing more is due. */
async function rows(
  of: ConnectorTable,
  from: Position = null,
  wanted = allColumns(of),
): Promise<{rows: Row[]; source: DatagenSource; end: string}> {
  const source = new DatagenSource(of, context, wanted);
  await source.open(from);
  const batch = createBatch(
    memory,
    wanted.map(({type}) => physicalOf(type)),
    false,
  );
  const result: Row[] = [];
  for (;;) {
    const mark = memory.mark();
    const filled = source.fill(batch, batchRows);
    if (filled !== 'rows') return {rows: result, source, end: filled};
    for (let row = 0; row < batch.count; row++) {
      result.push(wanted.map(({type}, index) => readValue(memory, batch.vectors[index] as Vector, row, type, 'UTC')));
    }
    memory.release(mark);
  }
}

function allColumns(of: ConnectorTable): WantedPath[] {
  return of.columns.map(({name, type}, ordinal) => ({kind: 'physical', path: [name], ordinal, type}));
}

const int: SqlType = {kind: 'INT', nullable: true};
const bigint: SqlType = {kind: 'BIGINT', nullable: true};
const string: SqlType = {kind: 'VARCHAR', length: maxLength, nullable: true};
const everything: Readonly<Record<string, SqlType>> = {
  flag: {kind: 'BOOLEAN', nullable: true},
  tiny: {kind: 'TINYINT', nullable: true},
  small: {kind: 'SMALLINT', nullable: true},
  int,
  big: bigint,
  single: {kind: 'FLOAT', nullable: true},
  double: {kind: 'DOUBLE', nullable: true},
  money: {kind: 'DECIMAL', precision: 10, scale: 2, nullable: true},
  huge: {kind: 'DECIMAL', precision: 38, scale: 18, nullable: true},
  code: {kind: 'CHAR', length: 7, nullable: true},
  short: {kind: 'VARCHAR', length: 20, nullable: true},
  text: string,
  raw: {kind: 'VARBINARY', length: 5, nullable: true},
  day: {kind: 'DATE', nullable: true},
  clock: {kind: 'TIME', precision: 0, nullable: true},
  at: {kind: 'TIMESTAMP', precision: 6, nullable: true},
  instant: {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true},
  list: {kind: 'ARRAY', element: int, nullable: true},
  record: {
    kind: 'ROW',
    fields: [
      {name: 'a', type: int},
      {name: 'b', type: string},
    ],
    nullable: true,
  },
  map: {kind: 'MAP', key: string, value: int, nullable: true},
};

describe('rows', () => {
  test('of every type, the same for the same seed, others for another', async () => {
    const make = (seed: string) => rows(table(everything, {'number-of-rows': '100', seed, 'fields.instant.max-past': '1 h'}));
    const first = (await make('7')).rows;
    expect(first).toHaveLength(100);
    expect((await make('7')).rows).toEqual(first);
    expect((await make('8')).rows).not.toEqual(first);
    for (const [index, name] of Object.keys(everything).entries()) {
      const values = new Set(
        first.map(row => JSON.stringify(row[index], (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))),
      );
      expect([name, values.size > 1]).toEqual([name, !['day', 'clock', 'at', 'map'].includes(name)]);
    }
  });

  test('do not depend on which columns are read', async () => {
    const of = table(everything, {'number-of-rows': '50', seed: '7'});
    const all = (await rows(of)).rows;
    const wanted: WantedPath[] = [
      {kind: 'physical', path: ['record', 'b'], ordinal: 18, type: string},
      {kind: 'physical', path: ['big'], ordinal: 4, type: bigint},
    ];
    const some = (await rows(of, null, wanted)).rows;
    expect(some).toEqual(all.map(row => [(row[18] as Row)[1], row[4]]));
  });

  test('go on from a position as if nothing had happened', async () => {
    const of = table({id: bigint, text: string}, {'number-of-rows': '5000', 'rows-per-second': '1000000', 'fields.text.null-rate': '0.3'});
    const whole = await rows(of);
    const first = new DatagenSource(of, context, allColumns(of));
    await first.open({row: 0, seed: (whole.source.position() as {seed: number}).seed});
    const batch = createBatch(memory, ['integer', 'text'], false);
    first.fill(batch, batchRows);
    expect(batch.count).toBe(2048);
    const rest = await rows(of, JSON.parse(JSON.stringify(first.position())));
    expect(rest.rows).toEqual(whole.rows.slice(2048));
    expect(rest.end).toBe('ended');
    await first.close();
    await first.close();
  });

  test('stay within their bounds, reach them, and are even', async () => {
    const of = table(
      {a: int, b: bigint, c: {kind: 'DOUBLE', nullable: true}, d: {kind: 'DECIMAL', precision: 5, scale: 2, nullable: true}},
      {
        'number-of-rows': '4000',
        'rows-per-second': '100000',
        seed: '1',
        'fields.a.min': '-2',
        'fields.a.max': '2',
        'fields.b.min': '9007199254740993',
        'fields.b.max': '9007199254740995',
        'fields.c.min': '0',
        'fields.c.max': '1',
        'fields.d.min': '1.5',
        'fields.d.max': '1.52',
      },
    );
    const all = (await rows(of)).rows;
    const counts = (index: number) => {
      const found = new Map<string, number>();
      for (const row of all) {
        const cell = row[index];
        const value = typeof cell === 'number' || typeof cell === 'bigint' ? cell.toString() : 'no number';
        found.set(value, (found.get(value) ?? 0) + 1);
      }
      return found;
    };
    expect([...counts(0).keys()].sort()).toEqual(['-1', '-2', '0', '1', '2']);
    expect([...counts(1).keys()].sort()).toEqual(['9007199254740993', '9007199254740994', '9007199254740995']);
    expect([...counts(3).keys()].sort()).toEqual(['150', '151', '152']);
    for (const count of counts(0).values()) expect(Math.abs(count - 800)).toBeLessThan(120);
    const mean = all.reduce((sum, row) => sum + (row[2] as number), 0) / all.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });

  test('lengths of texts', async () => {
    const of = table(everything, {
      'number-of-rows': '500',
      seed: '1',
      'fields.text.length': '9',
      'fields.text.var-len': 'true',
      'fields.list.length': '2',
    });
    const all = (await rows(of)).rows;
    const lengths = new Set(all.map(row => (row[11] as string).length));
    expect([...lengths].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(all.every(row => (row[9] as string).length === 7 && (row[10] as string).length === 20 && (row[17] as Row).length === 2)).toBe(
      true,
    );
  });
});

describe('sequences', () => {
  test('count up, as each type has it, and end the table', async () => {
    const of = table(
      {id: bigint, text: string, money: {kind: 'DECIMAL', precision: 5, scale: 2, nullable: true}},
      Object.fromEntries(
        ['id', 'text', 'money'].flatMap(name => [
          [`fields.${name}.kind`, 'sequence'],
          [`fields.${name}.start`, '8'],
          [`fields.${name}.end`, '10'],
        ]),
      ),
    );
    const {rows: all, end} = await rows(of);
    expect(all).toEqual([
      [8n, '8', 800n],
      [9n, '9', 900n],
      [10n, '10', 1000n],
    ]);
    expect(end).toBe('ended');
    expect(datagenConnector.bounded?.(of)).toBe(true);
  });
});

test('rows become due with the clock', async () => {
  const of = table({id: bigint}, {'rows-per-second': '20'});
  const {source, rows: first, end} = await rows(of);
  expect([first.length, end]).toEqual([2, 'nothing']);
  const batch = createBatch(memory, ['integer'], false);
  now += 99;
  expect(source.fill(batch, batchRows)).toBe('nothing');
  now += 1;
  expect([source.fill(batch, batchRows), batch.count]).toEqual(['rows', 2]);
  now += 1000;
  expect([source.fill(batch, batchRows), batch.count]).toEqual(['rows', 20]);
  const ready = source.ready();
  await source.close();
  await ready;
  expect(source.fill(batch, batchRows)).toBe('ended');
  expect(datagenConnector.bounded?.(of)).toBe(false);
});

describe('options', () => {
  test.each([
    [{'fields.idd.min': '1'}, 'option "fields.idd.min" is of a column that the table does not have', 'did you mean "id"?'],
    [
      {'fields.id.length': '1'},
      'option "fields.id.length" does not fit column "id"',
      'leave it out: neither its type nor its kind has "length"',
    ],
    [
      {'fields.id.min': '5', 'fields.id.max': '4'},
      '"fields.id.min" is more than "fields.id.max"',
      'give a minimum that is not more than the maximum',
    ],
    [{'fields.id.min': 'abc'}, 'option "fields.id.min" cannot be "abc"', 'give a value of INT'],
    [{'fields.id.max': '3000000000'}, 'option "fields.id.max" cannot be "3000000000"', 'give a value of INT'],
    [{'fields.id.kind': 'sequence', 'fields.id.start': '1'}, 'the sequence of column "id" has no end', `add 'fields.id.end' = '…' to WITH`],
    [
      {'fields.id.kind': 'sequence', 'fields.id.start': '2', 'fields.id.end': '1'},
      '"fields.id.start" is more than "fields.id.end"',
      'give a start that is not more than the end',
    ],
    [
      {'fields.flag.kind': 'sequence', 'fields.flag.start': '2', 'fields.flag.end': '1'},
      'column "flag" is BOOLEAN, which has no sequence',
      'leave out "fields.flag.kind"; sequences are for numbers and texts',
    ],
    [{'fields.id.null-rate': '2'}, 'option "fields.id.null-rate" cannot be "2"', 'give a number between 0 and 1'],
    [{'rows-per-second': '0'}, 'option "rows-per-second" must be more than 0', 'give a whole number from 1'],
    [{'fields.r.a.b.min': '1'}, 'option "fields.r.a.b.min" is of a column that the table does not have', 'did you mean "r.a"?'],
  ])('%j', (options, message, hint) => {
    const record: SqlType = {kind: 'ROW', fields: [{name: 'a', type: int}], nullable: true};
    const problems = datagenConnector.check?.(table({id: int, flag: {kind: 'BOOLEAN', nullable: true}, r: record}, options));
    expect(problems).toMatchObject([{message, hint}]);
  });

  test('of nested fields', () => {
    expect(
      datagenConnector.check?.(
        table(everything, {'fields.record.a.min': '1', 'fields.list.element.max': '5', 'fields.map.key.length': '3'}),
      ),
    ).toEqual([]);
  });
});
