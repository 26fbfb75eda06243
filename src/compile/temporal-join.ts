import {assert} from '../base/problem.ts';
import {type Js, js} from '../code/js.ts';
import {link} from '../code/link.ts';
import {type Batch, Tag, type Vector} from '../flow/batch.ts';
import type {Expr} from '../plan/expression.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {VersionStore} from '../state/version-store.ts';
import {ChangeKind} from '../types/change.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import {isTrue} from './filter.ts';
import {keyColumn, keyOfColumn, probe} from './group-probe.ts';
import {columnsOver} from './join-code.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf} from './queued-stage.ts';
import {Rejects} from './rejects.ts';
import {SegmentWriter} from './segment-writer.ts';
import {Stage, type TimedWork} from './stage.ts';

/** Left rows wait until both sides have come to their time; then each meets what the right side was. */
export const temporalJoin: NodeCompiler<'temporal-join'> = {
  kind: 'stage',
  usesTime: () => true,
  stage(node, index, build) {
    return new TemporalStage(index, new TemporalOperator(node, index, build), build.stepRows);
  },
  write(node, segment, input, build, index, port) {
    const stage = build.stage(index);
    assert(stage instanceof TemporalStage, 'the stage of a temporal join has its rows');
    const {store} = stage.operator;
    if (port === 0) writeWaiting(node, segment, input, store);
    else writeVersion(node, segment, input, store);
  },
};

function writeWaiting(node: NodeOf<'temporal-join'>, segment: SegmentWriter, input: RowShape, store: VersionStore): void {
  const {writer} = segment;
  const keys = node.leftKeys.map((key, index) => keyColumn(segment, key, input.columns, `key ${index + 1}`));
  const time = segment.value(input.columns[node.leftTime] as ColumnSource);
  const {versions, columns, kind} = names(segment, input, store);
  const add = (key: Js): Js => js`${versions}.addWaiting(${key}, ${time}, ${kind}, ${columns}, row);`;
  writer.block(js`if (${isNull(segment, keys)})`, () => {
    writer.line(add(js`-1`));
    writer.line(segment.leave);
  });
  writer.line(add(found(segment, keys, store)));
}

function writeVersion(node: NodeOf<'temporal-join'>, segment: SegmentWriter, input: RowShape, store: VersionStore): void {
  const {writer} = segment;
  const {versions, columns, kind} = names(segment, input, store);
  // What an update replaces is over when its new row begins.
  if (input.kinds !== null) writer.line(js`if (${kind} === ${ChangeKind.updateBefore}) ${segment.leave}`);
  const keys = node.rightKeys.map(key => input.columns[key] as ColumnSource);
  const time = segment.value(input.columns[node.rightTime] as ColumnSource);
  writer.line(js`if (${isNull(segment, keys)}) ${segment.leave}`);
  const key = found(segment, keys, store);
  writer.line(js`${versions}.addVersion(${key}, ${time}, ${kind} !== ${ChangeKind.delete}, ${columns}, row);`);
}

function names(
  segment: SegmentWriter,
  input: RowShape,
  store: VersionStore,
): {readonly versions: Js; readonly columns: Js; readonly kind: Js} {
  const {writer} = segment;
  const vectors = input.columns.map(column => column.vector);
  const kinds = input.kinds === null ? null : writer.bind('kinds', input.kinds, 'change kinds of the input');
  return {
    versions: writer.bind('versions', store, 'what was there as time went on, and rows that wait for their time'),
    columns: writer.bind('columns', vectors, 'columns to be kept'),
    kind: kinds === null ? js`0` : writer.const('kind', js`${kinds}[row]`),
  };
}

function isNull(segment: SegmentWriter, keys: readonly ColumnSource[]): Js {
  return keys.map(key => js`(${segment.tag(key)} & 1) !== 0`).reduce((one, other) => js`${one} || ${other}`);
}

function found(segment: SegmentWriter, keys: readonly ColumnSource[], store: VersionStore): Js {
  const codes = keys.map(key => keyOfColumn(segment, store.keys, key));
  return probe(segment, store.keys, codes, {meaning: 'keys of the join'}).row;
}

class TemporalStage extends Stage {
  readonly operator: TemporalOperator;
  constructor(node: number, operator: TemporalOperator, mostRows: number) {
    super(node, operator.batch, {timed: operator, mostRows});
    this.operator = operator;
  }
}

class TemporalOperator implements TimedWork {
  readonly store: VersionStore;
  readonly batch: Batch;
  readonly #left: readonly Vector[];
  readonly #right: readonly Vector[];
  readonly #keepsAll: boolean;
  readonly #test: ((row: number) => boolean) | null;

  constructor(node: NodeOf<'temporal-join'>, index: number, build: Build) {
    const [left, right] = node.inputs.map(input => build.node(input).schema.columns.map(({type}) => type));
    assert(left !== undefined && right !== undefined, 'a join has two inputs');
    this.store = new VersionStore(
      build.memory,
      node.leftKeys.map(key => keyKindOf(key.type)),
      left,
      right,
    );
    build.keep(this.store);
    this.batch = batchOf(build, node.schema, node.changelog !== 'append');
    this.#left = this.batch.vectors.slice(0, left.length);
    this.#right = this.batch.vectors.slice(left.length);
    this.#keepsAll = node.type === 'left';
    this.#test = node.residual === null ? null : testOf(node.residual, node, this.batch, index, build);
  }

  advance(watermark: number): void {
    this.store.advance(watermark);
  }

  get isDue(): boolean {
    return this.store.isDue;
  }

  emit(mostRows: number): void {
    const {store, batch} = this;
    let count = 0;
    for (let looks = mostRows; looks > 0 && store.isDue; looks--) {
      const {waiting, version} = store.meet();
      store.loadWaiting(waiting, this.#left, count);
      const isPair = version >= 0 && this.#isPair(version, count);
      if (!isPair && this.#keepsAll) for (const vector of this.#right) vector.tags[count] = Tag.null;
      if (isPair || this.#keepsAll) {
        if (batch.kinds !== null) batch.kinds[count] = store.kindOf(waiting);
        count++;
      }
      store.letGo();
    }
    batch.count = count;
  }

  #isPair(version: number, row: number): boolean {
    this.store.loadVersion(version, this.#right, row);
    return this.#test === null || this.#test(row);
  }
}

/** Whether the residual is TRUE of the pair that stands in a row of the batch. */
function testOf(residual: Expr, node: NodeOf<'temporal-join'>, batch: Batch, index: number, build: Build): (row: number) => boolean {
  const context = {memory: build.memory, clock: build.clock, queryClock: build.queryClock, timeZone: build.timeZone};
  const segment = new SegmentWriter(context, new Rejects(build.rejectRow, null));
  const {writer} = segment;
  segment.leave = js`return false;`;
  writer.block(js`return function test(row)`, () => {
    writer.line(js`return ${isTrue(segment, residual, {columns: columnsOver(batch.vectors, node.schema.columns)})};`);
  });
  const program = writer.program();
  const name = `temporal-join${index}.test`;
  build.code.push({name, text: program.text, legend: program.legend});
  return link(name, program) as (row: number) => boolean;
}
