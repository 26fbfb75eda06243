import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {prepareScript, runToText} from '../run-case.ts';
import {isRefusal, readJson, Tally, why, type Judgement, type Verdict} from './family.ts';

interface Expected {
  readonly kind: 'append' | 'final';
  readonly count: number;
  readonly sha256: string;
}

/** The upstream queries over upstream's events, judged by the hash of their sorted rows. */
export async function judgeNexmark(corpus: string, scratch: string): Promise<Judgement> {
  const tally = new Tally('nexmark');
  const root = join(corpus, 'nexmark');
  const names = readdirSync(join(root, 'expected'))
    .filter(file => file.endsWith('.json'))
    .map(file => file.slice(0, -5))
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  for (const name of names) {
    tally.add(name, await judgeQuery(root, name, readJson(root, 'expected', `${name}.json`) as Expected, join(scratch, name)));
  }
  return tally.judgement();
}

async function judgeQuery(root: string, name: string, expected: Expected, directory: string): Promise<Verdict> {
  rmSync(directory, {recursive: true, force: true});
  mkdirSync(directory, {recursive: true});
  const output = join(directory, 'out.ndjson');
  writeSideInput(directory);
  const prepared = await prepareScript(
    {name: `${name}.sql`, text: queryText(root, name, output)},
    [{name: 'tables.sql', text: settingsText(expected) + tablesText(root)}],
    directory,
  );
  if (prepared.plan === null) return isRefusal(prepared.problems) ? {kind: 'refused'} : {kind: 'failed', why: why(prepared.problems)};
  const run = await runToText(prepared.plan, directory, 'fail');
  if (run.result.status !== 'done') return {kind: 'failed', why: run.result.problem?.message ?? run.result.status};
  const lines = linesOf(output);
  const rows = [...lines.map(line => Object.values(JSON.parse(line) as object)), ...partitionedRows(`${output}.parts`)];
  if (rows.length !== expected.count) return {kind: 'failed', why: `${rows.length} rows, not ${expected.count}`};
  const {rows: expectedRows} = expected as unknown as {readonly rows: readonly (readonly unknown[])[]};
  const found = hashOf(rows.map(canonical));
  const wanted = hashOf(expectedRows.map(canonical));
  return found === wanted ? {kind: 'passed'} : {kind: 'failed', why: 'rows differ'};
}

function linesOf(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '');
}

/** Rows of partitions that are complete, with the values that stand in their paths. */
function partitionedRows(directory: string): readonly (readonly unknown[])[] {
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory, {recursive: true, encoding: 'utf8'}).filter(file => file.endsWith('.json'));
  return files.flatMap(file => {
    if (!existsSync(join(directory, dirname(file), '_SUCCESS'))) return [];
    const values = dirname(file)
      .split('/')
      .map(part => decodeURIComponent(part.slice(part.indexOf('=') + 1)));
    return linesOf(join(directory, file)).map(line => [...Object.values(JSON.parse(line) as object), ...values]);
  });
}

/** A row as text in which a decimal and the same number written plainly are equal. */
function canonical(row: readonly unknown[]): string {
  return JSON.stringify(row.map(plain));
}

/** The expected times always have three digits of a second, the json format writes as many as are needed. */
function plain(value: unknown): unknown {
  if (value !== null && typeof value === 'object' && '$decimal' in value) return Number(value.$decimal);
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?$/.test(value)) return value;
  return value.padEnd(20, '.').padEnd(23, '0');
}

function hashOf(rows: readonly string[]): string {
  return createHash('sha256')
    .update([...rows].sort().join('\n'))
    .digest('hex');
}

/** The table that q13 looks bids up in, where upstream's generator puts it. */
function writeSideInput(directory: string): void {
  mkdirSync(join(directory, 'data'));
  writeFileSync(join(directory, 'data/side_input.txt'), Array.from({length: 10_000}, (_, key) => `${key},${key}\n`).join(''));
}

/** The query's own text with the reserved word quoted for which Flink, too, refuses one of them. Its blackhole is made a file; where it writes files itself, they are json, in a directory of ours. */
function queryText(root: string, name: string, output: string): string {
  return readFileSync(join(root, 'queries', `${name}.sql`), 'utf8')
    .replace(/'connector'\s*=\s*'blackhole'/, `'connector' = 'filesystem', 'path' = '${output}', 'format' = 'json'`)
    .replaceAll(/(?<!`)\bdateTime\b(?!`)/g, '`dateTime`')
    .replace(/'path' = 'file:[^']*\/bid\/',\s*'format' = 'csv'/, `'path' = '${output}.parts', 'format' = 'json'`)
    .replaceAll('${FLINK_HOME}', dirname(output))
    .replaceAll('${NEXMARK_DIR}', resolve(root));
}

/** Final rows are what batch mode gives; a file takes no updates. */
function settingsText(expected: Expected): string {
  return expected.kind === 'final' ? "SET 'execution.runtime-mode' = 'batch';\n" : '';
}

/** The DDL that upstream reads from Kafka, over a file instead. */
function tablesText(root: string): string {
  const kafka = readFileSync(join(root, 'queries', 'ddl_kafka.sql'), 'utf8');
  const file = kafka.replace(
    /WITH\s*\([\s\S]*?\)\s*;/,
    `WITH ('connector' = 'filesystem', 'path' = '${resolve(root, 'events-3000.ndjson')}', 'format' = 'json');`,
  );
  return `${file.replaceAll('${NEXMARK_TABLE}', 'kafka')}\n${readFileSync(join(root, 'queries', 'ddl_views.sql'), 'utf8').replaceAll('${NEXMARK_TABLE}', 'kafka')}`;
}
