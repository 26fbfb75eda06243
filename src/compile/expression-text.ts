import {assert} from '../base/problem.ts';
import {type Js, js} from '../code/js.ts';
import {callScalar, callSite} from '../functions/call.ts';
import {findFunction} from '../functions/index.ts';
import type {Expr} from '../plan/expression.ts';
import {maxLength} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {allPresent, type Cell, type Expressions, type TextCell} from './cell.ts';
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
  const [separator, index] = constantsBehindFirst(call) ?? [];
  const byte = typeof separator === 'string' && separator.length === 1 ? separator.charCodeAt(0) : separator;
  if (typeof byte !== 'number' || byte < 1 || byte > 127 || typeof index !== 'number') return null;
  const text = textOf(expressions, call);
  return text === null ? null : made(expressions, call, text, js`part`, [byte, index], numbers => numbers);
}

/** SUBSTRING with constant positions. */
export function partOfCharacters(expressions: Expressions, call: Call): Cell | null {
  const [start, length = maxLength] = constantsBehindFirst(call) ?? [];
  if (typeof start !== 'number' || typeof length !== 'number') return null;
  const text = textOf(expressions, call);
  if (text === null) return null;
  return made(expressions, call, text, js`substring`, [start, length], numbers => [...numbers, definitionOf(expressions, call)]);
}

/** REGEXP_EXTRACT by a constant pattern. It costs too much to be done for rows that may not need it, unless it is done already. */
export function extractedText(expressions: Expressions, call: Call): Cell | null {
  const [pattern, group = 0] = constantsBehindFirst(call) ?? [];
  if (typeof pattern !== 'string' || typeof group !== 'number') return null;
  const text = textOf(expressions, call);
  if (text === null) return null;
  return made(expressions, call, text, js`extracted`, [pattern, group], () => {
    const {writer} = expressions.segment;
    const needed = writer.bind('needed', neededBytes(pattern), `of ${JSON.stringify(pattern)}`);
    return [needed, definitionOf(expressions, call)];
  });
}

/** `||` and CONCAT. The result must be escaped in JSON where one of its texts must. */
export function joinedText(expressions: Expressions, call: Call): Cell | null {
  const cells = joinedBy(call).map(operand => (isText(operand) ? expressions.operand(operand) : null));
  if (!cells.every(cell => cell?.kind === 'text')) return null;
  const parts = cells as readonly TextCell[];
  const total = parts.map(part => part.length).reduce((left, right) => js`${left} + ${right}`);
  const tag = parts.map(part => part.tag).reduce((left, right) => js`${left} | ${right}`);
  const key = JSON.stringify(['||', ...parts.map(({pointer, length}) => [String(pointer), String(length)])]);
  return onceARow(expressions, key, {present: allPresent(parts), nullable: call.type.nullable}, () => {
    const texts = textFunctions(expressions);
    const append = (before: Js, part: TextCell): Js => js`${before}, ${texts}.append(${part.pointer}, ${part.length})`;
    return js`(${parts.reduce(append, js`${texts}.begin(${total})`)}, ${tag})`;
  });
}

/** What is joined, with what is joined to be an operand of it. */
function joinedBy(call: Call): readonly Expr[] {
  return call.arguments.flatMap(operand => (operand.kind === 'call' && operand.function === '||' ? joinedBy(operand) : [operand]));
}

/** The first argument, where it is a text. */
function textOf(expressions: Expressions, call: Call): TextCell | null {
  const first = call.arguments[0] as Expr;
  if (!isText(first)) return null;
  const cell = expressions.operand(first);
  return cell?.kind === 'text' ? cell : null;
}

function isText({type}: Expr): boolean {
  return type.kind === 'CHAR' || type.kind === 'VARCHAR';
}

/** The arguments behind the first; null unless all of them are constant. */
function constantsBehindFirst(call: Call): readonly Value[] | null {
  const others = call.arguments.slice(1);
  return others.every(other => other.kind === 'literal') ? others.map(other => other.value) : null;
}

function textFunctions({segment}: Expressions): Js {
  return segment.writer.bind('texts', segment.texts, 'functions of texts');
}

/** The definition as a function of the first argument alone: all others are constant. */
function definitionOf({segment}: Expressions, call: Call): Js {
  const definition = findFunction(call.function);
  assert(definition?.kind === 'scalar', `there is no scalar function ${call.function}`);
  const [first, ...others] = call.arguments as [Expr, ...Expr[]];
  const constants = constantsBehindFirst(call);
  assert(constants !== null, `${call.function} is inline with constants only`);
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
  const key = JSON.stringify([call.function, String(text.pointer), String(text.length), constants]);
  if (call.function === 'REGEXP_EXTRACT' && expressions.isLazy && !expressions.segment.knows(key)) return null;
  const {writer} = expressions.segment;
  return onceARow(expressions, key, {present: text.present, nullable: call.type.nullable}, () => {
    const bound = constants.map(constant => writer.bind('constant', constant, JSON.stringify(constant)));
    const given = [text.pointer, text.length, text.tag, ...rest(bound)].reduce((left, right) => js`${left}, ${right}`);
    return js`${textFunctions(expressions)}.${method}(${given})`;
  });
}

/** The text that TextFunctions leaves when the code that `write` gives is run; that is the tag. `present`: that no argument is NULL. */
function onceARow(
  expressions: Expressions,
  key: string,
  {present, nullable}: {readonly present: Js | null; readonly nullable: boolean},
  write: () => Js,
): TextCell {
  const {segment} = expressions;
  const {writer} = segment;
  const names = segment.once(key, () => {
    const result = write();
    const texts = textFunctions(expressions);
    const tag = writer.const('tag', present === null ? result : js`${present} ? ${result} : 1`);
    return {tag, pointer: writer.const('pointer', js`${texts}.pointer`), length: writer.const('length', js`${texts}.length`)};
  });
  const [pointer, length, tag] = [names.pointer as Js, names.length as Js, names.tag as Js];
  return {kind: 'text', pointer, length, tag, present: present === null && !nullable ? null : js`${tag} !== 1`, constant: null};
}
