/** A number that is told of jobs: one definition for what is served, what is written about it, and what is drawn of it. */
export interface MetricDefinition {
  /** With its unit at the end, and `_total` behind that where it only rises. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly unit: 'rows' | 'bytes' | 'seconds' | 'messages' | 'ratio' | 'count' | 'boolean';
  readonly help: string;
  /** What its values are told apart by, beside the project. The number of different values of each is bounded. */
  readonly labels: readonly string[];
}

const job = ['job'];
const input = ['job', 'table'];

/** Every metric, by how code calls it. */
export const catalog = {
  build: {name: 'weir_build_info', type: 'gauge', unit: 'boolean', help: 'The version that runs; always 1.', labels: ['version']},
  jobs: {name: 'weir_jobs', type: 'gauge', unit: 'count', help: 'Jobs in each state.', labels: ['state']},
  up: {name: 'weir_job_up', type: 'gauge', unit: 'boolean', help: '1: the job runs, or is paused; 0: it does not.', labels: job},
  ready: {
    name: 'weir_job_ready',
    type: 'gauge',
    unit: 'boolean',
    help: '1: its tables are connected and its state is restored, or it is done.',
    labels: job,
  },
  restarts: {
    name: 'weir_job_restarts_total',
    type: 'counter',
    unit: 'count',
    help: 'How often the job was started again after a death.',
    labels: job,
  },
  processMemory: {
    name: 'weir_job_memory_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Resident memory of the processes of the job.',
    labels: job,
  },
  heap: {name: 'weir_job_heap_bytes', type: 'gauge', unit: 'bytes', help: 'JavaScript heap in use.', labels: job},
  gcRuns: {name: 'weir_job_gc_runs_total', type: 'counter', unit: 'count', help: 'Runs of the garbage collector.', labels: job},
  gcTime: {name: 'weir_job_gc_seconds_total', type: 'counter', unit: 'seconds', help: 'Time in the garbage collector.', labels: job},
  rowsIn: {name: 'weir_input_rows_total', type: 'counter', unit: 'rows', help: 'Rows read.', labels: job},
  rowsOut: {name: 'weir_output_rows_total', type: 'counter', unit: 'rows', help: 'Rows written; each change is one.', labels: job},
  rejected: {
    name: 'weir_rejected_rows_total',
    type: 'counter',
    unit: 'rows',
    help: 'Records that could not be read or computed, by the code of the problem.',
    labels: ['job', 'reason'],
  },
  late: {
    name: 'weir_late_rows_total',
    type: 'counter',
    unit: 'rows',
    help: 'Rows dropped because they came after the time that they belong to was over.',
    labels: job,
  },
  readBytes: {name: 'weir_input_bytes_total', type: 'counter', unit: 'bytes', help: 'Bytes read.', labels: job},
  writtenBytes: {
    name: 'weir_output_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes written to files and pipes.',
    labels: job,
  },
  stateBytes: {name: 'weir_state_bytes', type: 'gauge', unit: 'bytes', help: 'Memory of all state.', labels: job},
  stateRows: {name: 'weir_state_rows', type: 'gauge', unit: 'rows', help: 'Rows that all state holds.', labels: job},
  inputLag: {
    name: 'weir_input_lag_messages',
    type: 'gauge',
    unit: 'messages',
    help: 'Messages that wait in a table, as far as known.',
    labels: input,
  },
  partitionLag: {
    name: 'weir_partition_lag_messages',
    type: 'gauge',
    unit: 'messages',
    help: 'Messages that wait in a partition, for tables of at most 64 partitions.',
    labels: ['job', 'table', 'partition'],
  },
  partitions: {name: 'weir_input_partitions', type: 'gauge', unit: 'count', help: 'Partitions that a table is read from.', labels: input},
  idlePartitions: {
    name: 'weir_input_idle_partitions',
    type: 'gauge',
    unit: 'count',
    help: 'Partitions whose event time nobody waits for, since nothing comes of them, among the 64 that are looked at.',
    labels: input,
  },
  watermark: {
    name: 'weir_input_watermark_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'How far event time has come in a table, as seconds since 1970.',
    labels: input,
  },
  watermarkDelay: {
    name: 'weir_input_watermark_delay_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'How far event time is behind the clock; negative where it is ahead.',
    labels: input,
  },
  epoch: {name: 'weir_commit_epoch', type: 'gauge', unit: 'count', help: 'The last commit that counts.', labels: job},
  lastCommit: {
    name: 'weir_last_commit_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'When the last commit came to count, as seconds since 1970.',
    labels: job,
  },
  commitTime: {
    name: 'weir_commit_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'How long commits take, from capture until they count.',
    labels: job,
  },
  latency: {
    name: 'weir_end_to_end_latency_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'From the making of a record (where it says when; else from reading it) until its result counts. A few records of each batch are looked at and stand for all of it.',
    labels: job,
  },
  stageTime: {
    name: 'weir_stage_seconds_total',
    type: 'counter',
    unit: 'seconds',
    help: 'Where the time of the job goes: work, or waiting for its sources, its sinks, a commit, or the end of a pause.',
    labels: ['job', 'stage'],
  },
  stageShare: {
    name: 'weir_stage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'The same as shares of the last two seconds: a job whose sink_wait is near 1 is held up by whoever reads its output.',
    labels: ['job', 'stage'],
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricKey = keyof typeof catalog;
