/**
 * When a job commits and in which order, as a pure function of what happened. The driver (job/committer.ts) does what is asked for and tells what became of it; tests
 * do the same with a broker, a disk and a clock of their own. All times are those of one stopwatch, in milliseconds.
 *
 * The order of one commit, captured between two steps:
 *
 *     records count by themselves    outputs are settled → the record is written and synced → it counts
 *     a transaction counts           outputs are settled, the record is written and synced, outputs are sent, all at once → when the first two are over,
 *                                    the transaction may end → when it has ended, the record counts
 *
 * One commit is in flight at most. Whatever fails, the process ends: the only way on is the next process, which reads what has come of it.
 */
export interface CommitPolicy {
  readonly hasTransaction: boolean;
  /** The most rows that one commit covers; null: any number. */
  readonly batchRecords: number | null;
  /** How long a row waits for its commit to begin. */
  readonly batchWaitMs: number;
}

export interface MachineState {
  /** The last epoch that counts. */
  readonly epoch: number;
  readonly flight: Flight | null;
  /** Somebody wants a commit now, whatever has come. */
  readonly isRequested: boolean;
  readonly lastCaptureMs: number;
  /** When offsets were last written to the group. */
  readonly lastOffsetsMs: number;
  /** How long the last commits took, the latest first; 0 stands for those that have not been. */
  readonly tookMs: readonly [number, number, number];
  readonly hasFailed: boolean;
}

/** What is under way. */
export type Flight =
  | {
      readonly kind: 'commit';
      readonly epoch: number;
      readonly startMs: number;
      readonly isSettled: boolean;
      readonly isRecorded: boolean;
      readonly isReleased: boolean;
    }
  /** Offsets of the epoch that counts are written again. */
  | {readonly kind: 'refresh'};

export type MachineEvent =
  | {readonly kind: 'requested'}
  /** The loop has captured what belongs to the next epoch. */
  | {readonly kind: 'captured'; readonly nowMs: number}
  /** Outputs are where no crash can take them away. */
  | {readonly kind: 'settled'}
  /** The record is on the disk. */
  | {readonly kind: 'recorded'; readonly nowMs: number}
  /** The transaction has ended, and its word is the new epoch. */
  | {readonly kind: 'transacted'; readonly nowMs: number}
  | {readonly kind: 'refresh'; readonly nowMs: number}
  | {readonly kind: 'refreshed'; readonly nowMs: number}
  | {readonly kind: 'failed'};

export type MachineAction =
  | 'settle'
  | 'record'
  /** Begin the transaction and send what belongs into it; it must not end before `release`. */
  | 'transact'
  | 'release'
  /** The epoch counts: tell whoever waits. */
  | 'count'
  | 'refresh'
  /** The process ends. */
  | 'fail';

export interface MachineStep {
  readonly state: MachineState;
  readonly actions: readonly MachineAction[];
}

/** What has come since the last capture. */
export interface Progress {
  readonly nowMs: number;
  /** Rows taken from inputs (those that were rejected, too) and rows given to outputs. */
  readonly rowsSince: number;
  /** The transaction holds as much as it may. */
  readonly isFull: boolean;
}

/** Commits take this part of the time at most, so that a slow cluster is not flooded. */
const intervalInCommits = 2;
/** A group forgets offsets after seven days in which none was written. */
export const refreshMs = 24 * 60 * 60 * 1000;

export function startMachine(epoch: number, nowMs: number): MachineState {
  return {epoch, flight: null, isRequested: false, lastCaptureMs: nowMs, lastOffsetsMs: nowMs, tookMs: [0, 0, 0], hasFailed: false};
}

/** Whether the loop shall capture now. */
export function isDue(state: MachineState, policy: CommitPolicy, {nowMs, rowsSince, isFull}: Progress): boolean {
  if (state.flight !== null || state.hasFailed) return false;
  if (state.isRequested || isFull) return true;
  if (rowsSince === 0) return false;
  if (policy.batchRecords !== null && rowsSince >= policy.batchRecords) return true;
  return nowMs >= dueMs(state, policy);
}

/** When rows that have come since the last capture are due, if nothing else makes them so before. */
export function dueMs(state: MachineState, policy: CommitPolicy): number {
  return state.lastCaptureMs + Math.max(policy.batchWaitMs, intervalInCommits * commitMs(state));
}

/** How long commits take of late: of the last three the middle one. So a cluster that is slow is spared, and a single slow commit (as the first one is) holds up nobody. */
function commitMs({tookMs: [a, b, c]}: MachineState): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Whether the group shall be told its offsets again, so that it does not forget them. */
export function isRefreshDue(state: MachineState, policy: CommitPolicy, nowMs: number): boolean {
  return policy.hasTransaction && state.flight === null && !state.hasFailed && state.epoch > 0 && nowMs >= state.lastOffsetsMs + refreshMs;
}

/** The only thing that changes a state. An event that cannot be is a failure like any other: whoever tells it is not to be trusted with a commit. */
export function advance(state: MachineState, policy: CommitPolicy, event: MachineEvent): MachineStep {
  if (state.hasFailed) return {state, actions: []};
  const {flight} = state;
  switch (event.kind) {
    case 'requested':
      return {state: {...state, isRequested: true}, actions: []};
    case 'captured':
      return flight === null ? captured(state, policy, event.nowMs) : failed(state);
    case 'refresh':
      return flight === null ? {state: {...state, flight: {kind: 'refresh'}}, actions: ['refresh']} : failed(state);
    case 'refreshed':
      if (flight?.kind !== 'refresh') return failed(state);
      return {state: {...state, flight: null, lastOffsetsMs: event.nowMs}, actions: []};
    case 'settled':
      if (flight?.kind !== 'commit' || flight.isSettled) return failed(state);
      return policy.hasTransaction
        ? released(state, {...flight, isSettled: true})
        : inFlight(state, {...flight, isSettled: true}, ['record']);
    case 'recorded':
      if (flight?.kind !== 'commit' || flight.isRecorded) return failed(state);
      if (policy.hasTransaction) return released(state, {...flight, isRecorded: true});
      return flight.isSettled ? counted(state, flight, event.nowMs) : failed(state);
    case 'transacted':
      return flight?.kind === 'commit' && flight.isReleased ? counted(state, flight, event.nowMs) : failed(state);
    case 'failed':
      return failed(state);
  }
}

type Commit = Extract<Flight, {kind: 'commit'}>;

function captured(state: MachineState, policy: CommitPolicy, nowMs: number): MachineStep {
  const flight: Commit = {kind: 'commit', epoch: state.epoch + 1, startMs: nowMs, isSettled: false, isRecorded: false, isReleased: false};
  const actions: MachineAction[] = policy.hasTransaction ? ['settle', 'record', 'transact'] : ['settle'];
  return {state: {...state, flight, isRequested: false, lastCaptureMs: nowMs}, actions};
}

/** The transaction may end once nothing that it makes count can be lost any more. */
function released(state: MachineState, flight: Commit): MachineStep {
  if (!flight.isSettled || !flight.isRecorded) return inFlight(state, flight, []);
  return inFlight(state, {...flight, isReleased: true}, ['release']);
}

function counted(state: MachineState, flight: Commit, nowMs: number): MachineStep {
  const [last, before] = state.tookMs;
  const tookMs = [nowMs - flight.startMs, last, before] as const;
  return {state: {...state, epoch: flight.epoch, flight: null, tookMs, lastOffsetsMs: nowMs}, actions: ['count']};
}

function inFlight(state: MachineState, flight: Commit, actions: readonly MachineAction[]): MachineStep {
  return {state: {...state, flight}, actions};
}

function failed(state: MachineState): MachineStep {
  return {state: {...state, hasFailed: true}, actions: ['fail']};
}
