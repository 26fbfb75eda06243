import {js} from '../code/js.ts';
import type {Expr} from '../plan/expression.ts';
import type {SqlType} from '../types/sql-type.ts';
import {allPresent, both, type Cell, type Expressions, type NumberCell} from './cell.ts';
import {toInteger} from './expression-cast.ts';
import {isFloating, isInteger, mostOf} from './expression-range.ts';

type Call = Expr & {readonly kind: 'call'};

/** `+ - * / %` and their functions on numbers, and times moved by milliseconds. Arguments have the types of the definition's typing. */
export function arithmeticCell(expressions: Expressions, call: Call): Cell | null {
  const sign = call.function === 'MOD' ? '%' : call.function;
  if (!isComputable(sign, call)) return null;
  const cells = call.arguments.map(argument => expressions.operand(argument));
  if (!cells.every(cell => cell?.kind === 'number')) return null;
  const [left, right] = cells as [NumberCell, NumberCell | undefined];
  if (right === undefined) return unary(expressions, sign, left, call.type);
  if (isFloating(call.type)) return floating(sign, left, right, call.type);
  if (call.type.kind === 'DECIMAL') return decimal(expressions, sign, left, right, call);
  return integer(expressions, sign, left, right, call.type);
}

/** Numbers, and what moves by milliseconds; the calendar, DATE and TIME are left to the definition. */
function isComputable(sign: string, call: Call): boolean {
  const types = [...call.arguments.map(argument => argument.type), call.type];
  if (types.every(type => isInteger(type) || isFloating(type) || type.kind === 'DECIMAL')) return true;
  if (sign !== '+' && sign !== '-') return false;
  const isMovable = (type: SqlType): boolean =>
    ((type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision === 3) ||
    (type.kind === 'INTERVAL' && type.unit === 'milliseconds');
  return types.length === 3 && types.every(isMovable);
}

function unary(expressions: Expressions, sign: string, operand: NumberCell, type: SqlType): Cell | null {
  if (sign === '+') return operand;
  const {present, most} = operand;
  if (sign === 'ABS') {
    if (isInteger(type) && type.kind !== 'BIGINT') return null; // The least value has no opposite.
    return {kind: 'number', value: js`Math.abs(${operand.value})`, present, most};
  }
  if (sign !== '-') return null;
  if (isFloating(type)) return {kind: 'number', value: js`(-${operand.value})`, present, most};
  const negative: NumberCell = {kind: 'number', value: js`(0 - ${operand.value})`, present, most};
  return isInteger(type) && type.kind !== 'BIGINT'
    ? toInteger({...negative, most: most + 1}, type)
    : expressions.exact(negative.value, present, most);
}

function floating(sign: string, left: NumberCell, right: NumberCell, type: SqlType): Cell | null {
  const operator = operators[sign];
  if (operator === undefined) return null;
  const value = js`(${left.value} ${operator} ${right.value})`;
  return {
    kind: 'number',
    value: type.kind === 'FLOAT' ? js`Math.fround(${value})` : value,
    present: allPresent([left, right]),
    most: Infinity,
  };
}

const operators: {readonly [sign: string]: ReturnType<typeof js>} = {'+': js`+`, '-': js`-`, '*': js`*`, '/': js`/`, '%': js`%`};

function integer(expressions: Expressions, sign: string, left: NumberCell, right: NumberCell, type: SqlType): Cell | null {
  const present = allPresent([left, right]);
  if (sign === '/' || sign === '%') return divided(expressions, sign, left, right, type);
  if (sign === '*') {
    // A product of two INTs may be beyond 2^53, where the low bits are lost; imul keeps them.
    if (type.kind !== 'BIGINT')
      return toInteger({kind: 'number', value: js`Math.imul(${left.value}, ${right.value})`, present, most: 2 ** 31 + 1}, type);
    return expressions.exact(js`(${left.value} * ${right.value} + 0)`, present, left.most * right.most);
  }
  const sum: NumberCell = {
    kind: 'number',
    value: js`(${left.value} ${operators[sign] ?? js`+`} ${right.value})`,
    present,
    most: left.most + right.most,
  };
  if (sign !== '+' && sign !== '-') return null;
  return isInteger(type) && type.kind !== 'BIGINT' ? toInteger(sum, type) : expressions.exact(sum.value, present, sum.most);
}

/** Towards zero; a zero divisor is a doubt, about which the definition complains. The quotient of safe integers never rounds up to the next integer. */
function divided(expressions: Expressions, sign: string, left: NumberCell, right: NumberCell, type: SqlType): Cell {
  const present = allPresent([left, right]);
  expressions.doubts.push(both(present, js`${right.value} === 0`));
  const value = sign === '/' ? js`(Math.trunc(${left.value} / ${right.value}) + 0)` : js`(${left.value} % ${right.value} + 0)`;
  return toInteger({kind: 'number', value, present, most: sign === '/' ? left.most + 1 : right.most}, type);
}

/** Sums and products of which nothing must be rounded, as scaled integers. */
function decimal(expressions: Expressions, sign: string, left: NumberCell, right: NumberCell, call: Call): Cell | null {
  const [leftScale, rightScale] = call.arguments.map(argument => (argument.type.kind === 'DECIMAL' ? argument.type.scale : 0)) as [
    number,
    number,
  ];
  if (call.type.kind !== 'DECIMAL') return null;
  const {scale} = call.type;
  const present = allPresent([left, right]);
  const result = ((): NumberCell | null => {
    if (sign === '*') {
      if (leftScale + rightScale !== scale) return null;
      return expressions.exact(js`(${left.value} * ${right.value} + 0)`, present, left.most * right.most);
    }
    if (sign !== '+' && sign !== '-') return null;
    if (Math.max(leftScale, rightScale) !== scale || scale - Math.min(leftScale, rightScale) > 15) return null;
    const first = scaledBy(expressions, left, scale - leftScale);
    const second = scaledBy(expressions, right, scale - rightScale);
    return expressions.exact(js`(${first.value} ${sign === '+' ? js`+` : js`-`} ${second.value})`, present, first.most + second.most);
  })();
  // The result's type has room for every sum and product of its arguments, unless 38 digits are not enough: then no safe integer reaches its bound.
  return result !== null && result.most > mostOf(call.type) ? {...result, most: mostOf(call.type)} : result;
}

function scaledBy(expressions: Expressions, cell: NumberCell, digits: number): NumberCell {
  return digits === 0 ? cell : expressions.exact(js`${cell.value} * ${10 ** digits}`, cell.present, cell.most * 10 ** digits);
}
