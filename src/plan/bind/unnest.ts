import type {Expression, TableReference} from '../../sql/ast.ts';
import {type Column, intType, withNullable} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import {elementColumns} from '../elements.ts';
import type {Expr} from '../expression.ts';
import {withArticle} from '../plan-text.ts';
import {ExpressionBinder} from './expression.ts';
import type {BoundFrom} from './from.ts';
import type {QueryBinder} from './query.ts';
import {renamed, Scope} from './scope.ts';

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
  const isNamed = alias !== null && alias.columns.length === 0 && added.length === 1;
  const columns = isNamed ? [{...added[0]!, name: alias.name.name}] : renamed(context, added, alias?.columns ?? [], alias?.span);
  if (columns === null) return null;
  const relations = [...left.relations, {path: alias === null ? [] : [alias.name.name], columns, first}];
  const condition = conditionOf(binder, new Scope(relations, left.merged), join.on);
  if (condition === undefined) return null;
  const schema = {columns: [...builder.schema(input).columns, ...added]};
  const shape = {
    kind: 'unnest',
    input,
    first,
    column,
    ordinality: reference.ordinality,
    outer,
    condition: outer ? condition : null,
  } as const;
  const node = builder.add(shape, {schema});
  if (condition === null || outer) return {node, relations, merged: left.merged};
  return {node: builder.add({kind: 'filter', input: node, predicate: condition}, {schema}), relations, merged: left.merged};
}

function withCollection(binder: QueryBinder, input: number, collection: Expr): number {
  const {builder} = binder.session;
  const below = builder.schema(input).columns;
  const expressions = [...below.map(({type}, index): Expr => ({kind: 'column', index, type, span: null})), collection];
  return builder.add({kind: 'project', input, expressions}, {schema: {columns: [...below, {name: 'collection', type: collection.type}]}});
}

/** What ON says, if it is more than TRUE; undefined after a problem was reported. */
function conditionOf(binder: QueryBinder, scope: Scope, on: Expression | null): Expr | null | undefined {
  if (on === null) return null;
  const condition = new ExpressionBinder(binder.context, {scope, aggregates: null, clause: 'ON'}).bindCondition(on);
  if (condition === null) return undefined;
  return condition.kind === 'literal' && condition.value === true ? null : condition;
}
