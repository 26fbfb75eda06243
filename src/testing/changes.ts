import type {Change, ChangeKind} from '../types/change.ts';
import {changeText} from '../types/change.ts';

/**
 * The notation of changes in cases: one change a line, as Flink prints it (`+I[a, 1]`). Tests compare these texts, so a case reads like what a person sees.
 */
export function sortedLines(lines: readonly string[]): readonly string[] {
  return [...lines].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Splits `+I[…]` into its kind and its row text. */
export function splitChange(line: string): {readonly kind: ChangeKind; readonly row: string} {
  const kind = changeText.indexOf(line.slice(0, 2) as (typeof changeText)[number]);
  if (kind < 0) throw new Error(`not a change: ${line}`);
  return {kind: kind as ChangeKind, row: line.slice(2)};
}

/** What is left when every change has been applied: a bag of row texts. Throws when a row is taken back that is not there. */
export function foldChanges(lines: readonly string[]): readonly string[] {
  const rows = new Map<string, number>();
  for (const line of lines) {
    const {kind, row} = splitChange(line);
    const count = (rows.get(row) ?? 0) + (kind === 0 || kind === 2 ? 1 : -1);
    if (count < 0) throw new Error(`takes back a row that is not there: ${line}`);
    rows.set(row, count);
  }
  return [...rows].flatMap(([row, count]) => Array.from({length: count}, () => row));
}

/** The same with a key: the last row of a key counts, a delete removes it (an upsert stream carries no -U). `keyOf` finds the key in a row's text. */
export function foldByKey(lines: readonly string[], keyOf: (row: string) => string): readonly string[] {
  const rows = new Map<string, string>();
  for (const line of lines) {
    const {kind, row} = splitChange(line);
    if (kind === 0 || kind === 2) rows.set(keyOf(row), row);
    else if (kind === 3) rows.delete(keyOf(row));
  }
  return [...rows.values()];
}

/**
 * The laws of a changelog: nothing is taken back that is not there, every -U is followed by its +U, no update changes nothing. Gives the first fault, or null.
 * Without pairs (behind a join, whose rows for an update may be several, or none on one side) only the first law holds; where what changed may have been projected
 * away behind a filter, an update may seem to change nothing.
 */
export function changelogFault(
  changes: readonly Change[],
  rowText: (change: Change) => string,
  hasPairs = true,
  seesAll = true,
): string | null {
  const rows = new Map<string, number>();
  for (const [index, change] of changes.entries()) {
    const text = rowText(change);
    const before = changes[index - 1];
    if (hasPairs && before?.kind === 1 && change.kind !== 2) return `-U without +U before change ${index}: ${text}`;
    if (hasPairs && seesAll && before?.kind === 1 && rowText(before) === text) return `an update that changes nothing at ${index}: ${text}`;
    const count = (rows.get(text) ?? 0) + (change.kind === 0 || change.kind === 2 ? 1 : -1);
    if (count < 0) return `change ${index} takes back a row that is not there: ${text}`;
    rows.set(text, count);
  }
  return hasPairs && changes.at(-1)?.kind === 1 ? 'the last change is a -U' : null;
}
