import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import {behaviourOf} from '../plan/nodes/index.ts';
import type {Plan} from '../plan/plan.ts';
import type {Change} from '../types/change.ts';
import {rowText} from '../types/row-text.ts';
import type {Case} from './case.ts';
import {changelogFault, foldByKey, foldChanges, sortedLines} from './changes.ts';
import {decodeRows} from './decode-rows.ts';
import {drive, type DriveOptions, type InputItem} from './drive.ts';
import {inputLeft} from './input-left.ts';
import {interpret} from './interpreter.ts';
import {prepareCase, testClock} from './run-case.ts';

/** A case whose plan exists and whose rows can be computed, and what a run as written gave. */
export interface Subject {
  readonly case: Case;
  readonly plan: Plan;
  readonly directory: string;
  readonly input: ReadonlyMap<number, readonly InputItem[]>;
}

/** Another way to get the same answer. Each throws when the answers differ. */
export interface Oracle {
  readonly name: string;
  check(subject: Subject): void | Promise<void>;
}

const asWritten = {batchRows: 2048, stepRows: 2048, restart: 'never'} as const;

export const oracles: readonly Oracle[] = [
  {name: 'one record a batch', check: subject => sameAsDrive(subject, {batchRows: 1, stepRows: 2048, restart: 'never'})},
  {name: 'three records a batch, 16 rows a step', check: subject => sameAsDrive(subject, {batchRows: 3, stepRows: 16, restart: 'never'})},
  {name: 'one row a step', check: subject => sameAsDrive(subject, {batchRows: 2048, stepRows: 1, restart: 'never'})},
  {
    name: 'restart after every record, full images',
    check: subject => sameAsDrive(subject, {batchRows: 1, stepRows: 2048, restart: 'full'}),
  },
  {
    name: 'restart after every two records, base and changes',
    check: subject => sameAsDrive(subject, {batchRows: 2, stepRows: 16, restart: 'changes'}),
  },
  {name: 'random chunks', check: randomChunks},
  {name: 'interpreter', check: sameAsInterpreter},
  {name: 'changelog laws', check: lawful},
  {name: 'batch against streaming', check: batchAgainstStreaming},
  {name: 'rules off', check: rulesOff},
];

/** Decodes all input of the plan's file scans, in chunks of the given sizes. */
export function readInput(
  plan: Plan,
  directory: string,
  nextChunk: () => number,
  badField: 'reject' | 'null',
): ReadonlyMap<number, readonly InputItem[]> {
  return new Map(
    plan.nodes.flatMap((node, index) => {
      if (node.kind !== 'scan') return [];
      const bytes = readFileSync(join(directory, node.table.options.get('path') ?? ''));
      return [[index, decodeRows({scan: node, bytes, timeZone: plan.settings.timeZone, nextChunk, badField}).rows] as const];
    }),
  );
}

function skipsBadRows(subject: Subject): boolean {
  return subject.case.onError !== 'fail';
}

function changeLines(plan: Plan, results: readonly (readonly Change[])[]): readonly (readonly string[])[] {
  return results.map((changes, index) => {
    const node = plan.nodes[plan.sinks[index] as number];
    return changes.map(change => rowText(change.kind, change.row, node?.schema.columns ?? [], plan.settings.timeZone));
  });
}

export function driveLines(
  subject: Subject,
  options: Pick<DriveOptions, 'batchRows' | 'stepRows' | 'restart'>,
): readonly (readonly string[])[] {
  return changeLines(
    subject.plan,
    drive({plan: subject.plan, clock: testClock, input: subject.input, skipsBadRows: skipsBadRows(subject), ...options}),
  );
}

/**
 * With one input the order of everything is fixed, unless its rows meet again after operators of different kinds have given them on; with several inputs,
 * what is left at the end is.
 */
function sameAsDrive(subject: Subject, options: Pick<DriveOptions, 'batchRows' | 'stepRows' | 'restart'>): void {
  const expected = driveLines(subject, asWritten);
  const found = driveLines(subject, options);
  if (isOrderFixed(subject.plan)) expect(found).toEqual(expected);
  else
    expect(found.map((lines, sink) => finalRows(subject.plan, sink, lines))).toEqual(
      expected.map((lines, sink) => finalRows(subject.plan, sink, lines)),
    );
}

export function isOrderFixed({nodes}: Plan): boolean {
  const inputsOf = (index: number): readonly number[] => {
    const node = nodes[index];
    return node === undefined ? [] : behaviourOf(node).inputs(node);
  };
  const isDirect = (index: number): boolean =>
    nodes[index]?.kind === 'scan' || (['filter', 'project'].includes(nodes[index]?.kind ?? '') && inputsOf(index).every(isDirect));
  const meet = nodes.flatMap((_, index) => (inputsOf(index).length > 1 ? inputsOf(index) : []));
  return nodes.filter(node => node.kind === 'scan').length <= 1 && meet.every(isDirect);
}

/** What a sink's table holds at the end, as sorted row texts. */
export function finalRows(plan: Plan, sink: number, lines: readonly string[]): readonly string[] {
  const node = plan.nodes[plan.sinks[sink] as number];
  if (node?.changelog !== 'upsert' || node.key === null) return sortedLines(foldChanges(lines));
  const {key} = node;
  // An upsert stream's key columns hold no comma in cases, so a row's text can be taken apart.
  return sortedLines(foldByKey(lines, row => JSON.stringify(key.map(index => row.slice(1, -1).split(', ')[index]))));
}

function sameAsInterpreter(subject: Subject): void {
  const {plan} = subject;
  const lines = driveLines(subject, asWritten);
  for (const [sink, rows] of interpret({
    plan,
    clock: testClock,
    input: inputLeft(plan, subject.input),
    skipsBadRows: skipsBadRows(subject),
  }).entries()) {
    const node = plan.nodes[plan.sinks[sink] as number];
    const expected = rows.map(row => rowText(null, row, node?.schema.columns ?? [], plan.settings.timeZone));
    expect(finalRows(plan, sink, lines[sink] ?? [])).toEqual(sortedLines(expected));
  }
}

function lawful(subject: Subject): void {
  const {plan} = subject;
  const results = drive({plan, clock: testClock, input: subject.input, skipsBadRows: skipsBadRows(subject), ...asWritten});
  for (const [sink, changes] of results.entries()) {
    const node = plan.nodes[plan.sinks[sink] as number];
    if (node?.changelog === 'append') expect(changes.filter(change => change.kind !== 0)).toEqual([]);
    else if (node?.changelog === 'retract') {
      const hasPairs = !plan.nodes.some(each => each.kind === 'join' || each.kind === 'temporal-join');
      // A ranking may move an equal row into the place of another, and OVER tells of all rows behind one that came, as Flink does.
      const seesAll = !plan.nodes.some(
        each =>
          (each.kind === 'filter' && plan.nodes[each.input]?.changelog !== 'append') ||
          (each.kind === 'rank' && each.number !== null) ||
          each.kind === 'over',
      );
      const textOf = (change: Change): string => rowText(null, change.row, node.schema.columns, plan.settings.timeZone);
      expect(changelogFault(changes, textOf, hasPairs, seesAll)).toBeNull();
    }
  }
}

function randomChunks(subject: Subject): void {
  // A small generator of our own: the sizes must be the same in every run.
  let state = 7;
  const nextChunk = (): number => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return 1 + (state % 97);
  };
  const {plan, directory, input, case: one} = subject;
  const badField = one.onError === 'null' ? 'null' : 'reject';
  expect(readInput(plan, directory, nextChunk, badField)).toEqual(input);
  expect(readInput(plan, directory, () => 1, badField)).toEqual(input);
}

async function batchAgainstStreaming(subject: Subject): Promise<void> {
  if (subject.case.mode !== 'script' || subject.plan.settings.runtimeMode === 'batch') return;
  // What a source takes back is for streams only.
  if (subject.plan.nodes.some(node => node.kind === 'scan' && node.changelog !== 'append')) return;
  const {plan, problems} = await prepareCase(subject.case, subject.directory, {settings: "SET 'execution.runtime-mode' = 'batch';\n"});
  if (plan === null) throw new Error(`cannot be planned in batch mode: ${problems.map(problem => problem.message).join('; ')}`);
  const batch = driveLines({...subject, plan, input: readInput(plan, subject.directory, () => 1 << 20, 'reject')}, asWritten);
  const streaming = driveLines(subject, asWritten);
  // Over no rows an aggregate without keys has a row in batch mode and none in streaming, as in Flink.
  const mayDiffer = subject.plan.nodes.some(node => node.kind === 'aggregate' && node.keys.length === 0);
  for (const [sink, lines] of streaming.entries()) {
    if (mayDiffer && finalRows(subject.plan, sink, lines).length === 0) continue;
    expect(finalRows(plan, sink, batch[sink] ?? [])).toEqual(finalRows(subject.plan, sink, lines));
  }
}

async function rulesOff(subject: Subject): Promise<void> {
  const {plan, problems} = await prepareCase(subject.case, subject.directory, {rules: false});
  if (plan === null) throw new Error(`cannot be planned as written: ${problems.map(problem => problem.message).join('; ')}`);
  const input = readInput(plan, subject.directory, () => 1 << 20, subject.case.onError === 'null' ? 'null' : 'reject');
  const found = driveLines({...subject, plan, input}, asWritten);
  expect(found.map((lines, sink) => finalRows(plan, sink, lines))).toEqual(
    driveLines(subject, asWritten).map((lines, sink) => finalRows(subject.plan, sink, lines)),
  );
}
