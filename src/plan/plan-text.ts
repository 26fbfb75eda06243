import type {Schema, SqlType} from '../types/sql-type.ts';
import {valueText} from '../types/text.ts';
import {typeText} from '../types/type-text.ts';
import type {Value} from '../types/value.ts';
import type {AggregateCall, Expr} from './expression.ts';

/** How plans are shown to people. Every name and text of the user is quoted and without control characters, so that it stays on its line. */

/** A name as it would be written in SQL: in back-ticks unless it is a plain word. */
export function nameText(name: string): string {
  return /^[A-Za-z_][\w$-]*$/.test(name) ? name : `\`${visible(name.replaceAll('`', '``'))}\``;
}

/** A text as a SQL literal. */
export function quotedText(text: string): string {
  return `'${visible(text.replaceAll("'", "''"))}'`;
}

/** Line ends, other control characters and invisible ones as `\u{2028}`. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, found => `\\u{${found.codePointAt(0)!.toString(16)}}`);
}

export function literalText(value: Value, type: SqlType): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return quotedText(value);
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  const text = visible(valueText(value, type, 'UTC'));
  return timeKinds.includes(type.kind) ? `${type.kind} '${text}'` : text;
}

const timeKinds: readonly SqlType['kind'][] = ['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'INTERVAL'];

/** `a BIGINT`, `an INT` */
export function withArticle(type: string): string {
  return `${/^[AEIOU]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** `1 row`, `10 rows` */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** `level STRING, n BIGINT NOT NULL` */
export function schemaText(schema: Schema): string {
  return schema.columns.map(column => `${nameText(column.name)} ${visible(typeText(column.type))}`).join(', ');
}

// How tightly an operator binds; a function call binds tightest.
const precedence: ReadonlyMap<string, number> = new Map(
  [
    ['OR'],
    ['AND'],
    ['NOT'],
    ['=', '<>', '<', '<=', '>', '>=', 'LIKE', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'],
    ['+', '-'],
    ['*', '/', '%', '||'],
  ].flatMap((operators, level) => operators.map(operator => [operator, level] as const)),
);
const comparisonLevel = 3;
const tightest = 9;

/** An expression over the columns of `input`, in SQL. Casts that the planner added are left out. */
export function expressionText(expression: Expr, input: Schema): string {
  return textOf(expression, input).text;
}

interface Written {
  readonly text: string;
  readonly level: number;
}

function textOf(expression: Expr, input: Schema): Written {
  const inside = (inner: Expr): string => textOf(inner, input).text;
  switch (expression.kind) {
    case 'column':
      return {text: nameText(input.columns[expression.index]?.name ?? `#${expression.index}`), level: tightest};
    case 'literal':
      return {text: literalText(expression.value, expression.type), level: tightest};
    case 'field': {
      const {type} = expression.operand;
      const name = type.kind === 'ROW' ? type.fields[expression.field]!.name : String(expression.field);
      return {text: `${atLeast(textOf(expression.operand, input), tightest)}.${nameText(name)}`, level: tightest};
    }
    case 'cast': {
      if (expression.implicit) return textOf(expression.operand, input);
      const type = visible(typeText({...expression.type, nullable: true}));
      return {text: `${expression.lenient ? 'TRY_CAST' : 'CAST'}(${inside(expression.operand)} AS ${type})`, level: tightest};
    }
    case 'case': {
      const branches = expression.branches.map(branch => ` WHEN ${inside(branch.when)} THEN ${inside(branch.then)}`);
      return {text: `CASE${branches.join('')} ELSE ${inside(expression.otherwise)} END`, level: tightest};
    }
    case 'call':
      return callText(expression, input);
  }
}

function callText(call: Expr & {readonly kind: 'call'}, input: Schema): Written {
  const level = precedence.get(call.function);
  const operands = call.arguments.map(argument => textOf(argument, input));
  if (call.function.startsWith('IS ') && operands.length === 1)
    return {text: `${atLeast(operands[0]!, comparisonLevel + 1)} ${call.function}`, level: comparisonLevel};
  if (level !== undefined && operands.length === 1) {
    const sign = call.function === 'NOT' ? 'NOT ' : call.function;
    return {text: `${sign}${atLeast(operands[0]!, call.function === 'NOT' ? level : tightest)}`, level};
  }
  if (level !== undefined && operands.length >= 2) {
    // A comparison of comparisons needs brackets on both sides; of the others the left one binds first.
    const [first, ...rest] = operands;
    const left = atLeast(first!, level === comparisonLevel ? level + 1 : level);
    return {text: [left, ...rest.map(operand => atLeast(operand, level + 1))].join(` ${call.function} `), level};
  }
  const words = call.words.length === 0 ? '' : `${call.words.join(' ')} `;
  return {text: `${call.function}(${words}${operands.map(operand => operand.text).join(', ')})`, level: tightest};
}

function atLeast(written: Written, level: number): string {
  return written.level < level ? `(${written.text})` : written.text;
}

export function aggregateCallText(call: AggregateCall, input: Schema): string {
  const operands = call.arguments.length === 0 ? '*' : call.arguments.map(argument => expressionText(argument, input)).join(', ');
  const filter = call.filter === null ? '' : ` FILTER (WHERE ${expressionText(call.filter, input)})`;
  return `${call.function}(${call.distinct ? 'DISTINCT ' : ''}${operands})${filter}`;
}
