import {readdirSync, statSync} from 'node:fs';
import {dirname, join, relative, resolve} from 'node:path';
import {didYouMean} from '../../base/nearest.ts';
import {fail, ProblemError} from '../../base/problem.ts';
import {type LogContent, type LogRecord, readLog} from '../../commit/read-log.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodeOf, exitCodes} from '../exit-codes.ts';
import {findJobs} from '../jobs.ts';
import {grouped, short} from '../numbers.ts';
import {placesOf, processDirectory} from '../places.ts';

/** A log and what it is called: its folder, relative to the current one. */
export interface FoundLog extends LogContent {
  readonly name: string;
}

const views = ['ls', 'inspect', 'export'] as const;
type View = (typeof views)[number];

export async function runState(invocation: Invocation): Promise<number> {
  const {operands, world, talk} = invocation;
  const [view, ...paths] = operands;
  if (!isView(view)) {
    const hint =
      (view === undefined ? undefined : didYouMean(view, views)) ?? 'write weir state ls, weir state inspect or weir state export';
    throw fail('usage', 'bad-argument', view === undefined ? 'state wants to know what to do' : `state has no "${view}"`, {hint});
  }
  if (paths.length === 0)
    throw fail('usage', 'no-file', 'there is no log to look at', {hint: `name a job file or a folder: weir state ${view} jobs.yaml`});
  const logs = await findLogs(paths, invocation);
  const text = view === 'ls' ? listText(logs) : view === 'inspect' ? logs.map(logText).join('\n') : logs.map(recordLines).join('');
  world.standardOutput.write(Buffer.from(text));
  await world.standardOutput.flush();
  const problems = logs.flatMap(log => log.problems);
  talk.problems(problems);
  return exitCodeOf(problems);
}

function isView(word: string | undefined): word is View {
  return views.some(view => view === word);
}

/** The logs that operands stand for: those below a folder, and those of a file's jobs. None at all is a problem. */
export async function findLogs(paths: readonly string[], invocation: Invocation): Promise<readonly FoundLog[]> {
  const {directory} = invocation.world;
  const folders: string[] = [];
  for (const path of paths) {
    const absolute = resolve(directory, path);
    if (statSync(absolute, {throwIfNoEntry: false})?.isDirectory() === true) folders.push(...logFolders(absolute));
    else folders.push(...(await jobFolders(path, invocation)).flatMap(logFolders));
  }
  if (folders.length === 0)
    throw fail('environment', 'no-log', `there is no log for ${paths.join(', ')}`, {
      hint: 'a job keeps one once it has run with a guarantee; with --state-dir, name that folder',
    });
  const logs: FoundLog[] = [];
  for (const folder of folders) logs.push({...(await readLog(folder)), name: relative(directory, folder) || '.'});
  return logs;
}

async function jobFolders(path: string, invocation: Invocation): Promise<readonly string[]> {
  const {specs, problems, project, stateDirectory} = await findJobs([path], invocation);
  if (exitCodeOf(problems) !== exitCodes.done.code) throw new ProblemError(problems);
  const places = placesOf([path], {project, stateDirectory}, invocation.options, invocation.world);
  return specs.map(({name}) => dirname(processDirectory(places.stateDirectory, name, 0)));
}

/** A project has a folder a job, and a job one a process. */
const deepest = 2;

function logFolders(folder: string, depth = 0): readonly string[] {
  const entries = statSync(folder, {throwIfNoEntry: false})?.isDirectory() === true ? readdirSync(folder, {withFileTypes: true}) : [];
  if (entries.some(entry => entry.isFile() && /^\d{12,}\.log$/.test(entry.name))) return [folder];
  if (depth === deepest) return [];
  const names = entries.filter(entry => entry.isDirectory()).map(({name}) => name);
  return names.toSorted().flatMap(name => logFolders(join(folder, name), depth + 1));
}

function listText(logs: readonly FoundLog[]): string {
  const rows = logs.map(log => {
    const last = lastOf(log);
    const bytes = log.segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const told =
      last === null
        ? ['-', '-', '-', '-']
        : [String(last.record.epoch), timeOf(last), short(last.record.totals.rowsIn), short(last.record.totals.rowsOut)];
    return [log.name, ...told, short(bytes), statusOf(log)];
  });
  return table([['log', 'epoch', 'written', 'rows in', 'rows out', 'bytes', 'status'], ...rows]);
}

/** What the next start makes of it, as far as the log itself says. */
export function statusOf(log: FoundLog): string {
  if (log.problems.some(({severity}) => severity === 'error')) return 'damaged';
  const last = lastOf(log);
  if (last === null) return 'begun';
  if (!last.isCertain) return 'its group decides about the last';
  if (log.segments.some(({tornBytes}) => tornBytes > 0)) return 'the last record is torn';
  return last.record.ended ? 'all read' : 'whole';
}

function lastOf({segments}: LogContent): LogRecord | null {
  return segments.flatMap(({records}) => records).at(-1) ?? null;
}

function timeOf({writtenAtMs}: LogRecord): string {
  return new Date(writtenAtMs).toISOString();
}

function logText(log: FoundLog): string {
  const {header} = log;
  const about = [
    ['log', log.name],
    ['status', statusOf(log)],
    ...(header === null
      ? []
      : [
          ['written by', `weir ${header.engineVersion}`],
          ['plan', header.planFingerprint],
        ]),
    ...(header?.operators ?? []).map(({name, fingerprint}, index) => [index === 0 ? 'keeps' : '', `${name}  ${fingerprint}`]),
    ...log.segments.map(({path, bytes, tornBytes}, index) => [
      index === 0 ? 'files' : '',
      `${path}  ${grouped(bytes)} bytes${torn(tornBytes)}`,
    ]),
  ];
  const records = log.segments.flatMap(segment => segment.records);
  const rows = records.map(stored => {
    const {record, bytes} = stored;
    const taken = record.taken.reduce((sum, run) => sum + run.rows, 0);
    return [
      String(record.epoch),
      timeOf(stored),
      grouped(taken),
      `${record.state.kind} ${grouped(record.state.bytes.length)}`,
      grouped(bytes),
    ];
  });
  const last = lastOf(log);
  return [
    table(about),
    ...(rows.length === 0 ? [] : ['\n', table([['epoch', 'written', 'rows taken', 'state', 'bytes'], ...rows])]),
    ...(last === null ? [] : ['\n', lastText(last)]),
  ].join('');
}

function torn(bytes: number): string {
  return bytes === 0 ? '' : `, ${grouped(bytes)} more of a record that was not written to its end`;
}

/** Where the job goes on. */
function lastText({record}: LogRecord): string {
  const {rowsIn, rowsOut, rejected} = record.totals;
  return table([
    ['since the log began', `${grouped(rowsIn)} rows in, ${grouped(rowsOut)} rows out, ${grouped(rejected)} rejected`],
    ...record.positions.map((position, index) => [`input ${index + 1}`, JSON.stringify(position)]),
    ...record.outputs.map((output, index) => [`output ${index + 1}`, JSON.stringify(output)]),
  ]);
}

/** Columns side by side, without blanks at the ends of lines. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  return rows
    .map(
      row =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] as number))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** A line of JSON for each record: everything but the bytes of the state. */
function recordLines(log: FoundLog): string {
  const lines = log.segments.flatMap(({records}) =>
    records.map(({record, bytes, isCertain, countsByItself, writtenAtMs}) => {
      const {epoch, totals, state: image, ...rest} = record;
      return {
        log: log.name,
        epoch,
        written: new Date(writtenAtMs).toISOString(),
        ...totals,
        bytes,
        stateKind: image.kind,
        stateBytes: image.bytes.length,
        counts: isCertain ? true : null,
        countsByItself,
        ...rest,
      };
    }),
  );
  return lines.map(line => `${JSON.stringify(line)}\n`).join('');
}
