import {totalsOf} from '../jobs.ts';
import {fitParts, type Line, lineOf, type Part, piece} from '../line.ts';
import {isTrouble, signsOf, stateLook} from '../look.ts';
import type {Model} from '../model.ts';
import {bytes, clockTime, count, percent} from '../quantities.ts';
import type {JobWord} from '../../supervisor/report.ts';
import {clean} from '../text.ts';

/** The first line: what runs, and the totals of all jobs. */
export function headerLine(model: Model): Line {
  const {setting, jobs, frozen, lost, nowMs} = model;
  const {look} = setting;
  const signs = signsOf(look);
  const shown = frozen?.jobs ?? jobs ?? [];
  const totals = totalsOf(shown);
  const numbers: readonly (readonly [name: string, text: string | null, keep: number])[] = [
    ['in', textOf(totals.inRate, value => `${count(value)}/s`), 80],
    ['out', textOf(totals.outRate, value => `${count(value)}/s`), 70],
    ['lag', textOf(totals.lag, count), 60],
    ['cpu', textOf(totals.cpuShare, percent), 40],
    ['mem', textOf(totals.memoryBytes, bytes), 50],
  ];
  const parts: readonly Part[] = [
    {line: [piece(' weir', 'strong')], keep: 30},
    {line: model.project === '' ? [] : [piece(clean(model.project), 'accent')], keep: 65},
    {line: [piece(`${totals.jobs} ${totals.jobs === 1 ? 'job' : 'jobs'}`)], keep: 55},
    {
      line: statesLine(
        shown.map(({report}) => report.state),
        model,
      ),
      keep: 90,
    },
    ...numbers.map(([name, text, keep]) => ({line: text === null ? [] : [piece(`${name} `, 'dim'), piece(text)], keep})),
    {
      line:
        lost !== null
          ? [piece('no answer', 'bad')]
          : frozen !== null
            ? [piece(`${signs.frozen} frozen at ${clockTime(frozen.atMs)}`, 'warn')]
            : [piece(`${signs.live} live`, 'good')],
      keep: 100,
    },
    {line: setting.isReadOnly ? [piece('read-only', 'dim')] : [], keep: 20},
    {line: [piece(clockTime(nowMs), 'dim')], keep: 10},
  ];
  return fitParts(parts, model.columns, 2);
}

function textOf(value: number | null, format: (value: number) => string): string | null {
  return value === null ? null : format(value);
}

/** How many jobs there are of each state: `3▲ 1‖`. Trouble also has its word. */
function statesLine(words: readonly JobWord[], {setting: {look}}: Model): Line {
  return [...new Set(words)].flatMap((word, index) => {
    const {sign, word: name, tone} = stateLook(word, look);
    const text = `${words.filter(other => other === word).length}${sign}${isTrouble(word) ? ` ${name}` : ''}`;
    return [...(index === 0 ? [] : lineOf(' ')), piece(text, tone)];
  });
}
