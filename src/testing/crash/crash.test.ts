import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {corpusDirectory} from '../conformance/family.ts';
import {shuffled} from '../torture/harms.ts';
import {Random} from '../torture/workload.ts';
import {crash, type CrashOutcome} from './crash.ts';
import {corpusSubjects, type CrashSubject, goldenSubjects} from './subjects.ts';

const root = mkdtempSync(join(tmpdir(), 'weir-crash-'));
afterAll(() => rmSync(root, {recursive: true, force: true}));

const seed = Number(process.env['WEIR_CRASH_SEED'] ?? 1);
const sample = Number(process.env['WEIR_CRASH_CASES'] ?? 100);
/** Processes at the same time. */
const atOnce = 4;

test(`a job that dies in the middle of commits writes what it would have written: ${sample} cases of seed ${seed}`, async () => {
  const random = new Random(seed);
  const corpus = corpusDirectory();
  const golden = shuffled(goldenSubjects(), random);
  const independent = corpus === null ? [] : shuffled(await corpusSubjects(corpus), random);
  const half = Math.max(sample - independent.length, Math.ceil(sample / 2));
  const outcomes = [...(await crashAll(golden, half)), ...(await crashAll(independent, sample - half))];
  const of = (verdict: CrashOutcome['verdict']): readonly CrashOutcome[] => outcomes.filter(one => one.verdict === verdict);
  const points = new Map<string, number>();
  for (const point of outcomes.flatMap(({crashes}) => crashes)) points.set(point, (points.get(point) ?? 0) + 1);
  console.log(`${of('same').length} cases; processes died at ${[...points].map(([point, count]) => `${point} ${count}`).join(', ')}`);
  expect(of('differs')).toEqual([]);
  expect(of('no crash')).toEqual([]);
  expect(of('same').length).toBeGreaterThanOrEqual(Math.min(sample, 40));
  expect(points.size).toBe(4);
}, 300_000);

/** The first so many that can be run like this. */
async function crashAll(subjects: readonly CrashSubject[], most: number): Promise<readonly CrashOutcome[]> {
  const left = [...subjects];
  const outcomes: CrashOutcome[] = [];
  let begun = 0;
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && begun < most; next = left.shift()) {
      const number = begun++;
      const outcome = await crash(next, join(root, next.name.replaceAll(/\W/g, '_')), seed + number);
      if (outcome.verdict === 'not applicable') begun--;
      else outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({length: atOnce}, work));
  return outcomes;
}
