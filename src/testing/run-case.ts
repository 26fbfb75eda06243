import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Clock} from '../base/clock.ts';
import {lineAndColumn} from '../base/place.ts';
import type {Problem, SourceText} from '../base/problem.ts';
import type {StandardInput} from '../connectors/define.ts';
import type {Sink} from '../flow/sink.ts';
import type {RunResult} from '../job/contract.ts';
import {prepare, type Prepared} from '../job/prepare.ts';
import {runPlan} from '../job/run.ts';
import type {Plan} from '../plan/plan.ts';
import type {Case} from './case.ts';

/** 2026-01-01T00:00:00Z, standing still: results must not depend on when a test runs. */
export const testClock: Clock = {now: () => Date.UTC(2026, 0, 1)};

export const noInput: StandardInput = {descriptor: -1, isTerminal: true, readAhead: null};

/** A sink that keeps what it is given. */
export function capturingSink(): Sink & {text(): string} {
  const pieces: Uint8Array[] = [];
  return {
    open: async () => {},
    write: bytes => void pieces.push(bytes.slice()),
    full: false,
    drain: async () => {},
    flush: async () => {},
    closedByReader: false,
    close: async () => {},
    text: () => Buffer.concat(pieces).toString('utf8'),
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const named = (text: string): string => `\`${text.replaceAll('`', '``')}\``;

/** Writes the case's input files and gives the script that declares them. */
export function layOut(one: Case, directory: string): string {
  const statements = Object.entries(one.settings).map(([key, value]) => `SET ${quoted(key)} = ${quoted(value)};\n`);
  let ordinal = 0;
  for (const [name, table] of Object.entries(one.tables)) {
    const path = `in/${ordinal++}.${table.format}`;
    mkdirSync(dirname(join(directory, path)), {recursive: true});
    const text = typeof table.rows === 'string' ? table.rows : table.rows.map(row => `${JSON.stringify(row)}\n`).join('');
    writeFileSync(join(directory, path), text);
    const options = {connector: 'filesystem', path, format: table.format, ...table.options};
    const pairs = Object.entries(options).map(([key, value]) => `${quoted(key)} = ${quoted(value)}`);
    statements.push(`CREATE TABLE ${named(name)} (${table.columns}) WITH (${pairs.join(', ')});\n`);
  }
  return statements.join('');
}

export async function prepareCase(
  one: Case,
  directory: string,
  change: {readonly settings?: string; readonly rules?: boolean} = {},
): Promise<Prepared> {
  return prepare({
    ...plainly,
    source: {name: 'case.sql', text: one.sql},
    mode: one.mode,
    initial: [{name: 'tables.sql', text: layOut(one, directory) + (change.settings ?? '')}],
    parameters: new Map(Object.entries(one.parameters)),
    rules: change.rules ?? true,
    directory,
  });
}

/** Prepares a script as `weir run` would, in a directory, without standard input. */
export async function prepareScript(source: SourceText, initial: readonly SourceText[], directory: string): Promise<Prepared> {
  return prepare({...plainly, source, mode: 'script', initial, parameters: new Map(), directory});
}

const plainly = {
  bindings: new Map<string, string>(),
  changelog: false,
  timeZone: 'UTC',
  inputFormat: null,
  standardInput: noInput,
} as const;

export interface CaseRun {
  readonly output: string;
  readonly problems: readonly Problem[];
  readonly result: RunResult;
}

/** Runs a plan as the command does, with standard output in memory. */
export async function runToText(plan: Plan, directory: string, onError: Case['onError']): Promise<CaseRun> {
  const standardOutput = capturingSink();
  const problems: Problem[] = [];
  const result = await runPlan({
    plan,
    clock: testClock,
    directory,
    standardInput: noInput,
    standardOutput,
    standardError: capturingSink(),
    console: {format: 'flink-row', options: new Map()},
    onError,
    maxErrors: null,
    limit: null,
    stop: new AbortController().signal,
    onProblem: problem => void problems.push(problem),
  });
  return {output: standardOutput.text(), problems, result};
}

/** `code line:column message`, or without a place in a text. */
export function problemLine(problem: Problem): string {
  const {place} = problem;
  if (place === undefined) return `${problem.code} ${problem.message}`;
  if (place.kind === 'data') return `${problem.code} ${place.where} ${problem.message}`;
  const {line, column} = lineAndColumn(place.source.text, place.span.start);
  return `${problem.code} ${line}:${column} ${problem.message}`;
}
