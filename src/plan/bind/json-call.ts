import {rawWord} from '../../functions/json-make.ts';
import type {CallExpression, Expression} from '../../sql/ast.ts';
import type {Expr} from '../expression.ts';
import {callOf} from './call.ts';
import type {ExpressionBinder} from './expression.ts';

const takers: ReadonlySet<string> = new Set(['JSON_OBJECT', 'JSON_ARRAY', 'JSON_STRING']);
const makers: ReadonlySet<string> = new Set(['JSON', 'JSON_OBJECT', 'JSON_ARRAY']);

/** Functions that put JSON which another call makes into their own as it is, instead of as a text. */
export function takesJson(name: string): boolean {
  return takers.has(name);
}

/** Null after a problem was reported. */
export function bindJsonTaker(binder: ExpressionBinder, call: CallExpression): Expr | null {
  const isKey = (index: number): boolean => call.name === 'JSON_OBJECT' && index % 2 === 0;
  const bound = call.arguments.map((argument, index) =>
    isJson(argument) && !isKey(index) && call.name !== 'JSON_STRING' ? bindJson(binder, argument) : binder.bind(argument),
  );
  if (bound.includes(null)) return null;
  const raw = call.arguments.flatMap((argument, index) => (isMaker(argument) && !isKey(index) ? [rawWord(index)] : []));
  return callOf(binder.context.report, {name: call.name, words: [...call.words, ...raw], span: call.span}, bound as readonly Expr[]);
}

type Call = CallExpression & {readonly span: Expression['span']};

function isMaker(argument: Expression): argument is Call {
  return argument.kind === 'call' && makers.has(argument.name);
}

function isJson(argument: Expression): argument is Call {
  return argument.kind === 'call' && argument.name === 'JSON';
}

function bindJson(binder: ExpressionBinder, call: Call): Expr | null {
  const bound = binder.bindAll(call.arguments);
  return bound === null ? null : callOf(binder.context.report, {name: 'JSON', words: [], span: call.span}, bound);
}

/** JSON(…) anywhere but inside of a function that takes it. */
export function misplacedJson(binder: ExpressionBinder, call: CallExpression): null {
  return binder.context.report.error('wrong-argument', call.span, 'JSON(…) can only stand in JSON_ARRAY, or as a value of JSON_OBJECT', {
    hint: 'a text that is JSON needs no JSON(…) elsewhere',
  });
}
