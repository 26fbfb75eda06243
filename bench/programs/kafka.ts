import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {connectProducer, createTopics, promised, readAll, send} from '../../src/testing/kafka/admin.ts';
import {type Broker, startBroker} from '../../src/testing/kafka/broker.ts';
import {bidsFile, cacheDirectory} from '../data.ts';
import {compare, type Command, type Contender, run} from '../measure.ts';
import {node, weir} from '../peers.ts';
import {type Bar, printComparison, printData} from '../report.ts';
import type {Options} from '../settings.ts';

const partitions = 4;
/** More of them say nothing more, and take long to produce. */
const mostRows = 600_000;

interface Input {
  readonly topic: string;
  readonly rows: number;
}

/** Jobs between topics of a real broker on this machine, against the barest loop of the same client. */
export async function kafka(options: Options): Promise<boolean> {
  const broker = await startBroker({isMeasured: true});
  try {
    const rows = Math.min(options.rows, mostRows);
    const [small, large] = [await fill(broker, rows / 3), await fill(broker, rows)];
    const rounds = Math.min(options.rounds, 3);
    const filter = await throughput(broker, 'Kafka -> filter -> Kafka (90 % pass), 4 partitions', 'filter', [small, large], rounds, [
      {peer: 'bare loop', atLeast: 0.8},
    ]);
    const group = await throughput(broker, 'Kafka -> GROUP BY 1 K keys -> upsert-kafka', 'group', [small, large], rounds, []);
    return filter && group;
  } finally {
    await broker.stop();
  }
}

async function fill(broker: Broker, rows: number): Promise<Input> {
  const file = bidsFile(rows, {auctions: 1000, channels: 1000});
  printData(file);
  const topic = `bids-${rows}`;
  await createTopics(broker.bootstrap, [{name: topic, partitions}]);
  const producer = await connectProducer(broker.bootstrap, {'enable.idempotence': true, 'linger.ms': 5});
  const lines = readFileSync(file.path, 'utf8').split('\n').slice(0, -1);
  for (let at = 0; at < lines.length; at += 20_000) {
    const records = lines.slice(at, at + 20_000).map((value, index) => ({value, partition: (at + index) % partitions}));
    await send(producer, topic, records);
  }
  await promised<unknown>(done => producer.disconnect(done));
  return {topic, rows};
}

type Query = 'filter' | 'group';

const queries: Readonly<Record<Query, {readonly sink: (topic: string) => string; readonly sql: string}>> = {
  filter: {
    sink: topic =>
      `CREATE TABLE o (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, extra STRING) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'format' = 'json', `,
    sql: 'INSERT INTO o SELECT auction, bidder, price, channel, url, extra FROM i WHERE price > 100000',
  },
  group: {
    sink: topic =>
      `CREATE TABLE o (auction BIGINT, c BIGINT, total BIGINT, PRIMARY KEY (auction) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = '${topic}', 'key.format' = 'json', 'value.format' = 'json', `,
    sql: 'INSERT INTO o SELECT auction, COUNT(*), SUM(price) FROM i GROUP BY auction',
  },
};

async function throughput(
  broker: Broker,
  title: string,
  query: Query,
  inputs: readonly [Input, Input],
  rounds: number,
  bars: readonly Bar[],
): Promise<boolean> {
  const contenders: Contender[] = [];
  for (const guarantee of ['at-least-once', 'exactly-once'] as const) {
    contenders.push(await contender(`weir ${guarantee}`, inputs, (input, output) => job(broker, query, input, output, guarantee)));
  }
  if (query === 'filter') contenders.push(await contender('bare loop', inputs, (input, output) => loop(broker, input, output)));
  const expected = await check(broker, contenders, query);
  console.log(`${expected.toLocaleString('en')} records come out of each`);
  return printComparison(title, await compare(contenders, rounds), bars);

  async function contender(name: string, [small, large]: readonly [Input, Input], make: (input: Input, output: string) => Command) {
    const outputs = [small, large].map(({rows}) => `out-${query}-${name.replaceAll(' ', '-')}-${rows}`);
    await createTopics(
      broker.bootstrap,
      outputs.map(one => ({name: one, partitions})),
    );
    return {
      name,
      small: {...make(small, outputs[0] as string), name},
      large: {...make(large, outputs[1] as string), name},
      rowsBetween: large.rows - small.rows,
    };
  }
}

/** Each contender's first run over the smaller input gives as many records as the others' that do the same. */
async function check(broker: Broker, contenders: readonly Contender[], query: Query): Promise<number> {
  const counts = new Map<string, number>();
  for (const {name, small} of contenders) {
    await run(small, false);
    const output = small.args.find(argument => argument.startsWith('out-')) ?? `out-${query}-${name.replaceAll(' ', '-')}-${rowsOf(small)}`;
    counts.set(name, (await readAll(broker.bootstrap, output)).length);
  }
  const [first] = counts.values();
  for (const [name, count] of counts) {
    if (name.startsWith('weir') && count !== first) throw new Error(`${name} gave ${count} records, not ${first}`);
    if (count === 0) throw new Error(`${name} gave nothing`);
  }
  return first ?? 0;
}

function rowsOf({args}: Command): string {
  return /-(\d+)\.sql$/.exec(args.find(argument => argument.endsWith('.sql')) ?? '')?.[1] ?? '';
}

function job(broker: Broker, query: Query, input: Input, output: string, guarantee: string): Command {
  const folder = join(cacheDirectory, 'kafka');
  mkdirSync(folder, {recursive: true});
  const servers = `'properties.bootstrap.servers' = '${broker.bootstrap}')`;
  const sql = `CREATE TABLE i (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, extra STRING) WITH ('connector' = 'kafka', 'topic' = '${input.topic}', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'format' = 'json', ${servers};
${queries[query].sink(output)}${servers};
${queries[query].sql};
`;
  const file = join(folder, `${query}-${guarantee}-${input.rows}.sql`);
  writeFileSync(file, sql);
  const state = join(folder, 'state');
  rmSync(state, {recursive: true, force: true});
  return weir('weir', 'run', file, '--guarantee', guarantee, '--batch', ',100ms', '--fresh', '--state-dir', state, '--no-tui', '--quiet');
}

function loop(broker: Broker, input: Input, output: string): Command {
  return {
    name: 'bare loop',
    file: node,
    args: ['bench/kafka-loop.js', broker.bootstrap, input.topic, output, String(input.rows), String(partitions)],
  };
}
