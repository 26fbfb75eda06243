import {fail, ProblemError, type Problem} from '../../base/problem.ts';
import {
  type ClusterMetadata,
  errorCodes,
  type KafkaCallback,
  type KafkaConsumer,
  type KafkaError,
  type KafkaProducer,
  type MetadataRequest,
  type PartitionAnswer,
  type TopicPartition,
} from './client.ts';

/** A process cannot end while the client waits. */
const connectMs = 5000;
/** The longest wait for an answer that a start depends on. */
const answerMs = 15_000;
const retryMs = 250;
/** Brokers that refuse connections may be about to start. */
const refusedMs = 2500;
/** A client that does not let go is left to the end of the process. */
const goodbyeMs = 2000;

/** A call with a callback, as a promise. The error is the client's. */
export function asked<Result>(call: (callback: KafkaCallback<Result>) => unknown): Promise<Result> {
  return new Promise((resolve, reject) => {
    // What the client throws by itself (a setting that it does not know) is an answer, too.
    try {
      call((error, result) => {
        if (error === null || error === undefined) resolve(result);
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- Of the raw clients it is a plain object.
        else reject(error);
      });
    } catch (error) {
      reject(error);
    }
  });
}

const allDown = /brokers? (?:connections )?are down/i;

/** Whether what a client says means that nothing goes on for now. Single connections come and go without harm. */
export function meansTrouble(text: string): boolean {
  return allDown.test(text) || /authenticat/i.test(text);
}

/** As in syslog. */
const errorSeverity = 3;

/** What a client says beside its calls: the last of it explains why a call failed. */
export class Remarks {
  get last(): string | null {
    return this.#logged ?? this.#heard;
  }
  #logged: string | null = null;
  #heard: string | null = null;
  /** No broker could be connected to. */
  areDown = false;
  listen(client: KafkaConsumer | KafkaProducer, onError: (text: string) => void = () => {}): void {
    (client as KafkaConsumer).on('event.error', ({message}) => {
      this.hear(message);
      onError(message);
    });
    // Errors have a text for their code alone; what really happened is in the log.
    (client as KafkaConsumer).on('event.log', ({severity, message}) => {
      if (severity <= errorSeverity) this.#logged = message.replace(/^\[thrd:[^\]]*\]: /, '').replace(/ \(after .*\)$/, '');
    });
  }

  hear(message: string): void {
    if (allDown.test(message)) this.areDown = true;
    else this.#heard = message;
  }
}

/** Connects. A problem of the environment when no broker answers: soon where all of them refuse, later where nothing is heard. */
export async function connect(client: KafkaConsumer | KafkaProducer, servers: string, remarks: Remarks): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const areDown = new Promise<never>((_, reject) => {
    let waitedMs = 0;
    timer = setInterval(() => {
      waitedMs += retryMs;
      serveEvents(client, remarks);
      if (waitedMs >= refusedMs && remarks.areDown) reject(new Error('all brokers are down'));
    }, retryMs);
  });
  try {
    await Promise.race([asked<ClusterMetadata>(callback => client.connect({timeout: connectMs}, callback)), areDown]);
  } catch (error) {
    void goodbye(client);
    throw unreachable(servers, remarks.last ?? textOf(error));
  } finally {
    clearInterval(timer);
  }
}

/** What a client has to say before it is connected comes only when it is asked. */
function serveEvents(client: KafkaConsumer | KafkaProducer, remarks: Remarks): void {
  if (!client.isConnected()) return;
  if ('poll' in client) client.poll();
  else {
    client.getClient().consume(0, 1, false, error => {
      if (error !== null && error !== undefined && error.code !== errorCodes.timedOut) remarks.hear(error.message);
    });
  }
}

function unreachable(servers: string, detail: string): ProblemError {
  const isRefused = /authenticat|handshake|certificate/i.test(detail);
  return fail(
    'environment',
    isRefused ? 'kafka-refused' : 'kafka-unreachable',
    `no Kafka broker at ${servers} ${isRefused ? 'lets us in' : 'can be reached'}`,
    {
      detail,
      hint: isRefused
        ? `check 'properties.security.protocol', 'properties.sasl.…' and 'properties.ssl.…'`
        : `check that it runs, and 'properties.bootstrap.servers'`,
    },
  );
}

/** Disconnects, but does not wait for ever. */
export function goodbye(client: KafkaConsumer | KafkaProducer): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, goodbyeMs);
    client.disconnect(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export function metadata(client: KafkaConsumer | KafkaProducer, request: MetadataRequest): Promise<ClusterMetadata> {
  return patiently(() => asked<ClusterMetadata>(callback => client.getMetadata({timeout: 5000, ...request}, callback)));
}

/** Partitions of a topic by their numbers; empty when there is no such topic. */
export async function partitionsOf(client: KafkaConsumer | KafkaProducer, topic: string): Promise<readonly number[]> {
  try {
    const {topics} = await metadata(client, {topic, allTopics: false});
    return partitionNumbers(topics.find(({name}) => name === topic));
  } catch (error) {
    if (isMissingTopic(error)) return [];
    throw error;
  }
}

export function partitionNumbers(topic: ClusterMetadata['topics'][number] | undefined): readonly number[] {
  return (topic?.partitions ?? []).map(({id}) => id).sort((a, b) => a - b);
}

/** The group's offsets. An element that could not be told is asked for again: that is another answer than "none". */
export async function committed(consumer: KafkaConsumer, partitions: readonly TopicPartition[]): Promise<readonly PartitionAnswer[]> {
  if (partitions.length === 0) return [];
  return patiently(async () => {
    const answers = await asked<PartitionAnswer[]>(callback => consumer.committed(partitions, 5000, callback));
    for (const answer of answers) {
      if (answer instanceof Error || answer.error !== undefined || answer.topic === undefined)
        throw new PartitionError(textOf(answer.error ?? answer));
    }
    return answers;
  });
}

/** An element of an answer that is an error. */
class PartitionError extends Error {
  readonly code = errorCodes.timedOut;
}

/** Asks again while the answer is that it takes longer. */
async function patiently<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let waitedMs = 0; ; waitedMs += retryMs) {
    try {
      return await ask();
    } catch (error) {
      if (waitedMs >= answerMs || !isPassing(error)) throw error;
      await new Promise(resolve => setTimeout(resolve, retryMs));
    }
  }
}

const passingCodes: ReadonlySet<number> = new Set([
  errorCodes.allBrokersDown,
  errorCodes.timedOut,
  errorCodes.timedOutInQueue,
  errorCodes.transport,
  -193, // resolve
  -180, // wait for coordinator
  5, // leader not available
  6, // not leader
  7, // request timed out
  9, // replica not available
  13, // network exception
  14, // coordinator loading
  15, // coordinator not available
  16, // not coordinator
  19, // not enough replicas
  20, // not enough replicas after append
]);

/** Errors that a client gets over by itself, once the cluster does. */
export function isPassing(error: unknown): boolean {
  return passingCodes.has(codeOf(error));
}

export function isMissingTopic(error: unknown): boolean {
  const code = codeOf(error);
  return code === errorCodes.unknownTopic || code === errorCodes.unknownTopicOrPartition || code === errorCodes.unknownPartition;
}

export function codeOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : 0;
}

export function textOf(error: unknown): string {
  const text = typeof error === 'object' && error !== null && 'message' in error ? (error as KafkaError).message : String(error);
  return text.replace(/^(?:Local|Broker): /, '');
}

/** What the client answers with, as a problem of ours. */
export function clientProblem(what: string, error: unknown, remarks: Remarks | null = null): ProblemError {
  if (error instanceof ProblemError) return error;
  const detail = textOf(error);
  const last = remarks?.last;
  const code = codeOf(error);
  const isDenied = code === 29 || code === 30 || code === 31 || code === 53;
  return fail(isPassing(error) ? 'transient' : 'environment', isDenied ? 'kafka-denied' : 'kafka-failed', what, {
    detail: last === undefined || last === null || last === detail ? detail : `${detail} (${last})`,
    ...(isDenied ? {hint: 'give the user the right to do so (kafka-acls.sh)'} : {}),
  });
}

/** A topic that is not there. */
export function noTopic(topic: string, servers: string): Problem {
  return {
    kind: 'environment',
    severity: 'error',
    code: 'no-topic',
    message: `there is no topic "${topic}" at ${servers}`,
    hint: `create it: kafka-topics.sh --bootstrap-server ${servers} --create --topic ${topic} --partitions 4`,
  };
}
