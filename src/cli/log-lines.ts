import {harmless} from '../base/harmless.ts';
import type {Problem} from '../base/problem.ts';
import type {LoggedEntry} from '../supervisor/job-log.ts';

/** An entry, and whose it is. */
export interface JobEntry extends LoggedEntry {
  readonly project: string;
  readonly job: string;
}

/** How bad entries are, the least bad first. */
export const levels = ['note', 'warning', 'error'] as const;

/** One line of JSON. Its keys are a promise: time, level, project, job, event, message; where, detail and leftOut only where there is something to say. */
export function jsonLine(entry: JobEntry): string {
  const {atMs, level, project, job, text, where, detail, leftOut} = entry;
  return JSON.stringify({
    time: new Date(atMs).toISOString(),
    level,
    project,
    job,
    event: eventOf(entry),
    message: text,
    ...(where === null ? {} : {where}),
    ...(detail === null ? {} : {detail}),
    ...(leftOut === 0 ? {} : {leftOut}),
  });
}

/** The same of what is said about no job, or about all. */
export function jsonProblem({severity, code, message, hint, detail, place}: Problem, nowMs: number): string {
  const where = place?.kind === 'data' ? place.where : place?.source.name;
  return JSON.stringify({
    time: new Date(nowMs).toISOString(),
    level: severity,
    event: code,
    message,
    ...(where === undefined ? {} : {where}),
    ...(detail === undefined ? {} : {detail}),
    ...(hint === undefined ? {} : {hint}),
  });
}

export function jsonNote(text: string, nowMs: number): string {
  return JSON.stringify({time: new Date(nowMs).toISOString(), level: 'note', event: 'note', message: text});
}

/** A word for what has happened: the code of a problem; what the job has become; or `line` for what a process has written. */
export function eventOf({kind, code, text}: LoggedEntry): string {
  return code ?? (kind === 'line' ? 'line' : text.replace(/:.*$/s, ''));
}

/** One line for a person. Nothing that a record or a process has written can move the cursor. */
export function textLine(entry: JobEntry, withProject: boolean): string {
  const {atMs, level, project, job, kind, code, text, where, leftOut} = entry;
  const name = withProject ? `${project}/${job}` : job;
  const parts = [
    new Date(atMs).toISOString(),
    level.padEnd(7),
    harmless(name),
    `${kind === 'problem' || (kind === 'event' && code !== null) ? `${code ?? ''}: ` : ''}${harmless(text)}`,
    where === null ? '' : `(${harmless(where)})`,
    leftOut === 0 ? '' : `(${leftOut} more like it before)`,
  ];
  return parts.filter(Boolean).join(' ');
}
