import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {cacheDirectory} from '../data.ts';
import {median, run, type Run} from '../measure.ts';
import {nexmarkFile} from '../nexmark-data.ts';
import {weir} from '../peers.ts';
import {printData} from '../report.ts';
import type {Options} from '../settings.ts';

/** Queries that do no more than read, compute and write: the bar is for the slowest of them. */
const stateless = ['q0', 'q1', 'q2', 'q14', 'q21', 'q22'];

/** The upstream queries (read from the corpus beside the project, which is not ours) over events of our own generator, each a job of its own. */
export async function nexmark(options: Options): Promise<boolean> {
  const queries = join(process.env['WEIR_CONFORMANCE'] ?? '../shared/conformance', 'nexmark/queries');
  if (!existsSync(queries)) {
    console.log('\nnexmark: the queries are not beside the project (set WEIR_CONFORMANCE); left out');
    return true;
  }
  const [small, large] = [nexmarkFile(100_000), nexmarkFile(1_000_000)];
  printData(large);
  console.log(`\n  ${'query'.padEnd(6)}${'events/s/core'.padStart(15)}${'ns/event'.padStart(10)}${'peak MB'.padStart(9)}`);
  let slowest = Infinity;
  for (let number = 0; number <= 23; number++) {
    const name = `q${number}`;
    const runs: {readonly small: Run; readonly large: Run}[] = [];
    try {
      for (let round = 0; round < options.rounds; round++) {
        runs.push({
          small: await run(command(queries, name, small.path), false),
          large: await run(command(queries, name, large.path), false),
        });
      }
    } catch (error) {
      console.log(`  ${name.padEnd(6)} ${/error\[[^\n]*/.exec(String(error))?.[0] ?? 'does not run'}`);
      continue;
    }
    const ns = (median(runs.map(one => one.large.cpuMs - one.small.cpuMs)) * 1e6) / (large.rows - small.rows);
    const perSecond = 1e9 / ns;
    if (stateless.includes(name)) slowest = Math.min(slowest, perSecond);
    console.log(
      `  ${name.padEnd(6)}${Math.round(perSecond).toLocaleString('en').padStart(15)}${ns.toFixed(0).padStart(10)}${Math.max(
        ...runs.map(one => one.large.peakMb),
      )
        .toFixed(0)
        .padStart(9)}`,
    );
  }
  const met = slowest >= 1e6;
  console.log(
    `  slowest of ${stateless.join(' ')}: ${Math.round(slowest).toLocaleString('en')} events/s/core; bar: >= 1 M ${met ? 'ok' : 'MISSED'}`,
  );
  return met;
}

function command(queries: string, name: string, events: string) {
  const script = join(cacheDirectory, 'nexmark', `${name}.sql`);
  mkdirSync(join(cacheDirectory, 'nexmark/data'), {recursive: true});
  // What upstream's generator of the side input writes.
  writeFileSync(join(cacheDirectory, 'nexmark/data/side_input.txt'), Array.from({length: 10_000}, (_, key) => `${key},${key}\n`).join(''));
  const ddl = readFileSync(join(queries, 'ddl_kafka.sql'), 'utf8').replace(
    /WITH\s*\([\s\S]*?\)\s*;/,
    `WITH ('connector' = 'filesystem', 'path' = '${resolve(events)}', 'format' = 'json');`,
  );
  const views = readFileSync(join(queries, 'ddl_views.sql'), 'utf8').replaceAll('${NEXMARK_TABLE}', 'kafka');
  const query = readFileSync(join(queries, `${name}.sql`), 'utf8')
    .replaceAll('${FLINK_HOME}', resolve(cacheDirectory, 'nexmark'))
    .replaceAll('A.dateTime', 'A.`dateTime`');
  writeFileSync(script, `${ddl}\n${views}\n${query}`);
  return weir(name, 'run', '-q', script);
}
