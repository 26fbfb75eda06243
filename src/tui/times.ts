import type {InputSample} from '../telemetry/sample.ts';
import type {JobView} from './jobs.ts';

/** How far event time has come in a job: as far as the input that it waits for; null: it waits for none. Milliseconds since 1970. */
export function watermarkOf({report}: JobView): number | null {
  const waitedFor = (report.measured?.inputs ?? []).filter(isWaitedFor).map(({time}) => time?.watermarkMs ?? null);
  const known = waitedFor.filter(ms => ms !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** How far event time is behind the clock, when the job was looked at last; null: nobody waits for it. */
export function behindMs(job: JobView): number | null {
  const watermarkMs = watermarkOf(job);
  const seenMs = job.history.samples.at(-1)?.atMs;
  return watermarkMs === null || seenMs === undefined ? null : Math.max(0, seenMs - watermarkMs);
}

function isWaitedFor({time, hasEnded}: InputSample): boolean {
  return time !== null && !time.isIdle && !hasEnded;
}
