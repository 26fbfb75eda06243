import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createTopics, readAll} from '../../src/testing/kafka/admin.ts';
import {type Broker, startBroker} from '../../src/testing/kafka/broker.ts';
import {cacheDirectory} from '../data.ts';
import {bidsSql, type Query} from '../kafka/queries.ts';
import {kafkaStreams, streamsCommand} from '../kafka/streams.ts';
import {fillBids, type Input} from '../kafka/topics.ts';
import {compare, type Command, type Contender, type Measured} from '../measure.ts';
import {node, weir} from '../peers.ts';
import {printComparison, printPeers, printThroughput} from '../report.ts';
import type {Options} from '../settings.ts';

const partitions = 4;
/** More of them say nothing more, and take long to produce. */
const mostRows = 600_000;
const mostRounds = 3;
const folder = join(cacheDirectory, 'kafka');

type Guarantee = 'at-least-once' | 'exactly-once';

/** Jobs between topics of a real broker on this machine, against the barest loop of the same client and against Kafka Streams. */
export async function kafka(options: Options): Promise<boolean> {
  const streams = kafkaStreams();
  printPeers([streams], ['Kafka Streams']);
  const rows = Math.min(options.rows, mostRows);
  const rounds = Math.min(options.rounds, mostRounds);
  const broker = await startBroker({isMeasured: true});
  try {
    const few = {auctions: 1000, channels: 1000};
    const bids = [await fillBids(broker, rows / 3, partitions, few), await fillBids(broker, rows, partitions, few)] as const;
    let isMet = true;
    for (const query of ['filter', 'group'] as const) {
      const measured = await measure(new Field(broker, query, bids), streams !== null, query === 'filter', rounds);
      isMet = report(query, measured) && isMet;
    }
    const many = {auctions: 100_000, channels: 1000};
    const keyed = [await fillBids(broker, rows / 3, partitions, many), await fillBids(broker, rows, partitions, many)] as const;
    const measured = await measure(new Field(broker, 'group', keyed), false, false, rounds);
    return (
      printComparison('GROUP BY 100 K keys: exactly-once against at-least-once', pick(measured, exactly, atLeast), [bar(atLeast, 0.8)]) &&
      isMet
    );
  } finally {
    await broker.stop();
  }
}

const atLeast = 'weir at-least-once';
const exactly = 'weir exactly-once';

function bar(peer: string, atLeast: number) {
  return {peer, atLeast};
}

/** One run's figures, laid side by side as the bars ask for them. */
function report(query: Query, measured: readonly Measured[]): boolean {
  const what = query === 'filter' ? 'Kafka -> filter -> Kafka (90 % pass)' : 'Kafka -> GROUP BY 1 K keys -> upsert-kafka';
  printThroughput(`${what}: all`, measured);
  const streams = (guarantee: Guarantee) => `Kafka Streams ${guarantee}`;
  let isMet = printComparison(`${what}: at-least-once`, pick(measured, atLeast, 'bare loop', streams('at-least-once')), [
    bar('bare loop', 0.8),
    bar(streams('at-least-once'), 2),
  ]);
  const bars = [bar(streams('exactly-once'), 2), ...(query === 'filter' ? [bar(atLeast, 0.85)] : [])];
  isMet = printComparison(`${what}: exactly-once`, pick(measured, exactly, atLeast, streams('exactly-once')), bars) && isMet;
  return isMet;
}

function pick(measured: readonly Measured[], ...names: readonly string[]): readonly Measured[] {
  return names.flatMap(name => measured.find(one => one.name === name) ?? []);
}

/** A query over two inputs, and what makes contenders for it. */
class Field {
  readonly broker: Broker;
  readonly query: Query;
  readonly inputs: readonly [Input, Input];

  constructor(broker: Broker, query: Query, inputs: readonly [Input, Input]) {
    this.broker = broker;
    this.query = query;
    this.inputs = inputs;
  }

  outputOf(name: string, input: Input): string {
    return `out-${this.query}-${name.replaceAll(' ', '-')}-${input.topic}`;
  }

  async contender(name: string, make: (input: Input, output: string) => Command): Promise<Contender> {
    const [small, large] = this.inputs;
    const names = this.inputs.map(input => this.outputOf(name, input));
    await createTopics(
      this.broker.bootstrap,
      names.map(one => ({name: one, partitions})),
    );
    const of = (input: Input) => ({...make(input, this.outputOf(name, input)), name});
    return {name, small: of(small), large: of(large), rowsBetween: large.rows - small.rows};
  }

  async job(guarantee: Guarantee): Promise<Contender> {
    return this.contender(`weir ${guarantee}`, (input, output) => {
      const state = join(folder, 'state');
      mkdirSync(folder, {recursive: true});
      rmSync(state, {recursive: true, force: true});
      const file = join(folder, `${this.query}-${guarantee}-${input.topic}.sql`);
      writeFileSync(file, bidsSql(this.query, {broker: this.broker, from: input.topic, to: output, isBounded: true}));
      const flags = ['--guarantee', guarantee, '--batch', ',100ms', '--fresh', '--state-dir', state, '--no-tui', '--quiet'];
      return weir('weir', 'run', file, ...flags);
    });
  }

  async loop(): Promise<Contender> {
    const {bootstrap} = this.broker;
    return this.contender('bare loop', ({topic, rows}, output) => ({
      name: 'bare loop',
      file: node,
      args: ['bench/kafka/loop.js', bootstrap, topic, output, String(rows), String(partitions)],
    }));
  }

  async streams(guarantee: Guarantee): Promise<Contender> {
    const {broker, query} = this;
    return this.contender(`Kafka Streams ${guarantee}`, ({topic, rows}, output) =>
      streamsCommand({bootstrap: broker.bootstrap, query, from: topic, to: output, rows, guarantee}),
    );
  }
}

async function measure(field: Field, withStreams: boolean, withLoop: boolean, rounds: number): Promise<readonly Measured[]> {
  const contenders = [await field.job('at-least-once'), await field.job('exactly-once')];
  if (withLoop) contenders.push(await field.loop());
  if (withStreams) contenders.push(await field.streams('at-least-once'), await field.streams('exactly-once'));
  const measured = await compare(contenders, rounds);
  await check(field, contenders, rounds);
  return measured;
}

/** Every run over the smaller input has given what it must, recomputed from the input: so many records, and of groups the right last ones. */
async function check(field: Field, contenders: readonly Contender[], rounds: number): Promise<void> {
  const {broker, query} = field;
  const [small] = field.inputs;
  const bids = (await readAll(broker.bootstrap, small.topic)).map(({value}) => JSON.parse(value ?? '') as Bid);
  const passing = bids.filter(({price}) => price > 100_000).length;
  const totals = new Map<number, string>();
  for (const [auction, {c, total}] of totalsOf(bids)) totals.set(auction, `${c} ${total}`);
  for (const {name} of contenders) {
    const records = await readAll(broker.bootstrap, field.outputOf(name, small));
    const expected = rounds * (query === 'filter' && name !== 'bare loop' ? passing : bids.length);
    if (records.length !== expected) throw new Error(`${name} gave ${records.length} records, not ${expected}`);
    if (query === 'filter') continue;
    const last = new Map(records.map(({value}) => JSON.parse(value ?? '') as Total).map(one => [one.auction, `${one.c} ${one.total}`]));
    for (const [auction, figures] of totals)
      if (last.get(auction) !== figures)
        throw new Error(`${name}: auction ${auction} ends with ${last.get(auction) ?? 'nothing'}, not ${figures}`);
  }
}

interface Bid {
  readonly auction: number;
  readonly price: number;
}

interface Total {
  readonly auction: number;
  readonly c: number;
  readonly total: number;
}

function totalsOf(bids: readonly Bid[]): ReadonlyMap<number, {c: number; total: number}> {
  const totals = new Map<number, {c: number; total: number}>();
  for (const {auction, price} of bids) {
    const found = totals.get(auction);
    if (found === undefined) totals.set(auction, {c: 1, total: price});
    else {
      found.c++;
      found.total += price;
    }
  }
  return totals;
}
