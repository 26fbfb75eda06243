import type {Span} from '../../base/problem.ts';
import {hasInnerNotNull, hasLengths} from '../../functions/constraint.ts';
import {booleanType, type Column, type SqlType} from '../../types/sql-type.ts';
import type {Expr} from '../expression.ts';
import type {Report} from '../report.ts';
import type {Session} from './session.ts';
import type {NestedEnforcer, Settings} from './settings.ts';

/**
 * What SET asks of the rows of an INSERT: that texts and bytes have the lengths of their columns (`table.exec.sink.type-length-enforcer`), and that nothing inside
 * of a column is NULL that must not be (`table.exec.sink.nested-constraint-enforcer`). It holds for the values, whatever the query says their types are.
 */

interface Place {
  readonly session: Session;
  readonly report: Report;
  readonly span: Span;
}

/** The value of a column as its table wants it, or an error of the row. The value has the column's type already. */
export function constrained(value: Expr, column: Column, {session, report, span}: Place): Expr {
  const {lengthEnforcer, nestedEnforcer, dropsNulls} = session.settings;
  let expression = value;
  if (lengthEnforcer !== 'IGNORE' && hasLengths(column.type, nestedEnforcer)) {
    if (lengthEnforcer === 'TRIM_PAD' && hasLengths(column.type, nestedEnforcer, 'collections')) {
      report.error(
        'wrong-setting',
        span,
        `column "${column.name}" holds texts or bytes inside of a collection, which cannot be cut or filled up`,
        {
          hint: "SET 'table.exec.sink.nested-constraint-enforcer' = 'ROWS', or 'table.exec.sink.type-length-enforcer' = 'ERROR'",
        },
      );
    }
    expression = enforced('ENFORCE LENGTHS', [lengthEnforcer, nestedEnforcer, column.name], expression, column.type);
  }
  if (!dropsNulls && hasInnerNotNull(column.type, nestedEnforcer)) {
    expression = enforced('ENFORCE NOT NULL', [nestedEnforcer, column.name], expression, column.type);
  }
  return expression;
}

function enforced(name: string, words: readonly string[], value: Expr, type: SqlType): Expr {
  return {kind: 'call', function: name, words, arguments: [value], type: {...type, nullable: value.type.nullable}, span: value.span};
}

/** That nothing inside of a column is NULL that must not be, for rows that are left out otherwise. None where there is nothing to ask. */
export function innerTest(value: Expr, type: SqlType, settings: Settings): readonly Expr[] {
  const nested: NestedEnforcer = settings.nestedEnforcer;
  if (!hasInnerNotNull(type, nested)) return [];
  return [
    {kind: 'call', function: 'HAS NO INNER NULL', words: [nested], arguments: [value], type: {...booleanType, nullable: false}, span: null},
  ];
}
