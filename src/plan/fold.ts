import {assert, ProblemError, type Problem} from '../base/problem.ts';
import type {Clock} from '../base/clock.ts';
import type {CallSite} from '../functions/define.ts';
import {isDeterministicCall} from '../functions/call.ts';
import {findFunction} from '../functions/index.ts';
import {castValue, tryCastValue} from '../types/cast.ts';
import type {Value} from '../types/value.ts';
import {mapChildren} from './expression-walk.ts';
import type {Expr} from './expression.ts';

/** Told of a constant expression that cannot be computed. */
export type OnFoldingFailure = (expression: Expr, problem: Problem) => void;

type Literal = Expr & {readonly kind: 'literal'};

// What is folded gives the same at every time, so it never asks for it.
const noClock: Clock = {
  now: () => {
    assert(false, 'a constant asked for the time');
    return 0;
  },
};

/** The expression with its constant parts computed. What cannot be computed stays, to fail where it is reached, if it is. */
export function folded(expression: Expr, timeZone: string, onFailure?: OnFoldingFailure): Expr {
  const inner = mapChildren(expression, child => folded(child, timeZone, onFailure));
  switch (inner.kind) {
    case 'column':
    case 'literal':
      return inner;
    case 'field':
      return foldedField(inner);
    case 'case':
      return foldedCase(inner);
    case 'cast':
      return foldedCast(inner, timeZone, onFailure);
    case 'call':
      return foldedCall(inner, timeZone, onFailure);
  }
}

function literalOf(expression: Expr, value: Value): Literal {
  const type = value === null && !expression.type.nullable ? {...expression.type, nullable: true} : expression.type;
  return {kind: 'literal', value, type, span: expression.span};
}

function foldedField(field: Expr & {readonly kind: 'field'}): Expr {
  if (field.operand.kind !== 'literal') return field;
  const row = field.operand.value as readonly Value[] | null;
  return literalOf(field, row === null ? null : (row[field.field] ?? null));
}

/** Branches that never count are dropped; one that always does ends the list. */
function foldedCase(expression: Expr & {readonly kind: 'case'}): Expr {
  const branches: {readonly when: Expr; readonly then: Expr}[] = [];
  let {otherwise} = expression;
  for (const branch of expression.branches) {
    if (branch.when.kind !== 'literal') {
      branches.push(branch);
    } else if (branch.when.value === true) {
      otherwise = branch.then;
      break;
    }
  }
  if (branches.length > 0) return {...expression, branches, otherwise};
  return otherwise.kind === 'literal' ? literalOf({...otherwise, type: expression.type}, otherwise.value) : otherwise;
}

function foldedCast(cast: Expr & {readonly kind: 'cast'}, timeZone: string, onFailure: OnFoldingFailure | undefined): Expr {
  const {operand} = cast;
  if (operand.kind !== 'literal') return cast;
  if (cast.lenient) return literalOf(cast, tryCastValue(operand.value, operand.type, cast.type, timeZone));
  try {
    return literalOf(cast, castValue(operand.value, operand.type, cast.type, timeZone));
  } catch (error) {
    return failed(cast, error, onFailure);
  }
}

function foldedCall(call: Expr & {readonly kind: 'call'}, timeZone: string, onFailure: OnFoldingFailure | undefined): Expr {
  const definition = findFunction(call.function);
  if (definition?.kind !== 'scalar' || !isDeterministicCall(definition, call.arguments.length)) return call;
  const literals = call.arguments.filter(argument => argument.kind === 'literal');
  const decider = deciderOf(call, literals);
  if (decider !== undefined) return decider;
  const values = literals.map(argument => argument.value);
  if (definition.nulls === 'propagate' && values.includes(null)) return literalOf(call, null);
  if (literals.length < call.arguments.length) return call;
  const site: CallSite = {
    arguments: literals.map(({type, value}) => ({type, literal: value})),
    result: call.type,
    words: call.words,
    timeZone,
    clock: noClock,
    queryClock: noClock,
    memo: undefined,
  };
  try {
    return literalOf(call, definition.evaluate(values, site));
  } catch (error) {
    return failed(call, error, onFailure);
  }
}

/** AND with FALSE is FALSE, AND with TRUE is the rest of it; OR the other way round. Undefined where no constant decides. */
function deciderOf(call: Expr & {readonly kind: 'call'}, literals: readonly Literal[]): Expr | undefined {
  if ((call.function !== 'AND' && call.function !== 'OR') || literals.length === 0) return undefined;
  const decider = call.function === 'OR';
  if (literals.some(({value}) => value === decider)) return literalOf(call, decider);
  const rest = call.arguments.filter(argument => argument.kind !== 'literal' || argument.value === null);
  if (rest.length === call.arguments.length) return undefined;
  if (rest.length === 0) return literalOf(call, !decider);
  return rest.length === 1 ? rest[0]! : {...call, arguments: rest};
}

function failed(expression: Expr, error: unknown, onFailure: OnFoldingFailure | undefined): Expr {
  if (!(error instanceof ProblemError)) throw error;
  const [problem] = error.problems;
  if (problem === undefined || problem.kind === 'bug') throw error;
  onFailure?.(expression, problem);
  return expression;
}
