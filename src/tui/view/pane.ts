import type {JobView} from '../jobs.ts';
import {cutLine, fitParts, type Line, lineOf, lineText, lineWidth, piece} from '../line.ts';
import {signsOf} from '../look.ts';
import {type Model, tabs} from '../model.ts';
import {wrap} from '../text.ts';
import {inputLines} from './inputs.ts';
import {overviewLines} from './overview.ts';
import {checkpointLines, configLines, errorLines, logLines, planLines} from './texts.ts';

/** A job's tab, with the line above it that names all tabs. */
export function paneLines(model: Model, job: JobView, height: number): readonly Line[] {
  if (height < 1) return [];
  const room = height - 1;
  const content = contentLines(model, job, model.columns, room);
  const top = topOf(model, content.length, room);
  return [
    tabLine(model, job),
    ...content.slice(top, top + room).map(line => cutLine(line, model.columns, signsOf(model.setting.look).ellipsis)),
  ];
}

/** The line of the tab that is the first in sight. */
export function topOf({tab, isFollowing, top}: Model, length: number, height: number): number {
  const most = Math.max(0, length - height);
  return tab === 'Logs' && isFollowing ? most : Math.min(top, most);
}

/** All lines of the tab that is chosen. `height`: what there is room for, for those that make use of it. */
export function contentLines(model: Model, job: JobView, width: number, height: number): readonly Line[] {
  if (model.tab === 'Overview') return overviewLines(model, job, width, height);
  const lines = linesOf(model, job);
  const wanted = model.isOpen ? model.search.toLowerCase() : '';
  const isInverse = wanted.startsWith('!');
  const text = isInverse ? wanted.slice(1) : wanted;
  const found = text === '' ? lines : lines.filter(line => lineText(line).toLowerCase().includes(text) !== isInverse);
  if (found.length === 0) return [lineOf(` no line has "${model.search}"`, 'dim')];
  return model.isWrapping ? found.flatMap(line => wrapped(line, width)) : found;
}

function linesOf(model: Model, job: JobView): readonly Line[] {
  switch (model.tab) {
    case 'Overview':
      return [];
    case 'Plan':
      return planLines(model, job);
    case 'Inputs':
      return inputLines(model, job);
    case 'Logs':
      return logLines(model, job);
    case 'Checkpoints':
      return checkpointLines(model, job);
    case 'Errors':
      return errorLines(model, job);
    case 'Config':
      return configLines(model, job);
  }
}

function wrapped(line: Line, width: number): readonly Line[] {
  if (lineWidth(line) <= width) return [line];
  return wrap(lineText(line), width - 2).map((text, index) => lineOf(index === 0 ? text : `  ${text}`, line.at(-1)?.tone ?? 'plain'));
}

function tabLine(model: Model, job: JobView): Line {
  const {rule} = signsOf(model.setting.look);
  const parts = [
    {line: [piece(`${rule}${rule} `, 'dim'), piece(job.name, 'strong')], keep: 90},
    ...tabs.map((tab, index) => ({
      // Brackets say which one it is where there are no colours.
      line: tab === model.tab ? [piece(`[${index + 1} ${tab}]`, 'accent')] : [piece(` ${index + 1} ${tab} `, 'dim')],
      keep: tab === model.tab ? 100 : 50 - index,
    })),
    {line: model.isOpen && model.search !== '' ? [piece(`/${model.search}`, 'warn')] : [], keep: 80},
  ];
  const line = fitParts(parts, model.columns, 1);
  const missing = model.columns - lineWidth(line) - 1;
  return missing < 1 ? line : [...line, piece(` ${rule.repeat(missing)}`, 'dim')];
}
