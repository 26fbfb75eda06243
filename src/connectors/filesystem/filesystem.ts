import type {OptionSpecs} from '../../base/options.ts';
import type {Problem} from '../../base/problem.ts';
import {findFormat} from '../../formats/index.ts';
import {stringType, withNullable} from '../../types/sql-type.ts';
import type {ConnectorContext, ConnectorDefinition, ConnectorJob, ConnectorTable} from '../define.ts';
import {compressionOf} from '../feed/compressed-feed.ts';
import {invalid} from '../options.ts';
import {sharedSink} from '../output/shared-sink.ts';
import {parseDuration} from '../../base/quantity.ts';
import {StdinSource} from '../stdin/stdin-source.ts';
import {FilesystemSink} from './filesystem-sink.ts';
import {PartitionedFiles} from './partitioned-sink.ts';
import {FilesystemSource} from './filesystem-source.ts';

const flinkOnly = {ignored: true} as const;

const options: OptionSpecs = {
  path: {
    type: 'string',
    required: true,
    help: 'a file, a directory (all files below it), or a pattern such as logs/*.ndjson; .gz and .zst are decompressed',
  },
  'source.monitor-interval': {
    type: 'duration',
    help: 'looks for new files this often and never ends; without it the files of the start are read once',
  },
  'scan.follow': {type: 'boolean', default: 'false', help: 'follows one growing file, as tail -f does, and never ends'},
  'scan.parallelism': {type: 'int', ...flinkOnly, help: 'number of parallel readers in Flink'},
  'sink.parallelism': {type: 'int', ...flinkOnly, help: 'number of parallel writers in Flink'},
  'sink.rolling-policy.file-size': {type: 'bytes', ...flinkOnly, help: 'size at which Flink begins a new part file'},
  'sink.rolling-policy.rollover-interval': {type: 'duration', ...flinkOnly, help: 'age at which Flink begins a new part file'},
  'sink.rolling-policy.check-interval': {type: 'duration', ...flinkOnly, help: 'how often Flink looks at the ages of part files'},
  'sink.partition-commit.policy.kind': {
    type: ['success-file', 'metastore', 'custom'],
    help: 'success-file: when the run ends well, an empty file in each partition it wrote says that it is complete',
  },
  'sink.partition-commit.success-file.name': {type: 'string', default: '_SUCCESS', help: 'name of that file'},
  'partition.default-name': {type: 'string', default: '__DEFAULT_PARTITION__', help: 'the partition of NULL and of the empty text'},
  'sink.partition-commit.trigger': {
    type: ['process-time', 'partition-time'],
    ...flinkOnly,
    help: 'what makes Flink commit a partition while it runs',
  },
  'sink.partition-commit.delay': {type: 'duration', ...flinkOnly, help: 'how long Flink waits before it does'},
  'sink.partition-commit.watermark-time-zone': {type: 'string', ...flinkOnly, help: 'the zone of the watermark that it compares with'},
  'partition.time-extractor.kind': {type: 'string', ...flinkOnly, help: 'how Flink finds the time of a partition'},
  'partition.time-extractor.class': {type: 'string', ...flinkOnly, help: 'the class that finds it'},
  'partition.time-extractor.timestamp-pattern': {type: 'string', ...flinkOnly, help: 'the time of a partition, made of its values'},
  'partition.time-extractor.timestamp-formatter': {type: 'string', ...flinkOnly, help: 'how that is read'},
  'auto-compaction': {type: 'boolean', ...flinkOnly, help: 'whether Flink joins small part files'},
  'compaction.file-size': {type: 'bytes', ...flinkOnly, help: 'size of the joined files in Flink'},
};

export const filesystemConnector: ConnectorDefinition = {
  name: 'filesystem',
  summary: 'reads and writes files: one, all of a directory, or all that match a pattern',
  options,
  examples: [
    {
      summary: 'all files of a directory, compressed or not',
      sql: `CREATE TABLE orders (id BIGINT, amount DECIMAL(10, 2)) WITH ('connector' = 'filesystem', 'path' = 'orders/', 'format' = 'csv')`,
    },
    {
      summary: 'follow a log file',
      sql: `CREATE TABLE log (level STRING, message STRING) WITH ('connector' = 'filesystem', 'path' = 'app.ndjson', 'scan.follow' = 'true', 'format' = 'json')`,
    },
  ],
  format: 'required',
  writes: ['append', 'upsert', 'retract'],
  isSource: true,
  metadata: {
    'file.path': withNullable(stringType, false),
    'file.name': withNullable(stringType, false),
    'file.size': {kind: 'BIGINT', nullable: false},
    'file.modification-time': {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false},
  },
  replays: table => (pathOf(table) === '/dev/stdin' ? 'once' : 'replays'),
  counts: table => (['/dev/stdout', '/dev/stderr'].includes(pathOf(table)) ? 'run' : pathOf(table) === '/dev/null' ? 'nothing' : 'cut'),
  bounded: table => !table.options.has('source.monitor-interval') && table.options.get('scan.follow') !== 'true',
  check: checkTable,
  source(table, context) {
    const path = pathOf(table);
    if (path === '/dev/stdin') return new StdinSource(context.standardInput);
    const interval = table.options.get('source.monitor-interval');
    return new FilesystemSource({
      path,
      directory: context.directory,
      follows: table.options.get('scan.follow') === 'true',
      monitorMs: interval === undefined ? null : parseDuration(interval),
    });
  },
  partitionedSink: partitionedFiles,
  sink(table, context, overwrite) {
    const path = pathOf(table);
    if (path === '/dev/stdout') return sharedSink(context.standardOutput);
    if (path === '/dev/stderr') return sharedSink(context.standardError);
    return new FilesystemSink({
      path,
      directory: context.directory,
      overwrite,
      extension: table.format ?? 'txt',
      isBinary: isBinary(table),
    });
  },
};

/** Partitions are complete when the run ends. */
function partitionedFiles(table: ConnectorTable, context: ConnectorContext, overwrite: boolean) {
  const {options} = table;
  const sink = new PartitionedFiles({
    path: pathOf(table),
    directory: context.directory,
    overwrite,
    extension: table.format ?? 'txt',
    isBinary: isBinary(table),
    successFile: options.has('sink.partition-commit.policy.kind')
      ? (options.get('sink.partition-commit.success-file.name') as string)
      : null,
    tag: context.job === null || context.job.guarantee === 'none' ? null : tagOf(context.job),
  });
  return {sink, defaultName: options.get('partition.default-name') as string};
}

/** A job's part files bear it. */
function tagOf({name, slot}: ConnectorJob): string {
  return `${name.replaceAll(/[^\w.-]/g, '_')}-${slot.index}`;
}

function isBinary({format}: ConnectorTable): boolean {
  return findFormat(format ?? '')?.isBinary === true;
}

function pathOf(table: ConnectorTable): string {
  return table.options.get('path') as string;
}

function checkTable(table: ConnectorTable): readonly Problem[] {
  const problems: Problem[] = [];
  const path = pathOf(table);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(path)?.[1];
  if (scheme !== undefined && scheme.toLowerCase() !== 'file') {
    problems.push(
      invalid(
        'not-yet-supported',
        `option "path" names "${path}", which is not on this machine`,
        'copy it here, or read it through a pipe',
        `"${scheme}" is not supported yet`,
      ),
    );
  }
  if (path === '') problems.push(invalid('bad-option', 'option "path" is empty', 'name a file, a directory or a pattern'));
  const policy = table.options.get('sink.partition-commit.policy.kind');
  if (policy !== undefined && policy !== 'success-file') {
    problems.push(
      invalid('not-yet-supported', `option "sink.partition-commit.policy.kind" cannot be "${policy}" yet`, `there is 'success-file'`),
    );
  }
  if (table.partitionedBy.length === table.columns.length) {
    problems.push(invalid('contradiction', 'every column is in PARTITIONED BY, so records would be empty', 'leave one of them out'));
  }
  const interval = table.options.get('source.monitor-interval');
  if (interval !== undefined && (parseDuration(interval) ?? 0) <= 0) {
    problems.push(invalid('bad-option', 'option "source.monitor-interval" must be more than 0', `give a duration such as '10 s'`));
  }
  if (table.options.get('scan.follow') === 'true') {
    const cause =
      interval !== undefined ? '"source.monitor-interval" waits for new files' : compressionOf(path) !== null ? 'it is compressed' : null;
    if (cause !== null) problems.push(invalid('contradiction', `"scan.follow" cannot follow "${path}": ${cause}`, 'follow one plain file'));
  }
  return problems;
}
