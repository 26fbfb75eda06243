import {jobRootNode} from './layout';
import {learn} from './learn';
import {openFives} from './nearest-double';
import {openObjects, readObject} from './objects';
import {firstEnd, matchPair, secondEnd} from './pairs';
import {beginRow, openSlots, resetRow} from './slots';
import {forgetTemplates, matchRecord, openTemplates, templatesKnown} from './templates';

/** One record into one row: by a template, or by looking every key up; and when it is worth while to learn another template. */

/** After so many records by a template, a record of another shape is news. */
const LONG_RUN: u32 = 4096;
/** Learning costs a few records' time, so it is tried ever more seldom while it does not pay. */
const LONGEST_WAIT: u32 = 8192;
/** From this wait on an object of which nothing is wanted is not taken apart. */
const DEEP_WAIT: u32 = 16;
/** Records without a match for each with one, until templates are only tried now and then. */
const PATIENCE: i32 = 64;

let job: usize = 0;
let root: usize = 0;
let misses: u32 = 0;
let wait: u32 = 1;
let hits: u32 = 0;
let patience: i32 = PATIENCE;

export function openRecords(jobPointer: usize): void {
  job = jobPointer;
  root = load<u32>(job, jobRootNode);
  openSlots(job);
  openObjects(job);
  openTemplates(job);
  openFives(job);
}

/** What was learned from records with line feeds between their values must not meet lines. */
export function forgetRecords(): void {
  forgetTemplates();
  wait = 1;
  misses = 0;
  patience = PATIENCE;
}

/** From `{` to the byte after `}` with all slots of the row set; 0 when it is no object. */
export function readRecord(pos: usize, row: u32): usize {
  beginRow();
  if (templatesKnown() != 0 && (patience > 0 || (row & 15) == 0)) {
    const end = matchRecord(pos, row);
    if (end != 0) {
      hits++;
      return end;
    }
  }
  return readUnlike(pos, row);
}

/** Whether it is worth while to try two records side by side. */
export function pairsPay(): bool {
  return templatesKnown() != 0 && patience > 0;
}

/** Two records, each from its `{`, into a row and the next one. They end at `firstEnd` and `secondEnd`, which are 0 where no template fits. */
export function readPair(first: usize, second: usize, row: u32): void {
  beginRow();
  matchPair(first, second, row);
  if (firstEnd != 0) hits += secondEnd != 0 ? 2 : 1;
}

export function readUnlike(pos: usize, row: u32): usize {
  beginRow();
  resetRow(row);
  const end = readObject(pos, root, row, 0);
  if (end == 0) return 0;
  patience = min(patience + <i32>min<u32>(hits, PATIENCE), PATIENCE);
  if (patience > 0) patience--;
  if (hits >= LONG_RUN) wait = 1;
  hits = 0;
  misses++;
  if (misses >= wait) {
    misses = 0;
    wait = min(wait * 2, LONGEST_WAIT);
    learn(pos, root, job, wait <= DEEP_WAIT);
  }
  return end;
}
