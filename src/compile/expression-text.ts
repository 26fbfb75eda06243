import {assert} from '../base/problem.ts';
import {type Js, js} from '../code/js.ts';
import {callScalar, callSite} from '../functions/call.ts';
import {findFunction} from '../functions/index.ts';
import type {Expr} from '../plan/expression.ts';
import {maxLength} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {type Cell, type Expressions, type TextCell} from './cell.ts';
import {neededBytes, type TextToText} from './text-functions.ts';

type Call = Expr & {readonly kind: 'call'};

/** LOWER, UPPER. */
export function caseOfLetters(expressions: Expressions, call: Call): Cell | null {
  const text = textOf(expressions, call);
  if (text === null) return null;
  const method = call.function === 'LOWER' ? js`lower` : js`upper`;
  return made(expressions, call, text, method, [], () => [definitionOf(expressions, call)]);
}

/** CHAR_LENGTH. */
export function lengthInCharacters(expressions: Expressions, call: Call): Cell | null {
  const text = textOf(expressions, call);
  if (text === null) return null;
  const counted = js`${textFunctions(expressions)}.count(${text.pointer}, ${text.length})`;
  const value = text.present === null ? counted : js`(${text.present} ? ${counted} : 0)`;
  const {segment} = expressions;
  const once = segment.once(`CHAR_LENGTH ${String(value)}`, () => ({value: segment.writer.const('characters', value)}));
  return {kind: 'number', value: once.value as Js, present: text.present, most: maxLength};
}

/** SPLIT_INDEX by one ASCII character, at a constant index. */
export function partOfText(expressions: Expressions, call: Call): Cell | null {
  const [, separator, index] = call.arguments.map(constantOf);
  const byte = typeof separator === 'string' && separator.length === 1 ? separator.charCodeAt(0) : separator;
  if (typeof byte !== 'number' || byte < 1 || byte > 127 || typeof index !== 'number') return null;
  const text = textOf(expressions, call);
  return text === null ? null : made(expressions, call, text, js`part`, [byte, index], numbers => numbers);
}

/** SUBSTRING with constant positions. */
export function partOfCharacters(expressions: Expressions, call: Call): Cell | null {
  const [, start, length = maxLength] = call.arguments.map(constantOf);
  if (typeof start !== 'number' || typeof length !== 'number') return null;
  const text = textOf(expressions, call);
  if (text === null) return null;
  return made(expressions, call, text, js`substring`, [start, length], numbers => [...numbers, definitionOf(expressions, call)]);
}

/** REGEXP_EXTRACT by a constant pattern. It costs too much to be done for rows that may not need it, unless it is done already. */
export function extractedText(expressions: Expressions, call: Call): Cell | null {
  const [, pattern, group = 0] = call.arguments.map(constantOf);
  if (typeof pattern !== 'string' || typeof group !== 'number') return null;
  const text = textOf(expressions, call);
  if (text === null) return null;
  return made(expressions, call, text, js`extracted`, [pattern, group], () => {
    const {writer} = expressions.segment;
    const needed = writer.bind('needed', neededBytes(pattern), `of ${JSON.stringify(pattern)}`);
    return [needed, definitionOf(expressions, call)];
  });
}

/** The first argument, where it is a text. */
function textOf(expressions: Expressions, call: Call): TextCell | null {
  const first = call.arguments[0] as Expr;
  if (first.type.kind !== 'CHAR' && first.type.kind !== 'VARCHAR') return null;
  const cell = expressions.operand(first);
  return cell?.kind === 'text' ? cell : null;
}

function constantOf(expr: Expr): Value | undefined {
  return expr.kind === 'literal' ? expr.value : undefined;
}

function textFunctions({segment}: Expressions): Js {
  return segment.writer.bind('texts', segment.texts, 'functions of texts');
}

/** The definition as a function of the first argument alone: all others are constant. */
function definitionOf({segment}: Expressions, call: Call): Js {
  const definition = findFunction(call.function);
  assert(definition?.kind === 'scalar', `there is no scalar function ${call.function}`);
  const [first, ...others] = call.arguments as [Expr, ...Expr[]];
  const constants = others.map(other => constantOf(other) as Value);
  const planned = [{type: first.type}, ...others.map((other, at) => ({type: other.type, literal: constants[at] as Value}))];
  const site = callSite(definition, planned, call.words, call.type, segment.context);
  const compute: TextToText = text => callScalar(definition, [text, ...constants], site) as string | null;
  return segment.writer.bind('definition', compute, `${call.function} of a string`);
}

/** The text that a function makes, computed once a row. `constants` are what the function is given beside the text, for telling calls apart. */
function made(
  expressions: Expressions,
  call: Call,
  text: TextCell,
  method: Js,
  constants: readonly (string | number)[],
  rest: (numbers: readonly Js[]) => readonly Js[],
): Cell | null {
  const {segment} = expressions;
  const {writer} = segment;
  const key = JSON.stringify([call.function, String(text.pointer), String(text.length), constants]);
  if (call.function === 'REGEXP_EXTRACT' && expressions.isLazy && !segment.knows(key)) return null;
  const names = segment.once(key, () => {
    const texts = textFunctions(expressions);
    const bound = constants.map(constant => writer.bind('constant', constant, JSON.stringify(constant)));
    const given = [text.pointer, text.length, text.tag, ...rest(bound)].reduce((left, right) => js`${left}, ${right}`);
    const result = js`${texts}.${method}(${given})`;
    const tag = writer.const('tag', text.present === null ? result : js`${text.present} ? ${result} : 1`);
    return {tag, pointer: writer.const('pointer', js`${texts}.pointer`), length: writer.const('length', js`${texts}.length`)};
  });
  const [pointer, length, tag] = [names.pointer as Js, names.length as Js, names.tag as Js];
  const isAlwaysPresent = text.present === null && !call.type.nullable;
  return {kind: 'text', pointer, length, tag, present: isAlwaysPresent ? null : js`${tag} !== 1`, constant: null};
}
