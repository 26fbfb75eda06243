import {bidsFile} from '../data.ts';
import {median, run, type Command, type Run} from '../measure.ts';
import {duckdb, duckdbCommand, miller, weir} from '../peers.ts';
import {checksum, printData, printPeers} from '../report.ts';
import {bidColumns, type Options} from '../settings.ts';

/** A one-liner over 100 K rows as a whole process, start-up included. */
export async function oneLiner(options: Options): Promise<boolean> {
  const [duck, mlr] = [duckdb(), miller()];
  printPeers([duck, mlr], ['DuckDB', 'Miller']);
  const file = bidsFile(100_000);
  printData(file);
  const commands: Command[] = [
    weir('weir', '-o', 'ndjson', `SELECT channel, COUNT(*) AS c, SUM(price) AS s FROM '${file.path}' GROUP BY channel`),
  ];
  if (duck !== null)
    commands.push(
      duckdbCommand(
        duck,
        `COPY (SELECT channel, COUNT(*) AS c, SUM(price) AS s FROM ${bidColumns(file)} GROUP BY channel) TO '/dev/stdout' (FORMAT json)`,
      ),
    );
  if (mlr !== null)
    commands.push({
      name: mlr.name,
      file: mlr.file,
      args: ['--ijsonl', '--ojsonl', 'stats1', '-a', 'count,sum', '-f', 'price', '-g', 'channel', file.path],
    });
  const runs = commands.map(() => [] as Run[]);
  const sums = [];
  for (const command of commands)
    sums.push(
      checksum(
        (await run(command, true)).output
          .split('\n')
          .filter(Boolean)
          .map(line =>
            JSON.stringify(Object.values(JSON.parse(line) as object).map(value => (isNaN(Number(value)) ? value : Number(value)))),
          ),
      ),
    );
  if (new Set(sums).size !== 1) throw new Error(`one-liner: results differ: ${sums.join(' ')}`);
  for (let round = 0; round < options.rounds * 3; round++) {
    for (const [index, command] of commands.entries()) runs[index]?.push(await run(command, false));
  }
  console.log(`\n100 K-row one-liner, whole process (checksum ${sums[0] ?? ''})`);
  const ours = median((runs[0] as Run[]).map(one => one.cpuMs));
  let met = true;
  for (const [index, command] of commands.entries()) {
    const cpuMs = median((runs[index] as Run[]).map(one => one.cpuMs));
    const wallMs = median((runs[index] as Run[]).map(one => one.wallMs));
    const ok = command.name === 'DuckDB' ? ours <= 1.3 * cpuMs : command.name === 'Miller' ? cpuMs >= 5 * ours : true;
    const bar =
      command.name === 'DuckDB'
        ? `weir <= 1.3x its CPU (${(ours / cpuMs).toFixed(2)}x)`
        : command.name === 'Miller'
          ? `>= 5x ours (${(cpuMs / ours).toFixed(1)}x)`
          : '';
    if (!ok) met = false;
    console.log(
      `  ${command.name.padEnd(12)} ${cpuMs.toFixed(0).padStart(6)} ms CPU ${wallMs.toFixed(0).padStart(6)} ms wall  ${bar} ${ok ? '' : 'MISSED'}`,
    );
  }
  return met;
}
