import type {Expression} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {callOf} from './call.ts';
import {all, find, get, only, type CallName, type Context} from './context.ts';
import {other} from './names.ts';

/** Calls whose arguments are separated by words: they become plain calls, with the words that matter in `words`. */
export function specialCall(context: Context, branch: Branch): Expression {
  const name = callNameOf(context, branch);
  const list = (from: Branch) =>
    from.parts.filter(part => part.rule === 'expression' || part.rule === 'arithmetic').map(part => context.build.operand(context, part));
  const inner = (rule: string) => {
    const part = find(branch, rule);
    return part ? list(part) : [];
  };
  switch (branch.rule) {
    case 'extract':
    case 'rounding':
    case 'unitCall':
      return callOf(name, list(branch), [context.word(get(branch, 'unit'))]);
    case 'trim':
      return trim(context, name, only(get(branch, 'trimBody')));
    case 'substring':
    case 'overlay':
      return callOf(name, [...list(branch), ...inner('forLength')]);
    case 'position':
      return callOf(name, [...list(branch), ...inner('fromPosition')]);
    default:
      return other(context, branch, `${name.name} with ${all(branch, 'type').length > 0 ? 'a type' : 'USING'}`);
  }
}

/** The name of a call that begins with its keyword. */
export function callNameOf(context: Context, branch: Branch): CallName {
  const {value} = context.token(branch);
  const span = context.span({...branch, end: branch.start + 1});
  return {span: context.span(branch), name: value.toUpperCase(), written: {span, parts: [{span, name: value, quoted: false}]}};
}

/** TRIM(BOTH a FROM b): [a, b]; without a text to cut off: [b]. */
function trim(context: Context, name: CallName, body: Branch): Expression {
  const side = find(body, 'trimSide');
  const values = all(body, 'expression').map(part => context.build.expression(context, part));
  const assumed = values.length === 2 ? ['BOTH'] : [];
  return callOf(name, values, side ? [context.word(side)] : assumed);
}
