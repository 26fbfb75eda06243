import {redact} from '../config/redact.ts';
import {explainPlan} from '../plan/explain.ts';
import type {JobTexts} from '../supervisor/control/serve.ts';
import type {Invocation} from './commands/define.ts';
import {type DeliveredJob, isJobFile, loadFiles} from './jobs.ts';
import {planOf} from './supervised-jobs.ts';
import {readText} from './texts.ts';

/** Gives the plan of a job and what its file says, for whoever asks while it runs. Secrets are not in it. A file that has changed since is read as it is now. */
export function jobTexts(invocation: Invocation, jobs: readonly DeliveredJob[]): (job: string) => Promise<JobTexts> {
  return async name => {
    const job = jobs.find(({spec}) => spec.name === name);
    if (job === undefined) return {plan: null, config: null};
    const plan = explainPlan(planOf(job), {replay: job.prepared.replay});
    return {plan: redact(plan, job.spec.secrets), config: await configText(invocation, name)};
  };
}

/** Null: the job comes from a script, or its file cannot be read any more. */
async function configText(invocation: Invocation, name: string): Promise<string | null> {
  const {operands, world} = invocation;
  const paths = operands.filter(path => path !== '-' && isJobFile(path));
  if (paths.length === 0) return null;
  try {
    const {files} = await loadFiles(
      paths.map(path => readText(path, world)),
      invocation,
    );
    const own = files.filter(({jobs}) => jobs.some(job => job.name === name));
    const {printFiles} = await import('../config/print.ts');
    return own.length === 0 ? null : printFiles(own, {format: 'yaml', provenance: true, isChosen: job => job === name});
  } catch {
    return null; // It may have been removed, or be half written: what runs is not what it says, then.
  }
}
