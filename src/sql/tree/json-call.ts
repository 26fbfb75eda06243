import type {CallExpression, Expression} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {callOf, withClauses} from './call.ts';
import {all, find, get, only, type Context} from './context.ts';
import {callNameOf} from './special-call.ts';

/** JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_OBJECT, JSON_ARRAY and their aggregates: clauses become words, in the order written. */
export function jsonCall(context: Context, branch: Branch): CallExpression {
  const name = callNameOf(context, branch);
  const nulls = find(branch, 'jsonNulls');
  const words = nulls ? context.words(nulls) : [];
  switch (branch.rule) {
    case 'jsonExists': {
      const answer = find(branch, 'jsonExistsError');
      return callOf(name, expressions(context, branch), answer ? context.words(answer) : []);
    }
    case 'jsonPath':
      return jsonPath(context, branch);
    case 'jsonObject': {
      const pairs = find(branch, 'jsonPairs');
      return callOf(name, pairs ? all(pairs, 'jsonPair').flatMap(pair => jsonPair(context, pair)) : [], words);
    }
    case 'jsonArray': {
      const items = find(branch, 'expressions');
      return callOf(name, items ? expressions(context, items) : [], words);
    }
    case 'jsonObjectAggregate':
      return withClauses(context, callOf(name, jsonPair(context, get(branch, 'jsonPair')), words), branch);
    default: {
      const call = callOf(name, expressions(context, branch), words);
      return withClauses(context, {...call, withinGroup: context.build.orderBy(context, find(branch, 'orderBy'))}, branch);
    }
  }
}

function expressions(context: Context, branch: Branch): Expression[] {
  return all(branch, 'expression').map(part => context.build.expression(context, part));
}

function jsonPair(context: Context, branch: Branch): Expression[] {
  const what = only(branch);
  const pair = find(what, 'jsonKeyed') ?? what;
  const comma = pair.parts.find(part => part.rule === '' && context.word(part) === ',');
  if (comma) context.fault('json-pair', 'a key and its value are separated by VALUE', comma, "write KEY 'k' VALUE v");
  return expressions(context, pair);
}

function jsonPath(context: Context, branch: Branch): CallExpression {
  const values = expressions(context, branch);
  const words: string[] = [];
  const wrapper = find(branch, 'jsonWrapper');
  if (wrapper) words.push(...context.words(wrapper));
  for (const behavior of all(branch, 'jsonBehavior')) {
    const answer = only(get(behavior, 'jsonAnswer'));
    if (answer.rule === 'jsonDefault') {
      words.push('DEFAULT');
      values.push(...expressions(context, answer));
    } else words.push(...context.words(answer));
    words.push('ON', context.words(behavior).at(-1) as string);
  }
  const returning = find(branch, 'returning');
  return {
    ...callOf(callNameOf(context, branch), values, words),
    returning: returning ? context.build.type(context, get(returning, 'type')) : null,
  };
}
