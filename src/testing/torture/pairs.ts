import {appendFileSync, existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {KafkaFeed} from './kafka-feed.ts';
import {readAll} from '../kafka/admin.ts';
import {checkRows, checkTotals, type Findings, type RunningTotal} from './check.ts';
import {rowOf, type Workload} from './workload.ts';

export type Edge = 'file' | 'kafka';
export type Query = 'rows' | 'totals';

/** A source, a query and a sink to be tormented. */
export interface Pair {
  readonly from: Edge;
  readonly to: Edge;
  readonly query: Query;
}

export const pairs: readonly Pair[] = (['file', 'kafka'] as const).flatMap(from =>
  (['file', 'kafka'] as const).flatMap(to => (['rows', 'totals'] as const).map(query => ({from, to, query}))),
);

export function pairName({from, to, query}: Pair): string {
  return `${from}-${to}-${query}`;
}

/** Where the input lies and the output goes. */
export interface Place {
  readonly folder: string;
  /** `127.0.0.1:PORT` that the job is told (there may be a proxy); '' without Kafka. */
  readonly jobBootstrap: string;
  /** The broker itself, for whoever feeds and checks. */
  readonly bootstrap: string;
  /** Names of topics, fresh for each run. */
  readonly input: string;
  readonly output: string;
}

const columns = 'p INT, s BIGINT, k INT, a BIGINT';

export function sqlOf({from, to, query}: Pair, {folder, jobBootstrap, input, output}: Place): string {
  const kafka = (topic: string) => `'topic' = '${topic}', 'properties.bootstrap.servers' = '${jobBootstrap}'`;
  const source =
    from === 'file'
      ? `'connector' = 'filesystem', 'path' = '${join(folder, 'in.ndjson')}', 'scan.follow' = 'true', 'format' = 'json'`
      : `'connector' = 'kafka', ${kafka(input)}, 'scan.startup.mode' = 'earliest-offset', 'format' = 'json'`;
  const [outputColumns, select] =
    query === 'rows'
      ? [columns, 'SELECT p, s, k, a FROM i WHERE MOD(s, 10) <> 3']
      : ['k INT, n BIGINT, t BIGINT', 'SELECT k, COUNT(*) AS n, SUM(a) AS t FROM i GROUP BY k'];
  const file = `'connector' = 'filesystem', 'path' = '${join(folder, 'out.ndjson')}', 'format' = '${query === 'rows' ? 'json' : 'changelog-json'}'`;
  const topic =
    query === 'rows'
      ? `'connector' = 'kafka', ${kafka(output)}, 'format' = 'json'`
      : `'connector' = 'upsert-kafka', ${kafka(output)}, 'key.format' = 'json', 'value.format' = 'json'`;
  const key = query === 'totals' && to === 'kafka' ? ', PRIMARY KEY (k) NOT ENFORCED' : '';
  return `CREATE TABLE i (${columns}) WITH (${source});
CREATE TABLE o (${outputColumns}${key}) WITH (${to === 'file' ? file : topic});
INSERT INTO o ${select};`;
}

/** The file that a job of this pair writes; null: it writes a topic. */
export function outputFile({to}: Pair, {folder}: Place): string | null {
  return to === 'file' ? join(folder, 'out.ndjson') : null;
}

/** Gives rows to the job, little by little, and counts them. */
export interface Feed {
  /** Of each partition. */
  readonly sent: readonly number[];
  /** So many more rows for each partition. */
  give(rows: number): Promise<void>;
  close(): Promise<void>;
}

export async function openFeed({from}: Pair, workload: Workload, place: Place): Promise<Feed> {
  return from === 'file' ? new FileFeed(workload, join(place.folder, 'in.ndjson')) : KafkaFeed.open(workload, place);
}

class FileFeed implements Feed {
  readonly sent: number[];
  readonly #workload: Workload;
  readonly #path: string;

  constructor(workload: Workload, path: string) {
    this.#workload = workload;
    this.#path = path;
    this.sent = Array.from({length: workload.partitions}, () => 0);
    appendFileSync(path, '');
  }

  async give(rows: number): Promise<void> {
    let text = '';
    for (const [partition, from] of this.sent.entries()) {
      for (let sequence = from; sequence < from + rows; sequence++)
        text += `${JSON.stringify(rowOf(this.#workload, partition, sequence))}\n`;
      this.sent[partition] = from + rows;
    }
    appendFileSync(this.#path, text);
  }

  async close(): Promise<void> {}
}

/** Reads everything that came out, and judges it. */
export async function judge(pair: Pair, workload: Workload, sent: readonly number[], place: Place): Promise<Findings> {
  const texts = pair.to === 'file' ? linesOf(join(place.folder, 'out.ndjson')) : await messagesOf(place);
  const records = texts.map(({lane, text}) => ({...parsed(text), lane}));
  if (pair.query === 'rows') return checkRows(workload, sent, records as unknown as Parameters<typeof checkRows>[2]);
  const totals = pair.to === 'kafka' ? records : (records as readonly Change[]).flatMap(({op, data}) => (op === '-U' ? [] : [data ?? {}]));
  return checkTotals(workload, sent, totals as unknown as readonly RunningTotal[]);
}

/** What is no record is one that no input gives. */
function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

interface Change {
  readonly op?: string;
  readonly data?: unknown;
}

interface Text {
  /** The partition that it stands in. */
  readonly lane: number;
  readonly text: string;
}

function linesOf(path: string): readonly Text[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  return lines.map(text => ({lane: 0, text}));
}

async function messagesOf({bootstrap, output}: Place): Promise<readonly Text[]> {
  return (await readAll(bootstrap, output)).map(({partition, value}) => ({lane: partition, text: value ?? '{}'}));
}
