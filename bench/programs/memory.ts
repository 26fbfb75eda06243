import {bidsFile} from '../data.ts';
import {run} from '../measure.ts';
import {weir} from '../peers.ts';
import type {Options} from '../settings.ts';

/** Peak resident size of GROUP BY over 100 K keys: small, and the same for more rows. */
export async function memory(options: Options): Promise<boolean> {
  const peaks = [];
  for (const rows of [options.rows / 3, (options.rows * 2) / 3, options.rows]) {
    const file = bidsFile(rows, {auctions: 100_000, channels: 1000});
    const {peakMb, output} = await run(
      weir('weir', '-o', 'ndjson', `SELECT auction, COUNT(*) AS c, SUM(price) AS s FROM '${file.path}' GROUP BY auction`),
      true,
    );
    const groups = output.split('\n').length - 1;
    // Of 100 K possible keys a random input misses some: more rows, fewer.
    if (groups < 95_000 || groups > 100_000) throw new Error(`memory: ${groups} groups, not about 100000`);
    peaks.push({rows, peakMb});
  }
  console.log('\nmemory of GROUP BY 100 K number keys');
  for (const {rows, peakMb} of peaks) console.log(`  ${rows.toLocaleString('en').padStart(12)} rows ${peakMb.toFixed(0).padStart(6)} MB`);
  const [least, most] = [Math.min(...peaks.map(one => one.peakMb)), Math.max(...peaks.map(one => one.peakMb))];
  const met = most < 100 && most - least < 10;
  console.log(`  bar: < 100 MB and flat ${met ? 'ok' : 'MISSED'}`);
  return met;
}
