import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Broker} from '../kafka/broker.ts';
import {startProxiedBroker} from '../kafka/proxied-broker.ts';
import type {FaultProxy} from '../kafka/proxy.ts';
import {isClean} from './check.ts';
import {type Step, usesKafka} from './harms.ts';
import {type Pair, pairName} from './pairs.ts';
import {faultOf} from './report.ts';
import {tortureSupervised} from './supervised.ts';
import {torture} from './torture.ts';

const pairs: readonly Pair[] = [
  {from: 'file', to: 'file', query: 'totals'},
  {from: 'kafka', to: 'kafka', query: 'rows'},
];
const limitMs = 180_000;

let kafka: {readonly broker: Broker; readonly proxy: FaultProxy};
beforeAll(async () => void (kafka = await startProxiedBroker()), 60_000);
afterAll(async () => {
  await kafka.proxy.close();
  await kafka.broker.stop();
}, 60_000);

describe.each(pairs.map(pair => [pairName(pair), pair] as const))('%s', (_, pair) => {
  test(
    'the command and its job are killed, and interrupted',
    async () => {
      const times = 2;
      const {fault, findings, harms} = await tortureSupervised({pair, seed: 1, times, kafka: usesKafka(pair) ? kafka : null});
      expect(fault).toBeNull();
      expect(isClean(findings), JSON.stringify(findings)).toBe(true);
      expect(findings.records).toBeGreaterThan(0);
      expect(Object.fromEntries(harms)).toEqual({'supervisor-kill': times, 'job-kill': times, interrupt: times});
    },
    limitMs,
  );

  test(
    'paused and gone on with, stopped and started, again and again',
    async () => {
      const [pauses, stops] = [40, 10];
      const steps = Array.from({length: pauses}, (_, index): readonly Step[] =>
        index % (pauses / stops) === 0 ? [{harm: 'pause'}, {harm: 'stop'}] : [{harm: 'pause'}],
      ).flat();
      const result = await torture({pair, seed: 1, forMs: 0, kafka: usesKafka(pair) ? kafka : null, steps, workMs: 40});
      expect(faultOf(result)).toBeNull();
      expect(Object.fromEntries(result.harms)).toEqual({pause: pauses, stop: stops});
    },
    limitMs,
  );
});
