import type {SqlType} from '../types/sql-type.ts';
import {typeText} from '../types/type-text.ts';
import type {Value} from '../types/value.ts';
import {isDeterministicCall} from '../functions/call.ts';
import {findFunction} from '../functions/index.ts';
import {childrenOf} from './demand.ts';
import type {AggregateCall, Expr} from './expression.ts';

/** The same call over other expressions. */
export function mapCall(call: AggregateCall, map: (expression: Expr) => Expr): AggregateCall {
  return {...call, arguments: call.arguments.map(map), filter: call.filter === null ? null : map(call.filter)};
}

/** The same expression with each direct sub-expression replaced. */
export function mapChildren(expression: Expr, map: (child: Expr) => Expr): Expr {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return expression;
    case 'field':
    case 'cast':
      return {...expression, operand: map(expression.operand)};
    case 'call':
      return {...expression, arguments: expression.arguments.map(map)};
    case 'case':
      return {
        ...expression,
        branches: expression.branches.map(branch => ({when: map(branch.when), then: map(branch.then)})),
        otherwise: map(expression.otherwise),
      };
  }
}

/** The expression with its columns replaced by expressions over what lies below. */
export function substitute(expression: Expr, columns: readonly Expr[]): Expr {
  if (expression.kind === 'column') return columns[expression.index]!;
  return mapChildren(expression, child => substitute(child, columns));
}

/** The expression over columns that stand so many places further right. */
export function moved(expression: Expr, places: number): Expr {
  if (expression.kind === 'column') return {...expression, index: expression.index + places};
  return mapChildren(expression, child => moved(child, places));
}

/** True when `test` holds for the expression or one inside it. */
export function someExpression(expression: Expr, test: (expression: Expr) => boolean): boolean {
  return test(expression) || childrenOf(expression).some(child => someExpression(child, test));
}

/** The same input row gives the same value at every time. */
export function isDeterministic(expression: Expr): boolean {
  return !someExpression(expression, inner => {
    const definition = inner.kind === 'call' ? findFunction(inner.function) : undefined;
    return inner.kind === 'call' && definition !== undefined && !isDeterministicCall(definition, inner.arguments.length);
  });
}

/** A column or a field of one, or a constant: reading it twice costs nothing. */
export function isCheap(expression: Expr): boolean {
  return expression.kind === 'column' || expression.kind === 'literal' || (expression.kind === 'field' && isCheap(expression.operand));
}

/** Equal for expressions that compute the same from the same row. Where they stand in the text does not count. */
export function expressionKey(expression: Expr): string {
  return JSON.stringify(keyOf(expression));
}

export function callKey(call: AggregateCall): string {
  return JSON.stringify([
    call.function,
    call.words ?? [],
    call.distinct,
    call.arguments.map(keyOf),
    call.filter === null ? null : keyOf(call.filter),
  ]);
}

function keyOf(expression: Expr): unknown {
  switch (expression.kind) {
    case 'column':
      return ['column', expression.index];
    case 'literal':
      return ['literal', valueKeyOf(expression.value), typeText(expression.type)];
    case 'field':
      return ['field', expression.field, keyOf(expression.operand)];
    case 'call':
      return ['call', expression.function, expression.words, expression.arguments.map(keyOf)];
    case 'cast':
      return ['cast', expression.lenient, typeText(expression.type), keyOf(expression.operand)];
    case 'case':
      return ['case', expression.branches.map(branch => [keyOf(branch.when), keyOf(branch.then)]), keyOf(expression.otherwise)];
  }
}

function valueKeyOf(value: Value): unknown {
  if (typeof value === 'bigint') return ['bigint', value.toString()];
  if (typeof value === 'number') return ['number', Object.is(value, -0) ? '-0' : String(value)];
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return ['bytes', [...value]];
  if (Array.isArray(value)) return ['list', (value as readonly Value[]).map(valueKeyOf)];
  return ['map', [...(value as ReadonlyMap<Value, Value>)].map(([key, item]) => [valueKeyOf(key), valueKeyOf(item)])];
}

/** The type of a field of a ROW value: nullable, too, when the row is. */
export function fieldType(row: SqlType & {readonly kind: 'ROW'}, field: number): SqlType {
  const {type} = row.fields[field]!;
  return row.nullable && !type.nullable ? {...type, nullable: true} : type;
}

/** A call of CURRENT_WATERMARK, whose value is not in the row. */
export function isCurrentWatermark(expression: Expr): boolean {
  return expression.kind === 'call' && expression.function === 'CURRENT_WATERMARK';
}

/** Whether one of the expressions reads the watermark before the row. */
export function asksForWatermark(expressions: readonly Expr[]): boolean {
  return expressions.some(expression => someExpression(expression, isCurrentWatermark));
}
