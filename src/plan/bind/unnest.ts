import type {Expression, TableReference} from '../../sql/ast.ts';
import {type Column, intType, withNullable} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import {elementColumns} from '../elements.ts';
import type {Expr} from '../expression.ts';
import {withArticle} from '../plan-text.ts';
import {ExpressionBinder} from './expression.ts';
import {type BoundFrom, renamed} from './from.ts';
import type {QueryBinder} from './query.ts';
import {Scope} from './scope.ts';

type UnnestReference = TableReference & {readonly kind: 'unnest'};

/** How the elements are joined to the rows that hold them. */
export interface UnnestJoin {
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';
  readonly on: Expression | null;
}

/** The rows of `left` with the elements of a collection in each. Null after a problem was reported. */
export function bindUnnest(binder: QueryBinder, left: BoundFrom, reference: UnnestReference, join: UnnestJoin): BoundFrom | null {
  const {context, session} = binder;
  const {report} = context;
  const {builder} = session;
  if (join.type === 'RIGHT' || join.type === 'FULL') return report.notSupported(`${join.type} JOIN UNNEST`, reference.span);
  const [expression, ...more] = reference.expressions;
  if (expression === undefined || more.length > 0) return report.notSupported('UNNEST of several collections', reference.span);
  const scope = new Scope(left.relations, left.merged);
  const collection = new ExpressionBinder(context, {scope, aggregates: null, clause: 'UNNEST'}).bind(expression);
  if (collection === null) return null;
  const elements = elementColumns(collection.type);
  if (elements === null) {
    const found = withArticle(typeText({...collection.type, nullable: true}));
    return report.error('wrong-type', expression.span, `UNNEST takes apart an ARRAY, a MAP or a MULTISET, and this is ${found}`);
  }
  const outer = join.type === 'LEFT';
  const below = builder.schema(left.node).columns;
  const input = collection.kind === 'column' ? left.node : withCollection(binder, left.node, collection);
  const column = collection.kind === 'column' ? collection.index : below.length;
  const first = builder.schema(input).columns.length;
  const ordinal: Column = {name: 'ORDINALITY', type: withNullable(intType, outer)};
  const added = [
    ...elements.map(({name, type}) => ({name, type: outer ? withNullable(type, true) : type})),
    ...(reference.ordinality ? [ordinal] : []),
  ];
  const {alias} = reference;
  const columns = renamed(context, added, alias?.columns ?? [], alias?.span);
  if (columns === null) return null;
  const node = builder.add(
    {kind: 'unnest', input, first, column, ordinality: reference.ordinality, outer},
    {schema: {columns: [...builder.schema(input).columns, ...added]}},
  );
  const found: BoundFrom = {
    node,
    relations: [...left.relations, {path: alias === null ? [] : [alias.name.name], columns, first}],
    merged: left.merged,
  };
  return restricted(binder, found, join);
}

function withCollection(binder: QueryBinder, input: number, collection: Expr): number {
  const {builder} = binder.session;
  const below = builder.schema(input).columns;
  const expressions = [...below.map(({type}, index): Expr => ({kind: 'column', index, type, span: null})), collection];
  return builder.add({kind: 'project', input, expressions}, {schema: {columns: [...below, {name: 'collection', type: collection.type}]}});
}

/** What ON says besides TRUE. */
function restricted(binder: QueryBinder, found: BoundFrom, {type, on}: UnnestJoin): BoundFrom | null {
  if (on === null) return found;
  const {context, session} = binder;
  const scope = new Scope(found.relations, found.merged);
  const condition = new ExpressionBinder(context, {scope, aggregates: null, clause: 'ON'}).bindCondition(on);
  if (condition === null) return null;
  if (condition.kind === 'literal' && condition.value === true) return found;
  if (type === 'LEFT') return context.report.notSupported('LEFT JOIN UNNEST with a condition', on.span, 'write ON TRUE, and the condition in WHERE');
  const schema = session.builder.schema(found.node);
  return {...found, node: session.builder.add({kind: 'filter', input: found.node, predicate: condition}, {schema})};
}
