import {median, run, type Run} from '../measure.ts';
import {node, weir} from '../peers.ts';
import type {Options} from '../settings.ts';

/** From start to end of the smallest one-liner, over a bare Node. */
export async function start(options: Options): Promise<boolean> {
  const bare: Run[] = [];
  const ours: Run[] = [];
  for (let round = 0; round < options.rounds * 5; round++) {
    bare.push(await run({name: 'node', file: node, args: ['-e', '0']}, false));
    ours.push(await run(weir('weir', 'SELECT 1'), false));
  }
  const wallMs = median(ours.map((one, round) => one.wallMs - (bare[round] as Run).wallMs));
  const cpuMs = median(ours.map((one, round) => one.cpuMs - (bare[round] as Run).cpuMs));
  const met = wallMs <= 60;
  console.log(
    `\nstart: weir "SELECT 1" ${median(ours.map(one => one.wallMs)).toFixed(0)} ms, node -e 0 ${median(bare.map(one => one.wallMs)).toFixed(0)} ms`,
  );
  console.log(`  difference: ${wallMs.toFixed(0)} ms wall, ${cpuMs.toFixed(0)} ms CPU; bar: <= 60 ms wall ${met ? 'ok' : 'MISSED'}`);
  return met;
}
