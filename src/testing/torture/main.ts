import {parseArgs} from 'node:util';
import {distribution} from '../kafka/distribution.ts';
import {startProxiedBroker} from '../kafka/proxied-broker.ts';
import {isClean} from './check.ts';
import {type Guarantee, type Step, usesKafka} from './harms.ts';
import {type Pair, pairs, pairName} from './pairs.ts';
import {faultOf, table} from './report.ts';
import {tortureSupervised} from './supervised.ts';
import {torture, type TortureOptions, type TortureResult} from './torture.ts';

const {values: settings} = parseArgs({
  options: {
    /** Of all pairs together. */
    minutes: {type: 'string', default: '1'},
    /** How its name begins; all of them when absent. */
    pair: {type: 'string', multiple: true},
    seed: {type: 'string', default: String(Date.now() % 1_000_000)},
    /** Rows a second. */
    rate: {type: 'string', default: '3000'},
    guarantee: {type: 'string', default: 'exactly-once'},
    /** These harms alone; all of them when absent. */
    harm: {type: 'string', multiple: true},
    /** Seconds in which nothing is done, between two harms. */
    rest: {type: 'string', default: '0'},
    /** `all`; `pause`: paused and resumed, stopped and started; `supervised`: harm to the command that runs a job, and to the job under it. */
    mode: {type: 'string', default: 'all'},
    /** How often each thing is done in the other two modes. */
    times: {type: 'string', default: '1000'},
    verbose: {type: 'boolean', default: false},
  },
});

/** `npm run torture -- --minutes N --pair P --seed S`: torments jobs, prints what was done and what came out. Ends with 1 unless all is clean. */
async function main(): Promise<void> {
  const wanted = pairs.filter(pair => settings.pair === undefined || settings.pair.some(word => pairName(pair).startsWith(word)));
  if (wanted.length === 0) throw new Error(`there are the pairs ${pairs.map(pairName).join(', ')}`);
  if (wanted.some(usesKafka)) distribution();
  const results: TortureResult[] = [];
  let areGood = true;
  for (const [index, pair] of wanted.entries()) {
    const kafka = usesKafka(pair) ? await startProxiedBroker() : null;
    const seed = Number(settings.seed) + index;
    try {
      if (settings.mode === 'supervised') {
        areGood = (await supervised(pair, seed, kafka)) && areGood;
        continue;
      }
      const result = await torture({...optionsOf(pair, seed, kafka), forMs: (Number(settings.minutes) * 60_000) / wanted.length});
      results.push(result);
      areGood &&= faultOf(result) === null;
      console.log(`${result.pair}, seed ${seed}: ${faultOf(result) ?? 'clean'}`);
    } finally {
      await kafka?.proxy.close();
      await kafka?.broker.stop();
    }
  }
  if (results.length > 0) console.log(table(results));
  console.log(areGood ? 'nothing was lost, doubled or wrong' : 'NOT as an undisturbed run');
  process.exitCode = areGood ? 0 : 1;
}

function optionsOf(pair: Pair, seed: number, kafka: TortureOptions['kafka']): Omit<TortureOptions, 'forMs'> {
  const pauses = Array.from({length: Number(settings.times)}, (): readonly Step[] => [{harm: 'pause'}, {harm: 'stop'}]).flat();
  return {
    pair,
    seed,
    kafka,
    rate: Number(settings.rate),
    guarantee: settings.guarantee as Guarantee,
    restMs: Number(settings.rest) * 1000,
    ...(settings.harm === undefined ? {} : {only: settings.harm}),
    ...(settings.mode === 'pause' ? {steps: pauses, workMs: 40} : {}),
    ...(settings.verbose ? {onStep: tell} : {}),
  };
}

/** True: all is well. */
async function supervised(pair: Pair, seed: number, kafka: TortureOptions['kafka']): Promise<boolean> {
  const {fault, findings, harms} = await tortureSupervised({pair, seed, times: Number(settings.times), kafka});
  const {records, lost, doubled, wrong} = findings;
  const done = [...harms].map(([name, count]) => `${name} ${count}`).join(', ');
  console.log(`${pairName(pair)}: ${done}; ${records} records, lost ${lost}, doubled ${doubled}, wrong ${wrong}; ${fault ?? 'no fault'}`);
  return fault === null && isClean(findings);
}

function tell(name: string, cameAbout: boolean, tookMs: number): void {
  console.log(`${name.padEnd(24)} ${cameAbout ? 'came about' : 'did not come about'}, ${(tookMs / 1000).toFixed(2)} s`);
}

await main();
