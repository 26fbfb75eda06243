import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Broker} from '../kafka/broker.ts';
import {startProxiedBroker} from '../kafka/proxied-broker.ts';
import type {FaultProxy} from '../kafka/proxy.ts';
import {deckOf, shuffled, stepName, usesKafka} from './harms.ts';
import {pairs, pairName} from './pairs.ts';
import {faultOf, table} from './report.ts';
import {torture, type TortureResult} from './torture.ts';
import {Random} from './workload.ts';

const seed = 1;
/** Each is tormented for so long, and until all that can happen to it has happened. */
const forMs = 10_000;
/** Of a machine that does much else. */
const limitMs = 300_000;

const results: TortureResult[] = [];
afterAll(() => console.log(table(results)));

let kafka: {readonly broker: Broker; readonly proxy: FaultProxy};
beforeAll(async () => void (kafka = await startProxiedBroker()), 60_000);
afterAll(async () => {
  await kafka.proxy.close();
  await kafka.broker.stop();
}, 60_000);

describe('a job that is tormented gives what an undisturbed one gives', () => {
  test.each(pairs.map(pair => [pairName(pair), pair] as const))(
    '%s',
    async (_, pair) => {
      const result = await torture({pair, seed, forMs, kafka: usesKafka(pair) ? kafka : null});
      results.push(result);
      expect(faultOf(result)).toBeNull();
    },
    limitMs,
  );

  test(
    'nothing is lost where records may come again',
    async () => {
      const pair = {from: 'kafka', to: 'kafka', query: 'totals'} as const;
      const guarantee = 'at-least-once';
      const steps = shuffled(
        deckOf(pair, guarantee).filter(step => !stepName(step).startsWith('broker')),
        new Random(seed),
      );
      const result = await torture({pair, seed, forMs, kafka, guarantee, steps});
      results.push({...result, pair: `${result.pair}, at least once`});
      expect(faultOf(result)).toBeNull();
      expect(result.findings.doubled).toBeGreaterThan(0);
    },
    limitMs,
  );
});
