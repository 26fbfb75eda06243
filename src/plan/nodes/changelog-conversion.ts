import {Demand} from '../demand.ts';
import {nameText} from '../plan-text.ts';
import type {ChangeKind} from '../../types/change.ts';
import {stateless, type Behaviour} from './behaviour.ts';

/** Makes a new row of every change of these kinds, with the kind (0 to 3, as in `types/change.ts`) as a last column; the other changes are dropped. */
export interface ToChangelogShape {
  readonly kind: 'to-changelog';
  readonly input: number;
  readonly kinds: readonly ChangeKind[];
  /** How many columns the input has. */
  readonly width: number;
}

/**
 * Makes a change of every row: what it does stands in the column `change` (an INT, 0 to 3; NULL where that is not known). A row of which it is not known is
 * dropped, or cannot be computed, and then `operation` is the column that is shown.
 */
export interface FromChangelogShape {
  readonly kind: 'from-changelog';
  readonly input: number;
  readonly change: number;
  readonly operation: number;
  readonly kinds: readonly ChangeKind[];
  /** Columns by which an update finds the row that it replaces; null: each update comes with its old row. */
  readonly keys: readonly number[] | null;
  readonly onUnknown: 'fail' | 'drop';
}

export const toChangelog: Behaviour<ToChangelogShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (_node, given, [input]) => ({
    schema: given.schema,
    changelog: 'append',
    key: null,
    rowtime: input!.rowtime,
    bounded: input!.bounded,
  }),
  demand: (node, wanted) => {
    const demand = new Demand();
    // The kind of the change is no column of the input.
    for (const {column, path} of wanted.list()) if (column < node.width) demand.add(column, path);
    return [demand];
  },
  needsOldRows: node => [node.kinds.includes(1)],
  growth: () => stateless,
  describe: () => 'a new row for each change',
};

export const fromChangelog: Behaviour<FromChangelogShape> = {
  inputs: node => [node.input],
  withInputs: (node, [input]) => ({...node, input: input!}),
  mapExpressions: node => node,
  traits: (node, _given, [input]) => ({
    schema: input!.schema,
    changelog: node.keys === null ? 'retract' : 'upsert',
    key: node.keys,
    rowtime: null,
    bounded: input!.bounded,
  }),
  changes: node => ({updates: node.kinds.includes(2), deletes: node.kinds.includes(3)}),
  demand: (node, wanted) => {
    const demand = new Demand();
    demand.addAll(wanted);
    for (const column of [node.change, node.operation, ...(node.keys ?? [])]) demand.add(column);
    return [demand];
  },
  growth: () => stateless,
  describe: (node, [input]) => `a change for each row, as ${nameText(input!.columns[node.operation]!.name)} says`,
};
