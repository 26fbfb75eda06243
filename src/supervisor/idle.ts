import {canStart, isAwaited} from './dependencies.ts';
import type {SupervisorAction} from './decide.ts';
import {isLive, type ProcessState, type SupervisorState, withProcess} from './state.ts';

/** Between two rounds. */
const roundMs = 100;

export interface IdleDecision {
  readonly state: SupervisorState;
  readonly actions: readonly SupervisorAction[];
  /** Jobs that are to end well: everything is read and committed. */
  readonly stops: readonly string[];
}

interface Asked {
  readonly job: string;
  readonly slot: number;
  readonly child: ProcessState;
}

/**
 * `--until-idle`: asks all processes in rounds whether they have read everything. What one of them commits may be input of another, so that one round of yes is
 * the end only where there is one job; with several, nothing is on its way between them once two rounds found the same epochs. (Jobs that do not commit have
 * none: then as many rounds as there are processes, because in each of them input may go on by one job.)
 */
export function settleIdle(state: SupervisorState, atMs: number): IdleDecision {
  const nothing: IdleDecision = {state, actions: [], stops: []};
  if (!state.options.untilIdle || state.isStopping) return nothing;
  const live = liveOf(state);
  const {round} = state;
  if (live.length === 0) return nothing;
  if (!isSteady(state)) return round.isOpen || round.calm !== null ? {...nothing, state: closed(state, atMs, null)} : nothing;
  if (!round.isOpen) return atMs < round.nextAtMs ? nothing : ask(state, live);
  const answers = live.map(({child}) => (child.idle?.round === round.number ? child.idle : null));
  if (answers.includes(null)) return nothing;
  if (!answers.every(answer => answer?.isIdle === true)) return {...nothing, state: closed(state, atMs, null)};
  const epochs = JSON.stringify(answers.map((answer, index) => [live[index]?.job, answer?.epoch]));
  const rounds = round.calm?.epochs === epochs ? round.calm.rounds + 1 : 1;
  const jobs = new Set(live.map(({job}) => job));
  const hasEpochs = answers.every(answer => answer?.epoch !== null);
  const needed = jobs.size === 1 ? 1 : hasEpochs ? 2 : live.length;
  const next = closed(state, rounds < needed ? atMs - roundMs : atMs, {epochs, rounds});
  if (rounds < needed) return ask(next, live);
  const awaited = [...jobs].filter(name => isAwaited(state, name));
  return {state: next, actions: [], stops: awaited.length > 0 ? awaited : [...jobs]};
}

/** When the next round begins; null: it does not depend on time. */
export function nextIdleRound(state: SupervisorState): number | null {
  const {options, isStopping, round} = state;
  return options.untilIdle && !isStopping && !round.isOpen && liveOf(state).length > 0 ? round.nextAtMs : null;
}

/** Asks only these, and draws no conclusion: somebody else waits for the answers. */
export function askIdle(
  state: SupervisorState,
  jobs: readonly string[],
): {readonly state: SupervisorState; readonly actions: readonly SupervisorAction[]} {
  const number = state.round.number + 1;
  const asked = liveOf(state).filter(({job, child}) => jobs.includes(job) && (child.phase === 'running' || child.phase === 'paused'));
  let next: SupervisorState = {...state, round: {...state.round, number}};
  for (const {job, slot} of asked) next = withProcess(next, job, slot, {idle: null});
  return {state: next, actions: asked.map(({job, slot}) => ({kind: 'send', job, slot, message: {kind: 'ask-idle', round: number}}))};
}

/** What was answered in the present round does not count. */
export function voidRound(state: SupervisorState, atMs: number): SupervisorState {
  return {...state, round: {...state.round, isOpen: false, nextAtMs: atMs, calm: null}};
}

function liveOf(state: SupervisorState): readonly Asked[] {
  return [...state.jobs].flatMap(([job, {processes}]) => processes.flatMap((child, slot) => (isLive(child) ? [{job, slot, child}] : [])));
}

/** Everything that can run runs: what starts, stops or is held has perhaps more to do. */
function isSteady(state: SupervisorState): boolean {
  return [...state.jobs.values()].every(job =>
    job.processes.every(({phase, ending}) => (phase === 'down' ? ending !== null || !canStart(state, job) : phase === 'running')),
  );
}

function ask(state: SupervisorState, live: readonly Asked[]): IdleDecision {
  const number = state.round.number + 1;
  let next: SupervisorState = {...state, round: {...state.round, number, isOpen: true}};
  for (const {job, slot} of live) next = withProcess(next, job, slot, {idle: null});
  return {
    state: next,
    actions: live.map(({job, slot}) => ({kind: 'send', job, slot, message: {kind: 'ask-idle', round: number}})),
    stops: [],
  };
}

function closed(state: SupervisorState, atMs: number, calm: SupervisorState['round']['calm']): SupervisorState {
  return {...state, round: {...state.round, isOpen: false, nextAtMs: atMs + roundMs, calm}};
}
