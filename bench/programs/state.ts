import {bidsFile, generated, type DataFile} from '../data.ts';
import {planOf, runThrough, start} from '../in-process.ts';
import {median} from '../measure.ts';
import type {Options} from '../settings.ts';

/** Saving and loading, joining, and the longest step of any of it: in process. */
export async function state(options: Options): Promise<boolean> {
  const images = await savingAndLoading(options);
  const steps = await longestSteps(options);
  return images && steps;
}

const bids = (file: DataFile, settings = ''): string =>
  `${settings}CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, dateTime TIMESTAMP(3), WATERMARK FOR dateTime AS dateTime) WITH ('connector' = 'filesystem', 'path' = '${file.path}', 'format' = 'json');\n`.replaceAll(
    'dateTime',
    '`dateTime`',
  );

async function savingAndLoading(options: Options): Promise<boolean> {
  const file = bidsFile(options.rows / 3, {auctions: 100_000, channels: 1000});
  const plan = await planOf(`${bids(file)}SELECT auction, COUNT(*), SUM(price), MAX(price) FROM bids GROUP BY auction`);
  const running = start(plan);
  await runThrough(running);
  const saveMs = [];
  const loadMs = [];
  let bytes = 0;
  for (let round = 0; round < options.rounds + 2; round++) {
    let before = performance.now();
    const image = running.parts.engine.capture('full');
    saveMs.push(performance.now() - before);
    bytes = image.length;
    const other = start(plan);
    before = performance.now();
    other.parts.engine.restore([image]);
    loadMs.push(performance.now() - before);
    if (!Buffer.from(other.parts.engine.capture('full')).equals(image)) throw new Error('what was loaded is not what was saved');
  }
  const met = median(saveMs) < 50 && median(loadMs) < 50;
  console.log(
    `\nstate of 100 K groups (${(bytes / 1e6).toFixed(1)} MB): saved in ${median(saveMs).toFixed(1)} ms, loaded in ${median(loadMs).toFixed(1)} ms; bar: < 50 ms each ${met ? 'ok' : 'MISSED'}`,
  );
  return met;
}

function sideFile(name: string, rows: number): DataFile {
  return generated(`join-${name}-${rows}.ndjson`, rows, (next, row) => `{"id":${next() % rows},"${name}":${row}}\n`);
}

const inBatch = "SET 'execution.runtime-mode' = 'batch';\n";

async function longestSteps(options: Options): Promise<boolean> {
  const rows = options.rows / 3;
  const file = bidsFile(rows, {auctions: 1000, channels: 1000, perSecond: 670});
  const [left, right] = [sideFile('a', rows), sideFile('b', rows)];
  const sides = `CREATE TABLE l (id BIGINT, a BIGINT) WITH ('connector' = 'filesystem', 'path' = '${left.path}', 'format' = 'json');
CREATE TABLE r (id BIGINT, b BIGINT) WITH ('connector' = 'filesystem', 'path' = '${right.path}', 'format' = 'json');\n`;
  const queries: Readonly<Record<string, {readonly sql: string; readonly rows: number}>> = {
    'GROUP BY, a change a row': {sql: `${bids(file)}SELECT auction, COUNT(*), SUM(price) FROM bids GROUP BY auction`, rows},
    'TUMBLE of 10 s': {
      sql: `${bids(file)}SELECT window_start, auction, COUNT(*) FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, auction`,
      rows,
    },
    'SESSION, gap 10 s': {
      sql: `${bids(file)}SELECT window_start, auction, COUNT(*) FROM TABLE(SESSION(TABLE bids PARTITION BY auction, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, auction`,
      rows,
    },
    'Top-10 a key': {
      sql: `${bids(file)}SELECT auction, price FROM (SELECT auction, price, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS n FROM bids) WHERE n <= 10`,
      rows,
    },
    'first 10 of all counts': {
      sql: `${bids(file)}SELECT bidder, n FROM (SELECT bidder, n, ROW_NUMBER() OVER (ORDER BY n DESC) AS place FROM (SELECT bidder, COUNT(*) AS n FROM bids GROUP BY bidder)) WHERE place <= 10`,
      rows,
    },
    'HOP of 5 min every 30 s': {
      sql: `${bids(file)}SELECT window_start, bidder, COUNT(*) FROM TABLE(HOP(TABLE bids, DESCRIPTOR(\`dateTime\`), INTERVAL '30' SECOND, INTERVAL '5' MINUTE)) GROUP BY window_start, window_end, bidder`,
      rows,
    },
    'ORDER BY at the end': {sql: `${bids(file, inBatch)}SELECT auction, price FROM bids ORDER BY price`, rows},
    'ROW_NUMBER() at the end': {
      sql: `${bids(file, inBatch)}SELECT auction, price, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price) FROM bids`,
      rows,
    },
    'join of two inputs by number': {sql: `${sides}SELECT l.id, a, b FROM l JOIN r ON l.id = r.id`, rows: rows * 2},
    'join with updates': {
      sql: `${sides}SELECT l.id, a, n FROM l LEFT JOIN (SELECT id, COUNT(*) AS n FROM r GROUP BY id) AS c ON l.id = c.id`,
      rows: rows * 2,
    },
  };
  console.log(
    `\n  ${'query'.padEnd(30)}${'ns/row'.padStart(8)}${'p99 ms'.padStart(9)}${'p99.9'.padStart(8)}${'max'.padStart(8)}${'RSS MB'.padStart(8)}`,
  );
  let met = true;
  for (const [name, query] of Object.entries(queries)) {
    const running = start(await planOf(query.sql));
    const before = process.cpuUsage();
    const times = await runThrough(running);
    const {user, system} = process.cpuUsage(before);
    const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] as number;
    const ok = at(0.999) < 20;
    if (!ok) met = false;
    console.log(
      `  ${name.padEnd(30)}${(((user + system) * 1000) / query.rows).toFixed(0).padStart(8)}${at(0.99).toFixed(1).padStart(9)}${at(0.999).toFixed(1).padStart(8)}${(times.at(-1) as number).toFixed(1).padStart(8)}${(process.memoryUsage().rss / 2 ** 20).toFixed(0).padStart(8)}  ${ok ? '' : 'MISSED: < 20 ms'}`,
    );
  }
  return met;
}
