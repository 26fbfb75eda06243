import type {QueryBody} from '../../sql/ast.ts';
import {commonType} from '../../types/common-type.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {Value} from '../../types/value.ts';
import type {Expr} from '../expression.ts';
import {folded} from '../fold.ts';
import {coerced} from './cast.ts';
import {ExpressionBinder} from './expression.ts';
import type {QueryBinder} from './query.ts';
import {Scope} from './scope.ts';
import type {Relation} from './session.ts';

/** The name of a column that has none, by its place from 0. */
export function unnamedColumn(index: number): string {
  return `EXPR$${index}`;
}

/** VALUES (…), (…): rows of constants as one node; a row with something to compute as a projection of one row. Null after a problem was reported. */
export function bindValues(binder: QueryBinder, body: QueryBody & {readonly kind: 'values'}): Relation | null {
  const {context, session} = binder;
  const {report} = context;
  const expressions = new ExpressionBinder(context, {scope: Scope.of([]), aggregates: null, clause: 'VALUES'});
  const bound = body.rows.map(row => expressions.bindAll(row.items));
  const count = body.rows[0]!.items.length;
  const uneven = body.rows.find(row => row.items.length !== count);
  if (uneven !== undefined) {
    return report.error(
      'wrong-column-count',
      uneven.span,
      `all rows of VALUES need the same number of values: the first has ${count}, this ${uneven.items.length}`,
    );
  }
  if (bound.includes(null)) return null;
  const rows = bound as readonly (readonly Expr[])[];
  const types: SqlType[] = [];
  for (let index = 0; index < count; index++) {
    const given = rows.map(row => row[index]!.type);
    const type = given.every(({kind}) => kind === 'NULL') ? given[0]! : commonType(given);
    if (type === null) {
      const names = [...new Set(given.map(each => typeText({...each, nullable: true})))];
      return report.error('wrong-type', body.span, `column ${index + 1} of VALUES cannot be ${names.join(' and ')} at once`, {
        hint: 'cast the values to one type',
      });
    }
    types.push(type);
  }
  const columns = types.map((type, index) => ({name: unnamedColumn(index), type}));
  const schema = {columns};
  // Folded here and not by a rule, because a row of constants is a value and not a node of its own.
  const {timeZone} = session.settings;
  const typed = rows.map(row => row.map((value, index) => folded(coerced(value, types[index]!), timeZone)));
  const {builder} = session;
  const inputs: number[] = [];
  let constants: (readonly Value[])[] = [];
  const flush = (): void => {
    if (constants.length > 0) inputs.push(builder.add({kind: 'values', rows: constants}, {schema}));
    constants = [];
  };
  for (const row of typed) {
    if (row.every(value => value.kind === 'literal')) {
      constants.push(row.map(value => (value.kind === 'literal' ? value.value : null)));
    } else {
      flush();
      inputs.push(builder.add({kind: 'project', input: oneRow(binder), expressions: row}, {schema}));
    }
  }
  flush();
  const node = inputs.length === 1 ? inputs[0]! : builder.add({kind: 'union', inputs}, {schema});
  return {node, columns};
}

/** One row without columns: what SELECT without FROM reads. */
export function oneRow(binder: QueryBinder): number {
  return binder.session.builder.add({kind: 'values', rows: [[]]}, {schema: {columns: []}});
}
