import type {Schema, SqlType} from '../../types/sql-type.ts';
import {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {expressionText} from '../plan-text.ts';
import {stateless, type Behaviour, type FoundTraits} from './behaviour.ts';
import type {Traits} from './index.ts';

/** Which columns say to which window [start, end) a row belongs: while both bounds survive. */
export interface WindowColumns {
  readonly start: number;
  readonly end: number;
  /** The window's last millisecond, as the time of what is computed of it. */
  readonly time: number | null;
  /** The bounds are local times of the session's zone, and time is an instant. */
  readonly isLocal: boolean;
  /** Windows close by the clock, not by the watermark. */
  readonly isProcessing: boolean;
  /** Of sessions: the columns that they are kept apart by (-1: one that is not there any more); null: the windows are the same for all rows. */
  readonly sessionKeys: readonly number[] | null;
}

/** Windows of a fixed length, in milliseconds. Their starts, less the offset, are multiples of the step; the windows of `cumulate` grow by the step. */
export interface WindowSpec {
  readonly kind: 'tumble' | 'hop' | 'cumulate';
  readonly sizeMs: number;
  /** Of a tumbling window: its size. */
  readonly stepMs: number;
  readonly offsetMs: number;
}

/** What a window adds to a row. */
export type WindowColumn = 'start' | 'end' | 'time';
export const windowColumns: readonly WindowColumn[] = ['start', 'end', 'time'];

interface Windowed {
  readonly input: number;
  /** How many columns the input has: the window's stand behind them. */
  readonly width: number;
  /** A TIMESTAMP or TIMESTAMP_LTZ of milliseconds. Rows without it are in no window. */
  readonly time: Expr;
  readonly isProcessing: boolean;
  readonly adds: readonly WindowColumn[];
}

/** Puts each row into the one window that it belongs to. */
export interface AssignWindowShape extends Windowed {
  readonly kind: 'assign-window';
  readonly spec: WindowSpec;
}

/** Makes a row for each of the windows that a row belongs to, the latest first. */
export interface AssignWindowsShape extends Windowed {
  readonly kind: 'assign-windows';
  readonly spec: WindowSpec;
}

/** Keeps rows until the session of their key is over: that is, no row of it came for as long as the gap. Sessions that touch are one. */
export interface SessionWindowShape extends Windowed {
  readonly kind: 'session-window';
  readonly gapMs: number;
  readonly keys: readonly Expr[];
}

const boundType: SqlType = {kind: 'TIMESTAMP', precision: 3, nullable: false};

/** The columns of a windowed input. Its time has the type of the time it was made of. */
export function windowedSchema(input: Schema, time: Expr, adds: readonly WindowColumn[]): Schema {
  const timeType: SqlType = {kind: time.type.kind === 'TIMESTAMP_LTZ' ? 'TIMESTAMP_LTZ' : 'TIMESTAMP', precision: 3, nullable: false};
  return {columns: [...input.columns, ...adds.map(column => ({name: `window_${column}`, type: column === 'time' ? timeType : boundType}))]};
}

function windowedTraits(node: Windowed, input: Traits, sessionKeys: readonly number[] | null = null): FoundTraits {
  const width = input.schema.columns.length;
  const place = (column: WindowColumn): number => width + node.adds.indexOf(column);
  const hasTime = node.adds.includes('time');
  const isWhole = node.adds.includes('start') && node.adds.includes('end');
  const isLocal = node.time.type.kind === 'TIMESTAMP_LTZ';
  return {
    schema: windowedSchema(input.schema, node.time, node.adds),
    changelog: input.changelog,
    key: null,
    rowtime: hasTime && !node.isProcessing && input.rowtime !== null ? place('time') : null,
    bounded: input.bounded,
    window: isWhole
      ? {
          start: place('start'),
          end: place('end'),
          time: hasTime ? place('time') : null,
          isLocal,
          isProcessing: node.isProcessing,
          sessionKeys,
        }
      : null,
  };
}

function windowedDemand(node: Windowed, wanted: Demand): Demand {
  const demand = new Demand();
  for (const {column, path} of wanted.list()) if (column < node.width) demand.add(column, path);
  demand.addExpression(node.time);
  return demand;
}

/** `10 s`, `1 h` */
export function spanText(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const;
  const unit = units.find(([, length]) => ms !== 0 && ms % length === 0);
  return unit === undefined ? `${ms} ms` : `${ms / unit[1]} ${unit[0]}`;
}

function specText(spec: WindowSpec): string {
  const offset = spec.offsetMs === 0 ? '' : `, shifted by ${spanText(spec.offsetMs)}`;
  if (spec.kind === 'tumble') return `tumbling windows of ${spanText(spec.sizeMs)}${offset}`;
  if (spec.kind === 'hop') return `windows of ${spanText(spec.sizeMs)} every ${spanText(spec.stepMs)}${offset}`;
  return `windows that grow by ${spanText(spec.stepMs)} up to ${spanText(spec.sizeMs)}${offset}`;
}

function fixed<Shape extends AssignWindowShape | AssignWindowsShape>(): Behaviour<Shape> {
  return {
    inputs: node => [node.input],
    withInputs: (node, [input]) => ({...node, input: input!}),
    mapExpressions: (node, map) => ({...node, time: map(node.time)}),
    traits: (node, _given, [input]) => windowedTraits(node, input!),
    demand: (node, wanted) => [windowedDemand(node, wanted)],
    growth: () => stateless,
    describe: (node, [input]) => `${specText(node.spec)} by ${expressionText(node.time, input!)}`,
  };
}

export const assignWindow: Behaviour<AssignWindowShape> = fixed();

export const assignWindows: Behaviour<AssignWindowsShape> = {
  ...fixed<AssignWindowsShape>(),
  // A row becomes several, so an update's two rows do not stand side by side any more.
  traits: (node, _given, [input]) => ({...windowedTraits(node, input!), changelog: input!.changelog === 'append' ? 'append' : 'retract'}),
};

export const sessionWindow: Behaviour<SessionWindowShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({...node, time: map(node.time), keys: node.keys.map(map)}),
  // An update's two rows may come to belong to different sessions, or lie apart in one.
  traits: (node, _given, [input]) => ({
    ...windowedTraits(
      node,
      input!,
      node.keys.map(key => (key.kind === 'column' ? key.index : -1)),
    ),
    changelog: input!.changelog === 'append' ? 'append' : 'retract',
  }),
  demand: (node, wanted) => {
    const demand = windowedDemand(node, wanted);
    for (const key of node.keys) demand.addExpression(key);
    return [demand];
  },
  growth: () => ({kind: 'time', text: 'the rows of open sessions'}),
  describe: (node, [input]) => {
    const keys = node.keys.length === 0 ? '' : ` of ${node.keys.map(key => expressionText(key, input!)).join(', ')}`;
    return `sessions${keys} with a gap of ${spanText(node.gapMs)} by ${expressionText(node.time, input!)}`;
  },
};
