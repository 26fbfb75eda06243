import type {Memory} from '../base/memory.ts';
import {Memory as EngineMemory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import {systemClock} from '../base/clock.ts';
import {stoppedClock} from '../functions/call.ts';
import {link} from '../code/link.ts';
import {behaviourOf, type NodeKind, type PlanNode} from '../plan/nodes/index.ts';
import type {Plan} from '../plan/plan.ts';
import type {SavedState} from '../state/image.ts';
import type {LateRows} from '../state/window-groups.ts';
import {aggregate} from './aggregate.ts';
import {fromChangelog, toChangelog} from './changelog-conversion.ts';
import {changelogNormalize} from './changelog-normalize.ts';
import {type RowShape, stageRows} from './columns.ts';
import type {Engine, EngineOptions, EngineOutput, SegmentCode} from './engine.ts';
import type {EvaluationContext} from './evaluate.ts';
import {deduplicate} from './deduplicate.ts';
import {dropOldRows} from './drop-old-rows.ts';
import {expand} from './expand.ts';
import {filter} from './filter.ts';
import {Fingerprints} from './fingerprint.ts';
import {join} from './join.ts';
import {limit} from './limit.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {comesInPairs} from './pairs.ts';
import {project} from './project.ts';
import {Rejects} from './rejects.ts';
import {type NamedState, RunningEngine} from './running-engine.ts';
import {frame} from './frame.ts';
import {over} from './over.ts';
import {rank} from './rank.ts';
import {replicate} from './replicate.ts';
import {scan} from './scan.ts';
import {SegmentWriter} from './segment-writer.ts';
import {sink} from './sink.ts';
import {sort} from './sort.ts';
import type {Stage} from './stage.ts';
import {temporalJoin} from './temporal-join.ts';
import {timeSort} from './time-sort.ts';
import {union} from './union.ts';
import {unnest} from './unnest.ts';
import {upsertMaterialize} from './upsert-materialize.ts';
import {values} from './values.ts';
import {assignWindow, assignWindows} from './assign-window.ts';
import {sessionWindow} from './session-window.ts';
import {watermark} from './watermark.ts';
import {windowAggregate} from './window-aggregate.ts';
import {windowRank} from './window-rank.ts';

/** One file a kind; a kind without one does not compile. */
const compilers: {readonly [K in NodeKind]: NodeCompiler<K>} = {
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

/** Compiles a plan and makes it ready to run: its state is empty and its inputs wait. */
export function createEngine(options: EngineOptions): Engine {
  return new Compilation(options).engine();
}

/** The code that a plan is compiled to, segment by segment, in the order of the plan. */
export function generatedCode(plan: Plan): readonly SegmentCode[] {
  const compilation = new Compilation({plan, memory: new EngineMemory(codeOnlyBytes), clock: systemClock, rejectRow: () => false});
  compilation.engine();
  return compilation.code;
}

/** Room for the columns of large plans; only what is written to is ever resident. */
const codeOnlyBytes = 1 << 28;
const defaultStepRows = 2048;

/** Builds one engine: first the stages, then the code of the segments between them. */
class Compilation implements Build {
  readonly memory: Memory;
  readonly clock: EngineOptions['clock'];
  readonly queryClock: EngineOptions['clock'];
  readonly timeZone: string;
  readonly stepRows: number;
  readonly rejectRow: EngineOptions['rejectRow'];
  readonly satisfied = new Map<number, () => boolean>();
  readonly code: SegmentCode[] = [];
  readonly #options: EngineOptions;
  readonly #plan: Plan;
  readonly #stages = new Map<number, Stage>();
  readonly #outputs = new Map<number, EngineOutput>();
  readonly #states: NamedState[] = [];
  readonly #late: LateRows[] = [];
  readonly #fingerprints: Fingerprints;
  readonly #timeUses = new Map<number, boolean>();
  readonly #users: readonly (readonly number[])[];
  /** The node being built, and the stage whose segment is being written. */
  #current = 0;
  #stage: Stage | null = null;

  constructor(options: EngineOptions) {
    const {plan} = options;
    this.#options = options;
    this.#plan = plan;
    this.memory = options.memory;
    this.clock = options.clock;
    this.queryClock = plan.settings.runtimeMode === 'batch' ? stoppedClock(options.clock) : options.clock;
    this.rejectRow = options.rejectRow;
    this.timeZone = plan.settings.timeZone;
    this.stepRows = options.stepRows ?? defaultStepRows;
    this.#fingerprints = new Fingerprints(plan);
    this.#users = plan.nodes.map((_, index) => plan.nodes.flatMap((user, at) => (inputsOf(user).includes(index) ? [at] : [])));
  }

  node(index: number): PlanNode {
    const node = this.#plan.nodes[index];
    assert(node !== undefined, `the plan has no node ${index}`);
    return node;
  }

  stage(index: number): Stage {
    const stage = this.#stages.get(index);
    assert(stage !== undefined, `node ${index} begins no segment`);
    return stage;
  }

  get segmentStage(): Stage {
    assert(this.#stage !== null, 'a segment is being written');
    return this.#stage;
  }

  usesTime(index: number): boolean {
    const known = this.#timeUses.get(index);
    if (known !== undefined) return known;
    const found = (this.#users[index] ?? []).some(user => this.#actsOnTime(this.node(user)) || this.usesTime(user));
    this.#timeUses.set(index, found);
    return found;
  }

  #actsOnTime(node: PlanNode): boolean {
    const compiler = compilerOf(node);
    if (compiler.kind === 'fused') return compiler.usesTime?.(node) === true;
    return (
      compiler.kind === 'stage' &&
      compiler.usesTime?.(
        node,
        inputsOf(node).map(input => this.node(input)),
      ) === true
    );
  }

  keep(state: SavedState): void {
    const fingerprints = this.#fingerprints;
    const node = this.#current;
    const earlier = this.#states.slice();
    let known: string | undefined;
    this.#states.push({
      state,
      // Made when it is asked for: most runs save and load nothing.
      get name() {
        const fingerprint = fingerprints.of(node);
        return (known ??= `${fingerprint}.${earlier.filter(({name}) => name.startsWith(fingerprint)).length}`);
      },
    });
  }

  countLate(rows: LateRows): void {
    this.#late.push(rows);
  }

  addOutput(index: number, output: EngineOutput): void {
    this.#outputs.set(index, output);
    this.#stage?.outputs.push(output);
  }

  engine(): Engine {
    for (const [index, node] of this.#plan.nodes.entries()) {
      this.#current = index;
      const compiler = compilerOf(node);
      if (compiler.kind !== 'source' && compiler.kind !== 'stage') continue;
      const stage = compiler.stage(node, index, this);
      this.#stages.set(index, stage);
      if (this.usesTime(index) || this.#actsOnTime(node)) this.keep(stage.watermark);
      if (compiler.kind === 'stage' && compiler.carriesTime === true && (this.usesTime(index) || this.#actsOnTime(node))) stage.carryTime();
    }
    for (const [index, stage] of this.#stages) this.#writeSegment(index, stage);
    return new RunningEngine({
      plan: this.#plan,
      memory: this.memory,
      clock: this.clock,
      stepRows: this.stepRows,
      stages: [...this.#stages.values()],
      outputs: this.#plan.sinks.map(sinkNode => {
        const output = this.#outputs.get(sinkNode);
        assert(output !== undefined, `sink ${sinkNode} is reached by no rows`);
        return output;
      }),
      states: this.#states,
      late: this.#late,
      users: this.#users,
      satisfied: this.satisfied,
    });
  }

  #writeSegment(index: number, stage: Stage): void {
    const node = this.node(index);
    const scans = this.#plan.nodes.flatMap((each, at) => (each.kind === 'scan' ? [at] : []));
    const context: EvaluationContext = {
      memory: this.memory,
      clock: this.clock,
      queryClock: this.queryClock,
      timeZone: this.timeZone,
    };
    const input = scans.indexOf(index);
    const segment = new SegmentWriter(context, new Rejects(this.#options.rejectRow, input < 0 ? null : input));
    this.#stage = stage;
    const rows = {...stageRows(node, stage), hasPairs: comesInPairs(node, at => this.node(at))};
    segment.loop(rows, () => this.#writeUsers(index, segment, rows));
    const program = segment.writer.program();
    const name = `${node.kind}${index}`;
    this.code.push({name, text: program.text, legend: program.legend});
    stage.run = link(name, program) as Stage['run'];
  }

  /** What happens to a row behind a node: with several users, each in a branch of its own. */
  #writeUsers(index: number, segment: SegmentWriter, rows: RowShape): void {
    const users = this.#users[index] ?? [];
    // A node may be named twice as an input of one user.
    const uses = users.flatMap(user => inputsOf(this.node(user)).flatMap((input, port) => (input === index ? [{user, port}] : [])));
    for (const {user, port} of uses) {
      if (uses.length === 1) this.#writeUser(user, port, segment, rows);
      else segment.branch(() => this.#writeUser(user, port, segment, rows));
    }
  }

  #writeUser(index: number, port: number, segment: SegmentWriter, rows: RowShape): void {
    const node = this.node(index);
    const compiler = compilerOf(node);
    this.#current = index;
    if (compiler.kind === 'fused') this.#writeUsers(index, segment, compiler.write(node, segment, rows, this, index));
    else if (compiler.kind === 'stage') {
      const target = this.stage(index);
      const feeder = this.segmentStage;
      if (!target.feeders.includes(feeder)) target.feeders.push(feeder);
      target.addInlet(rows.time.source, feeder);
      compiler.write(node, segment, rows, this, index, port);
    } else if (compiler.kind === 'end') compiler.write(node, segment, rows, this, index);
  }
}

/** Each kind's compiler takes nodes of that kind only; the table says so, but TypeScript cannot follow it through a lookup. */
function compilerOf(node: PlanNode): NodeCompiler<NodeKind> {
  return compilers[node.kind];
}

function inputsOf(node: PlanNode): readonly number[] {
  return behaviourOf(node).inputs(node);
}
