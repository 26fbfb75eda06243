import type {CompoundName, Expression, Identifier, OptionPair} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {kinds} from '../tokens.ts';
import {all, get, type Context} from './context.ts';

/** A rule `name`, or a keyword that names a function. */
export function identifier(context: Context, branch: Branch): Identifier {
  const {value, character} = context.token(branch);
  return {span: context.span(branch), name: value, quoted: character === kinds.quotedIdentifier};
}

/** The names in a rule, directly or in its `names` or `columnNames`. */
export function identifiers(context: Context, branch: Branch | undefined): Identifier[] {
  if (!branch) return [];
  return branch.parts.flatMap(part => {
    if (part.rule === 'name') return [identifier(context, part)];
    return part.rule === 'names' || part.rule === 'columnNames' ? identifiers(context, part) : [];
  });
}

/** A rule `path`. */
export function compound(context: Context, branch: Branch): CompoundName {
  return {span: context.span(branch), parts: all(branch, 'name').map(name => identifier(context, name))};
}

/** The unescaped text of a rule that is one string, or holds one. */
export function textOf(context: Context, branch: Branch): string {
  return context.token(
    branch.rule === '' || branch.parts.length === 0 ? branch : (branch.parts.find(part => part.rule === 'string') ?? branch),
  ).value;
}

/** The pairs below a `withOptions` or `options`. */
export function optionPairs(context: Context, branch: Branch | undefined): OptionPair[] {
  if (!branch) return [];
  return branch.parts.flatMap(part => {
    if (part.rule === 'optionPair') return [optionPair(context, get(part, 'optionKey'), get(part, 'optionValue'))];
    return part.rule === 'options' || part.rule === 'optionPairs' ? optionPairs(context, part) : [];
  });
}

/** A pair of two branches whose first tokens are its texts. */
export function optionPair(context: Context, key: Branch, value: Branch): OptionPair {
  const keySpan = context.span(key);
  const valueSpan = context.span(value);
  return {
    span: context.between(keySpan, valueSpan),
    key: context.token(key).value,
    keySpan,
    value: context.token(value).value,
    valueSpan,
  };
}

/** A number written for a person's limit: precision, scale, buckets. */
export function count(context: Context, branch: Branch): number {
  const {value} = context.token(branch);
  if (!/^\d{1,10}$/.test(value) || Number(value) > 2147483647)
    context.fault('whole-number', `${value} is no whole number up to 2147483647`, branch, 'write it with digits only');
  return Number(value);
}

/** Something understood that is never planned: its name, and its text for the printer. */
export function other(context: Context, branch: Branch, name: string, operands: readonly Expression[] = []): Expression {
  return {kind: 'other', span: context.span(branch), name, text: context.text(branch), operands};
}
