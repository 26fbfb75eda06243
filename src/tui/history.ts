import type {JobReport} from '../supervisor/report.ts';

/** Counts that never fall, at one moment. */
interface Sample {
  readonly atMs: number;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rejected: number;
}

export type Counted = 'rowsIn' | 'rowsOut' | 'rejected';

/** A commit that was seen. */
export interface SeenCommit {
  readonly epoch: number;
  readonly atMs: number;
  readonly tookMs: number | null;
}

/** What a job has done while somebody looked. */
export interface JobHistory {
  /** The oldest first; a little more than a minute of them. */
  readonly samples: readonly Sample[];
  /** The oldest first. Several between two looks show as the last of them. */
  readonly commits: readonly SeenCommit[];
  readonly last: JobReport;
  /** Processor time of its processes that is known, and when. */
  readonly cpu: {readonly atMs: number; readonly usedMs: number; readonly pids: string} | null;
  /** Share of one processor; null: not known yet, or the system does not tell. */
  readonly cpuShare: number | null;
}

export const minuteMs = 60_000;
const mostCommits = 200;
/** A rate of now is over so long: jobs tell of themselves twice a second. */
const nowMs = 2500;

/** The history with one more look at the job. `cpuMs`: processor time that its present processes have used so far. */
export function advance(history: JobHistory | null, report: JobReport, atMs: number, cpuMs: number | null): JobHistory {
  const before = history?.samples.at(-1) ?? null;
  const isFirst = history === null || before === null;
  // Counts begin anew with a process that keeps no log.
  const grown = (key: Counted): number => {
    if (isFirst) return 0;
    const [was, is] = [history.last[key], report[key]];
    return before[key] + (is >= was ? is - was : is);
  };
  const sample: Sample = {atMs, rowsIn: grown('rowsIn'), rowsOut: grown('rowsOut'), rejected: grown('rejected')};
  const kept = (history?.samples ?? []).filter(({atMs: then}) => then > atMs - minuteMs - nowMs && then < atMs);
  const pids = report.pids.join(' ');
  const used = history?.cpu ?? null;
  const cpu = cpuMs === null ? null : {atMs, usedMs: cpuMs, pids};
  const isSame = used !== null && cpu !== null && used.pids === pids && atMs > used.atMs;
  return {
    samples: [...kept, sample],
    commits: commitsWith(history?.commits ?? [], report),
    last: report,
    cpu,
    cpuShare: isSame ? Math.max(0, (cpu.usedMs - used.usedMs) / (atMs - used.atMs)) : null,
  };
}

function commitsWith(commits: readonly SeenCommit[], {epoch, lastCommitAtMs, commitMs}: JobReport): readonly SeenCommit[] {
  if (epoch === null || lastCommitAtMs === null || commits.at(-1)?.epoch === epoch) return commits;
  return [...commits.slice(1 - mostCommits), {epoch, atMs: lastCommitAtMs, tookMs: commitMs}];
}

/** Rows a second of now; null: it has been looked at once only. */
export function rateNow({samples}: JobHistory, key: Counted): number | null {
  const last = samples.at(-1);
  const first = samples.find(({atMs}) => last !== undefined && atMs >= last.atMs - nowMs);
  if (last === undefined || first === undefined || first === last) return null;
  return Math.max(0, ((last[key] - first[key]) * 1000) / (last.atMs - first.atMs));
}

/** Rows a second of the last minute in so many equal parts, the oldest first. Null: nobody looked then. */
export function ratesOfMinute({samples}: JobHistory, key: Counted, parts: number): readonly (number | null)[] {
  const last = samples.at(-1);
  const first = samples[0];
  if (last === undefined || first === undefined || first === last) return Array.from({length: parts}, () => null);
  const partMs = minuteMs / parts;
  let at = 0;
  /** The count at a moment, between the two samples around it as if rows had come evenly. Asked with rising moments. */
  const countAt = (ms: number): number => {
    while (at < samples.length - 2 && (samples[at + 1] as Sample).atMs <= ms) at++;
    const [from, to] = [samples[at] as Sample, samples[at + 1] as Sample];
    const share = Math.min(1, Math.max(0, (ms - from.atMs) / (to.atMs - from.atMs)));
    return from[key] + share * (to[key] - from[key]);
  };
  return Array.from({length: parts}, (_, part) => {
    const fromMs = last.atMs - (parts - part) * partMs;
    const toMs = fromMs + partMs;
    if (toMs <= first.atMs) return null;
    const sinceMs = Math.max(fromMs, first.atMs);
    const before = countAt(sinceMs);
    return ((countAt(toMs) - before) * 1000) / (toMs - sinceMs);
  });
}
