import {parseArgs} from 'node:util';
import {distribution} from '../kafka/distribution.ts';
import {startProxiedBroker} from '../kafka/proxied-broker.ts';
import {isClean} from './check.ts';
import {pairs, pairName} from './pairs.ts';
import {torture, type TortureResult} from './torture.ts';

/** `npm run torture -- --minutes N --pair P --seed S`: torments jobs until the time is over, prints what was done and what came out. Ends with 1 unless all is clean. */
async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {
      minutes: {type: 'string', default: '1'},
      pair: {type: 'string', multiple: true},
      seed: {type: 'string', default: String(Date.now() % 1_000_000)},
      rate: {type: 'string', default: '3000'},
    },
  });
  const wanted = pairs.filter(pair => values.pair === undefined || values.pair.some(word => pairName(pair).startsWith(word)));
  if (wanted.length === 0) throw new Error(`there are the pairs ${pairs.map(pairName).join(', ')}`);
  const needsKafka = wanted.some(({from, to}) => from === 'kafka' || to === 'kafka');
  if (needsKafka) distribution();
  const results: TortureResult[] = [];
  for (const [index, pair] of wanted.entries()) {
    const kafka = pair.from === 'kafka' || pair.to === 'kafka' ? await startProxiedBroker() : null;
    try {
      const seed = Number(values.seed) + index;
      const forMs = (Number(values.minutes) * 60_000) / wanted.length;
      const result = await torture({pair, seed, forMs, module: 'dist/job.js', kafka, rate: Number(values.rate)});
      results.push(result);
      console.log(line(result));
    } finally {
      await kafka?.proxy.close();
      await kafka?.broker.stop();
    }
  }
  const isGood = results.every(({fault, findings}) => fault === null && isClean(findings));
  console.log(isGood ? 'nothing was lost, doubled or wrong' : 'NOT as an undisturbed run');
  process.exitCode = isGood ? 0 : 1;
}

function line({pair, seed, findings, harms, points, starts, fault}: TortureResult): string {
  const counts = (record: Readonly<Record<string, number>>) => Object.entries(record).map(([name, count]) => `${name} ${count}`);
  const {records, lost, doubled, wrong, disordered, foreign} = findings;
  return [
    `${pair} (seed ${seed}): ${starts} starts; ${counts(harms).join(', ')}; crashed at ${counts(points).join(', ')}`,
    `  ${records} records; lost ${lost}, doubled ${doubled}, wrong ${wrong}, disordered ${disordered}, foreign ${foreign}${fault === null ? '' : `; ${fault}`}`,
  ].join('\n');
}

await main();
