import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {loadClient} from '../../connectors/kafka/client.ts';
import {promised} from '../kafka/admin.ts';
import type {Place} from './pairs.ts';

/** Tells of each commit as others see it, until it is closed. */
export interface CommitWatch {
  close(): Promise<void>;
}

const pollMs = 5;

/** Of a job that writes files a commit is a record in its log: `directory` says where that is now. */
export function watchLog(directory: () => string, onCommit: () => void): CommitWatch {
  let before = '';
  let bytesBefore = 0;
  const timer = setInterval(() => {
    const [name, bytes] = newest(directory());
    if (name === before && bytes > bytesBefore) onCommit();
    before = name;
    bytesBefore = bytes;
  }, pollMs);
  return {close: async () => clearInterval(timer)};
}

function newest(directory: string): readonly [string, number] {
  try {
    const name =
      readdirSync(directory)
        .filter(one => one.endsWith('.log'))
        .sort()
        .at(-1) ?? '';
    return [join(directory, name), name === '' ? 0 : statSync(join(directory, name)).size];
  } catch {
    return ['', 0]; // Not made yet, or gone between two looks.
  }
}

/** Of one that writes topics it is a message that others can read. */
export async function watchTopic({bootstrap, output}: Place, partitions: number, onCommit: () => void): Promise<CommitWatch> {
  const {KafkaConsumer} = await loadClient();
  const consumer = new KafkaConsumer({
    'bootstrap.servers': bootstrap,
    'group.id': `watch-${output}`,
    'enable.auto.commit': false,
    'isolation.level': 'read_committed',
    'fetch.wait.max.ms': 20,
    'auto.offset.reset': 'earliest',
  });
  await promised<unknown>(done => consumer.connect({allTopics: false, timeout: 30_000}, done));
  consumer.assign(Array.from({length: partitions}, (_, partition) => ({topic: output, partition, offset: 0})));
  const closing = new AbortController();
  const look = (): Promise<void> =>
    new Promise(resolve => {
      consumer.getClient().consume(200, 1000, true, (_error, messages) => {
        if ((messages as typeof messages | undefined)?.length) onCommit();
        resolve();
      });
    });
  const watching = (async () => {
    while (!closing.signal.aborted) await look();
  })();
  return {
    close: async () => {
      closing.abort();
      await watching;
      await promised<unknown>(done => consumer.disconnect(done));
    },
  };
}
