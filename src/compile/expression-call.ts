import {type Js, js} from '../code/js.ts';
import type {Expr} from '../plan/expression.ts';
import {physicalOf} from '../types/sql-type.ts';
import {like} from './bytes.ts';
import {arithmeticCell} from './expression-arithmetic.ts';
import {comparisonCell, isComparison} from './expression-comparison.ts';
import {caseOfLetters, extractedText, joinedText, lengthInCharacters, partOfCharacters, partOfText} from './expression-text.ts';
import {allPresent, both, type Cell, type ConditionCell, type Expressions, presence} from './cell.ts';

type Call = Expr & {readonly kind: 'call'};
type WriteCall = (expressions: Expressions, call: Call) => Cell | null;

/** Functions with an inline form, by name; all others are computed by their definition. */
const inlineForms = new Map<string, WriteCall>([
  ...['+', '-', '*', '/', '%', 'MOD', 'ABS'].map(name => [name, arithmeticCell] as const),
  ['AND', (expressions, call) => connective(expressions, call, js` && `, js` || `)],
  ['OR', (expressions, call) => connective(expressions, call, js` || `, js` && `)],
  ['NOT', negation],
  ['IS NULL', (expressions, call) => nullTest(expressions, call, true)],
  ['IS NOT NULL', (expressions, call) => nullTest(expressions, call, false)],
  ['IS TRUE', (expressions, call) => truthTest(expressions, call, condition => condition.isTrue)],
  ['IS NOT TRUE', (expressions, call) => truthTest(expressions, call, condition => js`!(${condition.isTrue})`)],
  ['IS FALSE', (expressions, call) => truthTest(expressions, call, condition => condition.isFalse)],
  ['IS NOT FALSE', (expressions, call) => truthTest(expressions, call, condition => js`!(${condition.isFalse})`)],
  ['IS UNKNOWN', (expressions, call) => truthTest(expressions, call, condition => js`!(${condition.isTrue} || ${condition.isFalse})`)],
  ['IS NOT UNKNOWN', (expressions, call) => truthTest(expressions, call, condition => js`(${condition.isTrue} || ${condition.isFalse})`)],
  ['LIKE', likeTest],
  ['LOWER', caseOfLetters],
  ['UPPER', caseOfLetters],
  ['||', joinedText],
  ['CONCAT', joinedText],
  ['CHAR_LENGTH', lengthInCharacters],
  ['SPLIT_INDEX', partOfText],
  ['SUBSTRING', partOfCharacters],
  ['REGEXP_EXTRACT', extractedText],
]);

export function callCell(expressions: Expressions, call: Call): Cell | null {
  if (isComparison(call.function)) return comparisonCell(expressions, call);
  return inlineForms.get(call.function)?.(expressions, call) ?? null;
}

/** A connective is TRUE, or FALSE, as its operands are: `isTrue` and `isFalse` go by opposite operators. Operands behind the first may not be reached. */
function connective(expressions: Expressions, call: Call, whenTrue: Js, whenFalse: Js): Cell | null {
  const first = expressions.condition(call.arguments[0] as Expr);
  if (first === null) return null;
  const others = expressions.lazily(() => call.arguments.slice(1).map(argument => expressions.condition(argument)));
  if (others.includes(null)) return null;
  const all = [first, ...(others as ConditionCell[])];
  const [head, ...tail] = all as [ConditionCell, ...ConditionCell[]];
  return {
    kind: 'condition',
    isTrue: js`(${tail.reduce((left, next) => js`${left}${whenTrue}${next.isTrue}`, head.isTrue)})`,
    isFalse: js`(${tail.reduce((left, next) => js`${left}${whenFalse}${next.isFalse}`, head.isFalse)})`,
  };
}

function negation(expressions: Expressions, call: Call): Cell | null {
  const operand = expressions.condition(call.arguments[0] as Expr);
  return operand === null ? null : {kind: 'condition', isTrue: operand.isFalse, isFalse: operand.isTrue};
}

function nullTest(expressions: Expressions, call: Call, wantsNull: boolean): Cell | null {
  const operand = expressions.operand(call.arguments[0] as Expr);
  if (operand === null) return null;
  const present = presence(operand);
  if (present === null) return constant(!wantsNull);
  const absent = js`!(${present})`;
  return wantsNull ? {kind: 'condition', isTrue: absent, isFalse: present} : {kind: 'condition', isTrue: present, isFalse: absent};
}

function truthTest(expressions: Expressions, call: Call, test: (condition: ConditionCell) => Js): Cell | null {
  const operand = expressions.condition(call.arguments[0] as Expr);
  if (operand === null) return null;
  const holds = test(operand);
  return {kind: 'condition', isTrue: holds, isFalse: js`!(${holds})`};
}

function constant(holds: boolean): Cell {
  return {kind: 'condition', isTrue: js`${holds}`, isFalse: js`${!holds}`};
}

/** LIKE with a constant pattern of texts between `%`; `_` and escapes are left to the definition. */
function likeTest(expressions: Expressions, call: Call): Cell | null {
  const [text, pattern, ...more] = call.arguments;
  if (text === undefined || pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return null;
  if (more.length > 0 || /[_\\]/.test(pattern.value) || physicalOf(text.type) !== 'text') return null;
  const cell = expressions.operand(text);
  if (cell?.kind !== 'text') return null;
  const encoder = new TextEncoder();
  const test = like(
    expressions.segment.memory,
    pattern.value.split('%').map(piece => encoder.encode(piece)),
  );
  const matches = js`${expressions.segment.writer.bind('matches', test, `LIKE ${JSON.stringify(pattern.value)}`)}(${cell.pointer}, ${cell.length})`;
  const present = allPresent([cell]);
  return {kind: 'condition', isTrue: both(present, matches), isFalse: both(present, js`!${matches}`)};
}
