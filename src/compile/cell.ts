import {type Js, js} from '../code/js.ts';
import type {Expr} from '../plan/expression.ts';
import type {SegmentWriter} from './segment-writer.ts';

/** The code of a value. `present`: the condition under which it is not NULL; null when it never is. The other parts mean something only where it is present. */
export type Cell = NumberCell | ConditionCell | TextCell;

export interface NumberCell {
  readonly kind: 'number';
  readonly value: Js;
  readonly present: Js | null;
  /** The greatest absolute value it can have, where it is an exact number. */
  readonly most: number;
}

/** A BOOLEAN, as the two conditions under which it is TRUE and FALSE: NULL is neither, so three-valued logic needs nothing more. */
export interface ConditionCell {
  readonly kind: 'condition';
  readonly isTrue: Js;
  readonly isFalse: Js;
}

export interface TextCell {
  readonly kind: 'text';
  readonly pointer: Js;
  readonly length: Js;
  /** `Tag.value` or `Tag.dirty`. */
  readonly tag: Js;
  readonly present: Js | null;
  /** The bytes, where it is a constant. */
  readonly constant: Uint8Array | null;
}

/** What the inline form of one kind of expression may ask for its parts: see ExpressionWriter. */
export interface Expressions {
  readonly segment: SegmentWriter;
  /** Conditions under which the inline form is worth nothing for a row. */
  readonly doubts: Js[];
  /** Null when the expression has no inline form. */
  write(expr: Expr): Cell | null;
  /** As `write`; but what has no inline form is computed by its definition into a column first, unless it may turn out not to be needed. */
  operand(expr: Expr): Cell | null;
  condition(expr: Expr): ConditionCell | null;
  /** Whether what is written may not be reached. */
  readonly isLazy: boolean;
  /** Runs `body` for a part that may not be reached. */
  lazily<T>(body: () => T): T;
  /** An exact result: where it may leave the safe integers, that is a doubt. */
  exact(value: Js, present: Js | null, most: number): NumberCell;
}

/** The conjunction of conditions that may always hold (null). */
export function both(first: Js | null, second: Js): Js {
  return first === null ? second : js`${first} && ${second}`;
}

export function bothOrNull(first: Js | null, second: Js | null): Js | null {
  if (second === null || (first !== null && String(first) === String(second))) return first;
  return both(first, second);
}

/** That all of the conditions hold under which a result is not NULL, or null: always. */
export function allPresent(cells: readonly {readonly present: Js | null}[]): Js | null {
  return cells.reduce<Js | null>((present, cell) => bothOrNull(present, cell.present), null);
}

/** The condition under which a cell is not NULL, or null: always. */
export function presence(cell: Cell): Js | null {
  return cell.kind === 'condition' ? js`(${cell.isTrue} || ${cell.isFalse})` : cell.present;
}
