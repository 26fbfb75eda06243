import type {JobCommand} from '../supervisor/decide.ts';
import type {JournalEntry} from '../supervisor/journal.ts';
import type {JobReport} from '../supervisor/report.ts';

/** Which job: names are unique in their project alone. */
export interface JobId {
  readonly project: string;
  readonly job: string;
}

/** What is known of all jobs at one moment. */
export interface Snapshot {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly supervisors: readonly {readonly project: string; readonly pid: number; readonly jobs: readonly JobReport[]}[];
}

/** What does not change of a job while it runs. Null: its supervisor does not say. */
export interface JobDescription {
  /** As `weir explain` prints it. */
  readonly plan: string | null;
  /** As `weir config --provenance` prints it. */
  readonly config: string | null;
}

/** What became of a command, in a sentence. */
export interface Told {
  readonly text: string;
  readonly isBad: boolean;
}

/** Where the screen learns about jobs, and whom it tells what a person wants: a supervisor in the same process, or those that listen at sockets. */
export interface StatusSource {
  /** Rejects with a ProblemError when nobody answers. */
  snapshot(): Promise<Snapshot>;
  /** Resolves when the jobs are where they were told to go, or cannot come there. */
  tell(command: JobCommand, jobs: readonly JobId[]): Promise<readonly Told[]>;
  describe(id: JobId): Promise<JobDescription>;
  /** What happened to a job behind the entry of this number. */
  journal(id: JobId, after: number): Promise<readonly JournalEntry[]>;
}

/** A text that is another for every other job. */
export function keyOf({project, job}: JobId): string {
  return JSON.stringify([project, job]);
}
