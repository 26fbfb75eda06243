import {systemStopwatch} from '../../base/clock.ts';
import {fail, type Problem} from '../../base/problem.ts';
import {findFormat} from '../../formats/index.ts';
import {type SqlType, stringType, withNullable, maxLength} from '../../types/sql-type.ts';
import type {ConnectorContext, ConnectorDefinition, ConnectorTable} from '../define.ts';
import type {WantedPath} from '../../plan/table.ts';
import {invalid} from '../options.ts';
import {discoveryMs, extentOf, extentProblems, listOf} from './extent.ts';
import {fieldsOf, type KeyRule} from './fields.ts';
import {MessageEncoder} from './message-encoder.ts';
import {kafkaOptions, upsertOptions} from './options.ts';
import type {Partitioner} from './partitioner.ts';
import {propertiesOf} from './properties.ts';
import {consumerSettings, groupOf, producerSettings, serversOf, transactionSettings} from './settings.ts';
import {KafkaSink} from './sink.ts';
import {KafkaSource} from './source.ts';
import {KafkaTransaction, TransactionSink} from './transaction.ts';

const headersType: SqlType = {
  kind: 'MAP',
  key: withNullable(stringType, false),
  value: {kind: 'VARBINARY', length: maxLength, nullable: false},
  nullable: false,
};

const metadata: Readonly<Record<string, SqlType>> = {
  topic: withNullable(stringType, false),
  partition: {kind: 'INT', nullable: false},
  headers: headersType,
  'leader-epoch': {kind: 'INT', nullable: true},
  offset: {kind: 'BIGINT', nullable: false},
  timestamp: {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false},
};

const partitioners: readonly string[] = ['default', 'fixed', 'round-robin'] satisfies readonly Partitioner[];

/** What both connectors share. */
function common(
  rule: KeyRule,
): Pick<
  ConnectorDefinition,
  | 'format'
  | 'isSource'
  | 'hasKeys'
  | 'hasPartitions'
  | 'metadata'
  | 'writesMetadata'
  | 'replays'
  | 'counts'
  | 'bounded'
  | 'source'
  | 'messageLayout'
  | 'messageSink'
  | 'transaction'
> {
  return {
    format: 'required',
    isSource: true,
    hasKeys: true,
    hasPartitions: true,
    metadata,
    writesMetadata: ['headers', 'timestamp'],
    replays: () => 'replays',
    counts: () => 'transaction',
    bounded: table => table.options.get('scan.bounded.mode') !== undefined && table.options.get('scan.bounded.mode') !== 'unbounded',
    source: (table, context, wanted) => sourceOf(table, context, wanted, rule),
    messageLayout: table => fieldsOf(table, rule).layout,
    messageSink(table, context, spec) {
      const topic = sinkTopic(table);
      const sink = sinkOf(table, context, topic);
      const {layout} = fieldsOf(physical(table), rule);
      return {sink, encoder: new MessageEncoder({table, context, spec, layout, topic, target: sink})};
    },
    transaction: ({sources, sinks}, context) => transactionOf(sources, sinks, context),
  };
}

export const kafkaConnector: ConnectorDefinition = {
  ...common('key-fields'),
  name: 'kafka',
  summary: 'reads and writes topics of Apache Kafka: each message is a record',
  options: kafkaOptions,
  examples: [
    {
      summary: 'read a topic from its beginning, with the time and place of each message',
      sql: `CREATE TABLE orders (id BIGINT, amount DECIMAL(10, 2), sent TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', \`partition\` INT METADATA VIRTUAL) WITH ('connector' = 'kafka', 'topic' = 'orders', 'properties.bootstrap.servers' = 'localhost:9092', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json')`,
    },
    {
      summary: 'write messages whose key is a column',
      sql: `CREATE TABLE paid (customer STRING, amount DOUBLE) WITH ('connector' = 'kafka', 'topic' = 'paid', 'properties.bootstrap.servers' = 'localhost:9092', 'key.format' = 'raw', 'key.fields' = 'customer', 'value.format' = 'json')`,
    },
  ],
  writes: ['append', 'upsert', 'retract'],
  check: table => [...sharedProblems(table, 'key-fields'), ...extentProblems(table), ...kafkaProblems(table)],
};

export const upsertKafkaConnector: ConnectorDefinition = {
  ...common('primary-key'),
  name: 'upsert-kafka',
  summary: 'reads and writes a topic as a table: the last message of each key is its row, one without value takes it away',
  options: upsertOptions,
  examples: [
    {
      summary: 'the last total of each customer',
      sql: `CREATE TABLE totals (customer STRING, total BIGINT, PRIMARY KEY (customer) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = 'totals', 'properties.bootstrap.servers' = 'localhost:9092', 'key.format' = 'raw', 'value.format' = 'json')`,
    },
  ],
  writes: ['append', 'upsert'],
  changes: {mode: 'upsert', updates: true, deletes: true},
  check: table => [...sharedProblems(table, 'primary-key'), ...extentProblems(table), ...upsertProblems(table)],
};

function sharedProblems(table: ConnectorTable, rule: KeyRule): readonly Problem[] {
  const {options} = table;
  const problems: Problem[] = [...propertiesOf(options).problems, ...fieldsOf(table, rule).problems];
  if ((options.get('properties.bootstrap.servers') ?? '').trim() === '') {
    problems.push(invalid('bad-option', 'option "properties.bootstrap.servers" is empty', `name a broker: 'localhost:9092'`));
  }
  if (options.get('sink.delivery-guarantee') === 'exactly-once' && options.get('sink.transactional-id-prefix')?.trim() === '') {
    problems.push(invalid('bad-option', 'option "sink.transactional-id-prefix" is empty', 'give one, or leave it out'));
  }
  if (table.partitionedBy.length > 0) {
    problems.push(
      invalid('contradiction', `table "${table.name}" is PARTITIONED BY columns, and partitions of topics are no columns`, 'leave it out'),
    );
  }
  return problems;
}

function kafkaProblems(table: ConnectorTable): readonly Problem[] {
  const {options} = table;
  const problems: Problem[] = [];
  const pattern = options.get('topic-pattern');
  if (pattern === undefined && listOf(options.get('topic')).length === 0) {
    problems.push(invalid('missing-option', 'connector "kafka" needs option "topic" or "topic-pattern"', `add 'topic' = '…' to WITH`));
  }
  if (pattern !== undefined && options.has('topic')) {
    problems.push(invalid('contradiction', '"topic" and "topic-pattern" both say what is read', 'keep one of them'));
  }
  if (pattern !== undefined && patternOf(pattern) === null) {
    problems.push(
      invalid('bad-option', `option "topic-pattern" is no regular expression: ${JSON.stringify(pattern)}`, `write one: 'orders-.*'`),
    );
  }
  const partitioner = options.get('sink.partitioner') as string;
  if (!partitioners.includes(partitioner)) {
    problems.push(
      invalid(
        'not-supported',
        `option "sink.partitioner" cannot be "${partitioner}"`,
        `there are ${partitioners.join(', ')}: classes are Java's`,
      ),
    );
  }
  if (partitioner === 'round-robin' && options.has('key.fields')) {
    problems.push(
      invalid(
        'contradiction',
        '"sink.partitioner" = \'round-robin\' is for messages without keys',
        'leave out "key.fields", or the partitioner',
      ),
    );
  }
  return problems;
}

function upsertProblems(table: ConnectorTable): readonly Problem[] {
  const {options, primaryKey} = table;
  const problems: Problem[] = [];
  const missing = [...(options.has('topic') ? [] : [['topic', '…']]), ...(options.has('key.format') ? [] : [['key.format', 'json']])];
  for (const [option, value] of missing) {
    problems.push(invalid('missing-option', `connector "upsert-kafka" needs option "${option}"`, `add '${option}' = '${value}' to WITH`));
  }
  if (listOf(options.get('topic')).length > 1)
    problems.push(invalid('contradiction', 'option "topic" of "upsert-kafka" names several', 'name one'));
  if (primaryKey.length === 0) {
    problems.push(
      invalid(
        'missing-key',
        `table "${table.name}" needs a PRIMARY KEY: the key of its messages`,
        'add PRIMARY KEY (…) NOT ENFORCED to the table',
      ),
    );
  }
  const isWhole = primaryKey.length === table.columns.length && options.get('value.fields-include') === 'EXCEPT_KEY';
  if (isWhole)
    problems.push(invalid('contradiction', 'every column is in the key, so values would be empty', `leave out 'value.fields-include'`));
  if (findFormat(table.format ?? '')?.readsAs !== undefined) {
    problems.push(
      invalid('contradiction', `"upsert-kafka" takes back rows by itself, and so does format "${table.format}"`, `use json, csv or raw`),
    );
  }
  return problems;
}

/** The whole name must match, as in Java. */
function patternOf(text: string): RegExp | null {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    return null;
  }
}

function topicsOf({options}: ConnectorTable): readonly string[] | RegExp {
  const pattern = options.get('topic-pattern');
  return pattern === undefined ? listOf(options.get('topic')) : (patternOf(pattern) as RegExp);
}

/** Without the metadata that a sink writes. */
function physical(table: ConnectorTable): ConnectorTable {
  const written = table.writtenMetadata?.length ?? 0;
  return written === 0 ? table : {...table, columns: table.columns.slice(0, -written)};
}

function sourceOf(table: ConnectorTable, context: ConnectorContext, wanted: readonly WantedPath[], rule: KeyRule): KafkaSource {
  const {layout} = fieldsOf(table, rule);
  const ofKey = (ordinal: number) =>
    layout.key?.columns.some(column => column.ordinal === ordinal) === true && !layout.value.includes(ordinal);
  const extent = extentOf(table);
  return new KafkaSource({
    topics: topicsOf(table),
    settings: consumerSettings(table, context),
    servers: serversOf(table),
    group: groupOf(table, context),
    extent: rule === 'primary-key' ? {...extent, start: {kind: 'beginning'}} : extent,
    discoveryMs: discoveryMs(table),
    slot: context.job?.slot ?? {index: 0, count: 1},
    memory: context.memory,
    wantsKeys: layout.takesBack || wanted.some(one => one.kind === 'physical' && ofKey(one.ordinal)),
    tell: context.tell ?? (() => {}),
  });
}

function sinkTopic(table: ConnectorTable): string {
  const topics = topicsOf(table);
  const [topic] = topics instanceof RegExp ? [] : topics;
  if (topic !== undefined && (topics as readonly string[]).length === 1) return topic;
  throw fail('invalid', 'contradiction', `table "${table.name}" is written, so it must name one topic`, {
    hint: `give 'topic' = '…' instead of ${topics instanceof RegExp ? 'a pattern' : 'several'}`,
  });
}

function sinkOf(table: ConnectorTable, context: ConnectorContext, topic: string): KafkaSink | TransactionSink {
  const partitioner = (table.options.get('sink.partitioner') ?? 'default') as Partitioner;
  const {job} = context;
  const asks = table.options.get('sink.delivery-guarantee');
  const guarantee = job?.guarantee ?? 'none';
  if (asks === 'exactly-once' && guarantee !== 'exactly-once') {
    throw fail('invalid', 'contradiction', `table "${table.name}" asks for exactly-once delivery, which its job does not give`, {
      hint: 'run it with --exactly-once, or leave out "sink.delivery-guarantee"',
    });
  }
  if (job?.transaction instanceof KafkaTransaction) return new TransactionSink(job.transaction, topic, partitioner);
  return new KafkaSink({
    topic,
    servers: serversOf(table),
    settings: producerSettings(table, context),
    partitioner,
    isConfirmed: asks !== 'none',
    slotIndex: job?.slot.index ?? 0,
    tell: context.tell ?? (() => {}),
  });
}

function transactionOf(sources: readonly ConnectorTable[], sinks: readonly ConnectorTable[], context: ConnectorContext): KafkaTransaction {
  const {job} = context;
  const [first, ...others] = [...sinks, ...sources];
  if (first === undefined || job === null) throw fail('bug', 'broken-invariant', 'a transaction is of a job that writes');
  for (const other of others) refuseOther(first, other);
  const groups = new Set(sources.map(source => groupOf(source, context)));
  if (groups.size > 1) {
    throw fail('invalid', 'contradiction', `tables of one job have several groups: ${[...groups].join(', ')}`, {
      detail: "the offsets that name the job's commit stand in one",
      hint: `give all of them the same 'properties.group.id', or none`,
    });
  }
  const prefixes = new Set(sinks.flatMap(sink => sink.options.get('sink.transactional-id-prefix') ?? []));
  if (prefixes.size > 1) {
    throw fail('invalid', 'contradiction', `tables of one job have several prefixes of its transactional id: ${[...prefixes].join(', ')}`, {
      hint: `give all of them the same 'sink.transactional-id-prefix', or none`,
    });
  }
  const {index, count} = job.slot;
  const [prefix = `weir-${job.project}-${job.name}`] = prefixes;
  const transactionalId = `${prefix}-${index}of${count}`;
  return new KafkaTransaction({
    servers: serversOf(first),
    group: groupOf(sources[0] ?? first, context),
    transactionalId,
    consumerSettings: {...consumerSettings(sources[0] ?? first, context), 'isolation.level': 'read_committed'},
    producerSettings: transactionSettings(first, context, transactionalId),
    adminSettings: propertiesOf(first.options).common,
    sources: sources.map(topicsOf),
    sinkTopic: sinkTopic(first),
    slot: job.slot,
    stopwatch: systemStopwatch,
    ...(job.reach === undefined ? {} : {reach: job.reach}),
  });
}

/** One transaction is of one cluster. Lists that share a broker are of the same. */
function refuseOther(first: ConnectorTable, other: ConnectorTable): void {
  const known = brokersOf(first);
  if (brokersOf(other).some(broker => known.includes(broker))) return;
  throw fail(
    'invalid',
    'two-clusters',
    `tables "${first.name}" and "${other.name}" are of different clusters, and a transaction is of one`,
    {
      detail: `${serversOf(first)} and ${serversOf(other)}`,
      hint: 'make two jobs of it, with a topic between them, or run it with --guarantee at-least-once; if it is one cluster, name the same broker in both',
    },
  );
}

function brokersOf(table: ConnectorTable): readonly string[] {
  return listOf(serversOf(table)).map(broker => broker.toLowerCase());
}
