import type {SourceChanges} from '../types/change.ts';
import type {Column, SqlType} from '../types/sql-type.ts';

/** A table as it stands in a plan: what the edge needs to open it. Options are validated and have their defaults; format options are without prefix. */
export interface TablePlan {
  readonly name: string;
  readonly connector: string;
  readonly format: string | null;
  readonly options: ReadonlyMap<string, string>;
  readonly formatOptions: ReadonlyMap<string, string>;
  /** Physical columns in order: what is in a record. */
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly partitionedBy: readonly string[];
  /** What its rows do, read as a source; absent where they are all inserts. */
  readonly changes?: SourceChanges;
  /** Its rows belong to partitions, whose watermarks go on apart. */
  readonly hasPartitions?: true;
  /** As a sink: the keys of the metadata that it takes, whose columns stand behind the others. */
  readonly writtenMetadata?: readonly string[];
}

/** One column of a scan: something in the record, or metadata of the connector. */
export type WantedPath =
  | {
      readonly kind: 'physical';
      /** `['bid', 'price']` */ readonly path: readonly string[];
      readonly ordinal: number;
      readonly type: SqlType;
    }
  | {readonly kind: 'metadata'; readonly key: string; readonly type: SqlType};

/** Where rows go: a table, or the console (the result of a query without INSERT, formatted as the command line says). */
export type SinkTarget =
  | {
      readonly kind: 'table';
      readonly table: TablePlan;
      readonly overwrite: boolean;
      /** It takes updates by its primary key, without the old rows. */
      readonly byKey?: boolean;
    }
  | {readonly kind: 'console'; /** 1 for the first bare SELECT of a script, … */ readonly ordinal: number};
