import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, expect, test} from 'vitest';
import {plainCase, type Case} from './case.ts';
import {oracles, readInput} from './oracles.ts';
import {columns, query, record} from './random-queries.ts';
import {windowQuery} from './random-rankings.ts';
import {prepareCase} from './run-case.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-random-'));
afterAll(() => rmSync(directory, {recursive: true, force: true}));

const applied = oracles.filter(oracle => oracle.name !== 'random chunks');
const runs = Number(process.env['WEIR_FUZZ_RUNS'] ?? 100);

async function everywhereTheSame(queries: fc.Arbitrary<string>, settings: Case['settings'], numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(queries, fc.array(record, {maxLength: 12}), async (sql, records) => {
      const one = plainCase(sql, {t: {columns, rows: records.map(text => `${text}\n`).join('')}}, {settings});
      const {plan, problems} = await prepareCase(one, directory);
      expect(problems.filter(problem => problem.severity === 'error')).toEqual([]);
      if (plan === null) throw new Error('no plan');
      const input = readInput(plan, directory, () => 1 << 20, 'reject');
      for (const oracle of applied) await oracle.check({case: one, plan, directory, input});
    }),
    {numRuns, seed: 20260101},
  );
}

test('random queries over random rows: the engine gives what the interpreter gives, in every way of feeding it', async () => {
  await everywhereTheSame(query, {}, runs);
}, 120_000);

test('random calls with OVER over random rows that end', async () => {
  await everywhereTheSame(windowQuery, {'execution.runtime-mode': 'batch'}, Math.ceil(runs / 3));
}, 120_000);
