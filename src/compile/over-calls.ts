import {assert} from '../base/problem.ts';
import {callSite} from '../functions/call.ts';
import type {AggregateFunction, CallSite} from '../functions/define.ts';
import {findFunction} from '../functions/index.ts';
import type {Expr} from '../plan/expression.ts';
import type {Frame, WindowCall} from '../plan/window-call.ts';
import {compareValues, valueKey} from '../types/compare.ts';
import {computeDecimal, fitsPrecision} from '../types/decimal.ts';
import {bigintOf, isIntegerKind, wrapInteger} from '../types/integer.ts';
import type {Row, Value} from '../types/value.ts';
import type {EvaluationContext} from './evaluate.ts';

/** The rows of a partition in order, by their places from 0. */
export interface Partition {
  readonly count: number;
  /** The places of the rows that are equal to one in order: from the first to behind the last. */
  readonly peersStart: (at: number) => number;
  readonly peersEnd: (at: number) => number;
  /** How many different values of the order stand before a row. */
  readonly peersBefore: (at: number) => number;
  readonly value: (column: number, at: number) => Value;
}

/** The value of a call at a place; asked for the places in ascending order, each once. */
export type CallAt = (at: number) => Value;

/** The order's only column, for frames that count in it. */
export interface FrameOrder {
  readonly column: number;
  readonly descending: boolean;
}

/** Prepares a call once for all partitions. */
export function windowCall(call: WindowCall, order: FrameOrder | null, context: EvaluationContext): (partition: Partition) => CallAt {
  const value = (partition: Partition, argument: number, at: number): Value => {
    const expression = call.arguments[argument] as Expr;
    if (expression.kind === 'literal') return expression.value;
    assert(expression.kind === 'column', 'arguments of OVER are columns and constants');
    return partition.value(expression.index, at);
  };
  switch (call.function) {
    case 'ROW_NUMBER':
      return () => at => BigInt(at + 1);
    case 'RANK':
      return partition => at => BigInt(partition.peersStart(at) + 1);
    case 'DENSE_RANK':
      return partition => at => BigInt(partition.peersBefore(at) + 1);
    case 'PERCENT_RANK':
      return partition => at => (partition.count === 1 ? 0 : partition.peersStart(at) / (partition.count - 1));
    case 'CUME_DIST':
      return partition => at => partition.peersEnd(at) / partition.count;
    case 'NTILE':
      return partition => at => bucketOf(at, partition.count, Number(value(partition, 0, at)));
    case 'LAG':
    case 'LEAD':
      return partition => at => {
        const offset = call.arguments.length > 1 ? value(partition, 1, at) : 1;
        if (offset === null) return null;
        const other = call.function === 'LAG' ? at - Number(offset) : at + Number(offset); // A negative offset looks the other way.
        if (other >= 0 && other < partition.count) return value(partition, 0, other);
        return call.arguments.length > 2 ? value(partition, 2, at) : null;
      };
    case 'FIRST_VALUE':
    case 'LAST_VALUE':
      return partition => {
        const cursor = new FrameCursor(call.frame, order, partition);
        return at => {
          cursor.moveTo(at);
          if (cursor.start >= cursor.end) return null;
          return value(partition, 0, call.function === 'FIRST_VALUE' ? cursor.start : cursor.end - 1);
        };
      };
    default:
      return aggregateCall(call, order, value, context);
  }
}

/** The first buckets have one row more where they do not come out even. */
function bucketOf(at: number, count: number, buckets: number): number {
  const [size, larger] = [Math.floor(count / buckets), count % buckets];
  const inLarger = larger * (size + 1);
  return at < inLarger ? Math.floor(at / (size + 1)) + 1 : larger + Math.floor((at - inLarger) / size) + 1;
}

/** The frame of a row, as places from `start` to before `end`. Both only ever go forward. */
class FrameCursor {
  start = 0;
  end = 0;
  readonly #frame: Frame;
  readonly #order: FrameOrder | null;
  readonly #partition: Partition;

  constructor(frame: Frame, order: FrameOrder | null, partition: Partition) {
    this.#frame = frame;
    this.#order = order;
    this.#partition = partition;
  }

  moveTo(at: number): void {
    const {unit, start, end} = this.#frame;
    const {count} = this.#partition;
    if (unit === 'ROWS') {
      this.start = start === null ? 0 : Math.min(count, Math.max(0, at + start));
      this.end = end === null ? count : Math.min(count, Math.max(0, at + end + 1));
      return;
    }
    this.start = start === null ? 0 : start === 0 ? this.#partition.peersStart(at) : this.#boundary(at, start, this.start, false);
    this.end = end === null ? count : end === 0 ? this.#partition.peersEnd(at) : this.#boundary(at, end, this.end, true);
  }

  /** The first place from `from` on that lies beyond a distance; or, for a start, not before it. NULL is at no distance from NULL, and far from all else. */
  #boundary(at: number, distance: number, from: number, isEnd: boolean): number {
    const {column, descending} = this.#order as FrameOrder;
    const mine = this.#partition.value(column, at);
    if (mine === null) return (isEnd ? distance >= 0 : distance > 0) ? this.#partition.peersEnd(at) : this.#partition.peersStart(at);
    const signed = descending ? -distance : distance;
    const limit = typeof mine === 'bigint' ? mine + BigInt(Math.trunc(signed)) : (mine as number) + signed;
    let place = from;
    for (; place < this.#partition.count; place++) {
      const theirs = this.#partition.value(column, place) as number | bigint | null;
      if (theirs === null) {
        if (place >= this.#partition.peersStart(at)) break;
        continue;
      }
      const isBefore = descending ? theirs > limit : theirs < limit;
      if (!isBefore && !(isEnd && theirs === limit)) break;
    }
    return place;
  }
}

/** What is kept of the rows in a frame. */
interface Accumulator {
  add(at: number): void;
  /** Takes the first row out again; null where that cannot be done. */
  readonly remove: ((at: number) => void) | null;
  result(): Value;
}

function aggregateCall(
  call: WindowCall,
  order: FrameOrder | null,
  value: (partition: Partition, argument: number, at: number) => Value,
  context: EvaluationContext,
): (partition: Partition) => CallAt {
  const definition = findFunction(call.function);
  assert(definition?.kind === 'aggregate', `there is no aggregate ${call.function}`);
  const args = call.arguments.map(argument =>
    argument.kind === 'literal' ? {type: argument.type, literal: argument.value} : {type: argument.type},
  );
  const site = callSite(definition, args, [], call.type, context);
  return partition => {
    const cursor = new FrameCursor(call.frame, order, partition);
    const first = (at: number): Value => value(partition, 0, at);
    const accumulator = call.distinct ? null : accumulatorOf(call, first, (argument, at) => value(partition, argument, at));
    const rowAt = (at: number): Row => call.arguments.map((_, argument) => value(partition, argument, at));
    const isRunning = call.frame.start === null;
    if (accumulator === null || (accumulator.remove === null && !isRunning)) return frameByFrame(call, definition, site, cursor, rowAt);
    let [from, to] = [0, 0];
    return at => {
      cursor.moveTo(at);
      for (; to < cursor.end; to++) accumulator.add(to);
      for (; from < cursor.start && from < to; from++) accumulator.remove?.(from);
      return accumulator.result();
    };
  };
}

/** Computes each frame by the definition; the same frame only once. */
function frameByFrame(
  call: WindowCall,
  definition: AggregateFunction,
  site: CallSite,
  cursor: FrameCursor,
  rowAt: (at: number) => Row,
): CallAt {
  let known: {readonly start: number; readonly end: number; readonly value: Value} | null = null;
  return at => {
    cursor.moveTo(at);
    const {start, end} = cursor;
    if (known !== null && known.start === start && known.end === end) return known.value;
    const rows = Array.from({length: Math.max(0, end - start)}, (_, index) => rowAt(start + index));
    const found = definition.evaluate(call.distinct ? distinctRows(rows, call) : rows, site);
    known = {start, end, value: found};
    return found;
  };
}

function distinctRows(rows: readonly Row[], call: WindowCall): readonly Row[] {
  const seen = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify(row.map((value, index) => valueKey(value, (call.arguments[index] as Expr).type)));
    if (!seen.has(key)) seen.set(key, row);
  }
  return [...seen.values()];
}

/** Null: the aggregate is computed frame by frame. */
function accumulatorOf(call: WindowCall, first: (at: number) => Value, value: (argument: number, at: number) => Value): Accumulator | null {
  const type = call.arguments[0]?.type;
  switch (call.function) {
    case 'COUNT':
      return new Count(at => call.arguments.every((_, argument) => value(argument, at) !== null));
    case 'SUM':
    case 'AVG':
      if (type === undefined) return null;
      return isIntegerKind(type.kind) || type.kind === 'DECIMAL' ? new ExactTotal(call, first) : new FloatTotal(call, first);
    case 'MIN':
    case 'MAX':
      return type === undefined ? null : new Extreme(call, first);
    default:
      return null;
  }
}

class Count implements Accumulator {
  readonly #counts: (at: number) => boolean;
  #count = 0;
  constructor(counts: (at: number) => boolean) {
    this.#counts = counts;
  }
  add(at: number): void {
    if (this.#counts(at)) this.#count++;
  }
  readonly remove = (at: number): void => {
    if (this.#counts(at)) this.#count--;
  };
  result(): Value {
    return BigInt(this.#count);
  }
}

/** SUM and AVG of whole numbers and DECIMAL, in the type of the result: integers wrap, a DECIMAL of too many digits is NULL. */
class ExactTotal implements Accumulator {
  readonly #call: WindowCall;
  readonly #value: (at: number) => Value;
  #total = 0n;
  #count = 0;

  constructor(call: WindowCall, value: (at: number) => Value) {
    this.#call = call;
    this.#value = value;
  }
  add(at: number): void {
    this.#change(at, 1n);
  }
  readonly remove = (at: number): void => this.#change(at, -1n);

  #change(at: number, sign: 1n | -1n): void {
    const value = this.#value(at);
    if (value === null) return;
    this.#total += sign * bigintOf(value);
    this.#count += Number(sign);
  }

  result(): Value {
    if (this.#count === 0) return null;
    const {type} = this.#call;
    const argument = (this.#call.arguments[0] as Expr).type;
    if (this.#call.function === 'SUM') {
      if (isIntegerKind(type.kind)) return wrapInteger(this.#total, type.kind);
      return type.kind === 'DECIMAL' && fitsPrecision(this.#total, type.precision) ? this.#total : null;
    }
    if (isIntegerKind(type.kind)) return wrapInteger(BigInt.asIntN(64, this.#total) / BigInt(this.#count), type.kind);
    if (type.kind !== 'DECIMAL' || argument.kind !== 'DECIMAL' || !fitsPrecision(this.#total, 38)) return null;
    return computeDecimal('/', {unscaled: this.#total, scale: argument.scale}, {unscaled: BigInt(this.#count), scale: 0}, type);
  }
}

/** SUM and AVG of FLOAT and DOUBLE. What was added cannot be taken out exactly. */
class FloatTotal implements Accumulator {
  readonly remove = null;
  readonly #call: WindowCall;
  readonly #value: (at: number) => Value;
  readonly #round: (value: number) => number;
  #total = 0;
  #count = 0;

  constructor(call: WindowCall, value: (at: number) => Value) {
    this.#call = call;
    this.#value = value;
    this.#round = call.type.kind === 'FLOAT' ? Math.fround : number => number;
  }
  add(at: number): void {
    const value = this.#value(at);
    if (value === null) return;
    const total = this.#total + (value as number);
    this.#total = this.#call.function === 'SUM' ? this.#round(total) : total;
    this.#count++;
  }
  result(): Value {
    if (this.#count === 0) return null;
    return this.#call.function === 'SUM' ? this.#total : this.#round(this.#total / this.#count);
  }
}

/** MIN and MAX: the places that may still be the least (or greatest), each better than those behind it. */
class Extreme implements Accumulator {
  readonly #call: WindowCall;
  readonly #value: (at: number) => Value;
  readonly #places: number[] = [];
  #first = 0;

  constructor(call: WindowCall, value: (at: number) => Value) {
    this.#call = call;
    this.#value = value;
  }
  add(at: number): void {
    const value = this.#value(at);
    if (value === null) return;
    while (this.#places.length > this.#first && !this.#isBetter(this.#value(this.#places.at(-1) as number), value)) this.#places.pop();
    this.#places.push(at);
  }
  readonly remove = (at: number): void => {
    if (this.#places[this.#first] === at) this.#first++;
  };
  result(): Value {
    const place = this.#places[this.#first];
    return place === undefined ? null : this.#value(place);
  }
  /** Equal ones: the first stays. */
  #isBetter(value: Value, other: Value): boolean {
    const order = compareValues(value, other, this.#call.type);
    return this.#call.function === 'MIN' ? order <= 0 : order >= 0;
  }
}
