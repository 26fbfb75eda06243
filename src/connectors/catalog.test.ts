import {describe, expect, test} from 'vitest';
import type {DeclaredTable} from '../plan/catalog.ts';
import {type Column, stringType} from '../types/sql-type.ts';
import {createCatalog} from './catalog.ts';

const catalog = createCatalog({directory: '/', externals: new Map()});
const columns: readonly Column[] = [
  {name: 'id', type: {kind: 'BIGINT', nullable: true}},
  {name: 'name', type: stringType},
];

function resolve(options: Readonly<Record<string, string>> | readonly (readonly [string, string])[], more: Partial<DeclaredTable> = {}) {
  const pairs = Array.isArray(options) ? (options as readonly (readonly [string, string])[]) : Object.entries(options);
  const table: DeclaredTable = {
    name: 't',
    columns,
    primaryKey: [],
    partitionedBy: [],
    options: pairs.map(([key, value]) => ({key, value})),
    ...more,
  };
  const {resolved, problems} = catalog.resolve(table);
  return {
    resolved,
    problems: problems.map(({problem, option}) => [option, problem.code, problem.message, problem.hint]),
    codes: problems.map(({problem, option}) => [option, problem.code]),
  };
}

describe('a table that fits', () => {
  test('has its options with their defaults, those of its format without prefix', () => {
    const {resolved, problems} = resolve({connector: 'filesystem', path: 'x', format: 'json', 'json.ignore-parse-errors': 'TRUE'});
    expect(problems).toEqual([]);
    expect(resolved).toMatchObject({isSource: true, isSink: true, bounded: true, writes: ['append'], reads: 'append'});
    expect(Object.keys(resolved?.metadata ?? {})).toContain('file.path');
    expect(resolved?.table).toMatchObject({connector: 'filesystem', format: 'json'});
    expect(Object.fromEntries(resolved?.table.options ?? [])).toMatchObject({
      path: 'x',
      'scan.follow': 'false',
      'partition.default-name': '__DEFAULT_PARTITION__',
    });
    expect(resolved?.table.formatOptions.get('ignore-parse-errors')).toBe('true');
    expect(resolved?.table.formatOptions.get('fail-on-missing-field')).toBe('false');
  });

  test.each([
    [{connector: 'print'}, {isSource: false, isSink: true, writes: ['append', 'retract']}],
    [{connector: 'blackhole'}, {isSource: false, isSink: true, writes: ['append', 'upsert', 'retract']}],
    [{connector: 'datagen'}, {isSource: true, isSink: false, bounded: false}],
    [{connector: 'datagen', 'number-of-rows': '5'}, {bounded: true}],
    [
      {connector: 'stdin', format: 'json'},
      {isSource: true, isSink: false, bounded: false},
    ],
    [
      {connector: 'stdout', format: 'csv'},
      {isSource: false, isSink: true, writes: ['append']},
    ],
    [{connector: 'filesystem', path: 'x', format: 'csv', 'scan.follow': 'true'}, {bounded: false}],
    [{connector: 'filesystem', path: 'x', format: 'csv', 'source.monitor-interval': '1 s'}, {bounded: false}],
  ])('%j', (options, expected) => {
    expect(resolve(options as unknown as Record<string, string>).resolved).toMatchObject(expected);
  });

  test('may use the keys of Flink before 1.11', () => {
    const {resolved, problems} = resolve({
      'connector.type': 'filesystem',
      'connector.path': 'file:///data/side_input.txt',
      'connector.property-version': '1',
      'format.type': 'csv',
      'format.field-delimiter': '|',
      'update-mode': 'append',
    });
    expect(problems).toEqual([]);
    expect(resolved?.table.options.get('path')).toBe('file:///data/side_input.txt');
    expect(resolved?.table.formatOptions.get('field-delimiter')).toBe('|');
  });
});

describe('a table that does not fit', () => {
  const file = {connector: 'filesystem', path: 'x', format: 'json'};

  test.each([
    [
      {},
      [
        [
          null,
          'missing-option',
          'table "t" names no connector',
          `add 'connector' = '…' to WITH: stdin, stdout, filesystem, kafka, upsert-kafka, datagen, print, blackhole`,
        ],
      ],
    ],
    [
      {connector: 'flesystem'},
      [
        [
          'connector',
          'unknown-connector',
          'there is no connector "flesystem"',
          'did you mean "filesystem"? (there are stdin, stdout, filesystem, kafka, upsert-kafka, datagen, print, blackhole)',
        ],
      ],
    ],
    [
      {connector: 'jdbc', url: 'x'},
      [
        [
          'connector',
          'not-yet-supported',
          'connector "jdbc" is not supported yet',
          'there are stdin, stdout, filesystem, kafka, upsert-kafka, datagen, print, blackhole',
        ],
      ],
    ],
    [
      {connector: 'filesystem', path: 'x'},
      [
        [
          null,
          'missing-option',
          'table "t" names no format',
          `add 'format' = '…' to WITH: json, csv, raw, changelog-json, debezium-json, avro, avro-confluent, debezium-avro-confluent`,
        ],
      ],
    ],
    [
      {...file, format: 'jsn'},
      [
        [
          'format',
          'unknown-format',
          'there is no format "jsn"',
          'did you mean "json"? (there are json, csv, raw, changelog-json, debezium-json, avro, avro-confluent, debezium-avro-confluent)',
        ],
      ],
    ],
    [
      {...file, format: 'parquet'},
      [
        [
          'format',
          'not-yet-supported',
          'format "parquet" is not supported yet',
          'there are json, csv, raw, changelog-json, debezium-json, avro, avro-confluent, debezium-avro-confluent',
        ],
      ],
    ],
    [
      {...file, format: 'avro-confluent', 'avro-confluent.url': 'http://localhost:8081'},
      [
        [
          'format',
          'not-supported',
          'option "format" of connector "filesystem" cannot be "avro-confluent": it is for messages, and files have schemas of their own',
          'use it with Kafka',
        ],
      ],
    ],
    [
      {connector: 'filesystem', format: 'json'},
      [[null, 'missing-option', 'connector "filesystem" needs option "path"', `add 'path' = '…' to WITH`]],
    ],
    [
      {...file, 'csv.header': 'true'},
      [
        [
          'csv.header',
          'contradiction',
          `option "csv.header" belongs to format "csv", but the table's format is "json"`,
          'leave it out, or change the format',
        ],
      ],
    ],
    [{connector: 'print', format: 'json'}, [['format', 'contradiction', 'connector "print" has no format', `leave out 'format'`]]],
    [
      {...file, 'json.ignore-parse-error': 'true'},
      [
        [
          'json.ignore-parse-error',
          'unknown-option',
          'format "json" has no option "json.ignore-parse-error"',
          'did you mean "json.ignore-parse-errors"?',
        ],
      ],
    ],
    [
      {...file, path: 's3://bucket/x'},
      [
        [
          'path',
          'not-yet-supported',
          'option "path" names "s3://bucket/x", which is not on this machine',
          'copy it here, or read it through a pipe',
        ],
      ],
    ],
    [
      {...file, path: 'x.gz', 'scan.follow': 'true'},
      [['scan.follow', 'contradiction', '"scan.follow" cannot follow "x.gz": it is compressed', 'follow one plain file']],
    ],
    [
      {...file, 'source.monitor-interval': '0 s'},
      [['source.monitor-interval', 'bad-option', 'option "source.monitor-interval" must be more than 0', `give a duration such as '10 s'`]],
    ],
  ])('%j', (options, expected) => {
    const {resolved, problems} = resolve(options);
    expect(resolved).toBeNull();
    expect(problems).toEqual(expected);
  });

  test('every problem is told', () => {
    const {codes} = resolve({connector: 'filesystem', pth: 'x', format: 'csv', 'csv.headr': 'true', 'scan.follow': 'perhaps'});
    expect(codes).toEqual([
      ['pth', 'unknown-option'],
      ['scan.follow', 'bad-option'],
      [null, 'missing-option'],
      ['csv.headr', 'unknown-option'],
    ]);
  });

  test('the same key twice, and a legacy key beside its successor', () => {
    expect(
      resolve([
        ['connector', 'print'],
        ['print-identifier', 'a'],
        ['print-identifier', 'b'],
      ]).codes,
    ).toEqual([['print-identifier', 'duplicate-option']]);
    expect(
      resolve([
        ['connector', 'print'],
        ['connector.type', 'print'],
      ]).codes,
    ).toEqual([['connector.type', 'duplicate-option']]);
  });

  test('partitions of files', () => {
    expect(resolve(file, {partitionedBy: ['name']}).codes).toEqual([]);
    expect(resolve({...file, 'sink.partition-commit.policy.kind': 'metastore'}, {partitionedBy: ['name']}).codes).toEqual([
      ['sink.partition-commit.policy.kind', 'not-yet-supported'],
    ]);
    expect(resolve(file, {partitionedBy: columns.map(({name}) => name)}).codes).toEqual([[null, 'contradiction']]);
  });

  test('columns that a format cannot hold', () => {
    expect(resolve({...file, format: 'raw'}).resolved).toBeNull();
  });
});

test('options without effect are warned of, and the table is fine', () => {
  const {resolved, codes} = resolve({connector: 'filesystem', path: 'x', format: 'json', 'sink.parallelism': '4'});
  expect(resolved).not.toBeNull();
  expect(codes).toEqual([['sink.parallelism', 'no-effect']]);
});

test('what was inferred is found by its target as written', () => {
  const external = {declared: {name: 'x.csv', columns, primaryKey: [], partitionedBy: [], options: []}};
  const withExternals = createCatalog({directory: '/', externals: new Map([['x.csv', external]])});
  expect(withExternals.external('x.csv')).toBe(external);
  expect(withExternals.external('y.csv')).toBeUndefined();
});
