import type {Span} from '../../base/problem.ts';
import type {Identifier, TableReference} from '../../sql/ast.ts';
import type {Column} from '../../types/sql-type.ts';
import {conjunctsOf} from '../conjuncts.ts';
import type {Expr} from '../expression.ts';
import {moved} from '../expression-walk.ts';
import {joinedSchema, joinShape} from '../join-condition.ts';
import {keepsAll, type JoinType} from '../nodes/join.ts';
import {callOf} from './typed-call.ts';
import {caseOf} from './cast.ts';
import {ExpressionBinder} from './expression.ts';
import type {BoundFrom} from './from.ts';
import type {QueryBinder} from './query.ts';
import {bindLateral} from './lateral.ts';
import {listed, Scope, type MergedColumn, type ScopeRelation} from './scope.ts';
import type {CommonTables, Emit} from './session.ts';
import {sidesKeptFor} from './state-ttl.ts';
import {bindAsOf, temporalShape} from './temporal-join.ts';
import {bindUnnest} from './unnest.ts';

type JoinReference = TableReference & {readonly kind: 'join'};

const typeOfWord: {readonly [word in JoinReference['type']]: JoinType} = {
  INNER: 'inner',
  CROSS: 'inner',
  LEFT: 'left',
  RIGHT: 'right',
  FULL: 'full',
};

/** Two inputs and what relates them. A comma or CROSS JOIN relates nothing: what WHERE says of both is moved into the join by a rule. */
export function bindJoin(binder: QueryBinder, reference: JoinReference, around: CommonTables | null, emit: Emit): BoundFrom | null {
  const left = binder.bindFrom(reference.left, around, emit);
  if (reference.right.kind === 'unnest') return left === null ? null : bindUnnest(binder, left, reference.right, reference);
  const {right: written} = reference;
  if (written.kind === 'derived' && written.lateral)
    return left === null ? null : bindLateral(binder, left, written, reference, around, emit);
  const asOf = reference.right.kind === 'named' ? reference.right.systemTime : null;
  const table = reference.right.kind === 'named' ? {...reference.right, systemTime: null} : reference.right;
  const right = binder.bindFrom(table, around, emit);
  if (left === null || right === null) return null;
  const type = typeOfWord[reference.type];
  const bound = asOf === null ? undefined : bindAsOf(binder.session, binder.context, {asOf, type, left, right});
  if (bound === null) return null;
  const sides = {left, right: movedBehind(left, right, binder)};
  const condition = bindCondition(binder, reference, sides);
  if (condition === null) return null;
  const {builder} = binder.session;
  const width = widthOf(left, binder);
  const inputs = [left.node, right.node] as const;
  const lookup = bound?.kind === 'looked-up';
  const place = binder.context.report.named(reference.right.span);
  const ttls = lookup ? {} : sidesKeptFor(binder.session, emit, binder.stateTtls, [left, right]);
  const plain = joinShape({type, inputs, emit, lookup, ...place, ...ttls}, condition.conjuncts, width);
  const shape = bound?.kind === 'versions' ? temporalShape(binder.session, binder.context, plain, asOf!, bound) : plain;
  if (shape === null) return null;
  const schema = joinedSchema(type, builder.schema(left.node), builder.schema(right.node));
  return joined(binder, reference, builder.add(shape, {schema}), type, sides, condition);
}

/** Both sides, their columns numbered through. */
interface Sides {
  readonly left: BoundFrom;
  readonly right: BoundFrom;
}

interface Condition {
  readonly conjuncts: readonly Expr[];
  /** By USING or NATURAL: the columns of both sides that are one. */
  readonly shared: readonly {readonly name: string; readonly left: Expr; readonly right: Expr}[];
}

function widthOf(side: BoundFrom, binder: QueryBinder): number {
  return binder.session.builder.schema(side.node).columns.length;
}

function movedBehind(left: BoundFrom, right: BoundFrom, binder: QueryBinder): BoundFrom {
  const width = widthOf(left, binder);
  return {
    node: right.node,
    relations: right.relations.map(relation => ({...relation, first: relation.first + width})),
    merged: right.merged.map(({name, expression, columns}) => ({
      name,
      expression: moved(expression, width),
      columns: columns.map(column => column + width),
    })),
  };
}

function bindCondition(binder: QueryBinder, reference: JoinReference, {left, right}: Sides): Condition | null {
  const {context} = binder;
  if (reference.natural || reference.using.length > 0) return sharedColumns(binder, reference, {left, right});
  if (reference.on === null) return {conjuncts: [], shared: []};
  const scope = new Scope([...left.relations, ...right.relations], [...left.merged, ...right.merged]);
  const bound = new ExpressionBinder(context, {scope, aggregates: null, clause: 'ON'}).bindCondition(reference.on);
  return bound === null ? null : {conjuncts: isTrue(bound) ? [] : conjunctsOf(bound), shared: []};
}

function isTrue(condition: Expr): boolean {
  return condition.kind === 'literal' && condition.value === true;
}

/** The columns that USING names, or that have the same name on both sides. */
function sharedColumns(binder: QueryBinder, reference: JoinReference, {left, right}: Sides): Condition | null {
  const {report} = binder.context;
  const leftScope = new Scope(left.relations, left.merged);
  const rightScope = new Scope(right.relations, right.merged);
  const names: readonly Identifier[] = reference.natural ? commonNames(left, right, reference.span) : reference.using;
  const shared: Condition['shared'][number][] = [];
  const conjuncts: Expr[] = [];
  for (const name of names) {
    const missing = [leftScope, rightScope].find(scope => !scope.has(name.name));
    if (missing !== undefined) {
      const columns = missing.relations.flatMap(relation => relation.columns.map(column => column.name));
      const which = missing === leftScope ? 'left' : 'right';
      report.error('unknown-column', name.span, `USING needs column "${name.name}" on both sides, and the ${which} side has none`, {
        detail: listed('columns', columns),
      });
      continue;
    }
    const leftColumn = leftScope.resolve([name], name.span, report);
    const rightColumn = rightScope.resolve([name], name.span, report);
    if (leftColumn === null || rightColumn === null) continue;
    const equality = callOf(report, {name: '=', words: [], span: name.span}, [leftColumn, rightColumn]);
    if (equality === null) continue;
    conjuncts.push(equality);
    shared.push({name: name.name, left: leftColumn, right: rightColumn});
  }
  return shared.length === names.length ? {conjuncts, shared} : null;
}

function commonNames(left: BoundFrom, right: BoundFrom, span: Span): readonly Identifier[] {
  const namesOf = (side: BoundFrom): readonly string[] => [...new Set(new Scope(side.relations, side.merged).visibleNames())];
  const others = new Set(namesOf(right));
  return namesOf(left)
    .filter(name => others.has(name))
    .map(name => ({name, span, quoted: false}));
}

function joined(
  binder: QueryBinder,
  reference: JoinReference,
  node: number,
  type: JoinType,
  {left, right}: Sides,
  condition: Condition,
): BoundFrom {
  const {builder, origins} = binder.session;
  const word = reference.comma ? 'the join' : `${reference.type === 'INNER' ? '' : `${reference.type} `}JOIN`;
  origins.set(node, {report: binder.context.report, span: reference.right.span, name: word});
  const {columns} = builder.schema(node);
  const relations = [...left.relations, ...right.relations].map(relation => ({...relation, columns: typed(relation, columns)}));
  const retyped = [...left.merged, ...right.merged].map(column => ({...column, expression: withTypes(column.expression, columns)}));
  const merged = condition.shared.map(column => mergedColumn(column, type, columns, retyped));
  const hidden = new Set(merged.map(column => column.name));
  return {node, relations, merged: [...merged, ...retyped.filter(column => !hidden.has(column.name))]};
}

/** The relation's columns with the nullability that they have behind the join. */
function typed(relation: ScopeRelation, columns: readonly Column[]): readonly Column[] {
  return relation.columns.map(({name}, index) => ({name, type: columns[relation.first + index]!.type}));
}

function withTypes(expression: Expr, columns: readonly Column[]): Expr {
  if (expression.kind === 'column') return {...expression, type: columns[expression.index]!.type};
  if (expression.kind === 'cast') return {...expression, operand: withTypes(expression.operand, columns)};
  return expression;
}

function mergedColumn(
  {name, left, right}: Condition['shared'][number],
  type: JoinType,
  columns: readonly Column[],
  before: readonly MergedColumn[],
): MergedColumn {
  const of = [...columnsOf(left), ...columnsOf(right)];
  const all = before.filter(column => column.columns.some(index => of.includes(index))).flatMap(column => column.columns);
  const [first, second] = [withTypes(left, columns), withTypes(right, columns)];
  const expression = type === 'full' ? firstNotNull(first, second) : keepsAll(type, 'right') ? second : first;
  return {name, expression, columns: [...new Set([...of, ...all])]};
}

function columnsOf(expression: Expr): readonly number[] {
  if (expression.kind === 'column') return [expression.index];
  if (expression.kind === 'cast') return columnsOf(expression.operand);
  return expression.kind === 'case' ? expression.branches.flatMap(({then}) => columnsOf(then)).concat(columnsOf(expression.otherwise)) : [];
}

/** COALESCE of the two: a row of a FULL JOIN has one of them, or both. */
function firstNotNull(first: Expr, second: Expr): Expr {
  const when: Expr = {
    kind: 'call',
    function: 'IS NOT NULL',
    words: [],
    arguments: [first],
    type: {kind: 'BOOLEAN', nullable: false},
    span: null,
  };
  return caseOf([{when, then: first}], second, null) ?? first;
}
