import type {OptionSpecs} from '../../base/options.ts';

const flinkOnly = {ignored: true} as const;

/** What both connectors take. `#` stands for a property's name, and for an option of the key's format. */
const shared: OptionSpecs = {
  topic: {type: 'string', help: 'the topic; for reading, several with ; between them'},
  'properties.bootstrap.servers': {type: 'string', required: true, help: 'brokers to begin with: host:port, with commas between them'},
  'properties.group.id': {type: 'string', help: "the group that keeps the table's offsets: by default the project and the job"},
  'properties.#': {type: 'string', secret: true, help: "any setting of Kafka's client, by the name it has in Java or in librdkafka"},
  'key.format': {type: 'string', help: 'how keys are read and written: json, csv, raw'},
  'key.fields-prefix': {
    type: 'string',
    default: '',
    help: "begins the names of the key's columns in the table, and is not in the key itself",
  },
  'key.#': {type: 'string', help: "an option of the key's format: key.json.ignore-parse-errors"},
  'value.fields-include': {type: ['ALL', 'EXCEPT_KEY'], default: 'ALL', help: "whether the key's columns stand in the value as well"},
  'scan.topic-partition-discovery.interval': {
    type: 'duration',
    default: '5 min',
    help: 'how often new partitions, and topics of a pattern, are looked for; 0 ms: never',
  },
  'sink.delivery-guarantee': {
    type: ['exactly-once', 'at-least-once', 'none'],
    help: 'no more than the job promises; none: what the broker has not confirmed may be lost',
  },
  'sink.transactional-id-prefix': {type: 'string', help: 'begins the transactional id, which else is made of project and job'},
  'scan.parallelism': {type: 'int', ...flinkOnly, help: 'number of parallel readers in Flink'},
  'sink.parallelism': {type: 'int', ...flinkOnly, help: 'number of parallel writers in Flink'},
  'sink.transaction-naming-strategy': {type: ['incrementing', 'pooling'], ...flinkOnly, help: 'how Flink names its transactions'},
};

const modes = ['earliest-offset', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'] as const;

const bounded: OptionSpecs = {
  'scan.bounded.mode': {
    type: ['unbounded', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'],
    default: 'unbounded',
    help: 'where reading ends; latest-offset: where the topic ends when reading begins',
  },
  'scan.bounded.timestamp-millis': {type: 'int', help: 'ends before the first message that is not older, in milliseconds since 1970'},
  'scan.bounded.specific-offsets': {type: 'string', help: 'ends before these: partition:0,offset:42;partition:1,offset:300'},
};

export const kafkaOptions: OptionSpecs = {
  ...shared,
  'topic-pattern': {type: 'string', help: 'all topics whose whole name matches this regular expression; for reading only'},
  'key.fields': {type: 'string', help: 'columns that stand in the key, with ; between them'},
  'scan.startup.mode': {
    type: [...modes, 'last-messages'],
    default: 'group-offsets',
    help: 'where reading begins, when no commit of the job says where it goes on',
  },
  'scan.startup.timestamp-millis': {type: 'int', help: 'begins with the first message that is not older, in milliseconds since 1970'},
  'scan.startup.specific-offsets': {type: 'string', help: 'begins with these: partition:0,offset:42;partition:1,offset:300'},
  'scan.startup.message-count': {type: 'int', help: 'with last-messages (not in Flink): so many before the end of each partition'},
  ...bounded,
  'sink.partitioner': {
    type: 'string',
    default: 'default',
    help: 'default: by the hash of the key, as the Java client does; fixed: one partition a process; round-robin: in turn',
  },
};

export const upsertOptions: OptionSpecs = {
  ...shared,
  ...bounded,
  'sink.buffer-flush.max-rows': {type: 'int', ...flinkOnly, help: 'rows that Flink holds back, to write only the last of each key'},
  'sink.buffer-flush.interval': {type: 'duration', ...flinkOnly, help: 'how long Flink holds them back'},
};
