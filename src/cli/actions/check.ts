import {fail, type Problem} from '../../base/problem.ts';
import type {JobSpec} from '../../config/job-file.ts';
import type {Invocation} from '../commands/define.ts';
import {deliveryFlags} from '../delivery-flags.ts';
import {dependencyProblems} from '../dependencies.ts';
import {exitCodeOf, exitCodes} from '../exit-codes.ts';
import {githubLines} from '../findings/github.ts';
import {sarifText} from '../findings/sarif.ts';
import {flags} from '../flags.ts';
import {deliver, findJobs, isJobFile, jointProblems, parseJob, planJob, type PlannedJob, problemsOf} from '../jobs.ts';
import {problemJson} from '../problem-json.ts';
import type {World} from '../world.ts';
import {packageVersion} from './version.ts';

export async function runCheck(invocation: Invocation): Promise<number> {
  const {operands, options, world, talk} = invocation;
  if (operands.length === 0)
    throw fail('usage', 'no-file', 'there is no file to check', {hint: 'name job files or scripts: weir check jobs.yaml'});
  // One file's findings do not keep the next file from being checked.
  const found = await findJobs(operands, invocation);
  const problems: Problem[] = [...found.problems, ...dependencyProblems(found.specs)];
  const guarantees: GuaranteeOfInsert[] = [];
  for (const {path, specs} of found.files) {
    const checked = await checkJobs(path, specs, invocation);
    problems.push(...checked.problems);
    guarantees.push(...checked.guarantees);
  }
  const jobs = found.specs.length;
  const format = options.value(flags.format);
  const print = (text: string): void => world.standardOutput.write(Buffer.from(text));
  if (format === 'json') print(`${JSON.stringify({files: operands, jobs, problems: problems.map(problemJson), guarantees}, null, 2)}\n`);
  else if (format === 'sarif') print(sarifText(problems, world.directory, rootOf(world), packageVersion(world.jobModule)));
  else {
    talk.problems(problems);
    for (const {job, insert, guarantee, how} of guarantees) talk.note(`${job}: INSERT INTO ${insert}: ${guarantee}, ${how}`);
    if (problems.length === 0) talk.note(`${counted(operands.length, 'file')}, ${counted(jobs, 'job')}: no problems`);
    if (format === 'github' || world.environment['GITHUB_ACTIONS'] === 'true') {
      print(githubLines(problems, world.directory, rootOf(world)));
    }
  }
  await world.standardOutput.flush();
  const code = exitCodeOf(problems);
  return code === 0 && problems.length > 0 && options.isOn(flags.strict) ? exitCodes.invalid.code : code;
}

/** Where the paths of findings begin: a service that shows them knows files from the top of what it has checked out. */
function rootOf({environment, directory}: World): string {
  const workspace = environment['GITHUB_WORKSPACE'] ?? environment['CI_PROJECT_DIR'] ?? '';
  return workspace === '' ? directory : workspace;
}

/** What `check` tells of each INSERT into a table. */
interface GuaranteeOfInsert {
  readonly job: string;
  readonly insert: string;
  readonly guarantee: string;
  readonly how: string;
}

interface CheckedJobs {
  readonly problems: readonly Problem[];
  readonly guarantees: readonly GuaranteeOfInsert[];
}

async function checkJobs(path: string, specs: readonly JobSpec[], invocation: Invocation): Promise<CheckedJobs> {
  if (invocation.options.isOn(flags.syntax)) return {problems: specs.flatMap(parseJob), guarantees: []};
  const planned: PlannedJob[] = [];
  for (const spec of specs) planned.push(await planJob(spec, invocation));
  const delivered = deliver(planned, deliveryFlags(invocation.options));
  return {
    problems: [
      ...problemsOf(planned, invocation),
      ...planned.flatMap(({prepared}) => prepared.advice),
      ...(isJobFile(path) ? jointProblems(planned, false) : []),
      ...delivered.problems,
    ],
    guarantees: delivered.jobs.flatMap(({spec, delivery}) =>
      delivery.inserts.flatMap(({table, guarantee, how}) => (table === null ? [] : [{job: spec.name, insert: table, guarantee, how}])),
    ),
  };
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
