import type {Query, QueryBody} from '../../sql/ast.ts';
import {commonType} from '../../types/common-type.ts';
import {bigintType, booleanType, type Column, withNullable} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import {callOf} from './typed-call.ts';
import {coerced} from './cast.ts';
import type {QueryBinder} from './query.ts';
import type {CommonTables, Emit, Relation} from './session.ts';

type SetOperation = QueryBody & {readonly kind: 'set-operation'};

/** UNION, INTERSECT and EXCEPT, with ALL and without. Null after a problem was reported. */
export function bindSetOperation(binder: QueryBinder, body: SetOperation, around: CommonTables | null, emit: Emit): Relation | null {
  const sides = sidesOf(body).map(side => binder.bindNested(side, around, emit));
  if (sides.includes(null)) return null;
  const relations = sides as readonly Relation[];
  const columns = commonColumns(binder, body, relations);
  if (columns === null) return null;
  const inputs = relations.map(relation => cast(binder, relation, columns));
  if (body.operator === 'UNION') {
    const all: Relation = {node: binder.session.builder.add({kind: 'union', inputs}, {schema: {columns}}), columns};
    return body.all ? all : binder.distinct(all, emit, body.span, 'UNION without ALL');
  }
  return counted(binder, body, inputs, columns, emit);
}

/** `a UNION ALL b UNION ALL c` is one union of three. */
function sidesOf(body: SetOperation): readonly Query[] {
  return [body.left, body.right].flatMap(side => {
    const inner = side.body;
    const isPlain = side.with.length === 0 && side.orderBy.length === 0 && side.limit === null && side.offset === null;
    const isUnionAll = (operation: QueryBody): boolean =>
      operation.kind === 'set-operation' && operation.operator === 'UNION' && operation.all;
    return isPlain && isUnionAll(inner) && isUnionAll(body) ? sidesOf(inner as SetOperation) : [side];
  });
}

/** The columns that all sides have in common, with the names of the first. */
function commonColumns(binder: QueryBinder, body: SetOperation, relations: readonly Relation[]): readonly Column[] | null {
  const {report} = binder.context;
  const count = relations[0]!.columns.length;
  const other = relations.find(relation => relation.columns.length !== count);
  if (other !== undefined) {
    return report.error(
      'wrong-column-count',
      body.span,
      `${body.operator} needs the same number of columns on both sides, not ${count} and ${other.columns.length}`,
    );
  }
  const types = relations[0]!.columns.map(
    (_, index) => commonType(relations.map(relation => relation.columns[index]!.type)) ?? sameNulls(relations, index),
  );
  const bad = types.indexOf(null);
  if (bad === -1) return relations[0]!.columns.map(({name}, index) => ({name, type: types[index]!}));
  const given = [...new Set(relations.map(relation => typeText({...relation.columns[bad]!.type, nullable: true})))];
  return report.error('wrong-type', body.span, `column ${bad + 1} of ${body.operator} cannot be ${given.join(' and ')} at once`, {
    hint: 'cast one side: CAST(x AS STRING)',
  });
}

function sameNulls(relations: readonly Relation[], index: number): Column['type'] | null {
  return relations.every(relation => relation.columns[index]!.type.kind === 'NULL') ? {kind: 'NULL', nullable: true} : null;
}

function columnsOf(columns: readonly Column[]): readonly Expr[] {
  return columns.map(({type}, index) => ({kind: 'column', index, type, span: null}));
}

function cast(binder: QueryBinder, relation: Relation, columns: readonly Column[]): number {
  const expressions = columnsOf(relation.columns).map((column, index) => coerced(column, columns[index]!.type));
  if (expressions.every(expression => expression.kind === 'column')) return relation.node;
  return binder.session.builder.add({kind: 'project', input: relation.node, expressions}, {schema: {columns}});
}

/**
 * INTERSECT and EXCEPT: the rows of both sides together, grouped by all columns, with how often each side has the row. Where changes are given on, each side
 * is made distinct first (unless ALL counts), so that a row that comes again changes nothing.
 */
function counted(binder: QueryBinder, body: SetOperation, sides: readonly number[], columns: readonly Column[], emit: Emit): Relation {
  const {builder, origins} = binder.session;
  const {report} = binder.context;
  const {span} = body;
  const name = `${body.operator}${body.all ? ' ALL' : ''}`;
  const inputs = sides.map((side, position) => {
    const rows = body.all || emit === 'final' ? side : binder.distinct({node: side, columns}, emit, span, name).node;
    const isLeft: Expr = {kind: 'literal', value: position === 0, type: withNullable(booleanType, false), span: null};
    return builder.add(
      {kind: 'project', input: rows, expressions: [...columnsOf(columns), isLeft]},
      {schema: {columns: [...columns, sideColumn]}},
    );
  });
  const both = builder.add({kind: 'union', inputs}, {schema: {columns: [...columns, sideColumn]}});
  const isLeft: Expr = {kind: 'column', index: columns.length, type: sideColumn.type, span: null};
  const call = (operator: string, operands: readonly Expr[]): Expr => callOf(report, {name: operator, words: [], span}, operands)!;
  const calls = [countOf('left', isLeft), countOf('right', call('NOT', [isLeft]))];
  const schema = {columns: [...columns, ...calls.map(({type}, index) => ({name: index === 0 ? 'left' : 'right', type}))]};
  const grouped = builder.add({kind: 'aggregate', input: both, keys: columnsOf(columns), calls, emit}, {schema});
  origins.set(grouped, {report: binder.context.report, span, name});
  const [left, right] = calls.map(({type}, index): Expr => ({kind: 'column', index: columns.length + index, type, span: null})) as [
    Expr,
    Expr,
  ];
  const zero: Expr = {kind: 'literal', value: 0n, type: withNullable(bigintType, false), span: null};
  if (body.all) {
    const least = {
      kind: 'case',
      branches: [{when: call('<', [left, right]), then: left}],
      otherwise: right,
      type: left.type,
      span: null,
    } as const;
    const times = body.operator === 'EXCEPT' ? call('-', [left, right]) : least;
    return repeated(binder, grouped, columns, times);
  }
  const predicate = call('AND', [call('>', [left, zero]), call(body.operator === 'EXCEPT' ? '=' : '>', [right, zero])]);
  const kept = builder.add({kind: 'filter', input: grouped, predicate}, {schema});
  return {node: builder.add({kind: 'project', input: kept, expressions: columnsOf(columns)}, {schema: {columns}}), columns};
}

const sideColumn: Column = {name: 'isLeft', type: withNullable(booleanType, false)};

function countOf(name: string, filter: Expr): AggregateCall {
  return {function: 'COUNT', arguments: [], distinct: false, filter, type: withNullable(bigintType, false), name};
}

/** Each row so many times. */
function repeated(binder: QueryBinder, input: number, columns: readonly Column[], times: Expr): Relation {
  const {builder} = binder.session;
  const schema = {columns: [...columns, {name: 'times', type: times.type}]};
  const counts = builder.add({kind: 'project', input, expressions: [...columnsOf(columns), times]}, {schema});
  const rows = builder.add({kind: 'replicate', input: counts, count: columns.length}, {schema});
  return {node: builder.add({kind: 'project', input: rows, expressions: columnsOf(columns)}, {schema: {columns}}), columns};
}
