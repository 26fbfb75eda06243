import {nearest} from '../../base/nearest.ts';
import type {Span} from '../../base/problem.ts';
import type {Argument, FunctionDefinition, Typing} from '../../functions/define.ts';
import {findFunction, functions} from '../../functions/index.ts';
import type {CallExpression} from '../../sql/ast.ts';
import {tryCastValue} from '../../types/cast.ts';
import {isNumeric} from '../../types/common-type.ts';
import type {Expr} from '../expression.ts';
import type {Report} from '../report.ts';
import {coerced} from './cast.ts';
import {flinkFunctions} from './flink-functions.ts';

/** A call to be typed. */
export interface CallHead {
  /** The definition's name, or an alias of it. */
  readonly name: string;
  readonly words: readonly string[];
  readonly span: Span;
  /** What to call it in messages, where the name is not what was written. */
  readonly shown?: string;
}

/** The typed call of a scalar function on typed arguments, which are cast to what it works on. Null after a problem was reported. */
export function callOf(report: Report, head: CallHead, operands: readonly Expr[]): Expr | null {
  const definition = findFunction(head.name);
  if (definition === undefined) return unknownFunction(report, head);
  const typing = typingOf(report, head, definition, operands);
  if (typing === null) return null;
  return {
    kind: 'call',
    function: definition.name,
    words: head.words,
    arguments: operands.map((operand, index) => coerced(operand, typing.arguments[index] ?? operand.type)),
    type: typing.result,
    span: report.spanOf(head.span),
  };
}

function typingOf(report: Report, head: CallHead, definition: FunctionDefinition, operands: readonly Expr[]): Typing | null {
  const isOperator = definition.kind === 'scalar' && definition.family === 'operator';
  const typing = definition.typing(operands.map(isOperator ? operandOf : argumentOf), head.words);
  if (!('message' in typing)) return typing;
  const message = `${isOperator ? 'operator' : 'function'} "${definition.name}" ${typing.message}`;
  return report.error('wrong-argument', head.span, message, {hint: typing.hint ?? `it is written ${definition.syntax}`});
}

function argumentOf(operand: Expr): Argument {
  return operand.kind === 'literal' ? {type: operand.type, literal: operand.value} : {type: operand.type};
}

/** Operators see through the cast of a constant number: `1 / CAST(0 AS DOUBLE)` divides by a constant zero. */
function operandOf(operand: Expr): Argument {
  const {type} = operand;
  if (operand.kind !== 'cast' || operand.operand.kind !== 'literal' || !isNumeric(type)) return argumentOf(operand);
  const literal = tryCastValue(operand.operand.value, operand.operand.type, type, 'UTC');
  return literal === null ? {type} : {type, literal};
}

function unknownFunction(report: Report, head: CallHead): null {
  if (head.shown !== undefined) return report.notSupported(head.shown, head.span);
  const name = head.name.toUpperCase();
  if (flinkFunctions.has(name)) return report.notSupported(/^\w+$/.test(name) ? `function ${name}` : name, head.span);
  const near = nearest(
    name,
    functions.filter(definition => /^\w+$/.test(definition.name)).map(definition => definition.name),
  );
  return report.error(
    'unknown-function',
    head.span,
    `there is no function "${head.name}"`,
    near === null ? {} : {hint: `did you mean "${near}"?`},
  );
}

/** The arguments of an aggregate as it works on them, and its type. Null after a problem was reported. */
export function aggregateTyping(
  report: Report,
  call: CallExpression,
  definition: FunctionDefinition,
  bound: readonly Expr[],
): {readonly arguments: readonly Expr[]; readonly type: Expr['type']} | null {
  const typing = typingOf(report, {name: definition.name, words: call.words, span: call.span}, definition, bound);
  if (typing === null) return null;
  return {arguments: bound.map((operand, index) => coerced(operand, typing.arguments[index] ?? operand.type)), type: typing.result};
}
