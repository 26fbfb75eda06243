import type {Clock} from '../base/clock.ts';
import type {Memory} from '../base/memory.ts';
import type {OptionSpecs} from '../base/options.ts';
import type {Problem} from '../base/problem.ts';
import type {Batch} from '../flow/batch.ts';
import type {Reach, Transaction} from '../flow/delivery.ts';
import type {PartitionedSink, Sink} from '../flow/sink.ts';
import type {Source} from '../flow/source.ts';
import type {RowEncoder} from '../formats/define.ts';
import type {ChangelogMode, SourceChanges} from '../types/change.ts';
import type {WantedPath} from '../plan/table.ts';
import type {Column, SqlType} from '../types/sql-type.ts';

/** A table as a connector sees it: physical columns only, options validated and with defaults filled in. */
export interface ConnectorTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
  readonly partitionedBy: readonly string[];
  /** The format's name, for connectors that name files by it. */
  readonly format: string | null;
  readonly options: ReadonlyMap<string, string>;
  /** As a sink: the keys of the metadata that it takes, whose columns stand behind the others. Absent: none. */
  readonly writtenMetadata?: readonly string[];
}

/** Where the columns of a table stand in its messages, by their places among the table's columns. */
export interface MessageLayout {
  readonly value: readonly number[];
  /** Null: nothing of the key is a column. */
  readonly key: {
    readonly columns: readonly {readonly ordinal: number; /** As the key's format sees it. */ readonly column: Column}[];
    readonly format: string;
    readonly formatOptions: ReadonlyMap<string, string>;
  } | null;
  /** A message without value takes back the row of its key; else it is no row. */
  readonly takesBack: boolean;
}

/** What a sink of messages makes messages of. */
export interface MessageSinkSpec {
  readonly batch: Batch;
  /** The table's columns, and behind them those of the metadata that is written. */
  readonly columns: readonly Column[];
  readonly formatOptions: ReadonlyMap<string, string>;
  /** The batch has change kinds. */
  readonly kinds: boolean;
}

/** What a connector may use of the world. */
export interface ConnectorContext {
  readonly clock: Clock;
  readonly memory: Memory;
  /** Relative paths start here. */
  readonly directory: string;
  readonly standardInput: StandardInput;
  readonly standardOutput: Sink;
  readonly standardError: Sink;
  /** IANA name of the session's time zone. */
  readonly timeZone: string;
  /** Lines of `print` tables begin with the table's name, so that several can be told apart. */
  readonly namePrints: boolean;
  /** How others know the job, and what it promises; null: a run that keeps nothing (a one-liner). */
  readonly job: ConnectorJob | null;
  /** Told of what the run goes on in spite of (a broker that cannot be reached for now), once each. */
  readonly tell?: (problem: Problem) => void;
}

/** What a connector knows of the job it works for. */
export interface ConnectorJob {
  readonly project: string;
  readonly name: string;
  /** Of `count` processes of the job this one reads the partitions p with p % count = index. */
  readonly slot: {readonly index: number; readonly count: number};
  /** `exactly-once`: sinks that can write into `transaction`. */
  readonly guarantee: 'none' | 'at-least-once' | 'exactly-once';
  /** Told of the moments of a transaction; absent: nobody listens. */
  readonly reach?: Reach;
  /** The one transaction of the job; null: it has none. */
  readonly transaction: Transaction | null;
}

/** File descriptor 0, to be taken by one table at most. */
export interface StandardInput {
  readonly descriptor: number;
  readonly isTerminal: boolean;
  /** Bytes that were read ahead (to infer a schema) and come first. */
  readonly readAhead: Uint8Array | null;
}

export interface ConnectorDefinition {
  readonly name: string;
  readonly summary: string;
  readonly options: OptionSpecs;
  readonly examples: readonly [ConnectorExample, ...ConnectorExample[]];
  /** `required`: a format must be named; `none`: it makes or takes rows by itself. */
  readonly format: 'required' | 'none';
  /** What it accepts as a sink, whatever its format takes as well; empty: it is no sink. */
  readonly writes: readonly ChangelogMode[];
  readonly isSource: boolean;
  /** Metadata columns by key, as in `METADATA FROM 'file.path'`. */
  readonly metadata: Readonly<Record<string, SqlType>>;
  /**
   * As a sink it takes METADATA columns that are not VIRTUAL, of any key (true) or of these: fields of its rows behind the physical ones, in the order of their keys.
   * Absent: none.
   */
  readonly writesMetadata?: true | readonly string[];
  /** Its records have keys and values, so that `value.format` and `value.json.…` are other names of `format` and `json.…`. */
  readonly hasKeys?: true;
  /** Its rows belong to partitions, whose watermarks go on apart. */
  readonly hasPartitions?: true;
  /** What its rows do by themselves, in a format of inserts; absent: what the format says. */
  readonly changes?: SourceChanges;
  /**
   * What reading is worth after a restart. `replays`: it goes on from a position and gives the same again; `once`: what was read is gone (a pipe). Absent: `once`.
   */
  replays?(table: ConnectorTable): 'replays' | 'once';
  /**
   * What makes its output count. `cut`: the job's log, to whose lengths it is cut (files); `transaction`: it joins the job's transaction for exactly-once, and
   * else delivers each row at least once; `run`: nothing beyond this run (pipes, terminals); `nothing`: it has no output. Absent: `run`.
   */
  counts?(table: ConnectorTable): 'cut' | 'transaction' | 'run' | 'nothing';
  /**
   * The job's transaction, for sinks that say `transaction`: `sources` and `sinks` are all tables of this connector in the job. Throws a problem where one
   * transaction cannot hold them (two clusters).
   */
  transaction?(
    tables: {readonly sources: readonly ConnectorTable[]; readonly sinks: readonly ConnectorTable[]},
    context: ConnectorContext,
  ): Transaction;
  /** True when the input ends by itself. */
  bounded?(table: ConnectorTable): boolean;
  /** Beyond types and required options: contradictions, columns that it cannot fill. Told at planning; looks at no file and does not wait. */
  check?(table: ConnectorTable): readonly Problem[];
  /** `wanted`: the columns of the scan, in order. A source of bytes leaves them to its format; a source of rows fills exactly these. */
  source?(table: ConnectorTable, context: ConnectorContext, wanted: readonly WantedPath[]): Source;
  sink?(table: ConnectorTable, context: ConnectorContext, overwrite: boolean): Sink;
  /** For sources of messages: what is read of keys and values. */
  messageLayout?(table: ConnectorTable): MessageLayout;
  /** For sinks of messages, in the place of `sink`: each row becomes a message, so the encoder writes to the sink itself. */
  messageSink?(
    table: ConnectorTable,
    context: ConnectorContext,
    spec: MessageSinkSpec,
  ): {readonly sink: Sink; readonly encoder: RowEncoder};
  /** For tables with PARTITIONED BY. Absent: it has none. `defaultName` stands for NULL in the name of a partition. */
  partitionedSink?(
    table: ConnectorTable,
    context: ConnectorContext,
    overwrite: boolean,
  ): {readonly sink: PartitionedSink; readonly defaultName: string};
  /** For sinks with format `none`: how rows become bytes (print), or null to drop them unseen (blackhole). */
  encoder?(table: ConnectorTable, context: ConnectorContext, batch: Batch): RowEncoder | null;
}

export interface ConnectorExample {
  readonly summary: string;
  /** A CREATE TABLE that checks without problems. */
  readonly sql: string;
}
