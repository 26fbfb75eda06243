import {fail} from '../../base/problem.ts';
import {errorCodes, type KafkaConsumer, type PartitionAnswer, type TopicPartition, type TopicPartitionOffset} from './client.ts';
import {asked, committed, isPassing} from './connection.ts';
import type {Place} from './extent.ts';

const answerMs = 10_000;
/** In the place of a time: the beginning of a partition, and its end. */
const [earliest, latest] = [-2, -1];

/** Where a place is in each of some partitions, as the offset of the message there. */
export async function offsetsAt(
  consumer: KafkaConsumer,
  partitions: readonly TopicPartition[],
  place: Place,
  group: string,
): Promise<readonly number[]> {
  if (partitions.length === 0) return [];
  switch (place.kind) {
    case 'beginning':
      return atTime(consumer, partitions, earliest);
    case 'end':
      return atTime(consumer, partitions, latest);
    case 'time': {
      const found = await atTime(consumer, partitions, place.atMs);
      return withOthers(found, missing => atTime(consumer, pick(partitions, missing), latest));
    }
    case 'last': {
      const [first, end] = [await atTime(consumer, partitions, earliest), await atTime(consumer, partitions, latest)];
      return end.map((offset, index) => Math.max(first[index] as number, offset - place.count));
    }
    case 'group':
      return ofGroup(consumer, partitions, place.otherwise, group);
    case 'offsets': {
      const found = partitions.map(({partition}) => place.offsets.get(partition) ?? -1);
      return withOthers(found, missing => ofGroup(consumer, pick(partitions, missing), 'beginning', group));
    }
  }
}

/** The first message at or after a time; -1 where there is none. */
async function atTime(consumer: KafkaConsumer, partitions: readonly TopicPartition[], atMs: number): Promise<readonly number[]> {
  const request = partitions.map((one): TopicPartitionOffset => ({...one, offset: atMs}));
  for (let attempt = 1; ; attempt++) {
    try {
      const answers = await asked<PartitionAnswer[]>(callback => consumer.offsetsForTimes(request, answerMs, callback));
      return partitions.map(({topic, partition}) => {
        const answer = answers.find(one => one.topic === topic && one.partition === partition);
        if (answer === undefined || answer.error !== undefined) throw answer?.error ?? noAnswer;
        return answer.offset ?? -1;
      });
    } catch (error) {
      if (attempt === 3 || !isPassing(error)) throw error;
    }
  }
}

const noAnswer = Object.assign(new Error('no answer about a partition'), {code: errorCodes.timedOut});

async function ofGroup(
  consumer: KafkaConsumer,
  partitions: readonly TopicPartition[],
  otherwise: 'beginning' | 'end' | 'refused',
  group: string,
): Promise<readonly number[]> {
  const answers = await committed(consumer, partitions);
  const found = answers.map(({offset}) => offset ?? -1);
  return withOthers(found, missing => {
    const [first] = pick(partitions, missing);
    if (otherwise !== 'refused') return atTime(consumer, pick(partitions, missing), otherwise === 'beginning' ? earliest : latest);
    throw fail('environment', 'no-group-offset', `group "${group}" has no offset for ${first?.topic}[${first?.partition}] to begin with`, {
      detail: 'tables begin where their group has come to, unless they say otherwise',
      hint: `set 'scan.startup.mode' = 'earliest-offset' (or 'latest-offset'), or 'properties.auto.offset.reset' = 'earliest'`,
    });
  });
}

function pick<Item>(items: readonly Item[], indexes: readonly number[]): readonly Item[] {
  return indexes.map(index => items[index] as Item);
}

/** Asks elsewhere for what was not found. */
async function withOthers(
  found: readonly number[],
  others: (missing: readonly number[]) => Promise<readonly number[]>,
): Promise<readonly number[]> {
  const missing = found.flatMap((offset, index) => (offset < 0 ? [index] : []));
  if (missing.length === 0) return found;
  const rest = await others(missing);
  return found.map((offset, index) => (offset < 0 ? (rest[missing.indexOf(index)] as number) : offset));
}
