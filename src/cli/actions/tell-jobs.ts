import type {Problem} from '../../base/problem.ts';
import type {ControlAnswer, ControlRequest, WaitGoal} from '../../supervisor/control/messages.ts';
import type {JobCommand} from '../../supervisor/decide.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodeOf, exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {address, type Addressed, findSupervisors, tell} from '../supervisors.ts';
import {startTimeout} from '../timeout.ts';

/** `pause`, `resume`, `stop`, `start`, `restart`, `checkpoint`: tells jobs, waits until they are there, and prints what has changed. */
export function tellJobs(command: JobCommand, invocation: Invocation): Promise<number> {
  return converse(invocation, jobs => ({command, jobs}), textOf(command));
}

/** `wait`: tells nothing, and waits. */
export function waitForJobs(invocation: Invocation): Promise<number> {
  const until = invocation.options.value(flags.until) as WaitGoal;
  return converse(
    invocation,
    jobs => ({command: 'wait', until, jobs}),
    ({job, state}) => `${job}: ${state}`,
  );
}

type JobAnswer = Extract<ControlAnswer, {readonly kind: 'job'}>;

function textOf(command: JobCommand): (answer: JobAnswer) => string {
  if (command === 'checkpoint') return ({job, epoch, state}) => `${job}: ${epoch === null ? state : `commit ${epoch}`}`;
  if (command === 'restart') return ({job, state}) => `${job}: ${state}, with a new process`;
  return ({job, before, state}) => (before === state ? `${job}: ${state} already` : `${job}: ${before} → ${state}`);
}

async function converse(
  invocation: Invocation,
  requestOf: (jobs: readonly string[] | null) => ControlRequest,
  textOfAnswer: (answer: JobAnswer) => string,
): Promise<number> {
  const {operands, options, world, talk} = invocation;
  const supervisors = await findSupervisors(options, world);
  const addressed = address(operands, options.isOn(flags.all), supervisors);
  const problems: Problem[] = [];
  const stop = new AbortController();
  const timeout = startTimeout(options, () => stop.abort());
  const hear = ({supervisor, jobs}: Addressed): Promise<boolean> =>
    tell(supervisor.path, requestOf(jobs), stop.signal, answer => {
      if (answer.kind === 'job') {
        const name = addressed.length > 1 ? `${supervisor.project}/${answer.job}` : answer.job;
        world.standardOutput.write(Buffer.from(`${textOfAnswer({...answer, job: name})}\n`));
      }
      if (answer.kind === 'problem') {
        problems.push(answer.problem);
        talk.problem(answer.problem);
      }
    });
  try {
    const areWhole = await Promise.all(addressed.map(hear));
    await world.standardOutput.flush();
    if (areWhole.includes(false)) {
      talk.note('the time is up; what was asked for goes on');
      return exitCodes.timeout.code;
    }
    return exitCodeOf(problems);
  } finally {
    timeout.cancel();
  }
}
