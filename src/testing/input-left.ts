import {assert} from '../base/problem.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {Plan} from '../plan/plan.ts';
import {valueKey} from '../types/compare.ts';
import type {Row} from '../types/value.ts';
import {changeOf, type InputItem} from './drive.ts';

/** The rows of each source after all its changes: what the interpreter starts from. */
export function inputLeft(plan: Plan, input: ReadonlyMap<number, readonly InputItem[]>): ReadonlyMap<number, readonly Row[]> {
  return new Map(
    [...input].map(([index, items]) => {
      const scan = plan.nodes[index];
      assert(scan?.kind === 'scan', 'rows come from scans');
      // A source whose events may come twice is as one without old rows: its last row of a key counts.
      const normalizer = plan.nodes.find(node => node.kind === 'changelog-normalize' && node.input === index);
      const key = scan.changelog === 'upsert' || normalizer !== undefined ? scan.key : null;
      return [index, key === null ? leftOfAll(scan, items) : leftByKey(scan, key, items)] as const;
    }),
  );
}

function leftByKey(scan: NodeOf<'scan'>, key: readonly number[], items: readonly InputItem[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const item of items) {
    const {kind, row} = changeOf(item);
    const name = nameOf(scan, key, row);
    if (kind === 0 || kind === 2) rows.set(name, row);
    else if (kind === 3) rows.delete(name);
  }
  return [...rows.values()];
}

function leftOfAll(scan: NodeOf<'scan'>, items: readonly InputItem[]): readonly Row[] {
  const all = scan.wanted.map((_, column) => column);
  const rows: {readonly name: string; readonly row: Row}[] = [];
  for (const item of items) {
    const {kind, row} = changeOf(item);
    const name = nameOf(scan, all, row);
    if (kind === 0 || kind === 2) rows.push({name, row});
    else {
      const at = rows.findIndex(other => other.name === name);
      assert(at >= 0, 'a source takes back only what it has given');
      rows.splice(at, 1);
    }
  }
  return rows.map(({row}) => row);
}

function nameOf(scan: NodeOf<'scan'>, columns: readonly number[], row: Row): string {
  return JSON.stringify(columns.map(column => valueKey(row[column] ?? null, scan.schema.columns[column]!.type)));
}
