import {type CommitPoint, commitPoints} from '../../flow/delivery.ts';
import type {ApiName} from '../kafka/proxy.ts';
import type {Pair} from './pairs.ts';
import type {Random} from './workload.ts';

export type Guarantee = 'exactly-once' | 'at-least-once';

/** What is done to a job, once. */
export type Step =
  /** It ends itself at the n-th time that this moment of a commit comes. */
  | {readonly harm: 'point'; readonly point: CommitPoint; readonly count?: number}
  /** The broker does what it is asked for, and its answer never comes. */
  | {readonly harm: 'drop'; readonly api: ApiName}
  /** What has not been synced is gone, or is zeros: when there is something, or at a moment of a commit. */
  | {readonly harm: 'power-loss'; readonly point?: CommitPoint; readonly count?: number}
  | {readonly harm: PlainHarm};

export type PlainHarm = (typeof plainHarms)[number];

const plainHarms = [
  /** SIGKILL at any moment. */
  'kill',
  /** Stopped, overtaken by a successor, and let go on. */
  'zombie',
  /** The same, but its successor runs where it cannot reach the zombie: only the broker stands between them. */
  'moved',
  /** Stopped for a while, and let go on. */
  'freeze',
  /** Asked for a clean end. */
  'stop',
  'pause',
  /** The clock of its machine jumps by up to an hour, back and forth, many times. */
  'clock',
  /** The disk is full where its output goes. */
  'full-output',
  /** The disk is full where its log is. */
  'full-log',
  /** A part of another record stands behind the last one of its log. */
  'torn-tail',
  /** The end of the last record of its log is missing. */
  'lost-record',
  /** All its connections are reset. */
  'cut',
  /** Answers come late. */
  'delay',
  /** Nothing comes any more, though connections stay open. */
  'net-freeze',
  /** The end of a transaction goes astray, is sent again, and arrives later. */
  'stray',
  'broker-freeze',
  'broker-restart',
  'broker-kill',
] as const;

/** How it is called in tables: `kill`, `point:sent`, `drop:endTxn`. */
export function stepName(step: Step): string {
  return step.harm === 'point' ? `point:${step.point}` : step.harm === 'drop' ? `drop:${step.api}` : step.harm;
}

/** The moments at which a job of this pair can be made to crash. */
export function pointsOf({to}: Pair, guarantee: Guarantee): readonly CommitPoint[] {
  const own = ['captured', 'settled', 'recorded', 'counted'] as const;
  return to === 'kafka' && guarantee === 'exactly-once' ? commitPoints : own;
}

/** Everything that a job of this pair can suffer, once each. */
export function deckOf(pair: Pair, guarantee: Guarantee): readonly Step[] {
  const points = pointsOf(pair, guarantee).map((point): Step => ({harm: 'point', point}));
  const harms: PlainHarm[] = ['kill', 'kill', 'zombie', 'freeze', 'stop', 'pause', 'clock', 'full-log', 'torn-tail'];
  const apis: ApiName[] = [];
  if (pair.to === 'file') harms.push('full-output', 'lost-record');
  if (pair.to === 'kafka') apis.push('produce');
  if (pair.from === 'kafka') apis.push('fetch');
  if (pair.to === 'kafka' && guarantee === 'exactly-once') {
    harms.push('moved', 'stray');
    apis.push('addPartitionsToTxn', 'addOffsetsToTxn', 'txnOffsetCommit', 'endTxn', 'initProducerId');
  }
  if (usesKafka(pair)) harms.push('cut', 'delay', 'net-freeze', 'broker-freeze', 'broker-restart', 'broker-kill');
  return [...points, {harm: 'power-loss'}, ...harms.map((harm): Step => ({harm})), ...apis.map((api): Step => ({harm: 'drop', api}))];
}

/** What long runs do again and again: mostly crashes; the network and the broker are slow to come back, so they are disturbed now and then. */
export function nextDeck(pair: Pair, guarantee: Guarantee, random: Random): readonly Step[] {
  const crashes = pointsOf(pair, guarantee).map((point): Step => ({harm: 'point', point}));
  const kills = crashes.map((): Step => ({harm: 'kill'}));
  return shuffled([...crashes, ...crashes, ...crashes, ...kills, ...kills, ...deckOf(pair, guarantee)], random);
}

/** It is done to the broker, or between it and the job. */
export function isOfBroker({harm}: Step): boolean {
  return (['drop', 'cut', 'delay', 'net-freeze', 'stray', 'broker-freeze', 'broker-restart', 'broker-kill'] as const).some(
    name => name === harm,
  );
}

export function usesKafka({from, to}: Pair): boolean {
  return from === 'kafka' || to === 'kafka';
}

export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [all[last], all[other]] = [all[other] as Item, all[last] as Item];
  }
  return all;
}
