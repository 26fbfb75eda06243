import type {Span} from '../../base/problem.ts';
import type {Select} from '../../sql/ast.ts';
import type {SqlType} from '../../types/sql-type.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import {callKey, mapChildren} from '../expression-walk.ts';
import type {Frame} from '../window-call.ts';

/** A call with OVER as it is bound: everything is an expression over what the SELECT reads, or over its groups. */
export interface OverCall {
  readonly function: string;
  readonly arguments: readonly Expr[];
  readonly distinct: boolean;
  readonly partition: readonly Expr[];
  readonly order: readonly {readonly expression: Expr; readonly descending: boolean; readonly nullsFirst: boolean}[];
  readonly frame: Frame;
  readonly type: SqlType;
  readonly span: Span;
}

/** Columns below this one stand for calls with OVER. */
const firstOver = -(2 ** 30);

/**
 * The aggregates of one SELECT, and its calls with OVER. While its expressions are bound, the nth aggregate stands in them as column -1 - n, because how many
 * grouping columns will stand before it is not known yet; `lifted` puts the real columns in. The nth call with OVER is column `firstOver - n`.
 */
export class AggregateCalls {
  readonly calls: AggregateCall[] = [];
  readonly overs: OverCall[] = [];
  /** Those of the clause WINDOW. */
  readonly windows: Select['windows'];
  readonly #keys: string[] = [];

  constructor(windows: Select['windows'] = []) {
    this.windows = windows;
  }

  /** The column that stands for the call; equal calls are computed once. */
  add(call: Omit<AggregateCall, 'name'>): Expr {
    const named: AggregateCall = {...call, name: `${call.function.toLowerCase()}${this.calls.length}`};
    const key = callKey(named);
    let index = this.#keys.indexOf(key);
    if (index === -1) {
      index = this.calls.push(named) - 1;
      this.#keys.push(key);
    }
    return {kind: 'column', index: -1 - index, type: call.type, span: null};
  }

  /** All expressions that calls are made of. */
  get parts(): readonly Expr[] {
    return [...this.calls.flatMap(call => [...call.arguments, ...(call.filter === null ? [] : [call.filter])]), ...this.overParts];
  }

  /** The expressions of the calls with OVER, in order. */
  get overParts(): readonly Expr[] {
    return this.overs.flatMap(call => [...call.arguments, ...call.partition, ...call.order.map(({expression}) => expression)]);
  }

  /** The calls with OVER with other expressions in the place of `overParts`. */
  oversWith(parts: readonly Expr[]): readonly OverCall[] {
    let next = 0;
    const take = (count: number): readonly Expr[] => parts.slice(next, (next += count));
    return this.overs.map(call => {
      const args = take(call.arguments.length);
      const partition = take(call.partition.length);
      const order = take(call.order.length);
      return {
        ...call,
        arguments: args,
        partition,
        order: call.order.map((item, index) => ({...item, expression: order[index]!})),
      };
    });
  }

  addOver(call: OverCall): Expr {
    return {kind: 'column', index: firstOver - this.overs.push(call) + 1, type: call.type, span: null};
  }
}

export function isAggregateColumn(expression: Expr): boolean {
  return expression.kind === 'column' && expression.index < 0 && expression.index > firstOver;
}

/** Which call with OVER a column stands for; -1: none. */
export function overIndex(expression: Expr): number {
  return expression.kind === 'column' && expression.index <= firstOver ? firstOver - expression.index : -1;
}

/** Columns from this one on stand for what is joined behind the groups of a SELECT, of which nobody knows yet how many columns they have. */
export const firstBehindGroups = 2 ** 29;

/** Whether an expression is a column behind the groups of its SELECT. */
export function isBehindGroups(expression: Expr): boolean {
  return expression.kind === 'column' && expression.index >= firstBehindGroups;
}

/** The expression with its columns behind groups in their place, behind so many others. */
export function placedBehind(expression: Expr, width: number): Expr {
  if (expression.kind !== 'column') return mapChildren(expression, child => placedBehind(child, width));
  return isBehindGroups(expression) ? {...expression, index: expression.index - firstBehindGroups + width} : expression;
}
