import type {Span} from '../../base/problem.ts';
import {bigintType, booleanType, withNullable} from '../../types/sql-type.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import type {Report} from '../report.ts';
import {nullLiteral} from './literal.ts';
import {callOf} from './typed-call.ts';

/** An operator on typed operands. Null after a problem was reported. */
export function logic(report: Report, span: Span, name: string, ...operands: readonly Expr[]): Expr | null {
  return callOf(report, {name, words: [], span}, operands);
}

/** COUNT of rows, or of values that are not NULL. */
export function count(args: readonly Expr[]): Omit<AggregateCall, 'name'> {
  return {function: 'COUNT', arguments: args, distinct: false, filter: null, type: withNullable(bigintType, false)};
}

/** The value of the only row; several rows are an error of the data. */
export function onlyValue(value: Expr): Omit<AggregateCall, 'name'> {
  return {function: 'SINGLE_VALUE', arguments: [value], distinct: false, filter: null, type: withNullable(value.type, true)};
}

/** A CASE whose results have the type of the last. */
export function caseWhen(branches: readonly {readonly when: Expr; readonly then: Expr}[], otherwise: Expr): Expr {
  const isNullable = [...branches.map(({then}) => then), otherwise].some(({type}) => type.nullable);
  return {kind: 'case', branches, otherwise, type: withNullable(otherwise.type, isNullable), span: null};
}

/** What is known of all rows that a value is compared with, and a test that decides where nothing is NULL. */
export interface Quantified {
  /** How many rows there are, and how many of them have a value. NULL counts as none. */
  readonly all: Expr;
  readonly known: Expr;
  /** What of the row around must hold for there to be any. */
  readonly outer: readonly Expr[];
  readonly operand: Expr;
  readonly test: Expr;
}

/** Whether a test holds for all rows, or for some: over no rows it does, or does not; where only a NULL could decide, nobody knows. */
export function quantifiedValue(report: Report, span: Span, quantifier: 'ALL' | 'SOME', given: Quantified): Expr | null {
  const {all, known, outer, operand, test} = given;
  const isAll = quantifier === 'ALL';
  const zero: Expr = {kind: 'literal', value: 0n, type: withNullable(bigintType, false), span: null};
  const or = (...parts: readonly (Expr | null)[]): Expr | null =>
    parts.reduce((one, other) => (one === null || other === null ? null : logic(report, span, 'OR', one, other)));
  const missing = outer.map(condition => logic(report, span, 'IS NOT TRUE', condition));
  const isEmpty = or(...missing, logic(report, span, 'IS NULL', all), logic(report, span, '=', all, zero));
  const isDecided = logic(report, span, isAll ? 'IS FALSE' : 'IS TRUE', test);
  const isUnknown = or(logic(report, span, 'IS NULL', operand), logic(report, span, '<>', all, known));
  if (isEmpty === null || isDecided === null || isUnknown === null) return null;
  const truth = (value: boolean): Expr => ({kind: 'literal', value, type: withNullable(booleanType, false), span: null});
  return caseWhen(
    [
      {when: isEmpty, then: truth(isAll)},
      {when: isDecided, then: truth(!isAll)},
      {when: isUnknown, then: nullLiteral(booleanType, null)},
    ],
    truth(isAll),
  );
}
