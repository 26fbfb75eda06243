import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {CommitPoint} from '../../flow/delivery.ts';
import type {Broker} from '../kafka/broker.ts';
import {startProxiedBroker} from '../kafka/proxied-broker.ts';
import type {FaultProxy} from '../kafka/proxy.ts';
import type {Findings} from './check.ts';
import {type PlainHarm, type Step, usesKafka} from './harms.ts';
import type {Mistake} from './mistakes.ts';
import {type Pair, pairName} from './pairs.ts';
import {faultOf} from './report.ts';
import {torture} from './torture.ts';

const fileRows = {from: 'file', to: 'file', query: 'rows'} as const;
const fileTotals = {from: 'file', to: 'file', query: 'totals'} as const;
const kafkaRows = {from: 'kafka', to: 'kafka', query: 'rows'} as const;

const harm = (name: PlainHarm): Step => ({harm: name});
const at = (point: CommitPoint, count: number): Step => ({harm: 'point', point, count});
const withoutPowerAt = (point: CommitPoint, count: number): Step => ({harm: 'power-loss', point, count});

/** What is done to a job of a pair, and which mistakes that finds: by what is wrong with the output, or by what goes wrong beside it. */
const schedules: readonly {
  readonly pair: Pair;
  readonly steps: readonly Step[];
  readonly finds: Partial<Readonly<Record<Mistake, keyof Findings | RegExp>>>;
}[] = [
  {
    pair: fileRows,
    steps: [at('settled', 3), at('counted', 3), at('settled', 4)],
    finds: {'output-not-cut': 'doubled', 'length-without-buffer': 'lost', 'positions-of-before': 'doubled'},
  },
  {
    pair: fileTotals,
    steps: [at('counted', 5), at('recorded', 6)],
    finds: {'state-not-restored': 'wrong', 'changes-not-restored': 'wrong', 'changes-left-out': 'wrong'},
  },
  {pair: fileRows, steps: [harm('torn-tail'), harm('kill'), harm('kill')], finds: {'torn-tail-kept': /damaged/}},
  {
    pair: fileRows,
    steps: [4, 5, 6, 7].map(count => withoutPowerAt('counted', count)),
    finds: {'output-not-synced': /output-changed|lost [1-9]/},
  },
  {
    pair: kafkaRows,
    steps: [3, 4, 5].map(count => withoutPowerAt('ended', count)),
    finds: {'sync-not-awaited': /log-and-group-differ/},
  },
  {
    pair: kafkaRows,
    steps: [at('offsets-sent', 3), at('ended', 3), at('recorded', 4)],
    finds: {
      'offsets-outside': 'lost',
      'log-after-commit': /log-and-group-differ/,
      'uncounted-record-kept': 'lost',
      'epoch-not-asked': 'lost',
    },
  },
  {pair: kafkaRows, steps: [harm('zombie')], finds: {'zombie-not-fenced': /zombie lives on/}},
  {pair: kafkaRows, steps: [harm('stray')], finds: {'slow-producer-kept': /goes on with the same epoch|doubled [1-9]|lost [1-9]/}},
];

let kafka: {readonly broker: Broker; readonly proxy: FaultProxy};
beforeAll(async () => void (kafka = await startProxiedBroker()), 60_000);
afterAll(async () => {
  await kafka.proxy.close();
  await kafka.broker.stop();
}, 60_000);

describe.each(
  schedules.map(schedule => [`${pairName(schedule.pair)}: ${schedule.steps.map(({harm: name}) => name).join(', ')}`, schedule] as const),
)('%s', (_, {pair, steps, finds}) => {
  const run = (mistake?: Mistake) =>
    torture({pair, steps, seed: 1, forMs: 0, kafka: usesKafka(pair) ? kafka : null, ...(mistake === undefined ? {} : {mistake})});

  test('finds nothing in the product', async () => {
    expect(faultOf(await run())).toBeNull();
  });

  test.each(Object.entries(finds) as [Mistake, keyof Findings | RegExp][])('finds %s', async (mistake, shown) => {
    const result = await run(mistake);
    if (typeof shown === 'string') expect(result.findings[shown], faultOf(result) ?? '').toBeGreaterThan(0);
    else expect(faultOf(result)).toMatch(shown);
  });
});
