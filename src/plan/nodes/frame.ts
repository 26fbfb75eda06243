import {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {counted, nameText} from '../plan-text.ts';
import type {Frame} from '../window-call.ts';
import {growthByKey, stateless, type Behaviour} from './behaviour.ts';
import {spanText} from './window.ts';

/** What a row that a frame gives on is for. `gives` alone: it is in the frame already. */
export const FrameStep = {enters: 1, gives: 2, entersAndGives: 3, leaves: 4} as const;

/**
 * The rows of a stream as they go through frames that end with the current row, in the order of `order`, ascending time: each as it enters, as it is to be given
 * on with what is computed over the frame then, and as it leaves. The last column, `step`, says which. By event time rows wait for the watermark, and are late
 * when it has passed them; by processing time they come at once. With `lags` each row is given once, and behind the input's columns stand those of LAG.
 */
export interface FrameShape {
  readonly kind: 'frame';
  readonly input: number;
  /** Columns of the input. */
  readonly partition: readonly number[];
  readonly order: number;
  readonly isEventTime: boolean;
  readonly frame: Frame;
  readonly step: number;
  readonly lags: readonly Lag[];
}

/** A column of the row so many places before in the frame; where there is none, a column of the row itself or a constant. */
export interface Lag {
  readonly column: number;
  readonly offset: number;
  readonly otherwise: Expr;
}

export const frame: Behaviour<FrameShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: (node, map) => ({...node, lags: node.lags.map(lag => ({...lag, otherwise: map(lag.otherwise)}))}),
  traits: (node, given, [input]) => ({
    ...input!,
    schema: given.schema,
    key: null,
    rowtime: node.isEventTime ? input!.rowtime : null,
    window: null,
  }),
  demand: (node, wanted) => {
    const demand = new Demand();
    const first = node.step - node.lags.length;
    for (const {column, path} of wanted.list()) if (column < first) demand.add(column, path);
    for (const {column, otherwise} of node.lags) {
      demand.add(column);
      demand.addExpression(otherwise);
    }
    for (const column of [...node.partition, node.order]) demand.add(column);
    return [demand];
  },
  growth: (node, [input]) => {
    const {unit, start} = node.frame;
    const names = node.partition.map(column => nameText(input!.schema.columns[column]!.name));
    if (unit === 'ROWS' && start !== null) return growthByKey(counted(1 - start, 'row'), names);
    if (start !== null) return {kind: 'time', text: `the rows of the last ${spanText(-start)}`};
    return node.isEventTime ? {kind: 'time', text: 'rows that the watermark has not passed'} : stateless;
  },
  describe: (node, [input]) => {
    const name = (column: number): string => nameText(input!.columns[column]!.name);
    const by = node.partition.length === 0 ? '' : ` of each ${node.partition.map(name).join(', ')}`;
    const {unit, start} = node.frame;
    const from = start === null ? 'all before' : start === 0 ? 'the current' : `${-start}${unit === 'RANGE' ? ' ms' : ''} before`;
    const lags = node.lags.map(lag => `, ${name(lag.column)} of ${lag.offset} before`).join('');
    return `frames of ${unit === 'ROWS' ? 'rows' : 'time'}${by} by ${name(node.order)}: ${from}, ${node.isEventTime ? 'when the watermark passes' : 'at once'}${lags}`;
  },
};
