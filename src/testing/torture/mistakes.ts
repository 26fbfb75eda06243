import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import net from 'node:net';
import {CommitLog} from '../../commit/log.ts';
import {RunningEngine} from '../../compile/running-engine.ts';
import {FilesystemSink} from '../../connectors/filesystem/filesystem-sink.ts';
import {type KafkaProducer, type KafkaSettings, loadClient} from '../../connectors/kafka/client.ts';
import {KafkaTransaction} from '../../connectors/kafka/transaction.ts';
import type {EpochWord} from '../../flow/delivery.ts';
import type {Position} from '../../flow/source.ts';
import {Committer} from '../../job/committer.ts';
import {handlePrototype} from './surroundings.ts';

/**
 * Mistakes that somebody could make in what recovers a job, each put into the classes of the product when a process begins. The torture must find every one of them;
 * one that it does not find is a harm that it does not do.
 */
const mistakes = {
  /** Behind what counts, output is left as it is. */
  'output-not-cut'(): void {
    around(FilesystemSink.prototype, 'restore', async function (restore, from: Position) {
      const file = from as {readonly path: string; readonly length: number} | null;
      await restore(file === null ? null : {...file, length: Math.max(file.length, fs.statSync(file.path).size)});
    });
  },

  /** The length of the output is that of the file, without what is on its way there. */
  'length-without-buffer'(): void {
    around(FilesystemSink.prototype, 'capture', function (capture) {
      const file = capture() as {readonly path: string} | null;
      return file === null ? null : {...file, length: fs.statSync(file.path).size};
    });
  },

  'state-not-restored'(): void {
    around(RunningEngine.prototype, 'restore', () => undefined);
  },

  /** Only the full image is loaded, without the changes behind it. */
  'changes-not-restored'(): void {
    around(RunningEngine.prototype, 'restore', function (restore, images: readonly Uint8Array[]) {
      restore(images.slice(0, 1));
    });
  },

  /** Changes of one capture are left out of the image. */
  'changes-left-out'(): void {
    around(RunningEngine.prototype, 'capture', function (capture, what: 'full' | 'changes') {
      if (what === 'changes') capture(what);
      return capture(what);
    });
  },

  /** A record names the positions of the one before it. */
  'positions-of-before'(): void {
    let before: readonly Position[] | null = null;
    around(Committer.prototype, 'commit', function (commit, captured) {
      const {positions} = captured;
      commit({...captured, positions: before ?? positions});
      before = positions;
    });
  },

  /** A record is not waited for, and written when its epoch has counted already. */
  'log-after-commit'(): void {
    around(CommitLog.prototype, 'append', async function (append, record, facts) {
      setTimeout(() => void append(record, facts), 300);
      return Promise.resolve();
    });
  },

  /** A record behind the one that counts is taken for one that does. */
  'uncounted-record-kept'(): void {
    around(CommitLog.prototype, 'resume', function (resume, decision) {
      const isCut = decision.kind === 'resume' && decision.cuts;
      return resume(isCut ? {kind: 'resume', epoch: decision.epoch + 1, cuts: false} : decision);
    });
  },

  /** Nobody asks the broker which epoch counts: the log is believed. */
  'epoch-not-asked'(): void {
    around(KafkaTransaction.prototype, 'open', async function (open): Promise<EpochWord> {
      await open();
      return {kind: 'none'};
    });
    around(CommitLog.prototype, 'end', function (end, nowMs) {
      const found = end(nowMs);
      const last = found?.last ?? null;
      return found === null || last === null ? found : {...found, last: {...last, isMarked: true}};
    });
  },

  /** A torn tail stays, and the next record is written behind it. */
  async 'torn-tail-kept'(): Promise<void> {
    const handles = await handlePrototype();
    around(handles, 'truncate', async () => Promise.resolve());
    const {writevSync} = fs;
    fs.writevSync = ((descriptor: number, pieces: readonly Uint8Array[]) =>
      writevSync(descriptor, pieces, fs.fstatSync(descriptor).size)) as typeof fs.writevSync;
    syncBuiltinESMExports();
  },

  /** A sync of the log is begun, and not waited for. */
  async 'sync-not-awaited'(): Promise<void> {
    around(await handlePrototype(), 'datasync', function (datasync) {
      void datasync();
      return Promise.resolve();
    });
  },

  /** Output is written, and its sync not waited for before its length is recorded. */
  'output-not-synced'(): void {
    around(FilesystemSink.prototype, 'settle', async function (settle) {
      void settle();
      await Promise.resolve();
    });
  },

  /** Offsets are committed by themselves, before the transaction that they belong to. */
  async 'offsets-outside'(): Promise<void> {
    const {Producer} = await loadClient();
    around(Producer.prototype as KafkaProducer, 'sendOffsetsToTransaction', (_send, offsets, consumer, _timeoutMs, callback) => {
      consumer.commitSync(offsets);
      setTimeout(() => callback(null, undefined), 5);
    });
  },

  /** Two processes of a job may run at the same time: the folder has no lock, and each has a transactional id of its own. */
  async 'zombie-not-fenced'(): Promise<void> {
    around(net.Server.prototype, 'listen', function (listen, ...words: unknown[]) {
      const [address, ...rest] = words;
      const isLock = typeof address === 'string' && (address.startsWith('\0weir-job') || address.endsWith('/lock'));
      return listen(...((isLock ? [`\0weir-no-lock-${process.pid}-${address.length}`, ...rest] : words) as [string]));
    });
    const client = await loadClient();
    const {Producer} = client;
    const renamed = class extends Producer {
      constructor(settings: KafkaSettings, topicSettings?: KafkaSettings) {
        const id = settings['transactional.id'];
        super(id === undefined ? settings : {...settings, 'transactional.id': `${id}-${process.pid}`}, topicSettings);
      }
    };
    Object.defineProperty(client, 'Producer', {value: renamed});
  },

  /** A producer goes on however slow its calls are. */
  'slow-producer-kept'(): void {
    around(KafkaTransaction.prototype, 'commit', function (commit, epoch, offsets, recorded) {
      Object.assign(this.options, {stopwatch: {elapsedMs: () => 0}});
      return commit(epoch, offsets, recorded);
    });
  },
} as const;

export type Mistake = keyof typeof mistakes;

export async function putIn(name: string): Promise<void> {
  if (!Object.hasOwn(mistakes, name)) throw new Error(`no such mistake: ${name}`);
  await mistakes[name as Mistake]();
}

type WordsOf<Method> = Method extends (...words: infer Words) => unknown ? Words : never;
type ResultOf<Method> = Method extends (...words: never[]) => infer Result ? Result : never;

/** Puts a function around a method: it is given the method, and what the method is called with. */
function around<Type extends object, Key extends keyof Type>(
  prototype: Type,
  name: Key,
  replacement: (
    this: Type,
    original: (...words: WordsOf<Type[Key]>) => ResultOf<Type[Key]>,
    ...words: WordsOf<Type[Key]>
  ) => ResultOf<Type[Key]>,
): void {
  const method = prototype[name] as (this: Type, ...words: WordsOf<Type[Key]>) => ResultOf<Type[Key]>;
  Object.defineProperty(prototype, name, {
    configurable: true,
    writable: true,
    value(this: Type, ...words: WordsOf<Type[Key]>): ResultOf<Type[Key]> {
      return replacement.call(this, (...others) => method.apply(this, others), ...words);
    },
  });
}
