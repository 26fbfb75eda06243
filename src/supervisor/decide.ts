import type {Problem} from '../base/problem.ts';
import type {FromJob, ToJob} from '../job/protocol.ts';
import {askIdle, nextIdleRound, settleIdle, voidRound} from './idle.ts';
import {canStart, hasDependants, lostDependency} from './dependencies.ts';
import {crashLoopProblem, dependencyProblem, diedProblem, memoryProblem, notAnsweringProblem, restartWarning} from './problems.ts';
import {afterDeath, mayHelp} from './restart.ts';
import {
  hasFailed,
  isLive,
  isOver,
  type JobState,
  processName,
  type ProcessState,
  type SupervisorState,
  withJob,
  withProcess,
} from './state.ts';

/** What somebody may ask of jobs by name. */
export type JobCommand = 'pause' | 'resume' | 'stop' | 'start' | 'restart' | 'checkpoint';

interface OfProcess {
  readonly job: string;
  readonly slot: number;
}

/** Everything that happens to a supervisor. Each says when: nothing here knows the time. */
export type SupervisorEvent = {readonly atMs: number} & (
  | {readonly kind: 'started'}
  /** The process exists. */
  | (OfProcess & {readonly kind: 'spawned'; readonly pid: number})
  | (OfProcess & {readonly kind: 'message'; readonly message: FromJob})
  /** The process is gone. `how`: `exit code 1`, `signal SIGKILL`, or why it could not be started. `random`: from 0 up to 1, for the wait before the next one. */
  | (OfProcess & {readonly kind: 'exited'; readonly how: string; readonly random: number})
  | (OfProcess & {readonly kind: 'sampled'; readonly memoryBytes: number})
  /** About once a second. */
  | {readonly kind: 'tick'}
  /** The time that `wakesAtMs` gave has come. */
  | {readonly kind: 'wake'}
  | {readonly kind: 'command'; readonly command: JobCommand; readonly jobs: readonly string[]}
  /** Somebody wants to know whether these have read everything; a new round. */
  | {readonly kind: 'ask-idle'; readonly jobs: readonly string[]}
  /** A clean end of these jobs, or of everything: a signal, a time-out, or nobody reads the output any more. */
  | {readonly kind: 'stop'; readonly jobs?: readonly string[]}
);

export type SupervisorAction =
  | (OfProcess & {readonly kind: 'start'; readonly isFresh: boolean})
  | (OfProcess & {readonly kind: 'send'; readonly message: ToJob})
  /** SIGKILL. */
  | (OfProcess & {readonly kind: 'kill'})
  /** To be told to the person, with the job's name. `isSaid`: by the job, of a record or a warning; else it is about the job itself. */
  | {readonly kind: 'report'; readonly job: string; readonly problem: Problem; readonly isSaid: boolean}
  /** Every process is gone, and none will be started. */
  | {readonly kind: 'finish'};

export interface Decision {
  readonly state: SupervisorState;
  readonly actions: readonly SupervisorAction[];
}

/** A job that has been silent for so long is shown as not answering; while it opens its tables and restores its state it has more time. */
const mostSilentMs = 5000;
const mostSilentWhileStartingMs = 30_000;
/** Between two ticks that are further apart the supervisor itself has slept: silence then says nothing. */
const ownSleepMs = 3000;
/** So long a process may hold too much memory after it was told. */
const memoryGraceMs = 3000;

/** What to do about an event. Pure: processes, clocks, chance and messages are its caller's. Events of processes that are gone, and repeated ones, change nothing. */
export function decide(state: SupervisorState, event: SupervisorEvent): Decision {
  if (state.isFinished) return {state, actions: []};
  const first = apply(state, event);
  const second = settle(first.state, event.atMs);
  return {state: second.state, actions: [...first.actions, ...second.actions]};
}

function apply(state: SupervisorState, event: SupervisorEvent): Decision {
  switch (event.kind) {
    case 'started':
      return {state: {...state, tickedMs: event.atMs}, actions: []};
    case 'wake':
      return {state, actions: []};
    case 'stop':
      return stop(state, event.jobs);
    case 'command':
      return command(state, event.command, event.jobs, event.atMs);
    case 'ask-idle':
      return askIdle(state, event.jobs);
    case 'tick':
      return tick(state, event.atMs);
    case 'spawned':
    case 'message':
    case 'exited':
    case 'sampled': {
      const job = state.jobs.get(event.job);
      const child = job?.processes[event.slot];
      if (job === undefined || child === undefined || !isLive(child)) return {state, actions: []};
      if (event.kind === 'spawned') return {state: withProcess(state, event.job, event.slot, {pid: event.pid}), actions: []};
      if (event.kind === 'message') return hear(state, event, child);
      // What it wrote last may be input of those who have answered already: they are asked again.
      return event.kind === 'sampled' ? weigh(state, event, job, child) : exited(voidRound(state, event.atMs), event, job, child);
    }
  }
}

function stop(state: SupervisorState, names: readonly string[] | undefined): Decision {
  const isAll = names === undefined;
  let next: SupervisorState = {...state, isStopping: state.isStopping || isAll};
  for (const name of isAll ? state.jobs.keys() : names) {
    if (next.jobs.has(name)) next = withJob(next, name, {wish: 'stop', ...(isAll ? {isHeld: false} : {})});
  }
  return {state: next, actions: []};
}

function command(state: SupervisorState, what: JobCommand, names: readonly string[], atMs: number): Decision {
  const actions: SupervisorAction[] = [];
  let next = state;
  for (const name of names) {
    const job = next.jobs.get(name);
    if (job === undefined || (state.isStopping && what !== 'stop')) continue;
    switch (what) {
      case 'pause':
        if (!isOver(job) && job.wish === 'run') next = withJob(next, name, {wish: 'pause'});
        break;
      case 'resume':
        if (job.wish === 'pause') next = withJob(next, name, {wish: 'run'});
        break;
      case 'stop':
        if (!isOver(job)) next = withJob(next, name, {wish: 'stop', isHeld: !state.isStopping});
        break;
      case 'start':
      case 'restart':
        next = startAgain(next, name, what === 'restart', atMs);
        break;
      case 'checkpoint':
        job.processes.forEach((child, slot) => {
          if (!isLive(child) || child.phase === 'killed' || child.phase === 'stopping') return;
          const {checkpoints} = child;
          next = withProcess(next, name, slot, {checkpoints: {...checkpoints, asked: checkpoints.asked + 1}});
          actions.push({kind: 'send', job: name, slot, message: {kind: 'checkpoint'}});
        });
    }
  }
  return {state: next, actions};
}

/** Somebody says that it may run: what it did before is forgiven. */
function startAgain(state: SupervisorState, name: string, isRestart: boolean, atMs: number): SupervisorState {
  const before = state.jobs.get(name) as JobState;
  let next = withJob(state, name, {isHeld: false, wasIdle: false, wish: before.wish === 'pause' && !isOver(before) ? 'pause' : 'run'});
  before.processes.forEach((child, slot) => {
    const isStoppedFirst = isLive(child) && (isRestart || child.phase === 'stopping' || child.phase === 'killed');
    const forgiven = {ending: null, deathsMs: [], attempts: 0, startsAtMs: atMs} as const;
    next = withProcess(next, name, slot, isLive(child) ? {isRestarting: isStoppedFirst} : {...forgiven, isRestarting: false});
  });
  return next;
}

function hear(
  state: SupervisorState,
  {job: name, slot, message, atMs}: OfProcess & {readonly message: FromJob; readonly atMs: number},
  child: ProcessState,
): Decision {
  const heard = {heardMs: atMs, isNotAnswering: false};
  const change = (changes: Partial<ProcessState>, ...actions: SupervisorAction[]): Decision => ({
    state: withProcess(state, name, slot, {...heard, ...changes}),
    actions,
  });
  // Whoever tells of its progress runs, also when it was told first.
  const runs = child.phase === 'starting' ? ({phase: 'running', hasRun: true, healthySinceMs: atMs} as const) : {};
  switch (message.kind) {
    case 'progress':
      return change({status: message.progress, ...(message.progress.phase === 'opening' ? {} : runs)});
    case 'problem':
      return change({}, {kind: 'report', job: name, problem: message.problem, isSaid: true});
    case 'running':
      return change(runs);
    case 'paused':
      return change(child.phase === 'pausing' ? {phase: 'paused'} : {});
    case 'resumed':
      return change(child.phase === 'resuming' ? {phase: 'running'} : {});
    case 'committed': {
      const {asked, answered} = child.checkpoints;
      return change({checkpoints: {asked, answered: Math.min(asked, answered + 1), epoch: message.epoch}});
    }
    case 'idle':
      return change({idle: {round: message.round, isIdle: message.isIdle, epoch: message.epoch ?? null}});
    case 'pong':
      return change({});
    case 'ended':
      return change({result: message.result, status: {...child.status, ...message.result}});
  }
}

function weigh(
  state: SupervisorState,
  {job: name, slot, memoryBytes, atMs}: OfProcess & {readonly memoryBytes: number; readonly atMs: number},
  job: JobState,
  child: ProcessState,
): Decision {
  const limitBytes = job.settings.supervision.memoryBytes;
  const isOver = limitBytes !== null && memoryBytes > limitBytes;
  const overMemorySinceMs = isOver ? (child.overMemorySinceMs ?? atMs) : null;
  const changes: Partial<ProcessState> = {memoryBytes, overMemorySinceMs};
  if (limitBytes === null || overMemorySinceMs === null || child.phase === 'killed') {
    return {state: withProcess(state, name, slot, changes), actions: []};
  }
  const isEnded = child.wasToldOfMemory && atMs - overMemorySinceMs >= memoryGraceMs;
  const problem = memoryProblem(processName(job, slot), memoryBytes, limitBytes, child.status.stateBytes, isEnded);
  if (isEnded) {
    return {
      state: withProcess(state, name, slot, {...changes, phase: 'killed', killedFor: problem}),
      actions: [{kind: 'kill', job: name, slot}],
    };
  }
  return {
    state: withProcess(state, name, slot, {...changes, wasToldOfMemory: true}),
    actions: child.wasToldOfMemory ? [] : [{kind: 'report', job: name, problem, isSaid: false}],
  };
}

/** So long a process may take to be gone once it has said that it ended. */
const mostFarewellMs = 5000;

/** Every process is asked for a sign of life, and those that give none are told, or ended. */
function tick(state: SupervisorState, atMs: number): Decision {
  const hasSlept = atMs - state.tickedMs > ownSleepMs;
  const actions: SupervisorAction[] = [];
  let next: SupervisorState = {...state, tickedMs: atMs};
  for (const [name, job] of state.jobs) {
    job.processes.forEach((child, slot) => {
      if (!isLive(child) || child.phase === 'killed') return;
      actions.push({kind: 'send', job: name, slot, message: {kind: 'ping'}});
      if (hasSlept) {
        next = withProcess(next, name, slot, {heardMs: atMs});
        return;
      }
      const silentMs = atMs - child.heardMs;
      if (child.result !== null) {
        // It has said how it ended, and all is written: what keeps it is the native client's own end.
        if (silentMs < mostFarewellMs) return;
        next = withProcess(next, name, slot, {phase: 'killed'});
        actions.push({kind: 'kill', job: name, slot});
        return;
      }
      if (silentMs < (child.phase === 'starting' ? mostSilentWhileStartingMs : mostSilentMs)) return;
      const isEnded = job.settings.supervision.onNotAnswering === 'restart';
      const problem = notAnsweringProblem(processName(job, slot), silentMs, isEnded);
      if (isEnded) {
        next = withProcess(next, name, slot, {isNotAnswering: true, phase: 'killed', killedFor: problem});
        actions.push({kind: 'kill', job: name, slot});
      } else if (!child.isNotAnswering) {
        next = withProcess(next, name, slot, {isNotAnswering: true});
        actions.push({kind: 'report', job: name, problem, isSaid: false});
      }
    });
  }
  return {state: next, actions};
}

/** A process may end only after its job said how it went; one that did not say has died, whatever its exit code is. */
function exited(
  state: SupervisorState,
  {job: name, slot, how, atMs, random}: OfProcess & {readonly how: string; readonly atMs: number; readonly random: number},
  job: JobState,
  child: ProcessState,
): Decision {
  const gone = {
    phase: 'down',
    pid: null,
    memoryBytes: null,
    overMemorySinceMs: null,
    wasToldOfMemory: false,
    isNotAnswering: false,
    killedFor: null,
    isRestarting: false,
    idle: null,
    endedMs: atMs,
    checkpoints: {asked: 0, answered: 0, epoch: null},
  } as const;
  const {result} = child;
  const change = (changes: Partial<ProcessState>): SupervisorState => withProcess(state, name, slot, {...gone, ...changes});
  if (result !== null && (result.status === 'done' || result.status === 'stopped')) {
    // `restart` of a job that has just come to its end starts it once more: somebody has asked for that.
    if (child.isRestarting && job.wish !== 'stop')
      return {state: change({problem: null, deathsMs: [], attempts: 0, startsAtMs: atMs}), actions: []};
    return {state: change({problem: null, ending: result.status === 'done' || job.wasIdle ? 'done' : 'stopped'}), actions: []};
  }
  // A terminal's Ctrl-C reaches every process. One that has only just been started does not know yet that it means its parent alone.
  const isInterrupted = how === 'signal SIGINT' && !child.hasRun && (job.wish === 'stop' || state.isStopping);
  if (isInterrupted) return {state: change({problem: null, ending: 'stopped'}), actions: []};
  const called = processName(job, slot);
  const problem = result?.problem ?? child.killedFor ?? diedProblem(called, how, job.settings.hasLog);
  const {hasLog, supervision} = job.settings;
  const isWanted = job.wish !== 'stop' && !state.isStopping && result?.status !== 'too-many-errors';
  if (!isWanted || !hasLog || !mayHelp(problem, child.hasRun)) return failed(change({problem, ending: 'failed'}), name, problem);
  const after = afterDeath(child, problem, supervision.restart, atMs, random);
  if (after.ending === 'quarantined') {
    const {withinMs} = supervision.restart.mostRestarts;
    const told = crashLoopProblem(called, after.deathsMs?.length ?? 0, withinMs, problem);
    return failed(change({...after, problem: told}), name, told);
  }
  return {
    state: change({...after, problem}),
    actions: [{kind: 'report', job: name, problem: restartWarning(problem, (after.startsAtMs ?? atMs) - atMs), isSaid: false}],
  };
}

/** A process of a job has failed for good: its other processes would wait for it for ever. */
function failed(state: SupervisorState, name: string, problem: Problem): Decision {
  return {state: withJob(state, name, {wish: 'stop'}), actions: [{kind: 'report', job: name, problem, isSaid: false}]};
}

/** At most so many processes start at a time: more would take the processors from those that run. */
const mostStarting = 2;
/** One that cannot be seen to run after so long keeps no other from starting (it may wait for a service). */
const startsWithinMs = 5000;

/** Brings what is to what is wanted, as far as it may be now. */
function settle(state: SupervisorState, atMs: number): Decision {
  const actions: SupervisorAction[] = [];
  let next = state;
  if (next.options.abortOnFailure && !next.isStopping && [...next.jobs.values()].some(job => isOver(job) && hasFailed(job))) {
    next = stop(next, undefined).state;
  }
  for (const name of next.jobs.keys()) {
    const {processes} = next.jobs.get(name) as JobState;
    for (let slot = 0; slot < processes.length; slot++) {
      const decision = settleProcess(next, name, slot, atMs);
      next = decision.state;
      actions.push(...decision.actions);
    }
  }
  const idle = settleIdle(next, atMs);
  actions.push(...idle.actions);
  next = idle.state;
  // Whoever was found to have read everything is told to stop in the same breath.
  if (idle.stops.length > 0) {
    for (const name of idle.stops) next = withJob(next, name, {wish: 'stop', wasIdle: true});
    const stopped = settle(next, atMs);
    return {state: stopped.state, actions: [...actions, ...stopped.actions]};
  }
  const jobs = [...next.jobs.values()];
  if (!next.isFinished && jobs.every(isOver) && (next.isStopping || jobs.every(({isHeld}) => !isHeld))) {
    next = {...next, isFinished: true};
    actions.push({kind: 'finish'});
  }
  return {state: next, actions};
}

function settleProcess(state: SupervisorState, name: string, slot: number, atMs: number): Decision {
  const job = state.jobs.get(name) as JobState;
  const child = job.processes[slot] as ProcessState;
  const send = (phase: ProcessState['phase'], kind: 'stop' | 'pause' | 'resume'): Decision => ({
    state: withProcess(state, name, slot, {phase}),
    actions: [{kind: 'send', job: name, slot, message: {kind}}],
  });
  const nothing: Decision = {state, actions: []};
  const {phase} = child;
  if (phase === 'down') return child.ending === null ? settleDown(state, name, slot, atMs) : nothing;
  if (phase === 'stopping' || phase === 'killed') return nothing;
  const wantsStop = job.wish === 'stop' || child.isRestarting;
  if (wantsStop) return job.wish === 'stop' && hasDependants(state, name) ? nothing : send('stopping', 'stop');
  if (phase === 'running' && job.wish === 'pause') return send('pausing', 'pause');
  return phase === 'paused' && job.wish === 'run' ? send('resuming', 'resume') : nothing;
}

/** A process that is to run, and does not. */
function settleDown(state: SupervisorState, name: string, slot: number, atMs: number): Decision {
  const job = state.jobs.get(name) as JobState;
  const child = job.processes[slot] as ProcessState;
  if (job.wish === 'stop') {
    return {state: withProcess(state, name, slot, {ending: child.problem === null ? 'stopped' : 'failed'}), actions: []};
  }
  const lost = lostDependency(state, job);
  if (lost !== null) {
    const problem = dependencyProblem(name, lost.on, lost.wanted);
    return failed(withProcess(state, name, slot, {ending: 'failed', problem}), name, problem);
  }
  if (!canStart(state, job) || atMs < child.startsAtMs || startingCount(state, atMs) >= mostStarting) return {state, actions: []};
  const isFresh = job.settings.isFresh && !child.hasRun;
  const changes: Partial<ProcessState> = {
    phase: 'starting',
    result: null,
    problem: null,
    healthySinceMs: 0,
    spawnedMs: atMs,
    heardMs: atMs,
    startedMs: child.startedMs || atMs,
  };
  return {state: withProcess(state, name, slot, changes), actions: [{kind: 'start', job: name, slot, isFresh}]};
}

function startingCount(state: SupervisorState, atMs: number): number {
  const all = [...state.jobs.values()].flatMap(({processes}) => processes);
  return all.filter(({phase, spawnedMs}) => phase === 'starting' && atMs - spawnedMs < startsWithinMs).length;
}

/** When time alone changes next what is to be done. Null: it does not. */
export function wakesAtMs(state: SupervisorState, atMs: number): number | null {
  const times: number[] = [];
  for (const job of state.jobs.values()) {
    for (const {phase, ending, startsAtMs, spawnedMs} of job.processes) {
      if (phase === 'down' && ending === null && job.wish !== 'stop') times.push(startsAtMs);
      if (phase === 'starting') times.push(spawnedMs + startsWithinMs);
    }
  }
  const round = nextIdleRound(state);
  if (round !== null) times.push(round);
  const later = times.filter(ms => ms > atMs);
  return later.length === 0 ? null : Math.min(...later);
}
