import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {generatedCode} from '../compile/compile.ts';
import {explainPlan} from '../plan/explain.ts';
import {acceptExpectation, caseFiles, readCase, type Case, type CaseExpectation} from './case.ts';
import {foldChanges, sortedLines} from './changes.ts';
import {oracles, readInput, type Subject} from './oracles.ts';
import {prepareCase, problemLine, runToText} from './run-case.ts';

const root = mkdtempSync(join(tmpdir(), 'weir-cases-'));
afterAll(() => rmSync(root, {recursive: true, force: true}));

const accepting = process.env['ACCEPT'] === '1';
let ordinal = 0;

describe.each(caseFiles('fixtures/cases').map(file => file.replace('fixtures/cases/', '')))('%s', file => {
  const one = readCase(join('fixtures/cases', file));
  const directory = join(root, String(ordinal++));

  test(one.summary, async () => {
    const found = await outcome(one, directory);
    for (const [key, text] of Object.entries(found) as [keyof CaseExpectation, string][]) {
      if (one.expected[key] === undefined) continue;
      if (accepting) acceptExpectation(one.file, key, text);
      else if (key === 'rows') expect(sortedLines(lines(text))).toEqual(sortedLines(lines(one.expected.rows)));
      else expect(text).toBe(one.expected[key]);
    }
    // What nobody expects must not happen.
    if (one.expected.problems === undefined) expect(found.problems).toBe('');
    if (one.expected.rejects === undefined) expect(found.rejects).toBe('');
  });

  if (one.expected.problems === undefined) {
    test.each(oracles.filter(oracle => one.without[oracle.name] === undefined))('$name', async oracle => {
      await oracle.check(await subjectOf(one, directory));
    });
  }
});

function lines(text = ''): readonly string[] {
  return text.split('\n').filter(line => line !== '');
}

/** Everything a case may expect, as this engine gives it. */
async function outcome(one: Case, directory: string): Promise<Required<CaseExpectation>> {
  const {plan, problems} = await prepareCase(one, directory);
  const nothing = {changes: '', rows: '', plan: '', code: '', rejects: ''};
  if (plan === null) return {...nothing, problems: text(problems.map(problemLine))};
  const run = await runToText(plan, directory, one.onError);
  const printed = lines(run.output);
  const rejects = run.problems.filter(problem => problem.code === 'bad-record').map(problemLine);
  const failure = run.result.problem === null ? [] : [problemLine(run.result.problem)];
  return {
    changes: run.output,
    rows: one.expected.rows === undefined ? '' : text(foldChanges(printed).map(row => row.slice(1, -1))),
    plan: explainPlan(plan),
    code: generatedCode(plan)
      .map(segment => `// ${segment.name}\n${segment.text}`)
      .join('\n'),
    problems: text([...problems.map(problemLine), ...failure]),
    rejects: one.onError === 'fail' ? '' : text(rejects),
  };
}

function text(all: readonly string[]): string {
  return all.map(line => `${line}\n`).join('');
}

async function subjectOf(one: Case, directory: string): Promise<Subject> {
  const {plan} = await prepareCase(one, directory);
  if (plan === null) throw new Error('a case without expected problems has a plan');
  return {case: one, plan, directory, input: readInput(plan, directory, () => 1 << 20, one.onError === 'null' ? 'null' : 'reject')};
}
