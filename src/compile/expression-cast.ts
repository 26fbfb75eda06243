import {type Js, js} from '../code/js.ts';
import type {Expr} from '../plan/expression.ts';
import {sameType} from '../types/cast.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Cell, Expressions, NumberCell} from './cell.ts';
import {isFloating, isInteger, mostOf} from './expression-range.ts';

/** Casts that cost little: between numbers, and those that change nothing. */
export function castCell(expressions: Expressions, expr: Expr & {readonly kind: 'cast'}): Cell | null {
  const from = expr.operand.type;
  const to = expr.type;
  if (from.kind === 'NULL') return expressions.write({kind: 'literal', value: null, type: to, span: expr.span});
  if (isUnchanged(from, to)) return expressions.operand(expr.operand);
  if (!isNumeric(to)) return null;
  if (!isNumeric(from)) return from.kind === 'BOOLEAN' && isInteger(to) ? booleanToNumber(expressions, expr) : null;
  const cell = expressions.operand(expr.operand);
  return cell?.kind === 'number' ? castNumber(expressions, cell, from, to) : null;
}

function isNumeric(type: SqlType): boolean {
  return isInteger(type) || isFloating(type) || type.kind === 'DECIMAL';
}

function isUnchanged(from: SqlType, to: SqlType): boolean {
  if (sameType(from, to)) return true;
  if (to.kind === 'VARCHAR') return (from.kind === 'CHAR' || from.kind === 'VARCHAR') && from.length <= to.length;
  return to.kind === 'VARBINARY' && (from.kind === 'BINARY' || from.kind === 'VARBINARY') && from.length <= to.length;
}

function booleanToNumber(expressions: Expressions, expr: Expr & {readonly kind: 'cast'}): Cell | null {
  const condition = expressions.condition(expr.operand);
  if (condition === null) return null;
  const present = expr.operand.type.nullable ? js`(${condition.isTrue} || ${condition.isFalse})` : null;
  return {kind: 'number', value: js`(${condition.isTrue} ? 1 : 0)`, present, most: 1};
}

function castNumber(expressions: Expressions, cell: NumberCell, from: SqlType, to: SqlType): Cell | null {
  if (isFloating(to)) return toFloating(cell, from, to);
  if (isFloating(from)) return isInteger(to) ? floatingToInteger(expressions, cell, to) : null;
  const whole = from.kind === 'DECIMAL' ? from.scale : 0;
  if (to.kind === 'DECIMAL') return toDecimal(expressions, cell, whole, to);
  return toInteger(from.kind === 'DECIMAL' ? truncated(expressions, cell, whole) : cell, to);
}

function toFloating(cell: NumberCell, from: SqlType, to: SqlType): Cell | null {
  // Both sides are exact, so one division rounds once, as it must.
  if (from.kind === 'DECIMAL' && from.scale > 22) return null;
  const value = from.kind === 'DECIMAL' && from.scale > 0 ? js`(${cell.value} / ${10 ** from.scale})` : cell.value;
  return {kind: 'number', value: to.kind === 'FLOAT' ? js`Math.fround(${value})` : value, present: cell.present, most: Infinity};
}

function floatingToInteger(expressions: Expressions, cell: NumberCell, to: SqlType): Cell {
  const most = Math.min(mostOf(to), Number.MAX_SAFE_INTEGER) - (to.kind === 'BIGINT' ? 0 : 1);
  const name = expressions.segment.writer.const('whole', js`Math.trunc(${cell.value}) + 0`);
  const outside = js`!(Math.abs(${name}) <= ${most})`;
  expressions.doubts.push(cell.present === null ? outside : js`${cell.present} && ${outside}`);
  return {kind: 'number', value: name, present: cell.present, most};
}

/** Drops what is after the point. */
function truncated(expressions: Expressions, cell: NumberCell, scale: number): NumberCell {
  if (scale === 0) return cell;
  if (scale > 15) return {...cell, value: js`0`, most: 0}; // A safe integer has at most 16 digits, of which 15 at least are after the point.
  const unit = 10 ** scale;
  const name = expressions.segment.writer.const('unscaled', cell.value);
  return {...cell, value: js`((${name} - ${name} % ${unit}) / ${unit} + 0)`, most: Math.ceil(cell.most / unit)};
}

/** Keeps the low bits, as Java does. */
export function toInteger(cell: NumberCell, to: SqlType): NumberCell {
  if (cell.most < mostOf(to)) return cell;
  return {kind: 'number', value: wrapped(cell.value, to), present: cell.present, most: mostOf(to)};
}

/** A safe integer in the bits of a type. BIGINT holds every one. */
export function wrapped(value: Js, type: SqlType): Js {
  if (type.kind === 'INT') return js`(${value} | 0)`;
  if (type.kind === 'SMALLINT') return js`(${value} << 16 >> 16)`;
  return type.kind === 'TINYINT' ? js`(${value} << 24 >> 24)` : value;
}

function toDecimal(expressions: Expressions, cell: NumberCell, scale: number, to: SqlType & {readonly kind: 'DECIMAL'}): Cell | null {
  const by = to.scale - scale;
  if (by < 0 || by > 15) return null;
  const scaled = by === 0 ? cell : expressions.exact(js`${cell.value} * ${10 ** by}`, cell.present, cell.most * 10 ** by);
  const most = mostOf(to);
  if (scaled.most <= most) return scaled;
  // What has too many digits is NULL; the definition says so.
  const outside = js`!(Math.abs(${scaled.value}) <= ${most})`;
  expressions.doubts.push(cell.present === null ? outside : js`${cell.present} && ${outside}`);
  return {...scaled, most};
}
