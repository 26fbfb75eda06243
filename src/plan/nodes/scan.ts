import type {TablePlan, WantedPath} from '../table.ts';

/** Reads a table: its columns are what the plan wants of a record, in this order. */
export interface ScanShape {
  readonly kind: 'scan';
  readonly table: TablePlan;
  readonly wanted: readonly WantedPath[];
}
