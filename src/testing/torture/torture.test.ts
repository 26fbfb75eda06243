import {describe, expect, test} from 'vitest';
import {isClean} from './check.ts';
import {pairs, pairName} from './pairs.ts';
import {torture} from './torture.ts';

const module = process.env['TORTURE_JOB'] ?? 'dist/job.js';

describe('a job that is tormented gives what an undisturbed one gives', () => {
  test.each(pairs.filter(({from, to}) => from === 'file' && to === 'file').map(pair => [pairName(pair), pair] as const))(
    '%s',
    async (_, pair) => {
      const result = await torture({pair, seed: 1, forMs: Number(process.env['FOR_MS'] ?? 10_000), module, kafka: null, rate: 5000});
      console.log(JSON.stringify(result));
      expect(result.fault).toBeNull();
      expect(isClean(result.findings), JSON.stringify(result)).toBe(true);
    },
    120_000,
  );
});
