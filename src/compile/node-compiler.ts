import type {Clock} from '../base/clock.ts';
import type {Memory} from '../base/memory.ts';
import type {NodeKind, NodeOf, PlanNode} from '../plan/nodes/index.ts';
import type {SavedState} from '../state/image.ts';
import type {LateRows} from '../state/window-groups.ts';
import type {RowShape} from './columns.ts';
import type {EngineOptions, EngineOutput, SegmentCode} from './engine.ts';
import type {SegmentWriter} from './segment-writer.ts';
import type {Stage} from './stage.ts';

/** What a node's compiler may use and must tell while an engine is built. */
export interface Build {
  readonly memory: Memory;
  readonly clock: Clock;
  /** What NOW() says. */
  readonly queryClock: Clock;
  readonly timeZone: string;
  /** The most rows an operator emits in one step. */
  readonly stepRows: number;
  node(index: number): PlanNode;
  stage(index: number): Stage;
  /** Whether somebody behind a node acts on event time: else nobody needs the watermarks of its rows. See TimedWork for the rules of time. */
  usesTime(index: number): boolean;
  /** The stage in whose segment the node being written stands. */
  readonly segmentStage: Stage;
  /** Told of rows that cannot be computed. */
  readonly rejectRow: EngineOptions['rejectRow'];
  /** Generated code beside that of the segments. */
  readonly code: SegmentCode[];
  /** State of the node being built, to be saved. */
  keep(state: SavedState): void;
  /** Rows of the node being built that come too late are counted here, and told at the end. */
  countLate(rows: LateRows): void;
  addOutput(index: number, output: EngineOutput): void;
  /** By node: whether it has had all the rows it wants. */
  readonly satisfied: Map<number, () => boolean>;
}

/** A node that is written into the segment of its input: what it does with a row, and how the row looks behind it. */
export interface FusedNode<K extends NodeKind> {
  readonly kind: 'fused';
  /** It asks for the watermark before its rows. */
  usesTime?(node: NodeOf<K>): boolean;
  write(node: NodeOf<K>, segment: SegmentWriter, input: RowShape, build: Build, index: number): RowShape;
}

/** A node that makes rows without an input. */
interface SourceNode<K extends NodeKind> {
  readonly kind: 'source';
  stage(node: NodeOf<K>, index: number, build: Build): Stage;
}

/** A node that ends the segments of its inputs and begins one of its own. Its stage is made before any code is written. */
interface StageNode<K extends NodeKind> {
  readonly kind: 'stage';
  /** It acts on the watermark of its inputs: its rows are late, or wait. */
  usesTime?(node: NodeOf<K>, inputs: readonly PlanNode[]): boolean;
  /** It gives rows on at once, each with the watermark before it: `write` calls `segment.carryTime` for each row that it puts into the stage's batch or inbox. */
  readonly carriesTime?: true;
  stage(node: NodeOf<K>, index: number, build: Build): Stage;
  /** `port`: which of its inputs this is, from 0. */
  write(node: NodeOf<K>, segment: SegmentWriter, input: RowShape, build: Build, index: number, port: number): void;
}

/** A node behind which nothing comes. */
interface EndNode<K extends NodeKind> {
  readonly kind: 'end';
  write(node: NodeOf<K>, segment: SegmentWriter, input: RowShape, build: Build, index: number): void;
}

export type NodeCompiler<K extends NodeKind> = FusedNode<K> | SourceNode<K> | StageNode<K> | EndNode<K>;
