import {fail, type ProblemError} from '../base/problem.ts';
import type {EpochWord} from '../flow/delivery.ts';

/** How a log began, and so what the group's offsets say as long as none of its records counts. */
export interface Origin {
  /** Its first record is the one after this epoch. 0, unless another log has come to this epoch before. */
  readonly after: number;
  /** What the group's offsets said then; null: records count by themselves, and nobody was asked. */
  readonly word: EpochWord['kind'] | null;
  /** From where its first epoch reads: where the tables say, or where the group's offsets stand. */
  readonly reads: 'start' | 'group-offsets';
}

/** What the log says about its end. */
export interface LogEnd {
  readonly origin: Origin;
  readonly last: LastRecord | null;
}

export interface LastRecord {
  readonly epoch: number;
  /** A clean stop has marked it as one that counts. */
  readonly isMarked: boolean;
  readonly countsByItself: boolean;
  /** It is the first that a transaction makes count: there is none before it, or that one counts by itself. */
  readonly isFirstInTransaction: boolean;
  /** Since it was written. */
  readonly ageMs: number;
}

/** Where a job goes on. */
export type Resume =
  /** Behind this epoch, which counts. `cuts`: a record behind it does not, and is taken off the log. */
  | {readonly kind: 'resume'; readonly epoch: number; readonly cuts: boolean}
  /** Nothing of the log counts: the job begins as the log's origin says. */
  | {readonly kind: 'begin'; readonly cuts: boolean}
  /** There is no log: one is made. */
  | {readonly kind: 'new'; readonly origin: Origin}
  | {readonly kind: 'refuse'; readonly problem: ProblemError};

export interface Findings {
  /** Null: there is no log. */
  readonly log: LogEnd | null;
  /** What the group's offsets say; null: the job has no transaction, and records count by themselves. */
  readonly word: EpochWord | null;
  /** The job knows something that the group's offsets do not: it keeps state, or reads from elsewhere. */
  readonly hasState: boolean;
  /** What was kept shall be forgotten. The log is not looked at. */
  readonly isFresh: boolean;
}

/**
 * Offsets expire after days without a commit. That a group says nothing means that a transaction did not commit only as long as it cannot mean that.
 * (Kafka: `offsets.retention.minutes`, seven days unless somebody has set it.)
 */
const silenceMeansNoMs = 24 * 60 * 60 * 1000;

/** Decides from what is found after a stop or a crash, without touching anything. What cannot be known is refused, never guessed. */
export function decideResume({log, word, hasState, isFresh}: Findings): Resume {
  if (isFresh) return {kind: 'new', origin: {after: word?.kind === 'epoch' ? word.epoch : 0, word: word?.kind ?? null, reads: 'start'}};
  if (log === null) return withoutLog(word, hasState);
  return log.last === null ? withoutRecord(log.origin, word) : behindRecord(log.origin, log.last, word);
}

function withoutLog(word: EpochWord | null, hasState: boolean): Resume {
  if (word?.kind !== 'epoch') return {kind: 'new', origin: {after: 0, word: word?.kind ?? null, reads: 'start'}};
  if (hasState) return {kind: 'refuse', problem: missingLog(word.epoch)};
  return {kind: 'new', origin: {after: word.epoch, word: 'epoch', reads: 'group-offsets'}};
}

/** The log was begun, and no record came of it, or a torn one. */
function withoutRecord(origin: Origin, word: EpochWord | null): Resume {
  if (word?.kind === 'epoch' && word.epoch !== origin.after) return {kind: 'refuse', problem: otherEpoch(origin.after, word.epoch)};
  // Nothing that counts can be lost: there has never been a transaction of this log.
  return {kind: 'begin', cuts: false};
}

function behindRecord(origin: Origin, last: LastRecord, word: EpochWord | null): Resume {
  const stays: Resume = {kind: 'resume', epoch: last.epoch, cuts: false};
  const isFirst = last.epoch === origin.after + 1;
  const goes: Resume = isFirst ? {kind: 'begin', cuts: true} : {kind: 'resume', epoch: last.epoch - 1, cuts: true};
  const isCertain = last.isMarked || last.countsByItself;
  if (word === null) return isCertain ? stays : {kind: 'refuse', problem: undecided(last.epoch, 'the job writes without transactions now')};
  if (word.kind === 'epoch') {
    if (word.epoch === last.epoch) return stays;
    // What counts by itself was never named to the group: it names what an earlier transaction left there.
    if (last.countsByItself && word.epoch < last.epoch) return stays;
    const isOlder = last.isFirstInTransaction && !isFirst && word.epoch < last.epoch;
    if (!isCertain && (word.epoch === last.epoch - 1 || isOlder)) return goes;
    return {kind: 'refuse', problem: otherEpoch(last.epoch, word.epoch)};
  }
  if (isCertain) return stays;
  const saidSoBefore = isFirst && word.kind === origin.word;
  const cannotHaveExpired = last.ageMs < silenceMeansNoMs && last.ageMs > -silenceMeansNoMs;
  if (word.kind === 'foreign') return saidSoBefore ? goes : {kind: 'refuse', problem: undecided(last.epoch, word.detail)};
  if (cannotHaveExpired && (saidSoBefore || (last.isFirstInTransaction && !isFirst))) return goes;
  return {kind: 'refuse', problem: undecided(last.epoch, "the group's offsets are gone")};
}

const startOver = 'forget what the job has done and start over with --fresh';

/** A job whose log is gone, and which has come to some commit. */
export function missingLog(epoch: number): ProblemError {
  return fail('environment', 'missing-log', `the log of the job is missing, and its group has come to commit ${epoch}`, {
    detail: 'its state, and how much of its files counts, are in its log alone: going on without it would give wrong results',
    hint: `put the folder of the job back, or ${startOver}`,
  });
}

function otherEpoch(logs: number, groups: number): ProblemError {
  return fail(
    'environment',
    'log-and-group-differ',
    `the log of the job ends with commit ${logs}, and its group has come to commit ${groups}`,
    {
      detail: 'they are one apart at most, unless the log was put back from a copy, or two jobs of the same name write',
      hint: `put back the log that belongs to it, give the job another name, or ${startOver}`,
    },
  );
}

function undecided(epoch: number, why: string): ProblemError {
  return fail('environment', 'undecided-commit', `whether commit ${epoch} counts cannot be told: ${why}`, {
    detail: 'the job ended while it was being committed, and only the offsets of its group say how that went',
    hint: `look at the offsets of the group, or ${startOver}`,
  });
}
