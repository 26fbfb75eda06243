import {fail} from '../../base/problem.ts';
import {harmless} from '../../base/harmless.ts';
import type {Invocation} from '../commands/define.ts';
import {bashScript} from '../completion/bash.ts';
import {fishScript} from '../completion/fish.ts';
import {zshScript} from '../completion/zsh.ts';
import {exitCodes} from '../exit-codes.ts';
import {findSupervisors} from '../supervisors.ts';

const scripts: ReadonlyMap<string, () => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

export async function runCompletion(invocation: Invocation): Promise<number> {
  const {operands, world} = invocation;
  const [what = ''] = operands;
  const script = scripts.get(what);
  if (operands.length !== 1 || (script === undefined && what !== 'jobs'))
    throw fail(
      'usage',
      'bad-argument',
      operands.length === 0 ? 'no shell is named' : `there is no completion for "${operands.join(' ')}"`,
      {
        hint: 'write weir completion bash, zsh or fish',
      },
    );
  world.standardOutput.write(Buffer.from(script === undefined ? await jobLines(invocation) : script()));
  await world.standardOutput.flush();
  return exitCodes.done.code;
}

/** Jobs as weir pause takes their names, with what they do. */
async function jobLines({options, world}: Invocation): Promise<string> {
  const supervisors = await findSupervisors(options, world);
  return supervisors
    .flatMap(({project, jobs}) => jobs.map(({job, state}) => `${harmless(supervisors.length > 1 ? `${project}/${job}` : job)}\t${state}\n`))
    .join('');
}
