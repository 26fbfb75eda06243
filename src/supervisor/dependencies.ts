import type {DependencyState} from './policy.ts';
import {isLive, isOver, type JobState, type ProcessState, type SupervisorState} from './state.ts';

/** Everything that the job waits for has come so far. Jobs that are not part of the run are not waited for. */
export function canStart(state: SupervisorState, job: JobState): boolean {
  return missingDependencies(state, job).length === 0;
}

/** The names of those that have not come so far. */
export function missingDependencies(state: SupervisorState, job: JobState): readonly string[] {
  return dependenciesOf(state, job).flatMap(({on, wanted}) => (hasCome(on, wanted) ? [] : [on.settings.name]));
}

/** A job that it waits for has ended, and will never come so far; null: there is hope. */
export function lostDependency(state: SupervisorState, job: JobState): {readonly on: string; readonly wanted: DependencyState} | null {
  const lost = dependenciesOf(state, job).find(({on, wanted}) => isOver(on) && !on.isHeld && !hasCome(on, wanted));
  return lost === undefined ? null : {on: lost.on.settings.name, wanted: lost.wanted};
}

/** Whoever depends on it and is to end, too, has not ended yet: it reads what this one writes, so it ends first. */
export function hasDependants(state: SupervisorState, name: string): boolean {
  return [...state.jobs.values()].some(
    ({settings, wish, processes}) => wish === 'stop' && settings.supervision.dependsOn.has(name) && processes.some(isLive),
  );
}

/** Jobs that wait for this one's end. */
export function isAwaited(state: SupervisorState, name: string): boolean {
  return [...state.jobs.values()].some(
    ({settings, processes}) =>
      settings.supervision.dependsOn.get(name) === 'done' && processes.some(({phase, ending}) => phase === 'down' && ending === null),
  );
}

function dependenciesOf(state: SupervisorState, job: JobState): {readonly on: JobState; readonly wanted: DependencyState}[] {
  return [...job.settings.supervision.dependsOn].flatMap(([name, wanted]) => {
    const on = state.jobs.get(name);
    return on === undefined ? [] : [{on, wanted}];
  });
}

function hasCome({processes}: JobState, wanted: DependencyState): boolean {
  switch (wanted) {
    case 'started':
      return processes.every(({startedMs}) => startedMs > 0);
    case 'healthy':
      return processes.every(child => isHealthy(child) || child.ending === 'done');
    case 'done':
      return processes.every(({ending}) => ending === 'done');
  }
}

function isHealthy({phase, healthySinceMs}: ProcessState): boolean {
  return healthySinceMs > 0 && phase !== 'down' && phase !== 'starting' && phase !== 'killed';
}
