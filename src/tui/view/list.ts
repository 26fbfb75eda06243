import {type CellContext, type Column, columnsFor, leastNameWidth} from '../columns.ts';
import type {JobView} from '../jobs.ts';
import {cutLine, fitParts, type Line, lineOf, piece, toned} from '../line.ts';
import {signsOf, stateLook} from '../look.ts';
import {chosenJob, type Model, shownJobs} from '../model.ts';
import {count, span} from '../quantities.ts';
import {clean, cut, fill} from '../text.ts';

/** The list of jobs, so many lines high, its titles in the first. */
export function listLines(model: Model, height: number): readonly Line[] {
  const shown = shownJobs(model);
  if (height < 1) return [];
  if (shown.length === 0) return [lineOf(emptyText(model), 'dim')];
  const kept = columnsFor(model.columns - marginWidth, shown);
  const nameWidth = model.columns - marginWidth - kept.reduce((sum, {width}) => sum + width + 1, 0);
  const context: CellContext = {look: model.setting.look, nowMs: model.frozen?.atMs ?? model.nowMs};
  const titles = titleLine(model, kept, nameWidth);
  const rows = inSight(shown, model, height - 1);
  return [titles, ...rows.map(job => rowLine(model, job, kept, nameWidth, context))];
}

/** The same where there is little room: a line a job and no titles. */
export function shortListLines(model: Model, height: number): readonly Line[] {
  const shown = shownJobs(model);
  if (height < 1) return [];
  if (shown.length === 0) return [lineOf(emptyText(model), 'dim')];
  return inSight(shown, model, height).map(job => {
    const {report, inRate, history} = job;
    const {sign, word, tone} = stateLook(report.state, model.setting.look);
    const name = fill(job.name, Math.max(leastNameWidth, Math.min(24, model.columns - 34)), 'left', signsOf(model.setting.look).ellipsis);
    const parts = [
      {line: [...margin(model, job), piece(name)], keep: 100},
      {line: [piece(`${sign} ${word}`, tone)], keep: 90},
      {line: inRate === null ? [] : [piece(`${count(inRate)}/s`)], keep: 80},
      {line: report.lag === null ? [] : [piece(`lag ${count(report.lag)}`)], keep: 70},
      {line: report.rejected === 0 ? [] : [piece(`${count(report.rejected)} rejected`, 'warn')], keep: 60},
      {line: report.lastCommitAtMs === null ? [] : [piece(`commit ${span(model.nowMs - report.lastCommitAtMs)}`)], keep: 50},
      {line: history.cpuShare === null ? [] : [piece(`cpu ${Math.round(history.cpuShare * 100)}%`)], keep: 40},
    ];
    const line = fitParts(parts, model.columns, 1);
    return isUnderCursor(model, job.key) ? toned(line, 'chosen') : line;
  });
}

/** Cursor, mark and a space. */
const marginWidth = 3;

function margin(model: Model, {key}: JobView): Line {
  const signs = signsOf(model.setting.look);
  const isChosen = isUnderCursor(model, key);
  return [piece(isChosen ? signs.cursor : ' '), piece(model.marked.has(key) ? signs.mark : ' ', 'accent'), piece(' ')];
}

/** On paper there is no cursor. */
function isUnderCursor(model: Model, key: string): boolean {
  return model.setting.host !== 'text' && chosenJob(model)?.key === key;
}

function rowLine(model: Model, job: JobView, kept: readonly Column[], nameWidth: number, context: CellContext): Line {
  const signs = signsOf(model.setting.look);
  const cells = kept.flatMap(column => {
    const {text, tone} = column.cell(job, context) ?? piece(signs.unknown, 'dim');
    return [piece(' '), piece(fill(text, column.width, column.side, signs.ellipsis), tone)];
  });
  const isChosen = isUnderCursor(model, job.key);
  const line = [...margin(model, job), piece(fill(job.name, nameWidth, 'left', signs.ellipsis), isChosen ? 'strong' : 'plain'), ...cells];
  return isChosen ? toned(cutLine(line, model.columns), 'chosen') : cutLine(line, model.columns);
}

function titleLine(model: Model, kept: readonly Column[], nameWidth: number): Line {
  const {sorting, setting} = model;
  const signs = signsOf(setting.look);
  const title = (name: string, text: string, width: number, side: 'left' | 'right'): string => {
    const sign = sorting?.by === name ? (sorting.isDescending ? signs.descending : signs.ascending) : '';
    // The sign stays where a title is as wide as its column.
    return fill(`${cut(text, width - sign.length)}${sign}`, width, side);
  };
  const cells = kept.map(column => title(column.name, column.title, column.width, column.side));
  return cutLine(lineOf([`   ${title('job', 'JOB', nameWidth, 'left')}`, ...cells].join(' '), 'dim'), model.columns);
}

/** Those around the cursor that there is room for. */
function inSight(shown: readonly JobView[], model: Model, height: number): readonly JobView[] {
  const chosen = chosenJob(model);
  const at = shown.findIndex(({key}) => key === chosen?.key);
  const first = Math.max(0, Math.min(at - Math.floor(height / 2), shown.length - height));
  return shown.slice(first, first + Math.max(0, height));
}

function emptyText({jobs, filter}: Model): string {
  if (jobs === null) return ' asking …';
  return jobs.length === 0 ? ' no jobs run here' : ` no job has "${clean(filter)}" in its name or state; Esc shows all`;
}
