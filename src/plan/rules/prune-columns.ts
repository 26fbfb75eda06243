import type {Column, SqlType} from '../../types/sql-type.ts';
import {PlanBuilder} from '../builder.ts';
import {columnPathOf, Demand, type ColumnPath} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {fieldType, mapCall, mapChildren} from '../expression-walk.ts';
import {givesPairs, join} from '../nodes/join.ts';
import {temporalJoin} from '../nodes/temporal-join.ts';
import {behaviourOf, type NodeKind, type NodeOf, type PlanNode} from '../nodes/index.ts';
import type {WantedPath} from '../table.ts';
import {usersOf, type Graph, type Rule} from './rule.ts';

/**
 * Computes only what is read, and of a source asks only for the columns, or fields of a ROW, that are read. Every node keeps what its users want; what is left
 * over where a user needs exact columns (a sink, a union) is projected away there.
 */
export const pruneColumns: Rule = {
  name: 'prune-columns',
  summary: 'reads and computes only the columns, and the fields inside them, that somebody needs',
  apply(graph) {
    const wanted = demandsOf(graph);
    const users = usersOf(graph);
    const builder = new PlanBuilder();
    const pruned = new Map<number, Pruned>();
    for (const [index, node] of graph.nodes.entries()) {
      if (users[index] === 0) continue;
      const inputs = behaviourOf(node)
        .inputs(node)
        .map(input => pruned.get(input)!);
      pruned.set(index, prunedNode(node, wanted[index]!, inputs, builder));
    }
    return {nodes: builder.nodes, sinks: graph.sinks.map(sink => pruned.get(sink)!.node)};
  },
};

/** A node of the new graph, and which column or field of the old one each of its columns is. */
interface Pruned {
  readonly node: number;
  readonly layout: readonly ColumnPath[];
}

/** What the users of each node read of it. Users come after their inputs, so going backwards sees them all first. */
function demandsOf(graph: Graph): readonly Demand[] {
  const wanted = graph.nodes.map(() => new Demand());
  const users = usersOf(graph);
  for (const sink of graph.sinks) wanted[sink]!.addAll(Demand.all(graph.nodes[sink]!.schema.columns.length));
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    if (users[index] === 0) continue;
    const node = graph.nodes[index]!;
    const behaviour = behaviourOf(node);
    const demands = behaviour.demand(node, wanted[index]!);
    for (const [position, input] of behaviour.inputs(node).entries()) wanted[input]!.addAll(demands[position]!);
  }
  return wanted;
}

type Prune<K extends NodeKind> = (node: NodeOf<K>, wanted: Demand, inputs: readonly Pruned[], builder: PlanBuilder) => Pruned;

const prunes: {readonly [K in NodeKind]: Prune<K>} = {
  scan(node, wanted, _inputs, builder) {
    const layout = withoutRepeats(wanted.list().map(path => (canReadInside(node, path.column) ? path : whole(path.column))));
    const paths = layout.map(path => wantedInside(node.wanted[path.column]!, path));
    const columns = layout.map((path, index) => ({name: pathName(node.schema.columns[path.column]!, path), type: paths[index]!.type}));
    const key = node.key?.map(column => layout.findIndex(path => path.column === column && path.path.length === 0)) ?? null;
    const given = {...node, schema: {columns}, key: key === null || key.includes(-1) ? null : key};
    return {node: builder.add({kind: 'scan', table: node.table, wanted: paths}, given), layout};
  },
  values(node, wanted, _inputs, builder) {
    const layout = withoutRepeats(wanted.list().map(({column}) => whole(column)));
    const rows = node.rows.map(row => layout.map(({column}) => row[column] ?? null));
    return {node: builder.add({kind: 'values', rows}, {schema: {columns: layout.map(({column}) => node.schema.columns[column]!)}}), layout};
  },
  filter(node, _wanted, [input], builder) {
    const predicate = moved(node.predicate, input!, builder);
    return {node: builder.add({...node, input: input!.node, predicate}, {schema: builder.schema(input!.node)}), layout: input!.layout};
  },
  watermark(node, _wanted, [input], builder) {
    const expression = moved(node.expression, input!, builder);
    const column = wholeColumn(input!, node.column);
    return {
      node: builder.add({...node, input: input!.node, column, expression}, {schema: builder.schema(input!.node)}),
      layout: input!.layout,
    };
  },
  'assign-window': (node, wanted, [input], builder) => windowed(node, wanted, input!, builder),
  'assign-windows': (node, wanted, [input], builder) => windowed(node, wanted, input!, builder),
  'session-window': (node, wanted, [input], builder) =>
    windowed({...node, keys: node.keys.map(key => moved(key, input!, builder))}, wanted, input!, builder),
  'window-aggregate': (node, wanted, [input], builder) => grouped(node, wanted, input!, builder),
  sort(node, _wanted, [input], builder) {
    const items = node.items.map(item => ({...item, index: wholeColumn(input!, item.index)}));
    return {node: builder.add({...node, input: input!.node, items}, {schema: builder.schema(input!.node)}), layout: input!.layout};
  },
  'time-sort': (node, _wanted, [input], builder) => {
    const items = node.items.map(item => ({...item, index: wholeColumn(input!, item.index)}));
    return {node: builder.add({...node, input: input!.node, items}, {schema: builder.schema(input!.node)}), layout: input!.layout};
  },
  limit(node, _wanted, [input], builder) {
    return {node: builder.add({...node, input: input!.node}, {schema: builder.schema(input!.node)}), layout: input!.layout};
  },
  project(node, wanted, [input], builder) {
    const isPath = (column: number): boolean => columnPathOf(node.expressions[column]!) !== null;
    const layout = withoutRepeats(wanted.list().map(path => (isPath(path.column) ? path : whole(path.column))));
    const expressions = layout.map(({column, path}) => moved(inside(node.expressions[column]!, path), input!, builder));
    const columns = layout.map((path, index) => ({
      name: pathName(node.schema.columns[path.column]!, path),
      type: expressions[index]!.type,
    }));
    return {node: builder.add({...node, input: input!.node, expressions}, {schema: {columns}}), layout};
  },
  aggregate: (node, wanted, [input], builder) => grouped(node, wanted, input!, builder),
  expand(node, wanted, [input], builder) {
    const layout = withoutRepeats(wanted.list().map(({column}) => whole(column)));
    const lists = node.lists.map(list => layout.map(({column}) => moved(list[column]!, input!, builder)));
    const columns = layout.map(({column}) => node.schema.columns[column]!);
    return {node: builder.add({...node, input: input!.node, lists}, {schema: {columns}}), layout};
  },
  over(node, wanted, [input], builder) {
    const kept = node.calls.flatMap((call, index) => (wanted.has(node.first + index) ? [{call, column: node.first + index}] : []));
    const partition = node.partition.map(column => wholeColumn(input!, column));
    const items = node.items.map(item => ({...item, index: wholeColumn(input!, item.index)}));
    const step = node.step === null ? null : wholeColumn(input!, node.step);
    const calls = kept.map(({call}) => ({...call, arguments: call.arguments.map(argument => moved(argument, input!, builder))}));
    const first = builder.schema(input!.node).columns.length - (step === null ? 0 : 1);
    const columns = [...builder.schema(input!.node).columns.slice(0, first), ...kept.map(({column}) => node.schema.columns[column]!)];
    const layout = [...input!.layout.slice(0, first), ...kept.map(({column}) => whole(column))];
    const shape = {...node, input: input!.node, first, partition, items, step, calls};
    return {node: builder.add(shape, {schema: {columns}}), layout};
  },
  frame(node, _wanted, [input], builder) {
    const partition = node.partition.map(column => wholeColumn(input!, column));
    const below = builder.schema(input!.node).columns;
    const lags = node.lags.map(lag => ({
      ...lag,
      column: wholeColumn(input!, lag.column),
      otherwise: moved(lag.otherwise, input!, builder),
    }));
    const added = [...lags.map((_, index) => node.step - lags.length + index), node.step];
    const step = below.length + lags.length;
    const shape = {...node, input: input!.node, partition, order: wholeColumn(input!, node.order), step, lags};
    const columns = [...below, ...added.map(column => node.schema.columns[column]!)];
    return {node: builder.add(shape, {schema: {columns}}), layout: [...input!.layout, ...added.map(whole)]};
  },
  rank(node, wanted, [input], builder) {
    const partition = node.partition.map(column => wholeColumn(input!, column));
    const items = node.items.map(item => ({...item, index: wholeColumn(input!, item.index)}));
    const below = builder.schema(input!.node).columns;
    const isNumbered = node.number !== null && wanted.has(node.number);
    const columns = isNumbered ? [...below, node.schema.columns[node.number]!] : below;
    const number = isNumbered ? below.length : null;
    const layout = isNumbered ? [...input!.layout, whole(node.number)] : input!.layout;
    return {node: builder.add({...node, input: input!.node, partition, items, number}, {schema: {columns}}), layout};
  },
  'window-rank'(node, wanted, [input], builder) {
    const column = (index: number): number => wholeColumn(input!, index);
    const items = node.items.map(item => ({...item, index: column(item.index)}));
    const windowKeys = {...node.windowKeys, start: column(node.windowKeys.start), end: column(node.windowKeys.end)};
    const below = builder.schema(input!.node).columns;
    const isNumbered = node.number !== null && wanted.has(node.number);
    const columns = isNumbered ? [...below, node.schema.columns[node.number]!] : below;
    const number = isNumbered ? below.length : null;
    const shape = {...node, input: input!.node, partition: node.partition.map(column), items, number, windowKeys};
    const layout = isNumbered ? [...input!.layout, whole(node.number)] : input!.layout;
    return {node: builder.add(shape, {schema: {columns}}), layout};
  },
  deduplicate(node, _wanted, [input], builder) {
    const keys = node.keys.map(key => wholeColumn(input!, key));
    const time = node.time === null ? null : wholeColumn(input!, node.time);
    return {
      node: builder.add({...node, input: input!.node, keys, time}, {schema: builder.schema(input!.node)}),
      layout: input!.layout,
    };
  },
  unnest(node, _wanted, [input], builder) {
    const column = wholeColumn(input!, node.column);
    const below = builder.schema(input!.node).columns;
    const added = node.schema.columns.slice(node.first);
    const layout = [...input!.layout, ...added.map((_, index) => whole(node.first + index))];
    const places = new Map(layout.map((path, index) => [path.column, index]));
    const condition = node.condition === null ? null : movedColumns(node.condition, places);
    const shape = {...node, input: input!.node, first: below.length, column, condition};
    return {node: builder.add(shape, {schema: {columns: [...below, ...added]}}), layout};
  },
  replicate(node, _wanted, [input], builder) {
    const count = wholeColumn(input!, node.count);
    return {node: builder.add({...node, input: input!.node, count}, {schema: builder.schema(input!.node)}), layout: input!.layout};
  },
  'changelog-normalize'(node, _wanted, [input], builder) {
    const keys = node.keys.map(key => wholeColumn(input!, key));
    return {node: builder.add({...node, input: input!.node, keys}, {schema: builder.schema(input!.node)}), layout: input!.layout};
  },
  'to-changelog'(node, _wanted, [input], builder) {
    const below = builder.schema(input!.node).columns;
    const schema = {columns: [...below, node.schema.columns[node.width]!]};
    const layout = [...input!.layout, whole(node.width)];
    return {node: builder.add({...node, input: input!.node, width: below.length}, {schema}), layout};
  },
  'from-changelog'(node, _wanted, [input], builder) {
    const [change, operation] = [wholeColumn(input!, node.change), wholeColumn(input!, node.operation)];
    const keys = node.keys?.map(key => wholeColumn(input!, key)) ?? null;
    const shape = {...node, input: input!.node, change, operation, keys};
    return {node: builder.add(shape, {schema: builder.schema(input!.node)}), layout: input!.layout};
  },
  'upsert-materialize'(node, _wanted, [input], builder) {
    const keys = node.keys.map(key => wholeColumn(input!, key));
    const rowKey = node.rowKey?.map(key => wholeColumn(input!, key)) ?? null;
    return {node: builder.add({...node, input: input!.node, keys, rowKey}, {schema: builder.schema(input!.node)}), layout: input!.layout};
  },
  'drop-old-rows'(node, _wanted, [input], builder) {
    return {node: builder.add({...node, input: input!.node}, {schema: builder.schema(input!.node)}), layout: input!.layout};
  },
  union(node, wanted, inputs, builder) {
    const layout = wanted.list();
    const columns = layout.map(path => ({
      name: pathName(node.schema.columns[path.column]!, path),
      type: pathType(node.schema.columns[path.column]!.type, path.path),
    }));
    return {
      node: builder.add({...node, inputs: inputs.map(input => exactly(input, layout, columns, builder))}, {schema: {columns}}),
      layout,
    };
  },
  join(node, wanted, [left, right], builder) {
    const [leftDemand, rightDemand] = join.demand(node, wanted) as readonly [Demand, Demand];
    const newLeft = onlyRead(left!, leftDemand.list(), builder);
    const newRight = onlyRead(right!, rightDemand.list(), builder);
    const moveRight = newLeft.layout.length;
    const overBoth = (expression: Expr): Expr => movedPair(expression, node.leftColumns, newLeft, newRight, builder);
    const added = builder.add(
      {
        ...node,
        inputs: [newLeft.node, newRight.node],
        leftKeys: node.leftKeys.map(key => moved(key, newLeft, builder)),
        rightKeys: node.rightKeys.map(key => moved(key, newRight, builder)),
        residual: node.residual === null ? null : overBoth(node.residual),
        leftColumns: moveRight,
      },
      {schema: node.schema},
    );
    const ofRight = newRight.layout.map(({column, path}) => ({column: column + node.leftColumns, path}));
    return {node: added, layout: givesPairs(node.type) ? [...newLeft.layout, ...ofRight] : newLeft.layout};
  },
  'temporal-join'(node, wanted, [left, right], builder) {
    const [leftDemand, rightDemand] = temporalJoin.demand(node, wanted) as readonly [Demand, Demand];
    const newLeft = onlyRead(left!, leftDemand.list(), builder);
    const newRight = onlyRead(right!, rightDemand.list(), builder);
    const shape = {
      ...node,
      inputs: [newLeft.node, newRight.node],
      leftKeys: node.leftKeys.map(key => moved(key, newLeft, builder)),
      rightKeys: node.rightKeys.map(key => wholeColumn(newRight, key)),
      residual: node.residual === null ? null : movedPair(node.residual, node.leftColumns, newLeft, newRight, builder),
      leftColumns: newLeft.layout.length,
      leftTime: wholeColumn(newLeft, node.leftTime),
      rightTime: wholeColumn(newRight, node.rightTime),
    };
    const ofRight = newRight.layout.map(({column, path}) => ({column: column + node.leftColumns, path}));
    return {node: builder.add(shape, {schema: node.schema}), layout: [...newLeft.layout, ...ofRight]};
  },
  sink(node, wanted, [input], builder) {
    const layout = wanted.list();
    return {node: builder.add({...node, input: exactly(input!, layout, node.schema.columns, builder)}, {schema: node.schema}), layout};
  },
};

/** An expression over the columns of two inputs, the left ones first. */
function movedPair(expression: Expr, leftColumns: number, left: Pruned, right: Pruned, builder: PlanBuilder): Expr {
  const path = columnPathOf(expression);
  if (path === null) return mapChildren(expression, child => movedPair(child, leftColumns, left, right, builder));
  if (path.column < leftColumns) return {...read(path, left, builder), span: expression.span};
  const found = read({column: path.column - leftColumns, path: path.path}, right, builder);
  return {...shifted(found, left.layout.length), span: expression.span};
}

/** All keys, and the calls that are read. */
function grouped(node: NodeOf<'aggregate'> | NodeOf<'window-aggregate'>, wanted: Demand, input: Pruned, builder: PlanBuilder): Pruned {
  const kept = node.calls.flatMap((call, index) =>
    wanted.has(node.keys.length + index) ? [{call, column: node.keys.length + index}] : [],
  );
  const layout = [...node.keys.map((_, index) => whole(index)), ...kept.map(({column}) => whole(column))];
  const keys = node.keys.map(key => moved(key, input, builder));
  const calls = kept.map(({call}) => mapCall(call, expression => moved(expression, input, builder)));
  const columns = layout.map(({column}) => node.schema.columns[column]!);
  return {node: builder.add({...node, input: input.node, keys, calls}, {schema: {columns}}), layout};
}

/** The columns of the input as they are, and those of the window that are read. */
function windowed(node: NodeOf<WindowKind>, wanted: Demand, input: Pruned, builder: PlanBuilder): Pruned {
  const adds = node.adds.filter((_, index) => wanted.has(node.width + index));
  const layout = [...input.layout, ...adds.map(column => whole(node.width + node.adds.indexOf(column)))];
  const shape = {...node, input: input.node, width: input.layout.length, time: moved(node.time, input, builder), adds};
  return {node: builder.add(shape, {schema: builder.schema(input.node)}), layout};
}

type WindowKind = 'assign-window' | 'assign-windows' | 'session-window';

function prunedNode(node: PlanNode, wanted: Demand, inputs: readonly Pruned[], builder: PlanBuilder): Pruned {
  const prune = prunes[node.kind] as unknown as Prune<NodeKind>;
  return prune(node, wanted, inputs, builder);
}

function whole(column: number): ColumnPath {
  return {column, path: []};
}

function withoutRepeats(layout: readonly ColumnPath[]): readonly ColumnPath[] {
  const seen = new Set<string>();
  return layout.filter(path => {
    const key = JSON.stringify(path);
    return !seen.has(key) && seen.add(key);
  });
}

/** Only a format finds fields inside a record; a connector that makes rows itself makes whole columns. */
function canReadInside(node: NodeOf<'scan'>, column: number): boolean {
  return node.table.format !== null && node.wanted[column]!.kind === 'physical';
}

function wantedInside(wanted: WantedPath, {path}: ColumnPath): WantedPath {
  if (wanted.kind === 'metadata' || path.length === 0) return wanted;
  return {...wanted, path: [...wanted.path, ...fieldNames(wanted.type, path)], type: pathType(wanted.type, path)};
}

function fieldNames(type: SqlType, path: readonly number[]): readonly string[] {
  const [field, ...rest] = path;
  if (field === undefined || type.kind !== 'ROW') return [];
  const {name, type: inner} = type.fields[field]!;
  return [name, ...fieldNames(inner, rest)];
}

function pathType(type: SqlType, path: readonly number[]): SqlType {
  const [field, ...rest] = path;
  return field === undefined || type.kind !== 'ROW' ? type : pathType(fieldType(type, field), rest);
}

function pathName(column: Column, {path}: ColumnPath): string {
  return [column.name, ...fieldNames(column.type, path)].join('.');
}

/** A field inside what an expression gives. */
function inside(expression: Expr, path: readonly number[]): Expr {
  const [field, ...rest] = path;
  if (field === undefined || expression.type.kind !== 'ROW') return expression;
  return inside({kind: 'field', operand: expression, field, type: fieldType(expression.type, field), span: expression.span}, rest);
}

/** The expression over the columns of the new input. */
function moved(expression: Expr, input: Pruned, builder: PlanBuilder): Expr {
  const path = columnPathOf(expression);
  if (path === null) return mapChildren(expression, child => moved(child, input, builder));
  return {...read(path, input, builder), span: expression.span};
}

/** A column or field of the old input, read from the new one: it has that, or the column or field around it. */
function read({column, path}: ColumnPath, input: Pruned, builder: PlanBuilder): Expr {
  const index = input.layout.findIndex(
    candidate =>
      candidate.column === column && candidate.path.every((field, depth) => field === path[depth]) && candidate.path.length <= path.length,
  );
  const {type} = builder.schema(input.node).columns[index]!;
  return inside({kind: 'column', index, type, span: null}, path.slice(input.layout[index]!.path.length));
}

function wholeColumn(input: Pruned, column: number): number {
  return input.layout.findIndex(path => path.column === column && path.path.length === 0);
}

/** The expression over columns that stand so many places further right. */
function shifted(expression: Expr, places: number): Expr {
  if (expression.kind === 'column') return {...expression, index: expression.index + places};
  return mapChildren(expression, child => shifted(child, places));
}

/** The input without what others alone read of it: an operator that keeps rows must not keep that too. */
function onlyRead(input: Pruned, layout: readonly ColumnPath[], builder: PlanBuilder): Pruned {
  const needed = input.layout.filter(path => layout.some(wanted => isInside(wanted, path)));
  const columns = needed.map(path => builder.schema(input.node).columns[input.layout.indexOf(path)]!);
  return {node: exactly(input, needed, columns, builder), layout: needed};
}

/** Whether a column or field is that of `outer` or lies in it. */
function isInside(inner: ColumnPath, outer: ColumnPath): boolean {
  return inner.column === outer.column && outer.path.every((field, depth) => field === inner.path[depth]);
}

/** The input with these columns in this order, and no others. */
function exactly(input: Pruned, layout: readonly ColumnPath[], columns: readonly Column[], builder: PlanBuilder): number {
  const expressions = layout.map(path => read(path, input, builder));
  const isSame =
    expressions.length === input.layout.length &&
    expressions.every((expression, index) => expression.kind === 'column' && expression.index === index);
  if (isSame) return input.node;
  const named = columns.map(({name}, index) => ({name, type: expressions[index]!.type}));
  return builder.add({kind: 'project', input: input.node, expressions}, {schema: {columns: named}});
}

/** The expression with its columns at other places. */
function movedColumns(expression: Expr, places: ReadonlyMap<number, number>): Expr {
  if (expression.kind === 'column') return {...expression, index: places.get(expression.index)!};
  return mapChildren(expression, child => movedColumns(child, places));
}
