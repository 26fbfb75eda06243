import {assert} from '../base/problem.ts';
import {type Js, js} from '../code/js.ts';
import {type Batch, createBatch, Vector} from '../flow/batch.ts';
import type {Expr} from '../plan/expression.ts';
import {joinInterval} from '../plan/join-interval.ts';
import {givesPairs, joinedWindows, keepsAll} from '../plan/nodes/join.ts';
import type {NodeOf, PlanNode} from '../plan/nodes/index.ts';
import type {WindowColumns} from '../plan/nodes/window.ts';
import {JoinSide, joinKeys} from '../state/join-store.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {RowCells} from '../state/row-cells.ts';
import {RowStore} from '../state/row-store.ts';
import {LateRows, WindowGroups} from '../state/window-groups.ts';
import {physicalOf, type Schema, type SqlType} from '../types/sql-type.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import {isCanonical, keyColumn} from './group-probe.ts';
import {columnsOver, joinCode, type SideColumns} from './join-code.ts';
import {type JoinInbox, JoinOperator, type JoinReach, type JoinWindows, type SideReach, type WindowBounds} from './join-operator.ts';
import {LookupOperator, type WaitingRows} from './lookup-operator.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import type {SegmentWriter} from './segment-writer.ts';
import {Stage} from './stage.ts';
import {closesAtOf} from './window-time.ts';

/** Rows of both inputs go into one inbox, in the order in which they come, with their keys beside them where those are computed; the operator takes them on from there. */
export const join: NodeCompiler<'join'> = {
  kind: 'stage',
  usesTime: (node, [left, right]) => isTimed(node, left as PlanNode, right as PlanNode),
  stage(node, index, build) {
    if (node.lookup) return lookupStage(node, index, build);
    const batch = createBatch(build.memory, physicalsOf(node.schema), node.changelog !== 'append');
    const inputs = node.inputs.map(input => build.node(input)) as [PlanNode, PlanNode];
    const retracts = inputs.map(input => input.changelog !== 'append');
    const inbox = inboxOf(node, build, retracts.includes(true));
    const windows = windowsOf(node, inputs, inbox, build);
    const interval = windows === null ? reachOf(node, inputs, inbox, build) : null;
    const forgets = windows !== null ? 'keys' : interval !== null ? 'rows' : 'never';
    const keys = joinKeys(node.leftKeys.map(key => keyKindOf(key.type)));
    const emptied: number[] = [];
    const [left, right] = (['left', 'right'] as const).map((side, port) => {
      const ttlMs = forgets === 'never' && node.emit === 'changes' ? node.ttlMs?.[port] : null;
      const expires = typeof ttlMs === 'number' ? {ttlMs, clock: build.clock, forgot: (key: number) => void emptied.push(key)} : null;
      const schema = (inputs[port] as PlanNode).schema;
      const columns = schema.columns.map(column => keyKindOf(column.type));
      const countsPartners = keepsAll(node.type, side) || (side === 'left' && !givesPairs(node.type));
      return new JoinSide(keys, side, {
        columns,
        retracts: retracts[port] === true,
        countsPartners,
        forgets,
        ...(expires === null ? {} : {expires}),
      });
    }) as [JoinSide, JoinSide];
    for (const state of [keys, left.rows, right.rows, left.expiry, right.expiry]) if (state !== null) build.keep(state);
    const isLazy = windows !== null || (node.emit === 'final' && retracts.includes(true));
    const sides = sideColumns(node, build, {batch, inbox, left, right});
    const code = joinCode({node, keys, ...sides, keepsNullKeys: isLazy}, index, build);
    const {type, emit} = node;
    const operator = new JoinOperator({
      type,
      emit,
      inbox,
      batch,
      hasResidual: node.residual !== null,
      keys,
      left,
      right,
      code,
      emptied,
      windows,
      interval,
    });
    build.keep(operator);
    const timed = windows !== null || interval !== null ? {timed: operator} : {};
    return new JoinStage(index, batch, {producer: operator, ...timed, mostRows: build.stepRows}, inbox, windows);
  },
  write(node, segment, input, build, index, port) {
    const stage = build.stage(index);
    assert(stage instanceof JoinStage, 'the stage of a join has its inbox');
    const keys = port === 0 ? node.leftKeys : node.rightKeys;
    const {schema, changelog} = build.node(node.inputs[port] as number);
    const {writer} = segment;
    if (port === 1) stage.rightFeeders.add(build.segmentStage);
    if (stage.windows !== null) leaveLate(segment, input, stage, stage.windows, stage.windows[port === 0 ? 'left' : 'right'].column);
    const places = stage.places[port] as InboxPlaces;
    // Whatever may leave the row comes before a place is taken for it.
    const columns = input.columns.map((column, position) =>
      changelog === 'append' ? column : canonical(segment, column, input, position, schema),
    );
    const computed = keys.map((key, position) =>
      (places.keys[position] as Vector | null) === null ? null : keyColumn(segment, key, input.columns, `key ${position + 1}`),
    );
    const out = writer.const('out', js`${segment.batch(stage.inbox, 'rows to be joined')}.count++`);
    for (const [position, column] of columns.entries()) {
      segment.copyCell(column, places.columns[position] as Vector, out, column.title);
    }
    for (const [position, column] of computed.entries()) {
      if (column !== null) segment.copyCell(column, places.keys[position] as Vector, out, column.title);
    }
    writer.line(js`${writer.bind('ports', stage.ports, 'which side each row is of')}[${out}] = ${port};`);
    if (stage.inbox.kinds !== null) copyKind(segment, input, stage.inbox.kinds, out);
    segment.fills(stage, 1);
  },
};

function isTimed(node: NodeOf<'join'>, left: PlanNode, right: PlanNode): boolean {
  return joinedWindows(node, left, right) !== null || joinInterval(node, left, right) !== null;
}

/** So many times at which rows are over are remembered at once. */
const timesWithinReach = 16;

function reachOf(node: NodeOf<'join'>, inputs: readonly [PlanNode, PlanNode], inbox: Inbox, build: Build): JoinReach | null {
  const interval = joinInterval(node, ...inputs);
  if (interval === null) return null;
  const {leftTime, rightTime, least, most} = interval;
  const of = (port: 0 | 1, column: number, reachMs: number): SideReach => {
    const rows = new WindowGroups(end => end);
    build.keep(rows);
    return {time: inbox.places[port].columns[column] as Vector, reachMs, rows};
  };
  const unitMs = Math.max(1, Math.floor((most - least) / timesWithinReach));
  return {left: of(0, leftTime, -least), right: of(1, rightTime, most), unitMs};
}

/** A join that looks left rows up in a table. */
function lookupStage(node: NodeOf<'join'>, index: number, build: Build): Stage {
  const [leftInput, rightInput] = node.inputs.map(input => build.node(input)) as [PlanNode, PlanNode];
  const hasKinds = leftInput.changelog !== 'append';
  const batch = createBatch(build.memory, physicalsOf(node.schema), hasKinds);
  const inbox = inboxOf(node, build, hasKinds);
  const keys = joinKeys(node.leftKeys.map(key => keyKindOf(key.type)));
  const [left, right] = [leftInput, rightInput].map((input, port) => {
    const columns = input.schema.columns.map(column => keyKindOf(column.type));
    return new JoinSide(keys, port === 0 ? 'left' : 'right', {columns, retracts: false, countsPartners: false, forgets: 'never'});
  }) as [JoinSide, JoinSide];
  const waiting = waitingRows(node, leftInput, inbox, build);
  for (const state of [keys, right.rows, waiting.rows]) build.keep(state);
  const code = joinCode({node, keys, ...sideColumns(node, build, {batch, inbox, left, right}), keepsNullKeys: false}, index, build);
  const feeders = new Set<Stage>();
  const hasTable = (): boolean => [...feeders].every(feeder => feeder.isExhausted);
  const keepsAllLeft = keepsAll(node.type, 'left');
  const operator = new LookupOperator({
    inbox,
    batch,
    keepsAll: keepsAllLeft,
    hasResidual: node.residual !== null,
    right,
    code,
    waiting,
    hasTable,
  });
  return new JoinStage(index, batch, {producer: operator, mostRows: build.stepRows}, inbox, null, feeders);
}

function waitingRows(node: NodeOf<'join'>, input: PlanNode, inbox: Inbox, build: Build): WaitingRows {
  const {columns, keys} = inbox.places[0];
  const computed = keys.flatMap((vector, index) => (vector === null ? [] : [{vector, type: (node.leftKeys[index] as Expr).type}]));
  const types = [...input.schema.columns.map(column => column.type), ...computed.map(({type}) => type)];
  const rows = new RowStore([...RowCells.slots(types), {kind: 'number', initial: 0}]);
  const places = types.map((type, column) => ({column, type}));
  return {
    rows,
    cells: new RowCells(rows, build.memory, places, rows.offsets),
    vectors: [...columns, ...computed.map(({vector}) => vector)],
    kind: rows.offsets.at(-1) as number,
  };
}

function physicalsOf(schema: Schema): readonly ReturnType<typeof physicalOf>[] {
  return schema.columns.map(column => physicalOf(column.type));
}

/** Where the parts of a row of one side go in the inbox. A key that is a column stands only there: null. */
interface InboxPlaces {
  readonly columns: readonly Vector[];
  readonly keys: readonly (Vector | null)[];
}

interface Inbox extends JoinInbox {
  readonly places: readonly [InboxPlaces, InboxPlaces];
}

class JoinStage extends Stage {
  /** Whose segments bring right rows. */
  readonly rightFeeders: Set<Stage>;
  readonly #inbox: Inbox;
  readonly windows: Windows | null;

  constructor(
    node: number,
    batch: Batch,
    work: ConstructorParameters<typeof Stage>[2],
    inbox: Inbox,
    windows: Windows | null,
    rightFeeders = new Set<Stage>(),
  ) {
    super(node, batch, work);
    this.rightFeeders = rightFeeders;
    this.#inbox = inbox;
    this.windows = windows;
  }

  override get inbox(): Batch {
    return this.#inbox.batch;
  }
  get ports(): Uint8Array {
    return this.#inbox.ports;
  }
  get places(): Inbox['places'] {
    return this.#inbox.places;
  }
}

interface Windows extends JoinWindows {
  readonly left: WindowBounds & {readonly column: number};
  readonly right: WindowBounds & {readonly column: number};
  readonly late: LateRows;
}

function windowsOf(node: NodeOf<'join'>, inputs: readonly [PlanNode, PlanNode], inbox: Inbox, build: Build): Windows | null {
  const found = joinedWindows(node, ...inputs);
  if (found === null) return null;
  const boundsOf = (port: 0 | 1, {start, end}: WindowColumns): Windows['left'] => {
    const {columns} = inbox.places[port];
    return {start: columns[start] as Vector, end: columns[end] as Vector, column: end};
  };
  const open = new WindowGroups(closesAtOf(found.left.isLocal, build.timeZone));
  const late = new LateRows();
  build.keep(open);
  build.keep(late);
  build.countLate(late);
  return {open, late, left: boundsOf(0, found.left), right: boundsOf(1, found.right)};
}

/**
 * Rows of windows that have closed are counted, and dropped. A row is late by the watermark of its own side: whether the other side has come as far depends on
 * who was read first, and results must not. (By what Flink does, a row late on its side may still count while the other side lags.)
 */
function leaveLate(segment: SegmentWriter, input: RowShape, stage: JoinStage, {open, late}: Windows, column: number): void {
  const {writer} = segment;
  const end = segment.value(input.columns[column] as ColumnSource);
  const windows = writer.bind('windows', open, 'the open windows');
  const [known, closesAt, floor] = ['end', 'closesAt', 'floor'].map(role => writer.name(role)) as [Js, Js, Js];
  const name = writer.bind('stage', stage, 'the join');
  segment.before(js`let ${known} = NaN, ${closesAt} = Infinity;`);
  segment.before(js`const ${floor} = ${name}.watermark.value;`);
  writer.line(js`if (${end} !== ${known}) ${known} = ${end}, ${closesAt} = ${windows}.closesAt(${end});`);
  writer.block(js`if (${closesAt} <= Math.max(${floor}, ${input.time.before(writer)}))`, () => {
    writer.line(js`${writer.bind('late', late, 'rows that came too late')}.count++;`);
    writer.line(segment.leave);
  });
}

function inboxOf(node: NodeOf<'join'>, build: Build, hasKinds: boolean): Inbox {
  const {memory} = build;
  const placesOf = (port: number, keys: readonly Expr[]): InboxPlaces => ({
    columns: build.node(node.inputs[port] as number).schema.columns.map(column => new Vector(memory, physicalOf(column.type))),
    keys: keys.map(key => (isPlainColumn(key) ? null : new Vector(memory, physicalOf(key.type)))),
  });
  const places = [placesOf(0, node.leftKeys), placesOf(1, node.rightKeys)] as const;
  const batch = createBatch(memory, [], hasKinds);
  return {batch, ports: new Uint8Array(batch.selection.length), places};
}

/** Its cells in the inbox are those of the key. */
function isPlainColumn(key: Expr): key is Expr & {readonly kind: 'column'} {
  return key.kind === 'column' && isCanonical(key);
}

function sideColumns(
  node: NodeOf<'join'>,
  build: Build,
  {batch, inbox, left, right}: {readonly batch: Batch; readonly inbox: Inbox; readonly left: JoinSide; readonly right: JoinSide},
): {readonly left: SideColumns; readonly right: SideColumns} {
  const isPaired = givesPairs(node.type);
  const of = (port: number, side: JoinSide, keys: readonly Expr[], first: number): SideColumns => {
    const {columns} = build.node(node.inputs[port] as number).schema;
    const places = inbox.places[port] as InboxPlaces;
    const from = columnsOver(places.columns, columns);
    // Right columns that are not given on are still looked at by the residual.
    const isGiven = port === 0 || isPaired;
    const vectors = isGiven
      ? batch.vectors.slice(first, first + columns.length)
      : columns.map(({type}) => new Vector(build.memory, physicalOf(type)));
    return {
      side,
      inbox: from,
      keys: keys.map((key, index) =>
        isPlainColumn(key) ? (from[key.index] as ColumnSource) : keySource(places.keys[index] as Vector, key.type),
      ),
      pairs: isGiven || node.residual !== null ? columnsOver(vectors, columns) : [],
    };
  };
  return {left: of(0, left, node.leftKeys, 0), right: of(1, right, node.rightKeys, node.leftColumns)};
}

function keySource(vector: Vector, type: SqlType): ColumnSource {
  return {vector, type, title: 'a computed key'};
}

/** A column of rows that may be taken back: equal values must have equal cells, so that the row is found. */
function canonical(segment: SegmentWriter, column: ColumnSource, input: RowShape, index: number, schema: Schema): ColumnSource {
  const expression: Expr = {kind: 'column', index, type: (schema.columns[index] as Schema['columns'][0]).type, span: null};
  return isCanonical(expression) ? column : keyColumn(segment, expression, input.columns, column.title);
}

function copyKind(segment: SegmentWriter, input: RowShape, target: Uint8Array, row: Js): void {
  const {writer} = segment;
  const out = writer.bind('kinds', target, 'change kinds of the rows to be joined');
  if (input.kinds === null) return writer.line(js`${out}[${row}] = 0;`);
  const given = writer.bind('kinds', input.kinds, 'change kinds of the input');
  writer.line(js`${out}[${row}] = ${given}[row];`);
  // A filter before may have learnt only now that the row before was the first of a pair: see there.
  if (input.hasPairs) writer.line(js`if (${given}[row] === 2 && ${out}[${row} - 1] === 3) ${out}[${row} - 1] = 1;`);
}
