import {rawWord} from '../../functions/json-make.ts';
import type {CallExpression, Expression} from '../../sql/ast.ts';
import type {Expr} from '../expression.ts';
import type {ExpressionBinder} from './expression.ts';

const takers: ReadonlySet<string> = new Set(['JSON_OBJECT', 'JSON_ARRAY', 'JSON_STRING']);
const makers: ReadonlySet<string> = new Set(['JSON', 'JSON_OBJECT', 'JSON_ARRAY']);

/** Functions that put JSON which another call makes into their own as it is, instead of as a text. */
export function takesJson(name: string): boolean {
  return takers.has(name);
}

interface JsonArguments {
  readonly bound: readonly Expr[];
  readonly words: readonly string[];
}

/** The arguments of such a function, and the words that tell which of them are JSON already. Null after a problem was reported. */
export function bindJsonArguments(
  binder: ExpressionBinder,
  call: CallExpression,
  bindJson: (json: CallExpression, operands: readonly Expr[]) => Expr | null,
): JsonArguments | null {
  const isValue = (index: number): boolean => call.name !== 'JSON_OBJECT' || index % 2 === 1;
  const bound = call.arguments.map((argument, index) => {
    if (!isMaker(argument) || argument.name !== 'JSON' || !isValue(index) || call.name === 'JSON_STRING') return binder.bind(argument);
    const operands = binder.bindAll(argument.arguments);
    return operands === null ? null : bindJson(argument, operands);
  });
  if (bound.includes(null)) return null;
  const raw = call.arguments.flatMap((argument, index) => (isMaker(argument) && isValue(index) ? [rawWord(index)] : []));
  return {bound: bound as readonly Expr[], words: [...call.words, ...raw]};
}

/** The words of an aggregate of JSON that tell which arguments are JSON already. */
export function rawJsonWords(call: CallExpression): readonly string[] {
  if (call.name !== 'JSON_OBJECTAGG' && call.name !== 'JSON_ARRAYAGG') return [];
  const value = call.arguments.length - 1;
  return call.arguments.some((argument, index) => index === value && isMaker(argument)) ? [rawWord(value)] : [];
}

function isMaker(argument: Expression): argument is CallExpression & {readonly span: Expression['span']} {
  return argument.kind === 'call' && makers.has(argument.name);
}

/** JSON(…) anywhere but inside of a function that takes it. */
export function misplacedJson(binder: ExpressionBinder, call: CallExpression): null {
  return binder.context.report.error('wrong-argument', call.span, 'JSON(…) can only stand in JSON_ARRAY, or as a value of JSON_OBJECT', {
    hint: 'a text that is JSON needs no JSON(…) elsewhere',
  });
}
