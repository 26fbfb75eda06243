import {type JobView, jobsOf} from './jobs.ts';
import {bindingOf} from './keys.ts';
import {act, type Act} from './actions.ts';
import {
  chosenJob,
  detailsOf,
  type Effect,
  hasPreview,
  type JobDetails,
  type Model,
  noDetails,
  type ScreenEvent,
  type Step,
} from './model.ts';
import {promptKey} from './prompts.ts';

/** So long something that is told stays in sight. */
export const noticeMs = 6000;
const mostJournal = 500;

/** What a screen becomes by an event, and what has to be done for it. Pure: time comes in with the event. */
export function update(model: Model, event: ScreenEvent, nowMs: number): Step {
  const step = apply({...model, nowMs}, event);
  return withQuestions(step);
}

function apply(model: Model, event: ScreenEvent): Step {
  switch (event.kind) {
    case 'snapshot': {
      const jobs = jobsOf(event.snapshot, model.jobs ?? [], event.cpuMs);
      const project = event.snapshot.supervisors.map(one => one.project).join(', ');
      return still({...model, jobs, project, lost: null, ...whatIsLeft(model, jobs)});
    }
    case 'lost':
      return still({...model, lost: event.why});
    case 'key':
      return model.prompt === null ? actionKey(model, event.key) : promptKey(model, model.prompt, event.key);
    case 'resize':
      return {model: {...model, columns: event.columns, rows: event.rows}, effects: [{kind: 'redraw'}]};
    case 'told': {
      const bad = event.told.filter(({isBad}) => isBad);
      const text = (bad.length > 0 ? bad : event.told).map(one => one.text).join('; ');
      return still(text === '' ? model : {...model, notice: {text, isBad: bad.length > 0, untilMs: model.nowMs + noticeMs}});
    }
    case 'described':
      return still(withDetails(model, event.key, {description: event.description, isAsked: event.description !== null}));
    case 'journal': {
      const {journal} = detailsOf(model, event.key);
      const last = journal.at(-1)?.number ?? 0;
      const fresh = event.entries.filter(({number}) => number > last);
      return still(fresh.length === 0 ? model : withDetails(model, event.key, {journal: [...journal, ...fresh].slice(-mostJournal)}));
    }
  }
}

/** Marks and what was asked are for jobs that are there. */
function whatIsLeft({marked, details}: Model, jobs: readonly JobView[]): Pick<Model, 'marked' | 'details'> {
  const keys = new Set(jobs.map(({key}) => key));
  const isLeft = (key: string): boolean => keys.has(key);
  return {
    marked: [...marked].every(isLeft) ? marked : new Set([...marked].filter(isLeft)),
    details: [...details.keys()].every(isLeft) ? details : new Map([...details].filter(([key]) => isLeft(key))),
  };
}

function actionKey(model: Model, key: string): Step {
  const binding = bindingOf(key, model.setting.isReadOnly);
  const handler: Act | null = binding === null ? null : act[binding.action];
  return handler === null ? still(model) : handler({...model, notice: null}, key);
}

/** The plan and the configuration are asked for when somebody looks at them. */
function withQuestions({model, effects}: Step): Step {
  const job = chosenJob(model);
  const isSeen = model.isOpen || hasPreview(model);
  if (job === null || !isSeen || (model.tab !== 'Plan' && model.tab !== 'Config')) return {model, effects};
  const details = detailsOf(model, job.key);
  if (details.isAsked || details.description !== null) return {model, effects};
  const asking: Effect = {kind: 'describe', id: job.id};
  return {model: withDetails(model, job.key, {isAsked: true}), effects: [...effects, asking]};
}

function withDetails(model: Model, key: string, changes: Partial<JobDetails>): Model {
  return {...model, details: new Map(model.details).set(key, {...noDetails, ...detailsOf(model, key), ...changes})};
}

function still(model: Model): Step {
  return {model, effects: []};
}
