import {parseArgs} from 'node:util';
import {distribution} from '../kafka/distribution.ts';
import {startProxiedBroker} from '../kafka/proxied-broker.ts';
import {isClean} from './check.ts';
import {type Guarantee, type Step, usesKafka} from './harms.ts';
import {pairs, pairName} from './pairs.ts';
import {faultOf, table} from './report.ts';
import {tortureSupervised} from './supervised.ts';
import {torture, type TortureResult} from './torture.ts';

/**
 * `npm run torture -- --minutes N --pair P --seed S`: torments jobs until the time is over, prints what was done and what came out. Ends with 1 unless all is clean.
 * `--mode pause` pauses and resumes, stops and starts instead, `--times` of each; `--mode supervised` does harm to the command that runs a job, and to the job under it.
 */
async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {
      minutes: {type: 'string', default: '1'},
      pair: {type: 'string', multiple: true},
      seed: {type: 'string', default: String(Date.now() % 1_000_000)},
      rate: {type: 'string', default: '3000'},
      guarantee: {type: 'string', default: 'exactly-once'},
      /** Seconds in which nothing is done, between two harms. */
      rest: {type: 'string', default: '0'},
      mode: {type: 'string', default: 'all'},
      times: {type: 'string', default: '1000'},
      verbose: {type: 'boolean', default: false},
    },
  });
  const wanted = pairs.filter(pair => values.pair === undefined || values.pair.some(word => pairName(pair).startsWith(word)));
  if (wanted.length === 0) throw new Error(`there are the pairs ${pairs.map(pairName).join(', ')}`);
  if (wanted.some(usesKafka)) distribution();
  const results: TortureResult[] = [];
  let areGood = true;
  for (const [index, pair] of wanted.entries()) {
    const kafka = usesKafka(pair) ? await startProxiedBroker() : null;
    try {
      const seed = Number(values.seed) + index;
      if (values.mode === 'supervised') {
        const {fault, findings, harms} = await tortureSupervised({pair, seed, times: Number(values.times), kafka});
        areGood &&= fault === null && isClean(findings);
        console.log(pairName(pair), Object.fromEntries(harms), findings, fault ?? 'no fault');
        continue;
      }
      const times = Number(values.times);
      const pauses = Array.from({length: times}, (): readonly Step[] => [{harm: 'pause'}, {harm: 'stop'}]).flat();
      const result = await torture({
        pair,
        seed,
        ...(values.verbose ? {onStep: tell} : {}),
        ...(values.mode === 'pause' ? {steps: pauses, workMs: 40} : {}),
        forMs: (Number(values.minutes) * 60_000) / wanted.length,
        kafka,
        rate: Number(values.rate),
        guarantee: values.guarantee as Guarantee,
        restMs: Number(values.rest) * 1000,
      });
      results.push(result);
      areGood &&= faultOf(result) === null;
      console.log(`${result.pair}, seed ${result.seed}: ${faultOf(result) ?? 'clean'}`);
    } finally {
      await kafka?.proxy.close();
      await kafka?.broker.stop();
    }
  }
  if (results.length > 0) console.log(table(results));
  console.log(areGood ? 'nothing was lost, doubled or wrong' : 'NOT as an undisturbed run');
  process.exitCode = areGood ? 0 : 1;
}

function tell(name: string, cameAbout: boolean, tookMs: number): void {
  console.log(`${name.padEnd(24)} ${cameAbout ? 'came about' : 'did not come about'}, ${(tookMs / 1000).toFixed(2)} s`);
}

await main();
