import {bidsFile, type DataFile} from '../data.ts';
import {compare, run, type Command, type Contender} from '../measure.ts';
import {duckdb, duckdbCommand, jq, miller, parseLoop, weir} from '../peers.ts';
import {checksum, printComparison, printData, printPeers} from '../report.ts';
import {bidColumns, type Options} from '../settings.ts';

/** Filter (10 % pass) and project, NDJSON to NDJSON. The slow peers get a tenth of the rows: cost is by row. */
export async function filter(options: Options): Promise<boolean> {
  const peers = [duckdb(), miller(), jq()] as const;
  printPeers(peers, ['DuckDB', 'Miller', 'jq']);
  const [duck, mlr, jqPeer] = peers;
  const files = [bidsFile(options.rows / 3), bidsFile(options.rows)] as const;
  const few = [bidsFile(options.rows / 30), bidsFile(options.rows / 10)] as const;
  printData(files[1]);
  const fast: ((file: DataFile) => Command)[] = [
    file => weir('weir', '-o', 'ndjson', `SELECT auction, price, channel FROM '${file.path}' WHERE price < 100000`),
    file => parseLoop('filter', 'auction', file.path),
  ];
  if (duck !== null) {
    fast.push(file =>
      duckdbCommand(
        duck,
        `COPY (SELECT auction, price, channel FROM ${bidColumns(file)} WHERE price < 100000) TO '/dev/stdout' (FORMAT json)`,
      ),
    );
  }
  const slow: ((file: DataFile) => Command)[] = [];
  if (mlr !== null) {
    slow.push(file => ({
      name: mlr.name,
      file: mlr.file,
      args: ['--ijsonl', '--ojsonl', 'filter', '$price < 100000', 'then', 'cut', '-o', '-f', 'auction,price,channel', file.path],
    }));
  }
  if (jqPeer !== null)
    slow.push(file => ({
      name: jqPeer.name,
      file: jqPeer.file,
      args: ['-c', 'select(.price < 100000) | {auction, price, channel}', file.path],
    }));
  const sums = [];
  for (const command of [...fast, ...slow]) sums.push(checksum(rowsOf((await run(command(few[0]), true)).output)));
  if (new Set(sums).size !== 1) throw new Error(`filter: results differ: ${sums.join(' ')}`);
  console.log(`checksum: ${sums[0] ?? ''} (all agree)`);
  const contender =
    ([small, large]: readonly [DataFile, DataFile]) =>
    (command: (file: DataFile) => Command): Contender => ({
      name: command(small).name,
      small: command(small),
      large: command(large),
      rowsBetween: large.rows - small.rows,
    });
  const measured = [
    ...(await compare(fast.map(contender(files)), options.rounds)),
    ...(await compare(slow.map(contender(few)), Math.min(3, options.rounds))),
  ];
  return printComparison('filter (10 % pass) and project, NDJSON to NDJSON', measured, [
    {peer: 'DuckDB', atLeast: 2.3},
    {peer: 'Miller', atLeast: 50},
    {peer: 'jq', atLeast: 20},
  ]);
}

function rowsOf(output: string): string[] {
  return output
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.stringify(Object.values(JSON.parse(line) as object)));
}
