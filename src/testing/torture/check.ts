import {type InputRow, passes, rowOf, type Workload} from './workload.ts';

/** What the torn-apart job made of it, counted apart. All zero: it is what an undisturbed run gives. */
export interface Findings {
  readonly records: number;
  readonly lost: number;
  readonly doubled: number;
  /** A sum that its count does not have: state that is too old, or of somebody else. */
  readonly wrong: number;
  readonly disordered: number;
  /** Records that no input gives. */
  readonly foreign: number;
}

/** A row of the stateless query is its input row; one of the stateful query counts and sums a key up to it. */
export interface RunningTotal {
  readonly k: number;
  readonly n: number;
  readonly t: number;
}

export function isClean({lost, doubled, wrong, disordered, foreign}: Findings): boolean {
  return lost + doubled + wrong + disordered + foreign === 0;
}

/** `sent`: how many rows each partition was given. Only rows of one partition in one lane (a partition of the output, a file) have an order. */
export function checkRows(workload: Workload, sent: readonly number[], records: readonly (InputRow & {readonly lane: number})[]): Findings {
  const seen = sent.map(count => new Uint8Array(count));
  const last = new Map<string, number>();
  let [doubled, wrong, disordered, foreign] = [0, 0, 0, 0];
  for (const record of records) {
    const {p, s, lane} = record;
    const marks = seen[p];
    if (marks === undefined || !(s >= 0 && s < marks.length)) {
      foreign++;
      continue;
    }
    const expected = rowOf(workload, p, s);
    if (!passes(expected) || expected.k !== record.k || expected.a !== record.a) wrong++;
    const before = last.get(`${p} ${lane}`) ?? -1;
    if (marks[s] === 1) doubled++;
    else if (s < before) disordered++;
    marks[s] = 1;
    last.set(`${p} ${lane}`, Math.max(before, s));
  }
  let lost = 0;
  for (const [p, marks] of seen.entries()) {
    for (let s = 0; s < marks.length; s++) if (marks[s] === 0 && passes(rowOf(workload, p, s))) lost++;
  }
  return {records: records.length, lost, doubled, wrong, disordered, foreign};
}

/** The records of a key must count 1, 2, 3 … and sum what its rows up to there hold. */
export function checkTotals(workload: Workload, sent: readonly number[], records: readonly RunningTotal[]): Findings {
  const sums = runningSums(workload, sent);
  const counts = new Map<number, number>();
  const seen = new Map<number, Set<number>>();
  let [doubled, wrong, disordered, foreign] = [0, 0, 0, 0];
  for (const {k, n, t} of records) {
    const ofKey = sums.get(k);
    const expected = ofKey?.[n - 1];
    if (ofKey === undefined || expected === undefined) {
      foreign++;
      continue;
    }
    if (expected !== t) wrong++;
    const marks = seen.get(k) ?? new Set();
    seen.set(k, marks);
    if (marks.has(n)) doubled++;
    else if (n < (counts.get(k) ?? 0)) disordered++;
    marks.add(n);
    counts.set(k, Math.max(counts.get(k) ?? 0, n));
  }
  let lost = 0;
  for (const [k, ofKey] of sums) lost += ofKey.length - (seen.get(k)?.size ?? 0);
  return {records: records.length, lost, doubled, wrong, disordered, foreign};
}

/** By key the sum after each of its rows. */
function runningSums(workload: Workload, sent: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const sums = new Map<number, number[]>();
  for (const [p, count] of sent.entries()) {
    for (let s = 0; s < count; s++) {
      const {k, a} = rowOf(workload, p, s);
      const ofKey = sums.get(k);
      if (ofKey === undefined) sums.set(k, [a]);
      else ofKey.push((ofKey.at(-1) as number) + a);
    }
  }
  return sums;
}
