#!/usr/bin/env node
// The demo: builds, makes an input of 100,000 bids (the same ones every time), and runs a job file with two SQL jobs over it.
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {fileURLToPath} from 'node:url';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const input = 'fixtures/.cache/demo/bids.ndjson';

console.error('building …');
execFileSync(process.execPath, ['bin/build.js'], {stdio: 'inherit'});
if (!existsSync(input)) {
  console.error(`making ${input} …`);
  makeInput(input, 100_000);
}
const line = ['run', '--verbose', 'fixtures/jobs/demo/jobs.yaml'];
console.error(`weir ${line.join(' ')}`);
process.exitCode = spawnSync(process.execPath, ['bin/weir.cjs', ...line], {stdio: 'inherit'}).status ?? 1;

/** Bids as an auction house would log them, from a generator with a fixed seed. Whole or not at all. */
function makeInput(path, rows) {
  let state = 42;
  const below = bound => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
  const channels = ['web', 'app', 'partner', 'phone', 'kiosk'];
  const start = Date.UTC(2026, 0, 1);
  const lines = [];
  for (let row = 0; row < rows; row++) {
    const channel = channels[below(channels.length)];
    lines.push(
      JSON.stringify({
        auction: 1000 + below(5000),
        bidder: 1 + below(20_000),
        price: 100 + below(10_000_000),
        channel,
        url: `https://auctions.example/${channel}/item?id=${below(1_000_000)}`,
        dateTime: new Date(start + row * 37).toISOString().replace('Z', ''),
        extra: 'x'.repeat(below(80)),
      }),
    );
  }
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(`${path}.new`, `${lines.join('\n')}\n`);
  renameSync(`${path}.new`, path);
}
