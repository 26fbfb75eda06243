import type {Span} from '../../base/problem.ts';
import {withNullable, type Column, type Schema} from '../../types/sql-type.ts';
import {Demand} from '../demand.ts';
import type {Expr} from '../expression.ts';
import {joinInterval} from '../join-interval.ts';
import {expressionText} from '../plan-text.ts';
import {joinedChanges, type Behaviour} from './behaviour.ts';
import type {Traits} from './index.ts';
import {kept} from './time-to-live.ts';
import type {WindowColumns} from './window.ts';

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

/**
 * Pairs of rows whose keys are equal (a NULL is equal to nothing) and for which the residual is TRUE. Output: the left columns, then the right ones; of `left`,
 * `right` and `full` also the rows without a partner, with NULLs in place of the other side. `semi` and `anti` give left rows with and without a partner, and
 * the left columns only. `changes`: everything that a row changes is given on at once; `final`: only what stays, pairs as they are found where no row is ever
 * taken back, the rest when both inputs have ended. Where both sides belong to windows whose bounds are compared, all is given, once, when a window closes.
 * Where the times of both sides are held together by bounds, a row is kept only until the other side is past it, and comes out without a partner then.
 */
export interface JoinShape {
  readonly kind: 'join';
  /** Left, then right; they may be the same node. */
  readonly inputs: readonly number[];
  readonly type: JoinType;
  /** Over the left input and over the right one; as many here as there, of equal types. */
  readonly leftKeys: readonly Expr[];
  readonly rightKeys: readonly Expr[];
  /** Over the left columns and then the right ones. */
  readonly residual: Expr | null;
  /** How many columns the left input has. */
  readonly leftColumns: number;
  readonly emit: 'changes' | 'final';
  /** The right side is a table that is read to its end first; each left row, whatever its kind, then looks up what is there. Inner and left joins only. */
  readonly lookup: boolean;
  /**
   * Of left and right rows: one that has not changed for so long is forgotten (null: never). Says nothing to joins of windows and intervals, which know when rows
   * are over, to look-ups, and at the end of input.
   */
  readonly ttlMs?: readonly [number | null, number | null];
  /** Where it stands in the text, for messages. */
  readonly span?: Span;
}

/** Whether rows of a side stay when they have no partner. */
export function keepsAll(type: JoinType, side: 'left' | 'right'): boolean {
  return type === 'full' || type === side;
}

/** Whether the output has the right columns too. */
export function givesPairs(type: JoinType): boolean {
  return type !== 'semi' && type !== 'anti';
}

/** The windows of both sides, where their bounds are compared: what a window gives is then known, and final, when it closes. */
export function joinedWindows(
  node: Pick<JoinShape, 'leftKeys' | 'rightKeys' | 'emit' | 'lookup'>,
  left: Pick<Traits, 'window' | 'changelog'>,
  right: Pick<Traits, 'window' | 'changelog'>,
): {readonly left: WindowColumns; readonly right: WindowColumns} | null {
  if (left.window === null || right.window === null || node.emit === 'final' || node.lookup) return null;
  if (left.changelog !== 'append' || right.changelog !== 'append') return null;
  const areCompared = (leftColumn: number, rightColumn: number): boolean =>
    node.leftKeys.some((key, index) => isColumn(key, leftColumn) && isColumn(node.rightKeys[index]!, rightColumn));
  const isSame = areCompared(left.window.start, right.window.start) && areCompared(left.window.end, right.window.end);
  return isSame ? {left: left.window, right: right.window} : null;
}

function isColumn(expression: Expr, index: number): boolean {
  return expression.kind === 'column' && expression.index === index;
}

export const join: Behaviour<JoinShape> = {
  inputs: node => node.inputs,
  withInputs: (node, inputs) => ({...node, inputs}),
  mapExpressions: (node, map) => ({
    ...node,
    leftKeys: node.leftKeys.map(map),
    rightKeys: node.rightKeys.map(map),
    residual: node.residual === null ? null : map(node.residual),
  }),
  traits: (node, _given, inputs) => {
    const [left, right] = inputs as readonly [Traits, Traits];
    const schema = {columns: joinedColumns(node.type, left.schema.columns, right.schema.columns)};
    if (node.lookup) {
      return {
        schema,
        changelog: left.changelog,
        key: keyOf(node, left, right),
        rowtime: left.rowtime,
        bounded: left.bounded,
        window: left.window,
      };
    }
    const windows = joinedWindows(node, left, right);
    const isTimed = windows !== null || joinInterval(node, left, right) !== null;
    const keepsWindow = windows !== null && !keepsAll(node.type, 'right');
    const isAppend = left.changelog === 'append' && right.changelog === 'append' && (node.type === 'inner' || node.type === 'semi');
    return {
      schema,
      changelog: isAppend || isTimed || node.emit === 'final' ? 'append' : 'retract',
      key: keyOf(node, left, right),
      rowtime: isTimed && !keepsAll(node.type, 'right') ? left.rowtime : null,
      bounded: left.bounded && right.bounded,
      window: keepsWindow ? left.window : null,
    };
  },
  changes: (node, inputs) => {
    if (node.lookup) return inputs[0]!;
    return node.type === 'inner' || node.type === 'semi' ? joinedChanges(inputs) : {updates: true, deletes: true};
  },
  // A row without a partner is deleted and another one inserted, so only the updates of its inputs are ones.
  oldRows: 'passed',
  demand: (node, wanted) => {
    const left = new Demand();
    const right = new Demand();
    const read = [...wanted.list()];
    if (node.residual !== null) {
      const ofResidual = new Demand();
      ofResidual.addExpression(node.residual);
      read.push(...ofResidual.list());
    }
    for (const {column, path} of read) {
      if (column < node.leftColumns) left.add(column, path);
      else right.add(column - node.leftColumns, path);
    }
    for (const key of node.leftKeys) left.addExpression(key);
    for (const key of node.rightKeys) right.addExpression(key);
    return [left, right];
  },
  growth: (node, inputs) => {
    const [left, right] = inputs as readonly [Traits, Traits];
    if (node.lookup) return {kind: 'fixed', text: 'the rows that are looked up'};
    if (joinedWindows(node, left, right) !== null) return {kind: 'time', text: 'the rows of both inputs in open windows'};
    if (joinInterval(node, left, right) !== null) return {kind: 'time', text: 'the rows of both inputs, while others may still match them'};
    const rows = [left, right].map(({changelog}) => (changelog === 'append' ? 'all rows' : 'the present rows'));
    const text = rows[0] === rows[1] ? `${rows[0]} of both inputs` : `${rows[0]} of the left input, ${rows[1]} of the right one`;
    return kept({kind: 'rows', text}, node.ttlMs);
  },
  describe: (node, [left, right]) => {
    const both: Schema = {columns: [...left!.columns, ...right!.columns]};
    const equalities = node.leftKeys.map(
      (key, index) => `${expressionText(key, left!)} = ${expressionText(node.rightKeys[index]!, right!)}`,
    );
    const on = equalities.length === 0 ? ' of every row with every row' : ` on ${equalities.join(', ')}`;
    const residual = node.residual === null ? '' : ` where ${expressionText(node.residual, both)}`;
    const way = node.lookup ? ', looked up' : node.emit === 'changes' ? '' : ', final rows';
    return `${node.type} join${on}${residual}${way}`;
  },
};

/** The columns of a join's output: nullable on a side that may be missing. */
export function joinedColumns(type: JoinType, left: readonly Column[], right: readonly Column[]): readonly Column[] {
  if (!givesPairs(type)) return left;
  const nullable = (columns: readonly Column[]): readonly Column[] =>
    columns.map(column => ({name: column.name, type: withNullable(column.type, true)}));
  return [...(keepsAll(type, 'right') ? nullable(left) : left), ...(keepsAll(type, 'left') ? nullable(right) : right)];
}

/** A row of one side has one partner at most when the other side's key is among the columns that are compared. */
function keyOf(node: JoinShape, left: Traits, right: Traits): readonly number[] | null {
  if (!givesPairs(node.type)) return left.key;
  const shifted = right.key?.map(column => column + node.leftColumns) ?? null;
  const isLeftSingle = isCovered(left.key, node.leftKeys);
  const isRightSingle = isCovered(right.key, node.rightKeys);
  if (isRightSingle && left.key !== null && !keepsAll(node.type, 'right')) return left.key;
  if (isLeftSingle && shifted !== null && !keepsAll(node.type, 'left')) return shifted;
  return left.key === null || shifted === null || node.type === 'full' ? null : [...left.key, ...shifted];
}

function isCovered(key: readonly number[] | null, compared: readonly Expr[]): boolean {
  return key !== null && key.every(column => compared.some(expression => isColumn(expression, column)));
}
