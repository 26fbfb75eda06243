import type {Clock} from '../base/clock.ts';
import type {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import {readValue} from '../flow/cells.ts';
import {callScalar, callSite} from '../functions/call.ts';
import {findFunction} from '../functions/index.ts';
import type {Expr} from '../plan/expression.ts';
import {castValue, tryCastValue} from '../types/cast.ts';
import type {Value} from '../types/value.ts';
import type {ColumnSource} from './columns.ts';

export interface EvaluationContext {
  readonly memory: Memory;
  readonly clock: Clock;
  /** What NOW() says, where that is not the present. */
  readonly queryClock?: Clock;
  readonly timeZone: string;
}

/** The value of an expression over a row of the batch being worked on. */
export type Evaluate = (row: number) => Value;

/**
 * An expression by its definition: functions on plain values. What has no inline form is computed this way, and so is each row that an inline form gives up
 * on: an integer beyond 2^53, a division by zero, a number that does not fit.
 */
export function evaluator(expr: Expr, columns: readonly ColumnSource[], context: EvaluationContext): Evaluate {
  switch (expr.kind) {
    case 'column': {
      const column = columns[expr.index];
      assert(column !== undefined, `an expression reads column ${expr.index}, which is not there`);
      const {memory, timeZone} = context;
      return row => readValue(memory, column.vector, row, column.type, timeZone);
    }
    case 'literal':
      return () => expr.value;
    case 'field': {
      const operand = evaluator(expr.operand, columns, context);
      return row => {
        const value = operand(row);
        return value === null ? null : ((value as readonly Value[])[expr.field] as Value);
      };
    }
    case 'cast':
      return castEvaluator(expr, columns, context);
    case 'case':
      return caseEvaluator(expr, columns, context);
    case 'call':
      return callEvaluator(expr, columns, context);
  }
}

function castEvaluator(expr: Expr & {readonly kind: 'cast'}, columns: readonly ColumnSource[], context: EvaluationContext): Evaluate {
  const operand = evaluator(expr.operand, columns, context);
  const from = expr.operand.type;
  const {timeZone} = context;
  if (!expr.lenient) return row => castValue(operand(row), from, expr.type, timeZone);
  return row => tryCastValue(operand(row), from, expr.type, timeZone);
}

function caseEvaluator(expr: Expr & {readonly kind: 'case'}, columns: readonly ColumnSource[], context: EvaluationContext): Evaluate {
  const branches = expr.branches.map(({when, then}) => ({
    when: evaluator(when, columns, context),
    then: evaluator(then, columns, context),
  }));
  const otherwise = evaluator(expr.otherwise, columns, context);
  return row => {
    for (const {when, then} of branches) if (when(row) === true) return then(row);
    return otherwise(row);
  };
}

function callEvaluator(expr: Expr & {readonly kind: 'call'}, columns: readonly ColumnSource[], context: EvaluationContext): Evaluate {
  const definition = findFunction(expr.function);
  assert(definition?.kind === 'scalar', `there is no scalar function ${expr.function}`);
  const site = callSite(
    definition,
    expr.arguments.map(argument => (argument.kind === 'literal' ? {type: argument.type, literal: argument.value} : {type: argument.type})),
    expr.words,
    expr.type,
    context,
  );
  const args = expr.arguments.map(argument => evaluator(argument, columns, context));
  // What stands behind an operand that decides may be impossible to compute.
  const decides = expr.function === 'AND' ? false : expr.function === 'OR' ? true : undefined;
  return row => {
    const values: Value[] = [];
    for (const arg of args) {
      const value = arg(row);
      if (decides !== undefined && value === decides) return decides;
      values.push(value);
    }
    return callScalar(definition, values, site);
  };
}
