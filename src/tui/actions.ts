import type {JobCommand} from '../supervisor/decide.ts';
import type {Sorting} from './columns.ts';
import {sortNames} from './columns.ts';
import type {JobView} from './jobs.ts';
import {lineText} from './line.ts';
import type {ActionName} from './keys.ts';
import {addressedJobs, chosenJob, detailsOf, type Effect, type Model, shownJobs, type Step, type Tab, tabs} from './model.ts';
import {contentLines, topOf} from './view/pane.ts';
import {bodyHeight, paneHeight} from './view/screen.ts';
import {copiedFault} from './view/texts.ts';

export type Act = (model: Model, key: string) => Step;

const still = (model: Model): Step => ({model, effects: []});
const doing = (model: Model, ...effects: readonly Effect[]): Step => ({model, effects});

/** What each action of the table of keys does. */
export const act: Readonly<Record<ActionName, Act>> = {
  up: model => move(model, -1),
  down: model => move(model, 1),
  'page-up': model => move(model, -pageOf(model)),
  'page-down': model => move(model, pageOf(model)),
  first: model => move(model, -Infinity),
  last: model => move(model, Infinity),
  open: model => still(chosenJob(model) === null ? model : {...model, isOpen: true, chosen: chosenJob(model)?.key ?? null, ...fresh}),
  back: model => still(back(model)),
  tab: (model, key) => still(showTab(model, tabs[Number(key) - 1] ?? model.tab)),
  'next-tab': model => still(showTab(model, tabAt(model, 1))),
  'previous-tab': model => still(showTab(model, tabAt(model, -1))),
  logs: model =>
    still(chosenJob(model) === null ? model : {...showTab(model, 'Logs'), isOpen: true, chosen: chosenJob(model)?.key ?? null}),
  mark: model => still(toggleMark(model)),
  'mark-all': model => {
    const keys = shownJobs(model).map(({key}) => key);
    return still({...model, marked: keys.every(key => model.marked.has(key)) ? new Set() : new Set(keys)});
  },
  filter: model => still({...model, prompt: {kind: 'filter', text: '', before: model.isOpen ? model.search : model.filter}}),
  sort: model => still({...model, isOpen: false, prompt: {kind: 'sort', at: Math.max(0, sortNames.indexOf(model.sorting?.by ?? 'job'))}}),
  reverse: model => {
    const sorting = model.sorting ?? {by: 'job', isDescending: false};
    return still({...model, sorting: {...sorting, isDescending: !sorting.isDescending}});
  },
  pause: model => {
    const jobs = addressedJobs(model);
    const arePaused = jobs.every(({report}) => report.state === 'paused');
    return tell(model, arePaused ? 'resume' : 'pause', jobs);
  },
  restart: model => ask(model, 'restart', addressedJobs(model)),
  stop: model => ask(model, 'stop', addressedJobs(model)),
  start: model => tell(model, 'start', addressedJobs(model)),
  checkpoint: model => tell(model, 'checkpoint', addressedJobs(model)),
  follow: model => still(withTop({...model, isFollowing: !model.isFollowing}, topNow(model))),
  wrap: model => still({...model, isWrapping: !model.isWrapping}),
  copy: model => {
    const text = copiedText(model);
    const told = {text: text === null ? 'there is nothing to copy' : 'copied, if the terminal allows it', isBad: text === null};
    const noticed = {...model, notice: {...told, untilMs: model.nowMs + 2000}};
    return text === null ? still(noticed) : doing(noticed, {kind: 'copy', text});
  },
  freeze: model => still({...model, frozen: model.frozen !== null || model.jobs === null ? null : {jobs: model.jobs, atMs: model.nowMs}}),
  palette: model => still({...model, prompt: {kind: 'palette', text: ''}}),
  help: model => still({...model, prompt: {kind: 'help', top: 0}}),
  redraw: model => doing(model, {kind: 'redraw'}),
  quit: model =>
    model.setting.host === 'top' || model.jobs === null
      ? doing(model, {kind: 'end', how: 'leave'})
      : still({...model, prompt: {kind: 'quit'}}),
};

/** A tab begins at its top. */
const fresh = {top: 0, search: ''} as const;

/** A command that only asks for what can be taken back is told at once. */
export function tell(model: Model, command: JobCommand, jobs: readonly JobView[]): Step {
  if (jobs.length === 0) return still(model);
  const text = `${command} ${jobs.map(({name}) => name).join(', ')} …`;
  return doing(
    {...model, notice: {text, isBad: false, untilMs: model.nowMs + 60_000}},
    {kind: 'tell', command, jobs: jobs.map(({id}) => id)},
  );
}

/** A command that ends something asks before, and names what it would end. */
export function ask(model: Model, command: JobCommand, jobs: readonly JobView[]): Step {
  return still(jobs.length === 0 ? model : {...model, prompt: {kind: 'confirm', command, jobs}});
}

export function sortBy(model: Model, by: string): Model {
  // Who asks for a number wants to see the largest first.
  const sorting: Sorting = {by, isDescending: by !== 'job' && by !== 'state'};
  return {...model, sorting};
}

export function showTab(model: Model, tab: Tab): Model {
  return {...model, tab, ...fresh, isFollowing: true};
}

function tabAt({tab}: Model, step: number): Tab {
  return tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length] as Tab;
}

function back(model: Model): Model {
  if (model.isOpen && model.search !== '') return {...model, search: ''};
  if (model.isOpen) return {...model, isOpen: false, ...fresh};
  if (model.filter !== '') return {...model, filter: ''};
  return {...model, marked: new Set()};
}

function move(model: Model, by: number): Step {
  if (model.isOpen) return still(scroll(model, by));
  const shown = shownJobs(model);
  const at = shown.findIndex(({key}) => key === chosenJob(model)?.key);
  const target = shown[Math.max(0, Math.min(shown.length - 1, at + by))];
  return still(target === undefined ? model : {...model, chosen: target.key, ...fresh});
}

function scroll(model: Model, by: number): Model {
  const top = topNow(model);
  return withTop({...model, isFollowing: false}, Math.max(0, Math.min(mostTop(model), top + by)));
}

function withTop(model: Model, top: number): Model {
  // Who goes to the end of the log wants to stay there.
  const isAtEnd = model.tab === 'Logs' && top >= mostTop(model);
  return {...model, top, isFollowing: model.isFollowing || isAtEnd};
}

/** The first line in sight. */
function topNow(model: Model): number {
  return topOf(model, lengthOf(model), roomOf(model));
}

function mostTop(model: Model): number {
  return Math.max(0, lengthOf(model) - roomOf(model));
}

function lengthOf(model: Model): number {
  const job = chosenJob(model);
  return job === null ? 0 : contentLines(model, job, model.columns, roomOf(model)).length;
}

function roomOf(model: Model): number {
  return Math.max(0, paneHeight(model) - 1);
}

function pageOf(model: Model): number {
  return Math.max(1, (model.isOpen ? roomOf(model) : bodyHeight(model)) - 1);
}

function toggleMark(model: Model): Model {
  const job = chosenJob(model);
  if (job === null) return model;
  const marked = new Set(model.marked);
  if (!marked.delete(job.key)) marked.add(job.key);
  const moved = model.isOpen ? model : move(model, 1).model;
  return {...moved, marked};
}

function copiedText(model: Model): string | null {
  const job = chosenJob(model);
  if (job === null) return null;
  if (model.tab === 'Errors') return copiedFault(detailsOf(model, job.key).journal);
  return contentLines(model, job, model.columns, roomOf(model))
    .map(line => lineText(line).trimEnd())
    .join('\n');
}
