import type {ChangelogMode} from '../../types/change.ts';
import type {Schema} from '../../types/sql-type.ts';
import {aggregate, type AggregateShape} from './aggregate.ts';
import type {Behaviour} from './behaviour.ts';
import {fromChangelog, toChangelog, type FromChangelogShape, type ToChangelogShape} from './changelog-conversion.ts';
import {changelogNormalize, type ChangelogNormalizeShape} from './changelog-normalize.ts';
import {deduplicate, type DeduplicateShape} from './deduplicate.ts';
import {dropOldRows, type DropOldRowsShape} from './drop-old-rows.ts';
import {expand, type ExpandShape} from './expand.ts';
import {filter, type FilterShape} from './filter.ts';
import {join, type JoinShape} from './join.ts';
import {limit, type LimitShape} from './limit.ts';
import {project, type ProjectShape} from './project.ts';
import {frame, type FrameShape} from './frame.ts';
import {over, type OverShape} from './over.ts';
import {rank, type RankShape} from './rank.ts';
import {replicate, type ReplicateShape} from './replicate.ts';
import {scan, type ScanShape} from './scan.ts';
import {sink, type SinkShape} from './sink.ts';
import {sort, type SortShape} from './sort.ts';
import {temporalJoin, type TemporalJoinShape} from './temporal-join.ts';
import {timeSort, type TimeSortShape} from './time-sort.ts';
import {union, type UnionShape} from './union.ts';
import {unnest, type UnnestShape} from './unnest.ts';
import {upsertMaterialize, type UpsertMaterializeShape} from './upsert-materialize.ts';
import {values, type ValuesShape} from './values.ts';
import {watermark, type WatermarkShape} from './watermark.ts';
import {windowAggregate, type WindowAggregateShape} from './window-aggregate.ts';
import {windowRank, type WindowRankShape} from './window-rank.ts';
import {
  assignWindow,
  assignWindows,
  sessionWindow,
  type AssignWindowShape,
  type AssignWindowsShape,
  type SessionWindowShape,
  type WindowColumns,
} from './window.ts';

/** What the planner decided of a node's output. Read, never decided again, by everyone below. */
export interface Traits {
  readonly schema: Schema;
  readonly changelog: ChangelogMode;
  /** Columns that identify a row, or null. */
  readonly key: readonly number[] | null;
  /** The event-time column, while one survives. */
  readonly rowtime: number | null;
  readonly bounded: boolean;
  /** The columns of the window that each row belongs to, while they survive. */
  readonly window: WindowColumns | null;
}

export type NodeShape =
  | ScanShape
  | ValuesShape
  | FilterShape
  | ProjectShape
  | WatermarkShape
  | AssignWindowShape
  | AssignWindowsShape
  | SessionWindowShape
  | TimeSortShape
  | WindowAggregateShape
  | WindowRankShape
  | AggregateShape
  | ChangelogNormalizeShape
  | FromChangelogShape
  | ToChangelogShape
  | DeduplicateShape
  | DropOldRowsShape
  | ExpandShape
  | FrameShape
  | OverShape
  | RankShape
  | ReplicateShape
  | UnnestShape
  | UnionShape
  | JoinShape
  | TemporalJoinShape
  | SortShape
  | LimitShape
  | UpsertMaterializeShape
  | SinkShape;

export type PlanNode = Traits & NodeShape;
export type NodeKind = PlanNode['kind'];
export type NodeOf<K extends NodeKind> = Extract<PlanNode, {readonly kind: K}>;

/** Total over the kinds: a new kind does not compile until it has its behaviour. */
const behaviours: {readonly [K in NodeKind]: Behaviour<Extract<NodeShape, {readonly kind: K}>>} = {
  scan,
  values,
  filter,
  project,
  watermark,
  'assign-window': assignWindow,
  'assign-windows': assignWindows,
  'session-window': sessionWindow,
  'time-sort': timeSort,
  'window-aggregate': windowAggregate,
  'window-rank': windowRank,
  aggregate,
  'changelog-normalize': changelogNormalize,
  'from-changelog': fromChangelog,
  'to-changelog': toChangelog,
  deduplicate,
  'drop-old-rows': dropOldRows,
  expand,
  frame,
  over,
  rank,
  replicate,
  unnest,
  union,
  join,
  'temporal-join': temporalJoin,
  sort,
  limit,
  'upsert-materialize': upsertMaterialize,
  sink,
};

/** The behaviour of a node's kind. */
export function behaviourOf<Shape extends NodeShape>(node: Shape): Behaviour<Shape> {
  return behaviours[node.kind] as unknown as Behaviour<Shape>;
}
