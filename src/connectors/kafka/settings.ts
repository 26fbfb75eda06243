import type {ConnectorContext, ConnectorTable} from '../define.ts';
import type {KafkaSettings} from './client.ts';
import {propertiesOf} from './properties.ts';

/** Where a table's cluster is: the addresses as they were written. */
export function serversOf({options}: ConnectorTable): string {
  return options.get('properties.bootstrap.servers') as string;
}

/** The group in which a job keeps offsets for others to see. */
export function groupOf({options}: ConnectorTable, {job}: ConnectorContext): string {
  return options.get('properties.group.id') ?? (job === null ? 'weir' : `${job.project}-${job.name}`);
}

/** What a consumer of ours is set to, and what a table's properties change of it. Small queues: 82 MB instead of 200, and faster for it. */
export function consumerSettings(table: ConnectorTable, context: ConnectorContext): KafkaSettings {
  return {
    'isolation.level': 'read_committed',
    'fetch.wait.max.ms': 100,
    'fetch.queue.backoff.ms': 5,
    'fetch.error.backoff.ms': 50,
    'fetch.message.max.bytes': 262_144,
    'queued.max.messages.kbytes': 4096,
    'queued.min.messages': 10_000,
    'check.crcs': true,
    'client.id': clientId(context),
    ...propertiesOf(table.options).consumer,
    'group.id': groupOf(table, context),
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    'enable.partition.eof': true,
    'auto.offset.reset': 'error',
    'allow.auto.create.topics': false,
  };
}

/** What a producer outside of transactions is set to. */
export function producerSettings(table: ConnectorTable, context: ConnectorContext): KafkaSettings {
  return {
    'enable.idempotence': true,
    'linger.ms': 5,
    'message.timeout.ms': 0,
    partitioner: 'murmur2_random',
    'client.id': clientId(context),
    ...propertiesOf(table.options).producer,
    // Only what could not be delivered is told: a report of every message costs a third of its way.
    'delivery.report.only.error': true,
    dr_cb: true,
  };
}

/**
 * What the producer of a job's transaction is set to. The back-off makes a retried call visible as a slow one; a linger that a flush does not wait for keeps one
 * request a partition.
 */
export function transactionSettings(table: ConnectorTable, context: ConnectorContext, transactionalId: string): KafkaSettings {
  return {
    'transaction.timeout.ms': 10_000,
    'message.timeout.ms': 9000,
    'linger.ms': 50,
    partitioner: 'murmur2_random',
    'client.id': clientId(context),
    ...propertiesOf(table.options).producer,
    'retry.backoff.ms': retryBackoffMs,
    'transactional.id': transactionalId,
  };
}

export const retryBackoffMs = 500;

function clientId({job}: ConnectorContext): string {
  return job === null ? 'weir' : `weir-${job.project}-${job.name}`;
}
