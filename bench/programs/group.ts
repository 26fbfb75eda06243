import {bidsFile, type BidShape, type DataFile} from '../data.ts';
import {compare, run, type Command, type Contender} from '../measure.ts';
import {duckdb, duckdbCommand, parseLoop, weir} from '../peers.ts';
import {checksum, printComparison, printData, printPeers, type Bar} from '../report.ts';
import {bidColumns, type Options} from '../settings.ts';

interface GroupBench {
  readonly title: string;
  readonly key: 'auction' | 'channel';
  readonly shape: BidShape;
  readonly bars: readonly Bar[];
}

const benches: readonly GroupBench[] = [
  {
    title: 'GROUP BY 1 K number keys: COUNT, SUM, MAX',
    key: 'auction',
    shape: {auctions: 1000, channels: 1000},
    bars: [
      {peer: 'DuckDB', atLeast: 2.0},
      {peer: 'JSON.parse loop', atLeast: 7},
    ],
  },
  {
    title: 'GROUP BY 100 K random number keys',
    key: 'auction',
    shape: {auctions: 100_000, channels: 1000},
    bars: [{peer: 'DuckDB', atLeast: 1.7}],
  },
  {title: 'GROUP BY 1 K string keys', key: 'channel', shape: {auctions: 1000, channels: 1000}, bars: [{peer: 'DuckDB', atLeast: 1.7}]},
  {
    title: 'GROUP BY 100 K random string keys',
    key: 'channel',
    shape: {auctions: 1000, channels: 100_000},
    bars: [{peer: 'DuckDB', atLeast: 1.7}],
  },
];

/** Grouped aggregates over a file of bids. */
export async function group(options: Options): Promise<boolean> {
  const peer = duckdb();
  printPeers([peer], ['DuckDB']);
  let met = true;
  for (const bench of benches) {
    const small = bidsFile(options.rows / 3, bench.shape);
    const large = bidsFile(options.rows, bench.shape);
    printData(large);
    const commands: ((file: DataFile) => Command)[] = [
      file => weir('weir', '-o', 'ndjson', groupSql(bench.key, `'${file.path}'`)),
      file => parseLoop('group', bench.key, file.path),
    ];
    if (peer !== null)
      commands.push(file => duckdbCommand(peer, `COPY (${groupSql(bench.key, bidColumns(file))}) TO '/dev/stdout' (FORMAT json)`));
    const sums = [];
    for (const command of commands) sums.push(checksum(rowsOf((await run(command(small), true)).output, bench.key)));
    if (new Set(sums).size !== 1) throw new Error(`${bench.title}: results differ: ${sums.join(' ')}`);
    console.log(`checksum: ${sums[0] ?? ''} (all agree)`);
    const contenders: Contender[] = commands.map(command => ({
      name: command(small).name,
      small: command(small),
      large: command(large),
      rowsBetween: large.rows - small.rows,
    }));
    met = printComparison(bench.title, await compare(contenders, options.rounds), bench.bars) && met;
  }
  return met;
}

function groupSql(key: string, from: string): string {
  return `SELECT ${key}, COUNT(*) AS c, SUM(price) AS s, MAX(price) AS m FROM ${from} GROUP BY ${key}`;
}

function rowsOf(output: string, key: string): string[] {
  return output
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const row = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify([row[key], row['c'], Number(row['s']), row['m']]);
    });
}
