import {describe, expect, test} from 'vitest';
import {bigintType, type Column, stringType} from '../../types/sql-type.ts';
import {createCatalog} from '../catalog.ts';
import {topicOptions} from './external.ts';
import {parseOffsets} from './extent.ts';
import {propertiesOf} from './properties.ts';

const catalog = createCatalog({directory: '/', externals: new Map()});
const columns: readonly Column[] = [
  {name: 'id', type: bigintType},
  {name: 'name', type: stringType},
];
const always = {connector: 'kafka', topic: 't', 'properties.bootstrap.servers': 'b:1', format: 'json'};
const upsert = {...always, connector: 'upsert-kafka', 'key.format': 'json'};

function resolve(options: Readonly<Record<string, string>>, primaryKey: readonly string[] = [], own = columns) {
  const given = Object.entries(options).flatMap(([key, value]) => (value === '' ? [] : [{key, value}]));
  return catalog.resolve({name: 't', columns: own, primaryKey, partitionedBy: [], options: given});
}

const told = (options: Readonly<Record<string, string>>, primaryKey: readonly string[] = []) =>
  resolve(options, primaryKey).problems.map(({option, problem}) => [option, problem.code]);

describe('options', () => {
  test('of a table that fits', () => {
    expect(told(always)).toEqual([]);
    expect(resolve(always).resolved).toMatchObject({
      isSource: true,
      isSink: true,
      bounded: false,
      writes: ['append'],
      reads: 'append',
      table: {hasPartitions: true},
    });
    expect(resolve({...always, 'scan.bounded.mode': 'latest-offset'}).resolved?.bounded).toBe(true);
    expect(resolve({...always, format: 'debezium-json'}).resolved).toMatchObject({reads: 'retract', writes: ['append', 'retract']});
    expect(resolve(upsert, ['id']).resolved).toMatchObject({reads: 'upsert', writes: ['append', 'upsert']});
  });

  test('of the value have the names that they have in Flink, too', () => {
    const {resolved, problems} = resolve({...always, format: '', 'value.format': 'json', 'value.json.ignore-parse-errors': 'true'});
    expect(problems).toEqual([]);
    expect(resolved?.table).toMatchObject({format: 'json'});
    expect(resolved?.table.formatOptions.get('ignore-parse-errors')).toBe('true');
  });

  test('of the key', () => {
    const keyed = {...always, 'key.format': 'csv', 'key.fields': 'id'};
    expect(told({...keyed, 'key.csv.field-delimiter': ';'})).toEqual([]);
    expect(told({...keyed, 'key.csv.field-delimitr': ';'})).toEqual([['key.csv.field-delimitr', 'unknown-option']]);
    expect(told({...keyed, 'key.json.ignore-parse-errors': 'true'})).toEqual([['key.json.ignore-parse-errors', 'contradiction']]);
    expect(told({...always, 'key.format': 'parquet'})).toEqual([[null, 'unknown-format']]);
    expect(told({...always, 'key.format': 'json'})).toEqual([['key.format', 'missing-option']]);
    expect(told({...always, 'key.fields': 'id'})).toEqual([['key.fields', 'missing-option']]);
    expect(told({...keyed, 'key.fields': 'id;nobody'})).toEqual([['key.fields', 'unknown-column']]);
    expect(told({...keyed, 'key.fields-prefix': 'k_'})).toEqual([['key.fields-prefix', 'contradiction']]);
    expect(told({...always, 'key.format': 'raw', 'key.fields': 'id'})).toEqual([[null, 'raw-type']]);
  });

  test.each([
    [{topic: ''}, [[null, 'missing-option']]],
    [{'topic-pattern': 'a.*'}, [['topic', 'contradiction']]],
    [{topic: '', 'topic-pattern': '('}, [['topic-pattern', 'bad-option']]],
    [{'scan.startup.mode': 'timestamp'}, [['scan.startup.mode', 'missing-option']]],
    [{'scan.startup.timestamp-millis': '5'}, [['scan.startup.timestamp-millis', 'contradiction']]],
    [{'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'x'}, [['scan.startup.specific-offsets', 'bad-option']]],
    [
      {topic: 'a;b', 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'partition:0,offset:1'},
      [['scan.startup.mode', 'contradiction']],
    ],
    [{'scan.startup.mode': 'somewhere'}, [['scan.startup.mode', 'bad-option']]],
    [{'sink.partitioner': 'org.example.Partitioner'}, [['sink.partitioner', 'not-supported']]],
    [{'sink.parallelism': '4'}, [['sink.parallelism', 'no-effect']]],
    [{'properties.bootstrap.servers': ' '}, [['properties.bootstrap.servers', 'bad-option']]],
    [{'properties.fetch.min.byte': '1'}, [['properties.fetch.min.byte', 'unknown-option']]],
    [{'properties.transactional.id': 'x'}, [['properties.transactional.id', 'contradiction']]],
  ])('%j', (options, expected) => {
    expect(told({...always, ...options})).toEqual(expected);
  });

  test('of upsert-kafka', () => {
    expect(told(upsert)).toEqual([[null, 'missing-key']]);
    expect(told({...upsert, 'key.format': ''}, ['id'])).toEqual([['key.format', 'missing-option']].map(([, code]) => [null, code]));
    expect(told({...upsert, format: 'debezium-json'}, ['id'])).toEqual([[null, 'contradiction']]);
    expect(told({...upsert, 'value.fields-include': 'EXCEPT_KEY'}, ['id', 'name'])).toEqual([[null, 'contradiction']]);
    expect(told({...upsert, 'scan.startup.mode': 'earliest-offset'}, ['id'])).toEqual([['scan.startup.mode', 'unknown-option']]);
  });

  test('that are secrets are not shown', () => {
    const {problems} = resolve({...always, 'properties.sasl.jaas.config': 'hunter2', 'properties.group.id': 'g'});
    expect(problems.map(({problem}) => problem.code)).toEqual(['not-supported']);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('properties', () => {
  const of = (properties: Readonly<Record<string, string>>) =>
    propertiesOf(new Map(Object.entries(properties).map(([name, value]) => [`properties.${name}`, value])));

  test('go to the clients that they are for, under the names of librdkafka', () => {
    const {consumer, producer, common, problems} = of({
      'bootstrap.servers': 'b:1',
      'fetch.max.wait.ms': '5',
      'compression.type': 'zstd',
      'max.request.size': '5000',
      'buffer.memory': '1048576',
      'ssl.endpoint.identification.algorithm': '',
      'key.deserializer': 'x',
      'enable.auto.commit': 'true',
    });
    expect(problems).toEqual([]);
    const both = {'bootstrap.servers': 'b:1', 'message.max.bytes': '5000', 'ssl.endpoint.identification.algorithm': 'none'};
    expect(consumer).toEqual({...both, 'fetch.wait.max.ms': '5'});
    expect(producer).toEqual({...both, 'compression.type': 'zstd', 'queue.buffering.max.kbytes': '1024'});
    expect(common).toEqual(both);
  });

  test.each([
    [
      {'sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="a" password="b \\"c\\"";`},
      {'sasl.username': 'a', 'sasl.password': 'b "c"'},
    ],
    [
      {
        'sasl.jaas.config': `org.apache.flink.kafka.shaded.org.apache.kafka.common.security.scram.ScramLoginModule required username=a password='b';`,
      },
      {'sasl.username': 'a', 'sasl.password': 'b'},
    ],
    [{'ssl.truststore.location': '/x/ca.pem'}, {'ssl.ca.location': '/x/ca.pem'}],
    [{'ssl.truststore.location': '/x/ca', 'ssl.truststore.type': 'pem'}, {'ssl.ca.location': '/x/ca'}],
    [
      {'ssl.keystore.location': '/x/k.p12', 'ssl.keystore.password': 'p'},
      {'ssl.keystore.location': '/x/k.p12', 'ssl.keystore.password': 'p'},
    ],
  ])('%j', (properties, expected) => {
    expect(of(properties)).toMatchObject({consumer: expected, problems: []});
  });

  test.each([
    [{'ssl.truststore.location': '/x/store.jks'}, 'not-supported'],
    [{'ssl.keystore.location': '/x/store.jks'}, 'not-supported'],
    [{'sasl.jaas.config': 'com.sun.security.auth.module.Krb5LoginModule required;'}, 'not-supported'],
    [{'sasl.jaas.config': 'org.apache.kafka.common.security.plain.PlainLoginModule required username="a";'}, 'bad-option'],
  ])('%j is told', (properties, code) => {
    expect(of(properties).problems.map(problem => problem.code)).toEqual([code]);
  });
});

test('offsets', () => {
  expect(parseOffsets('partition:0,offset:42; partition : 1 , offset : 300')).toEqual(
    new Map([
      [0, 42],
      [1, 300],
    ]),
  );
  expect(parseOffsets('partition:0')).toBeNull();
});

describe('kafka://', () => {
  const of = (
    target: string,
    reading: {readonly from?: string; readonly to?: string} = {},
    settings: readonly (readonly [string, string])[] = [],
  ) =>
    Object.fromEntries(
      topicOptions(target, {from: reading.from ?? null, to: reading.to ?? null, settings: new Map(settings)}).map(({key, value}) => [
        key,
        value,
      ]),
    );
  const base = {connector: 'kafka', topic: 'orders', 'properties.bootstrap.servers': 'h:9092'};

  test.each([
    ['kafka://h/orders', {}, {...base, 'scan.startup.mode': 'earliest-offset'}],
    ['kafka://h:9092/orders?format=csv', {from: 'latest'}, {...base, 'scan.startup.mode': 'latest-offset', format: 'csv'}],
    [
      'kafka://h,i:1/a%20b',
      {from: '-1000', to: 'end'},
      {
        ...base,
        topic: 'a b',
        'properties.bootstrap.servers': 'h:9092,i:1',
        'scan.startup.mode': 'last-messages',
        'scan.startup.message-count': '1000',
        'scan.bounded.mode': 'latest-offset',
      },
    ],
    [
      'kafka://h/orders',
      {from: '2026-01-01T00:00:00Z', to: '2026-01-02'},
      {
        ...base,
        'scan.startup.mode': 'timestamp',
        'scan.startup.timestamp-millis': String(Date.UTC(2026, 0, 1)),
        'scan.bounded.mode': 'timestamp',
        'scan.bounded.timestamp-millis': String(Date.UTC(2026, 0, 2)),
      },
    ],
  ])('%s %j', (target, reading, expected) => {
    expect(of(target, reading)).toEqual(expected);
  });

  test('settings of the client', () => {
    expect(of('kafka://h/orders', {}, [['security.protocol', 'ssl']])).toMatchObject({'properties.security.protocol': 'ssl'});
  });

  test.each([
    ['kafka://h', {}, 'bad-target'],
    ['kafka:h/orders', {}, 'bad-target'],
    ['kafka://h/orders', {from: 'soon'}, 'bad-argument'],
    ['kafka://h/orders', {to: '-5'}, 'bad-argument'],
  ])('%s %j is told', (target, reading, code) => {
    expect(() => of(target, reading)).toThrowError(expect.objectContaining({problems: [expect.objectContaining({code})]}) as Error);
  });
});
