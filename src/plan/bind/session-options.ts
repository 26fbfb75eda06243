/** An option of Flink that is kept for export but changes nothing here. */
export const noEffect = 'none';

/** The settings that SET knows, and whether they do anything. */
export const sessionOptions: ReadonlyMap<string, 'used' | typeof noEffect> = new Map([
  ...[
    'execution.checkpointing.interval',
    'execution.checkpointing.mode',
    'execution.runtime-mode',
    'max.record.bytes',
    'table.local-time-zone',
    'table.sql-dialect',
    'pipeline.name',
    'table.exec.sink.not-null-enforcer',
    'table.exec.sink.type-length-enforcer',
    'table.exec.sink.nested-constraint-enforcer',
    'table.exec.source.cdc-events-duplicate',
    'table.exec.source.idle-timeout',
    'table.exec.state.ttl',
    'table.exec.sink.require-on-conflict',
    'table.exec.sink.upsert-materialize',
  ].map(key => [key, 'used'] as const),
  ...`
  execution.checkpointing.dir execution.checkpointing.incremental execution.checkpointing.min-pause
  execution.checkpointing.num-retained execution.checkpointing.savepoint-dir execution.checkpointing.timeout
  execution.checkpointing.tolerable-failed-checkpoints execution.state-recovery.path parallelism.default pipeline.auto-watermark-interval
  pipeline.max-parallelism pipeline.object-reuse restart-strategy.type restart-strategy.exponential-delay.attempts-before-reset-backoff
  restart-strategy.exponential-delay.backoff-multiplier restart-strategy.exponential-delay.initial-backoff
  restart-strategy.exponential-delay.jitter-factor restart-strategy.exponential-delay.max-backoff
  restart-strategy.exponential-delay.reset-backoff-threshold restart-strategy.failure-rate.delay
  restart-strategy.failure-rate.failure-rate-interval restart-strategy.failure-rate.max-failures-per-interval
  restart-strategy.fixed-delay.attempts restart-strategy.fixed-delay.delay sql-client.execution.result-mode sql-client.verbose
  state.backend.type table.dml-sync table.exec.async-lookup.buffer-capacity table.exec.async-lookup.output-mode
  table.exec.async-lookup.timeout table.exec.deduplicate.insert-update-after-sensitive-enabled
  table.exec.deduplicate.mini-batch.compact-changes-enabled table.exec.legacy-cast-behaviour table.exec.mini-batch.allow-latency
  table.exec.mini-batch.enabled table.exec.mini-batch.size table.exec.rank.topn-cache-size table.exec.resource.default-parallelism
  table.exec.sink.keyed-shuffle
   table.optimizer.agg-phase-strategy table.optimizer.distinct-agg.split.enabled
  table.optimizer.join-reorder-enabled table.optimizer.reuse-source-enabled table.optimizer.reuse-sub-plan-enabled
  `
    .trim()
    .split(/\s+/)
    .map(key => [key, noEffect] as const),
]);
