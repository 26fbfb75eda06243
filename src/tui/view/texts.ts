import type {JournalEntry} from '../../supervisor/journal.ts';
import type {JobView} from '../jobs.ts';
import {type Line, lineOf, piece, type Tone} from '../line.ts';
import {detailsOf, type Model} from '../model.ts';
import {clockTime, grouped, latency, span} from '../quantities.ts';
import {clean, fill} from '../text.ts';

/** Tabs that are lines of text, from the first line on, however long they are. */

export function planLines(model: Model, job: JobView): readonly Line[] {
  const {description, isAsked} = detailsOf(model, job.key);
  return textLines(description?.plan ?? null, description === null && isAsked, 'the supervisor of this job does not tell its plan');
}

export function configLines(model: Model, job: JobView): readonly Line[] {
  const {description, isAsked} = detailsOf(model, job.key);
  return textLines(
    description?.config ?? null,
    description === null && isAsked,
    'this job comes from a script: there is no job file to show',
  );
}

function textLines(text: string | null, isAsked: boolean, otherwise: string): readonly Line[] {
  if (text === null) return [lineOf(isAsked ? ' asking …' : ` ${otherwise}`, 'dim')];
  return text
    .trimEnd()
    .split('\n')
    .map(line => lineOf(` ${clean(line)}`));
}

const toneOfLevel: Readonly<Record<JournalEntry['level'], Tone>> = {note: 'plain', warning: 'warn', error: 'bad'};

export function logLines(model: Model, job: JobView): readonly Line[] {
  const {journal} = detailsOf(model, job.key);
  if (journal.length === 0) return [lineOf(' nothing has happened that was told', 'dim')];
  return journal.map(({atMs, level, text, where}) => [
    piece(` ${clockTime(atMs)} `, 'dim'),
    piece(fill(level === 'note' ? '' : level, 8), toneOfLevel[level]),
    piece(where === null ? clean(text) : `${clean(where)}: ${clean(text)}`),
  ]);
}

/** Commits that were seen, the latest first. */
export function checkpointLines({nowMs, frozen}: Model, {report, history}: JobView): readonly Line[] {
  const {commits} = history;
  if (report.epoch === null) return [lineOf(' this job keeps no log: nothing is committed, and a restart begins anew', 'dim')];
  if (commits.length === 0) return [lineOf(' no commit yet', 'dim')];
  const row = (cells: readonly string[], tone: Tone): Line =>
    lineOf(` ${cells.map((cell, index) => fill(cell, commitWidths[index] ?? 8, 'right')).join('  ')}`, tone);
  return [
    row(['COMMIT', 'AT', 'AGO', 'TOOK', 'SINCE THE ONE BEFORE'], 'dim'),
    ...commits.toReversed().map((commit, index) => {
      const before = commits[commits.length - 2 - index];
      return row(
        [
          grouped(commit.epoch),
          clockTime(commit.atMs),
          span((frozen?.atMs ?? nowMs) - commit.atMs),
          commit.tookMs === null ? '' : latency(commit.tookMs),
          before === undefined ? '' : span((commit.atMs - before.atMs) / Math.max(1, commit.epoch - before.epoch)),
        ],
        'plain',
      );
    }),
  ];
}

const commitWidths = [12, 8, 6, 8, 20];

/** Problems of one kind. */
interface Fault {
  readonly first: JournalEntry;
  readonly last: JournalEntry;
  readonly count: number;
}

/** Problems that say the same, the most frequent first; each with its latest record and the line of a shell that shows it. */
export function errorLines(model: Model, job: JobView): readonly Line[] {
  const faults = faultsOf(detailsOf(model, job.key).journal);
  const counts = (job.report.measured?.rejects ?? []).map(({code, count}) => `${clean(code)} ${grouped(count)}`);
  const total = counts.length === 0 ? [] : [lineOf(` rejected by these processes: ${counts.join(', ')}`)];
  if (faults.length === 0)
    return [...total, lineOf(job.report.rejected > 0 ? ' what was rejected is no longer remembered' : ' no errors', 'dim')];
  return total.concat(faults.flatMap(faultLines));
}

function faultLines({first, last, count}: Fault): readonly Line[] {
  const times = count === 1 ? clockTime(last.atMs) : `${clockTime(first.atMs)} to ${clockTime(last.atMs)}`;
  const show = showingLine(last);
  return [
    [
      piece(` ${grouped(count)}× `, 'strong'),
      piece(`${last.level} `, toneOfLevel[last.level]),
      piece(clean(last.text)),
      piece(`  ${last.code ?? ''}, ${times}`, 'dim'),
    ],
    ...(last.where === null ? [] : [lineOf(`    at ${clean(last.where)}`)]),
    ...(last.detail === null ? [] : [lineOf(`    ${clean(last.detail)}`, 'dim')]),
    ...(show === null ? [] : [[piece('    shown by: ', 'dim'), piece(show, 'accent')]]),
  ];
}

/** The line of a shell that shows the record of the problem that stands first; null: it is of no file. */
export function copiedFault(journal: readonly JournalEntry[]): string | null {
  const [fault] = faultsOf(journal);
  return fault === undefined ? null : showingLine(fault.last);
}

function faultsOf(journal: readonly JournalEntry[]): readonly Fault[] {
  const faults = new Map<string, Fault>();
  for (const entry of journal) {
    if (entry.code === null) continue;
    const key = JSON.stringify([entry.code, kindOf(entry.text)]);
    const before = faults.get(key);
    faults.set(key, {first: before?.first ?? entry, last: entry, count: (before?.count ?? 0) + 1});
  }
  return [...faults.values()].sort((a, b) => b.count - a.count);
}

/** What a message says beside numbers and values. What stands first in quotes is a name. */
function kindOf(text: string): string {
  let seen = 0;
  return text.replaceAll(/\d+/g, '#').replaceAll(/"[^"]*"/g, quoted => (seen++ === 0 ? quoted : '""'));
}

/** `sed -n 17p orders.ndjson`, where a place is a line of a file. */
function showingLine({where}: JournalEntry): string | null {
  const [, path, line] = /^(.+):(\d+)$/.exec(where ?? '') ?? [];
  if (path === undefined || line === undefined || /^<|\.(gz|zst)$/.test(path)) return null;
  return clean(`sed -n ${line}p ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`}`);
}
