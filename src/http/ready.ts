import {type JobWord, wordOf} from '../supervisor/report.ts';
import type {JobState} from '../supervisor/state.ts';

/** It has opened its tables and restored its state, or has ended well. */
const readyWords: ReadonlySet<JobWord> = new Set(['running', 'pausing', 'paused', 'resuming', 'done']);

/** Whether every process of a job has what it reads, what it writes and what it knew before. */
export function isReady(job: JobState): boolean {
  return readyWords.has(wordOf(job));
}
