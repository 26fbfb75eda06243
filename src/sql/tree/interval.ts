import type {Expression, IntervalUnit} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {find, get, only, type Context} from './context.ts';
import {count, textOf} from './names.ts';

/** INTERVAL '1-2' YEAR(2) TO MONTH. A plural unit means its singular; a number without quotes is understood in one-liners. */
export function interval(context: Context, branch: Branch): Expression {
  const amount = only(get(branch, 'intervalAmount'));
  const sign = find(branch, 'sign');
  const negative = sign !== undefined && context.word(sign) === '-';
  const span = context.span(branch);
  if (amount.rule === 'intervalText') {
    return {
      kind: 'interval',
      span,
      negative,
      text: textOf(context, get(amount, 'string')),
      ...qualifier(context, get(amount, 'qualifier')),
    };
  }
  const number = get(amount, 'intervalValue');
  const unit = singular(context.word(get(amount, 'unitPlural')));
  const text = context.text(number);
  if (!/^\d+(\.\d+)?$/.test(text)) context.unsupported('an interval of a computed length', branch, `write ${text} * INTERVAL '1' ${unit}`);
  else if (!context.lenient)
    context.unsupported('an interval without quotes', branch, `write INTERVAL ${negative ? '-' : ''}'${text}' ${unit}`);
  return {kind: 'interval', span, negative, text, from: unit, to: null, precision: null, fraction: null};
}

interface Qualifier {
  readonly from: IntervalUnit;
  readonly to: IntervalUnit | null;
  readonly precision: number | null;
  readonly fraction: number | null;
}

/** A rule `qualifier`: the units, and how many digits the first one and the fraction of a second have. */
export function qualifier(context: Context, branch: Branch): Qualifier {
  const chosen = only(branch);
  const what = chosen.rule === 'reservedQualifier' ? only(chosen) : chosen;
  const to = what.parts.find(part => part.rule.startsWith('to'));
  const seconds = find(what, 'secondPrecision');
  const [lead, fraction] = (seconds?.parts ?? find(what, 'precision')?.parts ?? [])
    .filter(part => part.rule === 'number')
    .map(part => count(context, part));
  const end = to && find(to, 'precision');
  const from = singular(context.word(what));
  return {
    from,
    to: to ? singular(context.words(to)[1] as string) : null,
    precision: lead ?? null,
    fraction: end ? count(context, get(end, 'number')) : (fraction ?? null),
  };
}

function singular(word: string): IntervalUnit {
  return word.replace(/S$/, '') as IntervalUnit;
}
