import type {Problem} from '../../base/problem.ts';
import {fail} from '../../base/problem.ts';
import type {JobCommand} from '../decide.ts';
import type {JournalEntry} from '../journal.ts';
import type {JobReport, JobWord} from '../report.ts';

/** What `wait` waits for. */
export type WaitGoal = 'healthy' | 'idle' | 'paused' | 'stopped';

/** Jobs by name, where `*` stands for any letters; null: all of them. */
export type JobPatterns = readonly string[] | null;

/** One line from a command to a supervisor. A connection carries one request. */
export type ControlRequest =
  | {readonly command: 'status'}
  | {readonly command: JobCommand; readonly jobs: JobPatterns}
  | {readonly command: 'wait'; readonly until: WaitGoal; readonly jobs: JobPatterns}
  /** What does not change of a job while it runs. */
  | {readonly command: 'describe'; readonly job: string}
  /** What happened to a job behind the entry of this number. */
  | {readonly command: 'journal'; readonly job: string; readonly after: number};

/** Lines from the supervisor, until `end`. A connection that ends without it has been cut off. */
export type ControlAnswer =
  /** First of all: who answers. */
  | {readonly kind: 'project'; readonly project: string; readonly pid: number}
  | {readonly kind: 'status'; readonly status: JobReport}
  /** A job has come where it was told to go. `epoch`: of a checkpoint. */
  | {readonly kind: 'job'; readonly job: string; readonly before: JobWord; readonly state: JobWord; readonly epoch: number | null}
  /** A piece of a text about a job: pieces that follow each other belong together. */
  | {readonly kind: 'text'; readonly about: 'plan' | 'config'; readonly text: string}
  | {readonly kind: 'entry'; readonly entry: JournalEntry}
  | {readonly kind: 'problem'; readonly problem: Pick<Problem, 'kind' | 'severity' | 'code' | 'message' | 'hint'>}
  | {readonly kind: 'end'};

/** A line may have so many bytes in either direction. */
export const mostLineBytes = 65_536;

const commands: ReadonlySet<string> = new Set<JobCommand>(['pause', 'resume', 'stop', 'start', 'restart', 'checkpoint']);
const goals: ReadonlySet<string> = new Set<WaitGoal>(['healthy', 'idle', 'paused', 'stopped']);
const mostPatterns = 1000;
const longestPattern = 256;

/** Reads one line. Throws a usage problem for everything that is not exactly a request: nothing is guessed, and nothing unknown is passed over. */
export function parseRequest(line: string): ControlRequest {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    throw badRequest('it is no JSON');
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw badRequest('it is no object');
  const given = new Map<string, unknown>(Object.entries(data));
  const command = given.get('command');
  if (command === 'status') {
    checkKeys(given, ['command']);
    return {command};
  }
  if (command === 'wait') {
    checkKeys(given, ['command', 'until', 'jobs']);
    const until = given.get('until');
    if (typeof until !== 'string' || !goals.has(until)) throw badRequest('"until" is no state to wait for');
    return {command, until: until as WaitGoal, jobs: patternsOf(given.get('jobs'))};
  }
  if (command === 'describe') {
    checkKeys(given, ['command', 'job']);
    return {command, job: jobOf(given.get('job'))};
  }
  if (command === 'journal') {
    checkKeys(given, ['command', 'job', 'after']);
    const after = given.get('after');
    if (typeof after !== 'number' || !Number.isSafeInteger(after) || after < 0) throw badRequest('"after" is no number of an entry');
    return {command, job: jobOf(given.get('job')), after};
  }
  if (typeof command !== 'string' || !commands.has(command)) throw badRequest('there is no such command');
  checkKeys(given, ['command', 'jobs']);
  return {command: command as JobCommand, jobs: patternsOf(given.get('jobs'))};
}

function checkKeys(given: ReadonlyMap<string, unknown>, known: readonly string[]): void {
  for (const key of given.keys()) if (!known.includes(key)) throw badRequest('it has a key that means nothing');
}

function patternsOf(value: unknown): JobPatterns {
  if (value === null) return null;
  const isRight =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= mostPatterns &&
    value.every(text => typeof text === 'string' && text !== '' && text.length <= longestPattern);
  if (!isRight) throw badRequest('"jobs" is no list of names');
  return value as readonly string[];
}

function jobOf(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > longestPattern) throw badRequest('"job" is no name');
  return value;
}

/** What was sent is never repeated: a stranger's bytes have no place in our messages. */
function badRequest(why: string) {
  return fail('usage', 'bad-request', `the request cannot be read: ${why}`, {hint: 'use weir of the same version on both sides'});
}
