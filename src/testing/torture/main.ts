import {parseArgs} from 'node:util';
import {distribution} from '../kafka/distribution.ts';
import {startProxiedBroker} from '../kafka/proxied-broker.ts';
import type {Guarantee} from './harms.ts';
import {usesKafka} from './harms.ts';
import {pairs, pairName} from './pairs.ts';
import {faultOf, table} from './report.ts';
import {torture, type TortureResult} from './torture.ts';

/** `npm run torture -- --minutes N --pair P --seed S`: torments jobs until the time is over, prints what was done and what came out. Ends with 1 unless all is clean. */
async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {
      minutes: {type: 'string', default: '1'},
      pair: {type: 'string', multiple: true},
      seed: {type: 'string', default: String(Date.now() % 1_000_000)},
      rate: {type: 'string', default: '3000'},
      guarantee: {type: 'string', default: 'exactly-once'},
      rest: {type: 'string', default: '0'},
    },
  });
  const wanted = pairs.filter(pair => values.pair === undefined || values.pair.some(word => pairName(pair).startsWith(word)));
  if (wanted.length === 0) throw new Error(`there are the pairs ${pairs.map(pairName).join(', ')}`);
  if (wanted.some(usesKafka)) distribution();
  const results: TortureResult[] = [];
  for (const [index, pair] of wanted.entries()) {
    const kafka = usesKafka(pair) ? await startProxiedBroker() : null;
    try {
      const result = await torture({
        pair,
        seed: Number(values.seed) + index,
        forMs: (Number(values.minutes) * 60_000) / wanted.length,
        kafka,
        rate: Number(values.rate),
        guarantee: values.guarantee as Guarantee,
        restMs: Number(values.rest) * 1000,
      });
      results.push(result);
      console.log(`${result.pair}, seed ${result.seed}: ${faultOf(result) ?? 'clean'}`);
    } finally {
      await kafka?.proxy.close();
      await kafka?.broker.stop();
    }
  }
  console.log(table(results));
  const isGood = results.every(result => faultOf(result) === null);
  console.log(isGood ? 'nothing was lost, doubled or wrong' : 'NOT as an undisturbed run');
  process.exitCode = isGood ? 0 : 1;
}

await main();
