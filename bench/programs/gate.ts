import {readFileSync, writeFileSync} from 'node:fs';
import {bidsFile, type DataFile} from '../data.ts';
import {compare, type Command} from '../measure.ts';
import {parseLoop, weir} from '../peers.ts';

const baselineFile = 'bench/baseline.json';

/** The part of the engine that a change must not slow down: each against the same plain loop, in one run. */
const gates: readonly {readonly name: string; readonly ours: (file: DataFile) => Command; readonly loop: (file: DataFile) => Command}[] = [
  {
    name: 'group-number-keys',
    ours: file =>
      weir('weir', '-o', 'ndjson', `SELECT auction, COUNT(*) AS c, SUM(price) AS s, MAX(price) AS m FROM '${file.path}' GROUP BY auction`),
    loop: file => parseLoop('group', 'auction', file.path),
  },
  {
    name: 'group-string-keys',
    ours: file =>
      weir('weir', '-o', 'ndjson', `SELECT channel, COUNT(*) AS c, SUM(price) AS s, MAX(price) AS m FROM '${file.path}' GROUP BY channel`),
    loop: file => parseLoop('group', 'channel', file.path),
  },
  {
    name: 'filter-and-project',
    ours: file => weir('weir', '-o', 'ndjson', `SELECT auction, price, channel FROM '${file.path}' WHERE price < 100000`),
    loop: file => parseLoop('filter', 'auction', file.path),
  },
];

/** Fails when a ratio fell by more than a quarter of what is committed. `--accept` commits today's ratios. */
export async function gate(accept: boolean): Promise<boolean> {
  const [small, large] = [bidsFile(300_000), bidsFile(1_200_000)];
  const baseline = JSON.parse(readFileSync(baselineFile, 'utf8')) as Record<string, number>;
  const found: Record<string, number> = {};
  let met = true;
  for (const {name, ours, loop} of gates) {
    const ratio = async (rounds: number): Promise<number> => {
      const [engine, plain] = await compare(
        [ours, loop].map(command => ({name, small: command(small), large: command(large), rowsBetween: large.rows - small.rows})),
        rounds,
      );
      return (plain?.nsPerRow ?? 0) / (engine?.nsPerRow ?? 1);
    };
    const least = (baseline[name] ?? 0) * 0.75;
    let best = await ratio(5);
    // A neighbour on the machine can spoil one look; a slower engine spoils every one.
    for (let again = 0; again < 2 && best < least; again++) best = Math.max(best, await ratio(5));
    found[name] = Math.round(best * 100) / 100;
    const ok = best >= least;
    if (!ok) met = false;
    console.log(
      `gate ${name.padEnd(20)} ${best.toFixed(2)}x the plain loop, committed ${(baseline[name] ?? 0).toFixed(2)}x, least ${least.toFixed(2)}x ${ok ? 'ok' : 'FAILED'}`,
    );
  }
  if (accept) writeFileSync(baselineFile, `${JSON.stringify(found, null, 2)}\n`);
  return met || accept;
}
