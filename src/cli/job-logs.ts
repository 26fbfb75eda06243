import type {Sink} from '../flow/sink.ts';
import {EntryLimit, JobLog} from '../supervisor/job-log.ts';
import type {Journal} from '../supervisor/journal.ts';
import type {Invocation} from './commands/define.ts';
import {isDetached} from './detach.ts';
import type {DeliveredJob} from './jobs.ts';
import {lineSink} from './line-sink.ts';
import {jsonLine} from './log-lines.ts';
import {jobDirectory, type ProjectPlaces} from './places.ts';
import {writesToError} from './run-screen.ts';
import {planOf, targetsOf} from './supervised-jobs.ts';
import type {Talk} from './talk.ts';

export interface JobLogsOptions {
  readonly invocation: Invocation;
  readonly jobs: readonly DeliveredJob[];
  readonly places: ProjectPlaces;
  readonly journal: Journal;
  /** Takes secrets of a job out of a text that is about it. */
  readonly redact: (job: string, text: string) => string;
  readonly talk: Talk;
}

export interface JobLogs {
  /** Takes what processes of a job write to standard error; null: that goes where it would without logs. */
  errorsOf(job: string): Sink | null;
}

/**
 * Writes what comes into the journal to the logs of the jobs, and to standard error where that is to be lines of JSON. Logs are kept of jobs that keep anything, and of
 * those in the background.
 */
export function keepJobLogs({invocation, jobs, places, journal, redact, talk}: JobLogsOptions): JobLogs {
  const {world} = invocation;
  const kept = jobs.filter(({delivery}) => delivery.guarantee !== 'none' || isDetached(world)).map(({spec}) => spec.name);
  const fail = (error: unknown): void =>
    talk.problem({
      kind: 'environment',
      severity: 'warning',
      code: 'no-log',
      message: `the log of a job cannot be written, and is not any more: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'the job goes on without it; weir logs shows what weir run remembers',
    });
  const logs = new Map(kept.map(name => [name, new JobLog(jobDirectory(places.stateDirectory, name), fail)]));
  const limit = new EntryLimit();
  journal.onEntry((job, entry) => {
    const told = limit.take(job, entry);
    if (told === null) return;
    logs.get(job)?.add(told);
    if (talk.isJson) world.say(`${jsonLine({...told, project: places.project, job})}\n`);
  });
  const withRows = new Set(jobs.filter(job => targetsOf(planOf(job)).some(writesToError)).map(({spec}) => spec.name));
  return {
    errorsOf(job) {
      if (withRows.has(job) || (!talk.isJson && !logs.has(job))) return null;
      return lineSink(text => {
        for (const line of text.trimEnd().split('\n')) journal.line(job, redact(job, line));
        if (!talk.isJson) world.say(text);
      });
    },
  };
}
