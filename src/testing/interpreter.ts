import type {Clock} from '../base/clock.ts';
import {assert, ProblemError} from '../base/problem.ts';
import {callScalar, callSite} from '../functions/call.ts';
import type {CallSite} from '../functions/define.ts';
import {findFunction} from '../functions/index.ts';
import {elementsOf} from '../plan/elements.ts';
import type {AggregateCall, Expr, SortItem} from '../plan/expression.ts';
import type {NodeKind, NodeOf, PlanNode} from '../plan/nodes/index.ts';
import type {Plan} from '../plan/plan.ts';
import {overPartition} from './interpret-over.ts';
import {castValue, tryCastValue} from '../types/cast.ts';
import {compareValues, valueKey} from '../types/compare.ts';
import type {Row, Value} from '../types/value.ts';
import {windowedRows} from './interpret-windows.ts';

/**
 * The definition of our SQL, slow and obvious: recomputes the final rows of every sink from all input. It shares no code with the engine but the functions'
 * own `evaluate`, the casts and the comparisons.
 */
export interface Interpretation {
  readonly plan: Plan;
  readonly clock: Clock;
  /** All rows of a scan, by its index in the plan, with its wanted columns. */
  readonly input: ReadonlyMap<number, readonly Row[]>;
  /** A row that cannot be computed is left out; otherwise its problem is thrown. */
  readonly skipsBadRows: boolean;
}

/** The final rows of each sink, in the order of `plan.sinks`. Throws a ProblemError of kind `data` where a row cannot be computed. */
export function interpret(interpretation: Interpretation): readonly (readonly Row[])[] {
  const interpreter = new Interpreter(interpretation);
  return interpretation.plan.sinks.map(sink => interpreter.rowsOf(sink));
}

/** The value of an expression over one row. */
export function evaluate(expr: Expr, row: Row, settings: {readonly timeZone: string; readonly clock: Clock}): Value {
  return new Evaluator(settings.timeZone, settings.clock).value(expr, row);
}

type RowsOfKind = {readonly [K in NodeKind]: (node: NodeOf<K>, interpreter: Interpreter, index: number) => readonly Row[]};

const rowsOfKind: RowsOfKind = {
  scan: (_node, interpreter, index) => interpreter.input.get(index) ?? [],
  values: node => node.rows,
  filter: (node, interpreter) =>
    interpreter.rowsOf(node.input).filter(row => interpreter.attempt(() => interpreter.evaluator.value(node.predicate, row)) === true),
  project: (node, interpreter) =>
    interpreter.rowsOf(node.input).flatMap(row => {
      const values = interpreter.attempt(() => node.expressions.map(expression => interpreter.evaluator.value(expression, row)));
      return values === null ? [] : [values];
    }),
  watermark: (node, interpreter) => interpreter.rowsOf(node.input),
  'assign-window': windowRows,
  'assign-windows': windowRows,
  'session-window': windowRows,
  'window-aggregate': (node, interpreter) => aggregateRows({...node, kind: 'aggregate', emit: 'changes'}, interpreter),
  aggregate: aggregateRows,
  'upsert-materialize': (node, interpreter) => {
    const byKey = new Map<string, Row>();
    const {columns} = interpreter.schemaOf(node.input);
    for (const row of interpreter.rowsOf(node.input)) {
      const name = JSON.stringify(node.keys.map(key => valueKey(row[key] ?? null, columns[key]!.type)));
      if (node.keeps !== 'first' || !byKey.has(name)) byKey.set(name, row);
    }
    return [...byKey.values()];
  },
  'drop-old-rows': (node, interpreter) => interpreter.rowsOf(node.input),
  // Of a source with changes the interpreter is given what is left of it.
  'changelog-normalize': (node, interpreter) => interpreter.rowsOf(node.input),
  // What a row once was is not known here: rows that are taken back are the cases' business.
  'to-changelog': (node, interpreter) => interpreter.rowsOf(node.input).map(row => [...row, 0]),
  'from-changelog': changedRows,
  deduplicate: deduplicatedRows,
  rank: rankedRows,
  'window-rank': rankedRows,
  // Which rows are in a frame is looked up where calls are computed over it.
  frame: (node, interpreter) =>
    node.lags.length > 0 ? laggedRows(node, interpreter) : interpreter.rowsOf(node.input).map(row => [...row, null]),
  over: overRows,
  expand: (node, interpreter) =>
    interpreter
      .rowsOf(node.input)
      .flatMap(row => node.lists.map(list => list.map(expression => interpreter.evaluator.value(expression, row)))),
  unnest: (node, interpreter) =>
    interpreter.rowsOf(node.input).flatMap(row => {
      const elements = elementsOf(row[node.column] as Value, columnType(interpreter.schemaOf(node.input), node.column));
      const {condition} = node;
      const found = elements
        .map((element, index) => [...row, ...element, ...(node.ordinality ? [index + 1] : [])])
        .filter(each => condition === null || interpreter.attempt(() => interpreter.evaluator.value(condition, each)) === true);
      return found.length === 0 && node.outer ? [[...row, ...node.schema.columns.slice(node.first).map(() => null)]] : found;
    }),
  replicate: (node, interpreter) =>
    interpreter.rowsOf(node.input).flatMap(row => Array.from({length: Math.max(0, Number(row[node.count]))}, () => row)),
  union: (node, interpreter) => node.inputs.flatMap(input => interpreter.rowsOf(input)),
  join: joinRows,
  'temporal-join': temporalRows,
  sort: (node, interpreter) => sortRows(node, interpreter.rowsOf(node.input), interpreter.schemaOf(node.input)),
  'time-sort': (node, interpreter) => inOrder(interpreter.rowsOf(node.input), node.items, interpreter.schemaOf(node.input)),
  limit: (node, interpreter) => interpreter.rowsOf(node.input).slice(node.offset, node.offset + node.limit),
  sink: (node, interpreter) => interpreter.rowsOf(node.input),
};

class Interpreter {
  readonly evaluator: Evaluator;
  readonly timeZone: string;
  readonly input: ReadonlyMap<number, readonly Row[]>;
  readonly #plan: Plan;
  readonly #rows = new Map<number, readonly Row[]>();
  readonly #skipsBadRows: boolean;

  constructor({plan, clock, input, skipsBadRows}: Interpretation) {
    this.#plan = plan;
    this.#skipsBadRows = skipsBadRows;
    this.input = input;
    this.timeZone = plan.settings.timeZone;
    this.evaluator = new Evaluator(plan.settings.timeZone, clock);
  }

  rowsOf(index: number): readonly Row[] {
    const known = this.#rows.get(index);
    if (known !== undefined) return known;
    const node = this.#node(index);
    const rows = (rowsOfKind[node.kind] as (node: PlanNode, interpreter: Interpreter, index: number) => readonly Row[])(node, this, index);
    this.#rows.set(index, rows);
    return rows;
  }

  /** What is computed, or null where a row cannot be computed and such rows are left out. */
  attempt<T>(compute: () => T): T | null {
    try {
      return compute();
    } catch (error) {
      if (this.#skipsBadRows && error instanceof ProblemError && error.problems.every(problem => problem.kind === 'data')) return null;
      throw error;
    }
  }

  schemaOf(index: number): PlanNode['schema'] {
    return this.#node(index).schema;
  }

  #node(index: number): PlanNode {
    const node = this.#plan.nodes[index];
    assert(node !== undefined, `the plan has no node ${index}`);
    return node;
  }
}

class Evaluator {
  readonly #timeZone: string;
  readonly #clock: Clock;
  readonly #sites = new WeakMap<object, CallSite>();

  constructor(timeZone: string, clock: Clock) {
    this.#timeZone = timeZone;
    this.#clock = clock;
  }

  value(expr: Expr, row: Row): Value {
    switch (expr.kind) {
      case 'column':
        return row[expr.index] as Value;
      case 'literal':
        return expr.value;
      case 'field': {
        const operand = this.value(expr.operand, row);
        return operand === null ? null : ((operand as readonly Value[])[expr.field] as Value);
      }
      case 'cast':
        return this.#cast(expr, row);
      case 'case': {
        const branch = expr.branches.find(({when}) => this.value(when, row) === true);
        return this.value(branch === undefined ? expr.otherwise : branch.then, row);
      }
      case 'call':
        return this.#call(expr, row);
    }
  }

  #cast(expr: Expr & {readonly kind: 'cast'}, row: Row): Value {
    const value = this.value(expr.operand, row);
    if (value === null) return null;
    return (expr.lenient ? tryCastValue : castValue)(value, expr.operand.type, expr.type, this.#timeZone);
  }

  /** AND and OR stop at the first operand that decides: what stands behind it may be impossible to compute. */
  #call(expr: Expr & {readonly kind: 'call'}, row: Row): Value {
    const decides = expr.function === 'AND' ? false : expr.function === 'OR' ? true : undefined;
    const definition = findFunction(expr.function);
    assert(definition?.kind === 'scalar', `no scalar function ${expr.function}`);
    const values: Value[] = [];
    for (const argument of expr.arguments) {
      const value = this.value(argument, row);
      if (decides !== undefined && value === decides) return decides;
      values.push(value);
    }
    return callScalar(definition, values, this.site(expr, expr.function, expr.arguments, expr.words));
  }

  site(key: {readonly type: Expr['type']}, name: string, args: readonly Expr[], words: readonly string[]): CallSite {
    const known = this.#sites.get(key);
    if (known !== undefined) return known;
    const definition = findFunction(name);
    assert(definition !== undefined, `no function ${name}`);
    const site = callSite(
      definition,
      args.map(argument => (argument.kind === 'literal' ? {type: argument.type, literal: argument.value} : {type: argument.type})),
      words,
      key.type,
      {timeZone: this.#timeZone, clock: this.#clock},
    );
    this.#sites.set(key, site);
    return site;
  }

  aggregate(call: AggregateCall, rows: readonly Row[]): Value {
    const definition = findFunction(call.function);
    assert(definition?.kind === 'aggregate', `no aggregate ${call.function}`);
    const {filter} = call;
    const counted = filter === null ? rows : rows.filter(row => this.value(filter, row) === true);
    let inputs: readonly Row[] = counted.map(row => call.arguments.map(argument => this.value(argument, row)));
    if (call.distinct) inputs = distinctRows(inputs, call.arguments);
    return definition.evaluate(inputs, this.site(call, call.function, call.arguments, call.words ?? []));
  }
}

function windowRows(
  node: NodeOf<'assign-window'> | NodeOf<'assign-windows'> | NodeOf<'session-window'>,
  interpreter: Interpreter,
): readonly Row[] {
  const evaluate = (expression: Expr, row: Row): Value => interpreter.evaluator.value(expression, row);
  return windowedRows(node, interpreter.rowsOf(node.input), evaluate, interpreter.timeZone);
}

/** What is left of rows that are changes. */
function changedRows(node: NodeOf<'from-changelog'>, interpreter: Interpreter): readonly Row[] {
  const {columns} = interpreter.schemaOf(node.input);
  const own = columns.flatMap((_, index) => (index === node.change || index === node.operation ? [] : [index]));
  const nameOf = (row: Row): string => JSON.stringify((node.keys ?? own).map(key => valueKey(row[key] as Value, columns[key]!.type)));
  const left: Row[] = [];
  for (const row of interpreter.rowsOf(node.input)) {
    const change = row[node.change];
    if (change === null) continue;
    const at = left.findIndex(other => nameOf(other) === nameOf(row));
    if (change === 0 || (change === 2 && (node.keys === null || at < 0))) left.push(row);
    else if (change === 2) left[at] = row;
    else if (at >= 0) left.splice(at, 1);
  }
  return left;
}

function aggregateRows(node: NodeOf<'aggregate'>, interpreter: Interpreter): readonly Row[] {
  const groups = new Map<string, {readonly key: Row; readonly rows: Row[]}>();
  if (node.keys.length === 0 && node.emit === 'final') groups.set(rowKey([], []), {key: [], rows: []});
  for (const row of interpreter.rowsOf(node.input)) {
    const key = node.keys.map(expression => interpreter.evaluator.value(expression, row));
    const name = rowKey(key, node.keys);
    const group = groups.get(name) ?? {key, rows: []};
    groups.set(name, group);
    group.rows.push(row);
  }
  return [...groups.values()].map(({key, rows}) => [...key, ...node.calls.map(call => interpreter.evaluator.aggregate(call, rows))]);
}

/** Every left row with every right row, one after the other. */
function joinRows(node: NodeOf<'join'>, interpreter: Interpreter): readonly Row[] {
  const [left, right] = node.inputs.map(input => interpreter.rowsOf(input)) as [readonly Row[], readonly Row[]];
  const keyOf = (row: Row, keys: readonly Expr[]): string | null => {
    const values = keys.map(key => interpreter.evaluator.value(key, row));
    return values.includes(null) ? null : rowKey(values, keys);
  };
  const leftKeys = left.map(row => keyOf(row, node.leftKeys));
  const rightKeys = right.map(row => keyOf(row, node.rightKeys));
  const {residual} = node;
  const isPair = (one: number, other: number): boolean => {
    if (leftKeys[one] === null || leftKeys[one] !== rightKeys[other]) return false;
    const pair = [...(left[one] as Row), ...(right[other] as Row)];
    return residual === null || interpreter.attempt(() => interpreter.evaluator.value(residual, pair)) === true;
  };
  const partners = left.map((_, one) => right.flatMap((_row, other) => (isPair(one, other) ? [other] : [])));
  if (node.type === 'semi') return left.filter((_, one) => (partners[one] as number[]).length > 0);
  if (node.type === 'anti') return left.filter((_, one) => (partners[one] as number[]).length === 0);
  const nulls = (input: number): Row => interpreter.schemaOf(node.inputs[input] as number).columns.map(() => null);
  const found = new Set(partners.flat());
  const pairs = left.flatMap((row, one) => (partners[one] as number[]).map(other => [...row, ...(right[other] as Row)]));
  const lone = node.type === 'left' || node.type === 'full' ? left.filter((_, one) => (partners[one] as number[]).length === 0) : [];
  const loneRight = node.type === 'right' || node.type === 'full' ? right.filter((_, other) => !found.has(other)) : [];
  return [...pairs, ...lone.map(row => [...row, ...nulls(1)]), ...loneRight.map(row => [...nulls(0), ...row])];
}

/** Every left row with the last right row of its key that is not later. */
function temporalRows(node: NodeOf<'temporal-join'>, interpreter: Interpreter): readonly Row[] {
  const [left, right] = node.inputs.map(input => interpreter.rowsOf(input)) as [readonly Row[], readonly Row[]];
  const {columns} = interpreter.schemaOf(node.inputs[1]!);
  const keysOf = (row: Row): string => JSON.stringify(node.rightKeys.map(key => valueKey(row[key] as Value, columns[key]!.type)));
  return left.flatMap(row => {
    const values = node.leftKeys.map(key => interpreter.evaluator.value(key, row));
    const name = values.includes(null) ? null : rowKey(values, node.leftKeys);
    const time = row[node.leftTime] as number;
    const known = right.filter(other => keysOf(other) === name && (other[node.rightTime] as number) <= time);
    const times = known.map(other => other[node.rightTime] as number);
    const partner = known[times.lastIndexOf(Math.max(...times))];
    const pair = partner === undefined ? null : [...row, ...partner];
    const isPair = pair !== null && (node.residual === null || interpreter.evaluator.value(node.residual, pair) === true);
    if (isPair) return [pair];
    return node.type === 'left' ? [[...row, ...columns.map(() => null)]] : [];
  });
}

/** Rows in partitions by some of their columns, in the order of first sight. */
function partitionsOf(rows: readonly Row[], columns: readonly number[], schema: PlanNode['schema']): readonly (readonly Row[])[] {
  const partitions = new Map<string, Row[]>();
  for (const row of rows) {
    const name = JSON.stringify(columns.map(column => valueKey(row[column] as Value, columnType(schema, column))));
    const partition = partitions.get(name) ?? [];
    partitions.set(name, partition);
    partition.push(row);
  }
  return [...partitions.values()];
}

function rankedRows(node: NodeOf<'rank'> | NodeOf<'window-rank'>, interpreter: Interpreter): readonly Row[] {
  const schema = interpreter.schemaOf(node.input);
  return partitionsOf(interpreter.rowsOf(node.input), node.partition, schema).flatMap(partition =>
    inOrder(node.kind === 'window-rank' && node.ties === 'last' ? [...partition].reverse() : partition, node.items, schema)
      .map((row, index) => (node.number === null ? row : [...row, BigInt(index + 1)]))
      .slice(node.from - 1, node.to),
  );
}

function laggedRows(node: NodeOf<'frame'>, interpreter: Interpreter): readonly Row[] {
  const schema = interpreter.schemaOf(node.input);
  const order = node.isEventTime ? [{index: node.order, descending: false, nullsFirst: true}] : [];
  return partitionsOf(interpreter.rowsOf(node.input), node.partition, schema).flatMap(partition =>
    inOrder(partition, order, schema).map((row, index, rows) => {
      const values = node.lags.map(({column, offset, otherwise}) => {
        const before = rows[index - offset];
        return before === undefined ? interpreter.evaluator.value(otherwise, row) : (before[column] as Value);
      });
      return [...row, ...values, null];
    }),
  );
}

function overRows(node: NodeOf<'over'>, interpreter: Interpreter): readonly Row[] {
  const schema = interpreter.schemaOf(node.input);
  const {evaluator} = interpreter;
  const [item] = node.items;
  return partitionsOf(interpreter.rowsOf(node.input), node.partition, schema).flatMap(partition =>
    overPartition(node, inOrder(partition, node.items, schema), {
      compare: (left, right) => compareRows(node.items, left, right, schema),
      orderType: item === undefined ? null : columnType(schema, item.index),
      value: (call, argument, row) => evaluator.value(call.arguments[argument] as Expr, row),
      aggregate: (call, rows) => evaluator.aggregate({...call, filter: null}, rows),
    }),
  );
}

function deduplicatedRows(node: NodeOf<'deduplicate'>, interpreter: Interpreter): readonly Row[] {
  const schema = interpreter.schemaOf(node.input);
  return partitionsOf(interpreter.rowsOf(node.input), node.keys, schema).map(partition => {
    const items = node.time === null ? [] : [{index: node.time, descending: false, nullsFirst: true}];
    const sorted = inOrder(partition, items, schema);
    return sorted.at(node.keep === 'first' ? 0 : -1) as Row;
  });
}

function distinctRows(rows: readonly Row[], expressions: readonly Expr[]): readonly Row[] {
  const seen = new Map<string, Row>();
  for (const row of rows) {
    const name = rowKey(row, expressions);
    if (!seen.has(name)) seen.set(name, row);
  }
  return [...seen.values()];
}

function rowKey(row: Row, expressions: readonly Expr[]): string {
  return JSON.stringify(row.map((value, index) => valueKey(value, (expressions[index] as Expr).type)));
}

function sortRows(node: NodeOf<'sort'>, rows: readonly Row[], schema: PlanNode['schema']): readonly Row[] {
  const sorted = inOrder(rows, node.items, schema);
  return sorted.slice(node.offset, node.limit === null ? undefined : node.offset + node.limit);
}

/** Equal rows stay as they are. */
function inOrder(rows: readonly Row[], items: readonly SortItem[], schema: PlanNode['schema']): readonly Row[] {
  return [...rows].sort((left, right) => compareRows(items, left, right, schema));
}

function compareRows(items: readonly SortItem[], left: Row, right: Row, schema: PlanNode['schema']): number {
  for (const item of items) {
    const order = compareItem(item, left, right, schema);
    if (order !== 0) return order;
  }
  return 0;
}

function columnType(schema: PlanNode['schema'], index: number): Expr['type'] {
  const column = schema.columns[index];
  assert(column !== undefined, `there is no column ${index}`);
  return column.type;
}

function compareItem(item: SortItem, left: Row, right: Row, schema: PlanNode['schema']): number {
  const a = left[item.index] as Value;
  const b = right[item.index] as Value;
  if (a === null || b === null) {
    if (a === b) return 0;
    return (a === null) === item.nullsFirst ? -1 : 1;
  }
  const order = compareValues(a, b, columnType(schema, item.index));
  return item.descending ? -order : order;
}
