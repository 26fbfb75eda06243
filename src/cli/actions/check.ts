import {fail, type Problem, ProblemError} from '../../base/problem.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodeOf, exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {findJobs, isJobFile, jointProblems, parseJob, planJob, type PlannedJob, problemsOf} from '../jobs.ts';
import {problemJson} from '../problem-json.ts';

export async function runCheck(invocation: Invocation): Promise<number> {
  const {operands, options, world, talk} = invocation;
  if (operands.length === 0)
    throw fail('usage', 'no-file', 'there is no file to check', {hint: 'name job files or scripts: weir check jobs.yaml'});
  const problems: Problem[] = [];
  let jobs = 0;
  for (const file of operands) {
    const found = await checkFile(file, invocation);
    problems.push(...found.problems);
    jobs += found.jobs;
  }
  if (options.value(flags.format) === 'json') {
    world.standardOutput.write(Buffer.from(`${JSON.stringify({files: operands, jobs, problems: problems.map(problemJson)}, null, 2)}\n`));
    await world.standardOutput.flush();
  } else {
    talk.problems(problems);
    if (problems.length === 0) talk.note(`${counted(operands.length, 'file')}, ${counted(jobs, 'job')}: no problems`);
  }
  const code = exitCodeOf(problems);
  return code === 0 && problems.length > 0 && options.isOn(flags.strict) ? exitCodes.invalid.code : code;
}

/** One file's findings do not keep the next file from being checked. */
async function checkFile(file: string, invocation: Invocation): Promise<{readonly jobs: number; readonly problems: readonly Problem[]}> {
  try {
    const found = await findJobs([file], invocation);
    const problems: Problem[] = [...found.problems];
    if (invocation.options.isOn(flags.syntax)) {
      problems.push(...found.specs.flatMap(parseJob));
    } else {
      const planned: PlannedJob[] = [];
      for (const spec of found.specs) planned.push(await planJob(spec, invocation));
      problems.push(
        ...problemsOf(planned, invocation),
        ...planned.flatMap(({prepared}) => prepared.advice),
        ...(isJobFile(file) ? jointProblems(planned, false) : []),
      );
    }
    return {jobs: found.specs.length, problems};
  } catch (error) {
    if (error instanceof ProblemError) return {jobs: 0, problems: error.problems};
    throw error;
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
