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

/** A text beside a time is read as one, and nobody is told of those that are none. */
function adviseOnComparison(comparison: Call, advisor: Advisor): void {
  const [left, right] = comparison.arguments as readonly [Expr, Expr];
  const [text, time] = isText(left.type) ? [left, right] : [right, left];
  if (!isText(text.type) || isText(time.type) || isConstant(text)) return;
  const shown = advisor.written(text.span, 'the text');
  const type = typeName(time.type);
  advisor.at(
    comparison.span,
    'text-as-time',
    `a text is compared with ${withArticle(type)}, and counts as NULL where it cannot be read as one`,
    {
      hint: `write CAST(${shown} AS ${type}), and such rows are told of; or TRY_CAST, to show that NULL is meant`,
    },
  );
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
    advisor.at(
      place,
      'sum-wraps',
      `SUM of ${withArticle(typeName(argument.type))} is one, too, and wraps around beyond ${greatest[argument.type.kind]!}`,
      {
        hint: `write SUM(CAST(${shown} AS BIGINT))`,
      },
    );
  }
}

const greatest: Readonly<Partial<Record<SqlType['kind'], string>>> = {TINYINT: '127', SMALLINT: '32767', INT: '2147483647'};
