import {type Js, js} from '../code/js.ts';
import {both, type Cell, type ConditionCell, type Expressions, type NumberCell} from './cell.ts';
import type {Expr} from '../plan/expression.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {ColumnSource} from './columns.ts';
import {caseCell} from './expression-case.ts';
import {castCell} from './expression-cast.ts';
import {callCell} from './expression-call.ts';
import {mostOf} from './expression-range.ts';
import type {SegmentWriter} from './segment-writer.ts';

/**
 * Writes an expression inline. The lines it writes only read and compute, so they may run for rows that do not need them; what inline code cannot do exactly
 * for a row shows in `doubts`: when one of these conditions holds, the cell is worth nothing and the row is computed by the definition instead.
 */
export class ExpressionWriter implements Expressions {
  readonly segment: SegmentWriter;
  readonly columns: readonly ColumnSource[];
  readonly doubts: Js[] = [];
  /** Inside of a place that may not be reached: there, nothing may be computed by its definition ahead of time. */
  #isLazy = false;

  constructor(segment: SegmentWriter, columns: readonly ColumnSource[]) {
    this.segment = segment;
    this.columns = columns;
  }

  write(expr: Expr): Cell | null {
    switch (expr.kind) {
      case 'column':
        return this.#column(this.columns[expr.index] as ColumnSource);
      case 'literal':
        return this.#literal(expr);
      case 'field':
        return null;
      case 'cast':
        return castCell(this, expr);
      case 'case':
        return caseCell(this, expr);
      case 'call':
        return callCell(this, expr);
    }
  }

  operand(expr: Expr): Cell | null {
    const doubts = this.doubts.length;
    const cell = this.segment.attempt(() => this.write(expr));
    if (cell !== null || this.#isLazy) return cell;
    this.doubts.length = doubts;
    const column = this.segment.newColumn(expr.type, 'a part of an expression');
    this.segment.writer.line(js`if (!${this.segment.computing(expr, this.columns, column)}(row)) ${this.segment.leave}`);
    return this.#column(column);
  }

  get isLazy(): boolean {
    return this.#isLazy;
  }

  lazily<T>(body: () => T): T {
    const outer = this.#isLazy;
    this.#isLazy = true;
    try {
      return body();
    } finally {
      this.#isLazy = outer;
    }
  }

  condition(expr: Expr): ConditionCell | null {
    const cell = this.operand(expr);
    return cell?.kind === 'condition' ? cell : null;
  }

  exact(value: Js, present: Js | null, most: number): NumberCell {
    if (most <= Number.MAX_SAFE_INTEGER) return {kind: 'number', value, present, most};
    const name = this.segment.writer.const('exact', value);
    const outside = js`!(Math.abs(${name}) <= ${Number.MAX_SAFE_INTEGER})`;
    this.doubts.push(present === null ? outside : js`${present} && ${outside}`);
    return {kind: 'number', value: name, present, most: Number.MAX_SAFE_INTEGER};
  }

  /** That one of the doubts holds, or null without any. */
  get doubt(): Js | null {
    const [first, ...others] = this.doubts;
    return first === undefined ? null : others.reduce((left, right) => js`${left} || ${right}`, first);
  }

  #column(column: ColumnSource): Cell {
    const {segment} = this;
    const {nullable} = column.type;
    if (column.vector.physical === 'text') {
      const tag = segment.tag(column);
      return {
        kind: 'text',
        pointer: segment.pointer(column),
        length: segment.length(column),
        tag,
        present: nullable ? js`!(${tag} & 1)` : null,
        constant: null,
      };
    }
    const isWidenable = column.vector.physical === 'integer';
    if (isWidenable) this.#doubtOnce(js`${segment.tag(column)} === 4`);
    const present = nullable ? js`${segment.tag(column)} === 0` : null;
    const value = segment.value(column);
    if (column.type.kind !== 'BOOLEAN') return {kind: 'number', value, present, most: mostOf(column.type)};
    return {kind: 'condition', isTrue: both(present, js`${value} === 1`), isFalse: both(present, js`${value} === 0`)};
  }

  #doubtOnce(doubt: Js): void {
    if (!this.doubts.some(known => String(known) === String(doubt))) this.doubts.push(doubt);
  }

  #literal(expr: Expr & {readonly kind: 'literal'}): Cell | null {
    const {value, type} = expr;
    if (type.kind === 'BOOLEAN') return {kind: 'condition', isTrue: js`${value === true}`, isFalse: js`${value === false}`};
    const physical = physicalOf(type);
    if (physical === 'text') return this.#textLiteral(expr);
    if (value === null) return {kind: 'number', value: js`0`, present: js`false`, most: 0};
    const number = Number(value);
    if (physical === 'integer' && !Number.isSafeInteger(number)) return null;
    return {kind: 'number', value: this.segment.writer.bind('constant', number, String(number)), present: null, most: Math.abs(number)};
  }

  #textLiteral(expr: Expr & {readonly kind: 'literal'}): Cell | null {
    const {value, type} = expr;
    if (value === null) return {kind: 'text', pointer: js`0`, length: js`0`, tag: js`1`, present: js`false`, constant: null};
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) return null;
    const {vector} = this.segment.constantColumn(expr, 'a constant');
    const bind = (role: string, number: number): Js => this.segment.writer.bind(role, number, `of ${type.kind} ${describe(value)}`);
    return {
      kind: 'text',
      pointer: bind('constantPointer', vector.ranges[0] as number),
      length: bind('constantLength', vector.ranges[1] as number),
      tag: js`${vector.tags[0] as number}`,
      present: null,
      constant: typeof value === 'string' ? new TextEncoder().encode(value) : value,
    };
  }
}

function describe(value: string | Uint8Array): string {
  return typeof value === 'string' ? JSON.stringify(value) : `of ${value.length} bytes`;
}
