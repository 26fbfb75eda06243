import {isInteger, isNumeric, isText} from '../../types/common-type.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import {childrenOf} from '../demand.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import {withArticle} from '../plan-text.ts';
import {expressionsOf} from '../replay.ts';
import type {Advised, Advisor} from './advisor.ts';

/** What single expressions may say that was not meant. */
export function adviseOnExpressions({nodes, used}: Advised, advisor: Advisor): void {
  for (const index of used) {
    const node = nodes[index]!;
    for (const expression of expressionsOf(node)) visit(expression, null, advisor);
    if (node.kind === 'aggregate' || node.kind === 'window-aggregate') for (const call of node.calls) adviseOnCall(call, advisor);
  }
}

function visit(expression: Expr, around: Expr | null, advisor: Advisor): void {
  if (expression.kind === 'call' && expression.function === '/') adviseOnDivision(expression, around, advisor);
  if (expression.kind === 'call' && comparisons.has(expression.function)) adviseOnComparison(expression, advisor);
  // A cast that nobody wrote is not what a person sees around an expression, unless it makes a fraction of what has lost it.
  for (const child of childrenOf(expression)) visit(child, expression, advisor);
}

type Call = Expr & {readonly kind: 'call'};

/** Two whole numbers that both come from rows: a ratio, most likely. A constant divisor is often there to drop the rest. */
function adviseOnDivision(division: Call, around: Expr | null, advisor: Advisor): void {
  const [left, right] = division.arguments as readonly [Expr, Expr];
  if (!isInteger(division.type) || left.kind === 'literal') return;
  const isMadeFraction = around?.kind === 'cast' && isNumeric(around.type) && !isInteger(around.type);
  if (isConstant(right) && !isMadeFraction) return;
  const [shown, divisor] = [advisor.written(left.span, 'a'), advisor.written(right.span, 'b')];
  advisor.at(division.span, 'integer-division', 'whole numbers are divided, so the fraction is dropped', {
    detail: isMadeFraction ? `the result becomes ${typeText({...around.type, nullable: true})} only after that` : '1 / 2 is 0',
    hint: `for a ratio, write CAST(${shown} AS DOUBLE) / ${divisor}`,
  });
}

function isConstant(expression: Expr): boolean {
  return expression.kind === 'literal' || (expression.kind === 'cast' && isConstant(expression.operand));
}

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);

/** A text that is compared with a number becomes a number: one that is none fails the row. */
function adviseOnComparison(comparison: Call, advisor: Advisor): void {
  const [left, right] = comparison.arguments as readonly [Expr, Expr];
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (side.kind !== 'cast' || !side.implicit || !isText(side.operand.type) || !isNumeric(side.type)) continue;
    if (isConstant(side.operand)) continue;
    const number = written(other);
    const shown = advisor.written(side.operand.span, 'the text');
    advisor.at(comparison.span, 'text-as-number', `a text is compared with ${withArticle(typeText({...number.type, nullable: true}))}, so it is read as a number`, {
      detail: 'a text that is no number is an error of its row',
      hint:
        number.kind === 'literal'
          ? `compare texts: '${String(number.value)}', or write TRY_CAST(${shown} AS ${typeName(number.type)}), which gives NULL for other texts`
          : `write TRY_CAST(${shown} AS ${typeName(number.type)}), which gives NULL for other texts`,
    });
  }
}

function written(expression: Expr): Expr {
  return expression.kind === 'cast' && expression.implicit ? written(expression.operand) : expression;
}

function typeName(type: SqlType): string {
  return typeText({...type, nullable: true});
}

function adviseOnCall({function: name, arguments: [argument], span}: AggregateCall, advisor: Advisor): void {
  if (argument === undefined || !isInteger(argument.type)) return;
  const place = span ?? argument.span;
  const shown = advisor.written(argument.span, 'x');
  if (name === 'AVG') {
    advisor.at(place, 'average-truncates', `AVG of ${withArticle(typeName(argument.type))} is a whole number: its fraction is dropped`, {
      hint: `write AVG(CAST(${shown} AS DOUBLE))`,
    });
  } else if (name === 'SUM' && argument.type.kind !== 'BIGINT') {
    advisor.at(place, 'sum-wraps', `SUM of ${withArticle(typeName(argument.type))} is of the same type, and wraps around beyond its greatest value`, {
      detail: `greatest: ${greatest[argument.type.kind] ?? ''}`,
      hint: `write SUM(CAST(${shown} AS BIGINT))`,
    });
  }
}

const greatest: Readonly<Partial<Record<SqlType['kind'], string>>> = {TINYINT: '127', SMALLINT: '32767', INT: '2147483647'};
