import type {JobCommand} from '../decide.ts';
import {wordOf} from '../report.ts';
import {isLive, isOver, type JobState} from '../state.ts';
import type {WaitGoal} from './messages.ts';

/** Where a job stood when something was asked of it: what is to come is measured by it. */
export interface Mark {
  readonly pids: readonly (number | null)[];
  readonly checkpoints: readonly number[];
}

/** `reached`: it is where it was told to go; `lost`: it will not come there by itself; `open`: it is on its way. */
export type Progress = 'reached' | 'lost' | 'open';

export function markOf({processes}: JobState): Mark {
  return {pids: processes.map(({pid}) => pid), checkpoints: processes.map(({checkpoints}) => checkpoints.asked)};
}

/** How far a job has come with what it was told. */
export function commandProgress(command: JobCommand, job: JobState, before: Mark): Progress {
  switch (command) {
    case 'stop':
      return isOver(job) ? 'reached' : 'open';
    case 'pause':
      return allPaused(job) ? 'reached' : isOver(job) ? 'lost' : 'open';
    case 'resume':
      return allRun(job) ? 'reached' : isOver(job) ? 'lost' : 'open';
    case 'start':
      return allRun(job) ? 'reached' : hasEnded(job);
    case 'restart':
      // Before the old process is gone it says that it runs, too.
      return job.processes.some(({pid, isRestarting}, slot) => isRestarting || (pid !== null && pid === before.pids[slot]))
        ? 'open'
        : allRun(job)
          ? 'reached'
          : hasEnded(job);
    case 'checkpoint':
      return checkpointProgress(job, before);
  }
}

export function waitProgress(goal: WaitGoal, job: JobState): Progress {
  switch (goal) {
    case 'stopped':
      return isOver(job) ? 'reached' : 'open';
    case 'paused':
      return allPaused(job) ? 'reached' : isOver(job) ? 'lost' : 'open';
    case 'healthy':
      return job.processes.every(({phase, isNotAnswering, healthySinceMs}) => isUp(phase) && !isNotAnswering && healthySinceMs > 0)
        ? 'reached'
        : hasEnded(job);
    case 'idle':
      return isOver(job) ? (wordOf(job) === 'done' ? 'reached' : 'lost') : 'open';
  }
}

function checkpointProgress(job: JobState, before: Mark): Progress {
  const all = job.processes.map(({pid, ending, checkpoints, phase}, slot): Progress => {
    if (phase === 'down') return ending === 'done' ? 'reached' : 'lost';
    if (pid !== before.pids[slot]) return 'lost';
    return checkpoints.answered >= (before.checkpoints[slot] as number) ? 'reached' : 'open';
  });
  return all.includes('lost') ? 'lost' : all.includes('open') ? 'open' : 'reached';
}

/** Whoever has read everything has done what it was started for. */
function hasEnded(job: JobState): Progress {
  return isOver(job) ? (wordOf(job) === 'done' ? 'reached' : 'lost') : 'open';
}

function allRun({processes}: JobState): boolean {
  return processes.every(({phase}) => phase === 'running');
}

function allPaused({processes}: JobState): boolean {
  return processes.every(child => (isLive(child) ? child.phase === 'paused' : child.ending !== null)) && processes.some(isLive);
}

function isUp(phase: JobState['processes'][number]['phase']): boolean {
  return phase === 'running' || phase === 'pausing' || phase === 'paused' || phase === 'resuming';
}
