import {commandHint} from '../palette.ts';
import {bindingsFor, footerKey} from '../keys.ts';
import {cutLine, fitParts, type Line, lineOf, piece} from '../line.ts';
import {signsOf} from '../look.ts';
import {addressedJobs, type Model} from '../model.ts';
import {clean} from '../text.ts';

/** The last line: what is asked, what came of something, or what the keys are. */
export function footerLine(model: Model): Line {
  const {prompt, notice, nowMs, lost} = model;
  const {ellipsis} = signsOf(model.setting.look);
  if (model.setting.host === 'text') return [];
  if (prompt !== null) return cutLine(promptLine(model), model.columns, ellipsis);
  if (notice !== null && nowMs < notice.untilMs)
    return cutLine(lineOf(` ${clean(notice.text)}`, notice.isBad ? 'bad' : 'good'), model.columns, ellipsis);
  if (lost !== null) return cutLine([piece(` ${clean(lost)} `, 'bad'), piece('q leaves', 'dim')], model.columns, ellipsis);
  return keysLine(model);
}

function promptLine(model: Model): Line {
  const {prompt, setting} = model;
  switch (prompt?.kind) {
    case 'filter':
      return [
        piece(' /', 'strong'),
        piece(prompt.text),
        piece('_', 'accent'),
        piece(prompt.text === '' ? '  text, or !text for all others; Esc: no filter' : '', 'dim'),
      ];
    case 'palette':
      return [
        piece(' :', 'strong'),
        piece(prompt.text),
        piece('_', 'accent'),
        piece(`  ${commandHint(prompt.text, setting.isReadOnly)}`, 'dim'),
      ];
    case 'confirm':
      return [
        piece(` ${prompt.command} ${namesOf(prompt.jobs.map(({name}) => name))}? `, 'warn'),
        piece('y: yes, any other key: no', 'strong'),
      ];
    case 'quit':
      return [
        piece(' jobs run: ', 'warn'),
        piece(`s stop them,${setting.canDetach ? ' d go on in the background,' : ''} l leave the screen, Esc stay`, 'strong'),
      ];
    case 'sort':
      return [piece(' sort by: ', 'strong'), piece('arrows choose, Enter takes, Esc leaves it', 'dim')];
    case 'help':
      return [piece(' help: ', 'strong'), piece('arrows scroll, any other key leaves', 'dim')];
    case undefined:
      return [];
  }
}

/** So many names are said; of the others their number. */
const mostNames = 3;

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(', ');
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown;
}

function keysLine(model: Model): Line {
  const {isUnicode} = model.setting.look;
  const marked = addressedJobs(model).length;
  const parts = bindingsFor(model.setting.isReadOnly)
    .filter(({label, footerIn}) => label !== undefined && (footerIn === undefined || (footerIn === 'job') === model.isOpen))
    .map(binding => ({
      line: [
        piece(isUnicode ? footerKey(binding) : footerKey(binding).replaceAll(/[^ -~]/g, ''), 'strong'),
        piece(` ${labelOf(model, binding.label ?? '')}`, 'dim'),
      ],
      keep: binding.keep ?? 0,
    }));
  const counted = model.marked.size > 0 && !model.isOpen ? [{line: [piece(`${marked} marked:`, 'accent')], keep: 99}] : [];
  return [piece(' '), ...fitParts([...counted, ...parts], model.columns - 1, 2)];
}

/** What the pause key would do now. */
function labelOf(model: Model, label: string): string {
  if (label !== 'pause') return label;
  const jobs = addressedJobs(model);
  return jobs.length > 0 && jobs.every(({report}) => report.state === 'paused') ? 'resume' : 'pause';
}
