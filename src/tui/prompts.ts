import {matchesName} from '../supervisor/name-pattern.ts';
import {act, ask, showTab, sortBy, tell} from './actions.ts';
import {sortNames} from './columns.ts';
import {addressedJobs, type Leaving, type Model, type Prompt, type Step} from './model.ts';
import {completed, type PaletteCommand, parsePalette} from './palette.ts';
import {clean} from './text.ts';

const still = (model: Model): Step => ({model, effects: []});
const closed = (model: Model): Model => ({...model, prompt: null});

/** A key while something is asked. */
export function promptKey(model: Model, prompt: Prompt, key: string): Step {
  switch (prompt.kind) {
    case 'filter':
      return filterKey(model, prompt, key);
    case 'palette':
      return paletteKey(model, prompt.text, key);
    case 'confirm':
      return key === 'y' || key === 'Y' ? tell(closed(model), prompt.command, prompt.jobs) : still(closed(model));
    case 'sort':
      return sortKey(model, prompt.at, key);
    case 'help':
      return helpKey(model, prompt.top, key);
    case 'quit':
      return quitKey(model, key);
  }
}

/** What is typed filters at once; what was there before comes back with Esc. */
function filterKey(model: Model, prompt: Extract<Prompt, {kind: 'filter'}>, key: string): Step {
  const withText = (text: string): Model => (model.isOpen ? {...model, search: text, top: 0} : {...model, filter: text});
  if (key === 'escape' || key === 'ctrl-c') return still({...withText(''), prompt: null});
  if (key === 'return') return still(closed(prompt.text === '' ? withText(prompt.before) : model));
  const text = edited(prompt.text, key);
  return still({...withText(text), prompt: {...prompt, text}});
}

function paletteKey(model: Model, text: string, key: string): Step {
  const {isReadOnly} = model.setting;
  if (key === 'escape' || key === 'ctrl-c') return still(closed(model));
  if (key === 'return') return runPalette(closed(model), parsePalette(text, isReadOnly));
  return still({...model, prompt: {kind: 'palette', text: key === 'tab' ? completed(text, isReadOnly) : edited(text, key)}});
}

function runPalette(model: Model, command: PaletteCommand): Step {
  const wrong = (text: string): Step => still({...model, notice: {text, isBad: true, untilMs: model.nowMs + 6000}});
  switch (command.kind) {
    case 'tell': {
      const jobs =
        command.patterns.length === 0
          ? addressedJobs(model)
          : (model.jobs ?? []).filter(({id}) => command.patterns.some(pattern => matchesName(pattern, id.job)));
      if (jobs.length === 0) return wrong('no job has that name');
      return command.command === 'stop' || command.command === 'restart'
        ? ask(model, command.command, jobs)
        : tell(model, command.command, jobs);
    }
    case 'filter':
      return still({...model, isOpen: false, filter: command.text});
    case 'sort':
      return still(sortBy(model, command.by));
    case 'tab':
      return still(showTab(model, command.tab));
    case 'action':
      return act[command.action](model, '');
    case 'nothing':
      return still(model);
    case 'wrong':
      return wrong(command.why);
  }
}

function sortKey(model: Model, at: number, key: string): Step {
  const name = sortNames[at];
  if (key === 'return' && name !== undefined) return still(sortBy(closed(model), name));
  const step = key === 'down' || key === 'j' ? 1 : key === 'up' || key === 'k' ? -1 : 0;
  if (step === 0) return still(closed(model));
  return still({...model, prompt: {kind: 'sort', at: (at + step + sortNames.length) % sortNames.length}});
}

function helpKey(model: Model, top: number, key: string): Step {
  const step = key === 'down' || key === 'j' ? 1 : key === 'up' || key === 'k' ? -1 : key === 'pagedown' ? 10 : key === 'pageup' ? -10 : 0;
  return still(step === 0 ? closed(model) : {...model, prompt: {kind: 'help', top: Math.max(0, Math.min(100, top + step))}});
}

function quitKey(model: Model, key: string): Step {
  const end = (how: Leaving): Step => ({model, effects: [{kind: 'end', how}]});
  // Who insists wants out, and in good order.
  if (key === 's' || key === 'ctrl-c') return end('stop');
  if (key === 'd' && model.setting.canDetach) return end('detach');
  return key === 'l' ? end('leave') : still(closed(model));
}

/** A line that is typed, after one more key. */
function edited(text: string, key: string): string {
  if (key === 'backspace' || key === 'delete') return Array.from(text).slice(0, -1).join('');
  if (key === 'ctrl-u') return '';
  if (key === 'space') return `${text} `;
  return Array.from(key).length === 1 && text.length < 200 ? text + clean(key) : text;
}
