import type {Problem} from '../base/problem.ts';
import {noStatus, type RunResult, type RunStatus} from '../job/contract.ts';
import type {SupervisionSpec} from './policy.ts';

/** What does not change of a job while it is supervised. */
export interface JobSettings {
  readonly name: string;
  /** It runs as so many processes. */
  readonly processes: number;
  readonly supervision: SupervisionSpec;
  /** It keeps a log of commits: a new process goes on where the last commit was. Without one a process that dies is not replaced. */
  readonly hasLog: boolean;
  /** The first process forgets what the log holds. */
  readonly isFresh: boolean;
}

/** Where a process is. `down`: there is none. */
export type ProcessPhase = 'down' | 'starting' | 'running' | 'pausing' | 'paused' | 'resuming' | 'stopping' | 'killed';

/** How a process of a job came to its last end. */
export type Ending = 'done' | 'stopped' | 'failed' | 'quarantined';

/** One process of a job, through all its restarts. */
export interface ProcessState {
  readonly phase: ProcessPhase;
  /** Null: it has not ended for good, so it is to run, or to be started. */
  readonly ending: Ending | null;
  /** Of the present process, or of the last one: counts begin anew with each. */
  readonly status: RunStatus;
  /** What the present or last process said at its end; null until then, and for ever if it died. */
  readonly result: RunResult | null;
  /** Why the last one failed, when it did. */
  readonly problem: Problem | null;
  readonly pid: number | null;
  /** When the first process was started; 0: never. */
  readonly startedMs: number;
  /** When the last process was gone. */
  readonly endedMs: number;
  /** Since when it runs without a pause in its health: since its tables were opened. 0: not yet. */
  readonly healthySinceMs: number;
  /** When the present process was started: places are given by it. */
  readonly spawnedMs: number;
  /** When it said something last. */
  readonly heardMs: number;
  readonly isNotAnswering: boolean;
  /** Resident memory when it was looked at last; null: not yet, or there is no process. */
  readonly memoryBytes: number | null;
  /** Since when it has held more than it may; null: it does not. */
  readonly overMemorySinceMs: number | null;
  readonly wasToldOfMemory: boolean;
  /** Why the supervisor has ended it; null: it has not. */
  readonly killedFor: Problem | null;
  /** When it has died or failed of late, the oldest first. */
  readonly deathsMs: readonly number[];
  /** Deaths since it was healthy for long enough. */
  readonly attempts: number;
  /** It is not started before. */
  readonly startsAtMs: number;
  /** How often it was started again after a death. */
  readonly restarts: number;
  /** A process of it has run: tables could be opened at least once. */
  readonly hasRun: boolean;
  /** After its clean end it is started again. */
  readonly isRestarting: boolean;
  /** Checkpoints asked for by somebody, those of them that count, and the epoch of the last of these. */
  readonly checkpoints: {readonly asked: number; readonly answered: number; readonly epoch: number | null};
  /** What it said in the present round of questions. */
  readonly idle: {readonly round: number; readonly isIdle: boolean; readonly epoch: number | null} | null;
}

export interface JobState {
  readonly settings: JobSettings;
  /** What somebody wants of it. */
  readonly wish: 'run' | 'pause' | 'stop';
  /** Somebody has stopped it by its name and may want to start it again: the supervisor waits for that. */
  readonly isHeld: boolean;
  /** It was stopped because everything was read: that is a good end, not an interrupted one. */
  readonly wasIdle: boolean;
  readonly processes: readonly ProcessState[];
}

export interface SupervisorState {
  readonly jobs: ReadonlyMap<string, JobState>;
  readonly options: SupervisorPolicy;
  /** Somebody asked for the end of everything. */
  readonly isStopping: boolean;
  readonly isFinished: boolean;
  /** The last round of questions whether everything is read. */
  readonly round: IdleRound;
  readonly tickedMs: number;
}

export interface SupervisorPolicy {
  /** Ends when every job has read all its input and committed it. */
  readonly untilIdle: boolean;
  /** Stops all jobs when one of them fails for good. */
  readonly abortOnFailure: boolean;
}

export interface IdleRound {
  readonly number: number;
  /** Answers are awaited. */
  readonly isOpen: boolean;
  readonly nextAtMs: number;
  /** What the last rounds agreed on, while all were idle; null: somebody was not. */
  readonly calm: {readonly epochs: string; readonly rounds: number} | null;
}

const down: ProcessState = {
  phase: 'down',
  ending: null,
  status: noStatus,
  result: null,
  problem: null,
  pid: null,
  startedMs: 0,
  endedMs: 0,
  healthySinceMs: 0,
  spawnedMs: 0,
  heardMs: 0,
  isNotAnswering: false,
  memoryBytes: null,
  overMemorySinceMs: null,
  wasToldOfMemory: false,
  killedFor: null,
  deathsMs: [],
  attempts: 0,
  startsAtMs: 0,
  restarts: 0,
  hasRun: false,
  isRestarting: false,
  checkpoints: {asked: 0, answered: 0, epoch: null},
  idle: null,
};

export function initialState(jobs: readonly JobSettings[], options: SupervisorPolicy): SupervisorState {
  return {
    jobs: new Map(
      jobs.map(settings => [
        settings.name,
        {settings, wish: 'run', isHeld: false, wasIdle: false, processes: Array.from({length: settings.processes}, () => down)},
      ]),
    ),
    options,
    isStopping: false,
    isFinished: false,
    round: {number: 0, isOpen: false, nextAtMs: 0, calm: null},
    tickedMs: 0,
  };
}

export function isLive({phase}: ProcessState): boolean {
  return phase !== 'down';
}

/** Nothing of it runs, and nothing of it will by itself. */
export function isOver({processes}: JobState): boolean {
  return processes.every(child => !isLive(child) && child.ending !== null);
}

export function hasFailed({processes}: JobState): boolean {
  return processes.some(({ending}) => ending === 'failed' || ending === 'quarantined');
}

/** How messages call a process of a job: by the job's name where it is the only one. */
export function processName({settings}: JobState, slot: number): string {
  return settings.processes === 1 ? settings.name : `${settings.name}/${slot}`;
}

export function withProcess(state: SupervisorState, name: string, slot: number, changes: Partial<ProcessState>): SupervisorState {
  const job = state.jobs.get(name) as JobState;
  const processes = job.processes.with(slot, {...(job.processes[slot] as ProcessState), ...changes});
  return withJob(state, name, {processes});
}

export function withJob(state: SupervisorState, name: string, changes: Partial<JobState>): SupervisorState {
  return {...state, jobs: new Map(state.jobs).set(name, {...(state.jobs.get(name) as JobState), ...changes})};
}
