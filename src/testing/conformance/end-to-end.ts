import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Problem} from '../../base/problem.ts';
import type {Prepared} from '../../job/prepare.ts';
import type {Plan} from '../../plan/plan.ts';
import {withoutUnused} from '../../plan/rules/rule.ts';
import {prepareScript, runToText} from '../run-case.ts';
import {corpusTools, type CorpusCase, type CorpusExpectation, type CorpusTools, type PrintedRow} from './corpus-tools.ts';
import {isRefusal, jsonFiles, readJson, Tally, why, type Judgement, type Verdict} from './family.ts';
import {withoutReadMetadata} from './metadata.ts';
import {skips} from './skips.ts';

/** Whole scripts with their input and the rows that another engine gave. One judgement a tier. */
export async function judgeEndToEnd(corpus: string, family: string, scratch: string): Promise<readonly Judgement[]> {
  const tools = await corpusTools(corpus);
  const tallies = {T1: new Tally(`${family} T1`), T2: new Tally(`${family} T2`), T3: new Tally(`${family} T3`)};
  for (const file of jsonFiles(join(corpus, family))) {
    for (const one of readJson(corpus, family, file) as readonly CorpusCase[]) {
      tallies[one.tier].add(one.id, await judgeCase(tools, one, join(scratch, 'case')).catch(broken));
    }
  }
  return Object.values(tallies).map(tally => tally.judgement());
}

/** An exception is a fault of ours, and no reason to leave the other cases unjudged. */
function broken(error: unknown): Verdict {
  return {kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 3).join(' ') : String(error)};
}

/** Windows that the clock closes hold what came while upstream's test slept: nobody can tell from the case. */
function isOfTheClock({nodes}: Plan): boolean {
  return nodes.some(node => node.kind === 'window-aggregate' && node.windowKeys.isProcessing);
}

/** A table that the query reads is not in the case. */
function isOfUnknownTable({tables, setup = []}: CorpusCase, problems: readonly Problem[]): boolean {
  return problems.some(({code, message}) => {
    const name = code === 'unknown-table' ? /"([^"]+)"/.exec(message)?.[1] : undefined;
    return name !== undefined && !tables.some(table => table.name === name) && !setup.some(statement => statement.includes(name));
  });
}

/** The rows that are left are judged by the changes that leave them, where a case has both. */
function isSaidBetter({kind, of}: CorpusExpectation, all: readonly CorpusExpectation[]): boolean {
  return kind === 'final' && all.some(other => other.kind === 'changelog' && other.of === of);
}

/** Rows by what the case calls their sink. Of several results on the console each is run by itself, to tell them apart: they are named after their order. */
async function printedRows(
  tools: CorpusTools,
  plan: Plan,
  directory: string,
  output: string,
): Promise<ReadonlyMap<string, readonly PrintedRow[]>> {
  const printed = new Map<string, readonly PrintedRow[]>(tools.parsePrint(output));
  const {expect} = readJson(directory, 'expect.json') as {readonly expect: readonly CorpusExpectation[]};
  const unnamed = [...new Set(expect.map(({of}) => String(of)))].filter(name => !printed.has(name));
  const consoles = plan.sinks.filter(sink => {
    const node = plan.nodes[sink];
    return node?.kind === 'sink' && node.target.kind === 'console';
  });
  if (consoles.length < 2 || unnamed.length !== consoles.length) return printed;
  for (const [index, sink] of consoles.entries()) {
    const run = await runToText({...plan, ...withoutUnused({nodes: plan.nodes, sinks: [sink]})}, directory, 'fail');
    printed.set(unnamed[index] as string, tools.parsePrint(run.output).get('') ?? []);
  }
  return printed;
}

/**
 * How an expectation may be met. Of several inputs nobody says which row comes first, and a mini-batch ends where upstream's did, so of those only what is left
 * after all changes is the same everywhere.
 */
function waysToCompare(tools: CorpusTools, one: CorpusCase, expectation: CorpusExpectation): readonly CorpusExpectation[] {
  if (expectation.kind !== 'changelog') return [expectation];
  const isFree = one.tables.filter(({role}) => role === 'source').length > 1 || one.config?.['table.exec.mini-batch.enabled'] === 'true';
  if (!isFree) return [expectation];
  const changes = tools.parsePrint((expectation.rows as readonly string[]).join('\n')).get('') ?? [];
  const {pk} = expectation;
  const left =
    pk === undefined
      ? [...tools.fold(changes)].flatMap(([row, count]) => Array<string>(Math.max(0, count)).fill(row))
      : tools.foldByKey(changes, pk);
  return [expectation, {...expectation, kind: 'final', rows: left.map(row => `+I[${row}]`)}];
}

/** Of what is expected, too, the last row of each key counts: that is said by the case, and what a join finds before depends on when it looks. */
function isSameByKey(tools: CorpusTools, expectation: CorpusExpectation, key: readonly number[], rows: readonly PrintedRow[]): boolean {
  const expected = tools.parsePrint((expectation.rows as readonly string[]).join('\n')).get('') ?? [];
  const lastOf = (all: readonly PrintedRow[]): readonly string[] => [...tools.foldByKey(all, key)].sort();
  return JSON.stringify(lastOf(rows)) === JSON.stringify(lastOf(expected));
}

/** Results of operators that only batch mode has were made in batch mode. */
function asBatch(one: CorpusCase): CorpusCase {
  return one.source.class === 'SortAggregateTestPrograms' ? {...one, mode: 'batch'} : one;
}

/** Escapes that the Java compiler takes out, and an option under the name of its constant. */
function withoutJava(script: string): string {
  return script
    .replaceAll(/\\u([0-9A-F]{4})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace("'ExecutionConfigOptions.TABLE_EXEC_LEGACY_CAST_BEHAVIOUR' = 'LegacyCastBehaviour.", "'table.exec.legacy-cast-behaviour' = '");
}

/**
 * A source with watermarks among its rows is rendered as one of changes, whether or not there are any, and the renderer says nothing of a source that has none.
 * As a full changelog it would be another source than the one that the expected rows are of.
 */
function repairScript(one: CorpusCase, file: string): void {
  let script = readFileSync(file, 'utf8');
  for (const {name, changelog, rows = []} of one.tables) {
    if ((changelog ?? 'I') !== 'I' || !rows.some(row => 'watermark' in row)) continue;
    const path = `'path' = 'in/${name}.ndjson'`;
    script = script.replace(path, `${path}, 'changelog-json.changelog-mode' = 'I'`);
  }
  // Watermarks that stand among the rows are the only ones: what the renderer declares must never be ahead of them.
  for (const {columns} of one.tables) {
    const declared = /^WATERMARK FOR (`\w+`) AS <explicit>$/.exec(columns.at(-1) ?? '')?.[1];
    if (declared !== undefined)
      script = script.replace(
        `WATERMARK FOR ${declared} AS ${declared}\n`,
        `WATERMARK FOR ${declared} AS ${declared} - INTERVAL '99' YEAR\n`,
      );
  }
  writeFileSync(file, withoutJava(withoutReadMetadata(script)));
}

/** Lays a case's script and input out in a folder and plans it. Null: the case is one of those that are left out. */
export async function prepareCorpusCase(tools: CorpusTools, one: CorpusCase, directory: string): Promise<Prepared | null> {
  if (skips.some(skip => skip.applies(one))) return null;
  rmSync(directory, {recursive: true, force: true});
  mkdirSync(directory, {recursive: true});
  tools.render(one, directory);
  repairScript(one, join(directory, 'job.sql'));
  return prepareScript({name: 'job.sql', text: readFileSync(join(directory, 'job.sql'), 'utf8')}, [], directory);
}

export async function judgeCase(tools: CorpusTools, given: CorpusCase, directory: string): Promise<Verdict> {
  const one = asBatch(given);
  const prepared = await prepareCorpusCase(tools, one, directory);
  if (prepared === null) return {kind: 'skipped'};
  const expectError = one.expect.some(expectation => expectation.kind === 'error');
  if (prepared.plan === null) {
    if (isOfUnknownTable(one, prepared.problems)) return {kind: 'skipped'};
    if (isRefusal(prepared.problems)) return {kind: 'refused', why: why(prepared.problems)};
    return expectError ? {kind: 'passed'} : {kind: 'failed', why: why(prepared.problems)};
  }
  if (isOfTheClock(prepared.plan)) return {kind: 'skipped'};
  const run = await runToText(prepared.plan, directory, 'fail');
  if (expectError) return run.result.status === 'failed' ? {kind: 'passed'} : {kind: 'failed', why: 'an error was expected'};
  if (run.result.status !== 'done') return {kind: 'failed', why: `${run.result.status}: ${run.result.problem?.message ?? ''}`};
  const printed = await printedRows(tools, prepared.plan, directory, run.output);
  // The rendered expectation knows each sink's primary key; the case as given does not.
  const {expect} = readJson(directory, 'expect.json') as {readonly expect: readonly CorpusExpectation[]};
  const wrong = expect.filter(expectation => {
    if (isSaidBetter(expectation, expect)) return false;
    const rows = printed.get(String(expectation.of)) ?? printed.get('') ?? [];
    if (expectation.dedupFields !== undefined) return !isSameByKey(tools, expectation, expectation.dedupFields, rows);
    return !waysToCompare(tools, one, expectation).some(way => tools.compare(way, rows));
  });
  return wrong.length === 0 ? {kind: 'passed'} : {kind: 'failed', why: `rows of ${String(wrong[0]?.of)} differ`};
}
