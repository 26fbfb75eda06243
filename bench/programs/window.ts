import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {bidsFile, cacheDirectory, type DataFile} from '../data.ts';
import {compare, run, type Command, type Contender} from '../measure.ts';
import {duckdb, duckdbCommand, weir} from '../peers.ts';
import {checksum, printComparison, printData, printPeers} from '../report.ts';
import {bidColumns, type Options} from '../settings.ts';

/** Tumbling windows of ten seconds, some hundred keys in each, over bids in the order of their time. */
export async function window(options: Options): Promise<boolean> {
  const peer = duckdb();
  printPeers([peer], ['DuckDB']);
  const files = [bidsFile(options.rows / 3, inOrder), bidsFile(options.rows, inOrder)] as const;
  printData(files[1]);
  const commands: ((file: DataFile) => Command)[] = [file => weir('weir', 'run', '-o', 'ndjson', script(file))];
  if (peer !== null) {
    commands.push(file =>
      duckdbCommand(
        peer,
        `COPY (SELECT strftime(time_bucket(INTERVAL 10 SECOND, dateTime::TIMESTAMP), '%Y-%m-%d %H:%M:%S') AS w, auction, COUNT(*) AS c, SUM(price) AS s FROM ${bidColumns(file)} GROUP BY 1, 2) TO '/dev/stdout' (FORMAT json)`,
      ),
    );
  }
  const sums = [];
  for (const command of commands) sums.push(checksum(rowsOf((await run(command(files[0]), true)).output)));
  if (new Set(sums).size !== 1) throw new Error(`window: results differ: ${sums.join(' ')}`);
  console.log(`checksum: ${sums[0] ?? ''} (all agree)`);
  const contenders = commands.map((command): Contender => ({
    name: command(files[0]).name,
    small: command(files[0]),
    large: command(files[1]),
    rowsBetween: files[1].rows - files[0].rows,
  }));
  const measured = await compare(contenders, options.rounds);
  const met = printComparison('TUMBLE of 10 s, 1 K keys', measured, [{peer: 'DuckDB', atLeast: 2.0}]);
  const [ours, theirs] = measured;
  if (ours === undefined || theirs === undefined) return met;
  const small = ours.peakMb <= theirs.peakMb / 3;
  console.log(`  memory: ${ours.peakMb.toFixed(0)} MB against ${theirs.peakMb.toFixed(0)} MB; bar: a third ${small ? 'ok' : 'MISSED'}`);
  return met && small;
}

const inOrder = {auctions: 1000, channels: 1000, perSecond: 670} as const;

/** A stream with its watermark: windows come as they close, and are forgotten. */
function script(file: DataFile): string {
  const path = join(cacheDirectory, `window-${file.rows}.sql`);
  writeFileSync(
    path,
    `CREATE TABLE bids (auction BIGINT, price BIGINT, \`dateTime\` TIMESTAMP(3), WATERMARK FOR \`dateTime\` AS \`dateTime\`)
  WITH ('connector' = 'filesystem', 'path' = '${file.path}', 'format' = 'json');
SELECT window_start AS w, auction, COUNT(*) AS c, SUM(price) AS s
FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, auction;\n`,
  );
  return path;
}

function rowsOf(output: string): string[] {
  return output
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const row = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify([String(row['w']).slice(0, 19).replace('T', ' '), row['auction'], row['c'], Number(row['s'])]);
    });
}
