import type {Clock} from '../base/clock.ts';
import type {Mark, Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {Plan} from '../plan/plan.ts';
import {damaged, ImageReader, ImageWriter, type SavedState} from '../state/image.ts';
import type {LateRows} from '../state/window-groups.ts';
import type {Engine, EngineInput, EngineOutput, EventTime} from './engine.ts';
import type {Stage} from './stage.ts';

/** State and the name under which it is saved: the fingerprint of its node's sub-plan, and which of the node's states it is. */
export interface NamedState {
  readonly name: string;
  readonly state: SavedState;
}

export interface EngineParts {
  readonly plan: Plan;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly stepRows: number;
  /** In the order of the plan. */
  readonly stages: readonly Stage[];
  readonly outputs: readonly EngineOutput[];
  readonly states: readonly NamedState[];
  readonly late: readonly LateRows[];
  /** Of each node, the nodes that read it. */
  readonly users: readonly (readonly number[])[];
  readonly satisfied: ReadonlyMap<number, () => boolean>;
}

const imageVersion = 1;

/** Runs the stages: always the most downstream one that has rows; producers only when no rows are on their way. */
export class RunningEngine implements Engine {
  readonly inputs: readonly EngineInput[];
  readonly outputs: readonly EngineOutput[];
  readonly #parts: EngineParts;
  /** Scratch taken since, by the depth of who took it: what is deeper is done with before anything above runs again. */
  readonly #marks: {readonly depth: number; readonly mark: Mark}[] = [];

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.outputs = parts.outputs;
    this.inputs = parts.stages.flatMap(stage => {
      const node = parts.plan.nodes[stage.node];
      return node?.kind === 'scan' ? [this.#input(node, stage)] : [];
    });
  }

  #input(node: NodeOf<'scan'>, stage: Stage): EngineInput {
    const isWanted = (): boolean => this.#isWanted(stage.node);
    return {
      node,
      batch: stage.batch,
      comesFirst: this.#isLookedUp(stage.node),
      push: () => {
        assert(!stage.pending, 'an input is filled again only when its last batch is done with');
        stage.push();
        if (stage.idleAfterMs === Infinity) return;
        stage.rowsAtMs = this.#parts.clock.now();
        stage.partitionTimes?.note(stage.batch.count, stage.rowsAtMs);
      },
      end: () => void (stage.hasEnded = true),
      advance: watermark => {
        assert(!stage.pending, 'time goes on behind the rows that came before');
        for (const own of stage.ownWatermarks) own.raise(watermark);
        stage.rowsAtMs = this.#parts.clock.now();
      },
      partitions: stage.partitionTimes?.inputOf(stage.ownWatermarks) ?? null,
      get watermark() {
        return Math.min(Infinity, ...stage.ownWatermarks.map(own => own.value));
      },
      get eventTime() {
        return eventTimeOf(stage);
      },
      get wanted() {
        return isWanted();
      },
    };
  }

  /** Whether a node's rows are, in the end, those of a table that is looked up. */
  #isLookedUp(index: number): boolean {
    const {plan, users} = this.#parts;
    return (users[index] ?? []).some(user => {
      const node = plan.nodes[user];
      if (node?.kind === 'join' && node.lookup) return node.inputs[0] !== index;
      return this.#isLookedUp(user);
    });
  }

  /** Whether some user still wants rows of a node. */
  #isWanted(node: number): boolean {
    const {satisfied, users} = this.#parts;
    if (satisfied.size === 0) return true;
    const wanting = users[node] ?? [];
    // A node without users is a sink.
    return wanting.length === 0 || wanting.some(user => satisfied.get(user)?.() !== true && this.#isWanted(user));
  }

  step(): boolean {
    const {stages, stepRows} = this.#parts;
    for (let depth = stages.length - 1; depth >= 0; depth--) {
      const stage = stages[depth] as Stage;
      if (stage.pending) {
        this.#mark(2 * depth + 1);
        this.#advance(stage, stepRows);
        return true;
      }
      if (stage.producer?.comesFirst === true && stage.canProduce) {
        this.#mark(2 * depth);
        stage.producer.produce(stepRows);
        return true;
      }
    }
    // Nothing is on its way, so time goes on, and what waited for it comes.
    this.#findIdle();
    for (const [depth, stage] of stages.entries()) {
      const isDue = stage.passTime();
      if (!isDue && !stage.canProduce) continue;
      this.#mark(2 * depth);
      if (isDue) stage.timed?.emit(stepRows);
      else stage.producer?.produce(stepRows);
      return true;
    }
    this.#mark(0);
    this.#marks.length = 0;
    for (const {state} of this.#parts.states) state.tidy?.();
    return false;
  }

  /** Nobody waits for the watermark of an input that has had no rows for its time-out. */
  #findIdle(): void {
    for (const stage of this.#parts.stages) {
      if (stage.partitionTimes !== null) stage.partitionTimes.settle(stage.ownWatermarks, this.#parts.clock, stage.idleAfterMs);
      if (stage.idleAfterMs === Infinity) continue;
      const now = this.#parts.clock.now();
      if (stage.rowsAtMs === -Infinity) stage.rowsAtMs = now;
      for (const own of stage.ownWatermarks) own.isIdle = now - stage.rowsAtMs >= stage.idleAfterMs;
    }
  }

  get wakesAtMs(): number | null {
    const times = this.#parts.stages.flatMap(stage => {
      const mayGoIdle = stage.idleAfterMs !== Infinity && stage.rowsAtMs !== -Infinity;
      const isAwake = mayGoIdle && !stage.hasEnded && stage.ownWatermarks.some(own => !own.isIdle);
      const partition = mayGoIdle && !stage.hasEnded ? (stage.partitionTimes?.wakesAtMs(stage.idleAfterMs) ?? Infinity) : Infinity;
      return [stage.timed?.wakesAtMs ?? Infinity, isAwake ? stage.rowsAtMs + stage.idleAfterMs : Infinity, partition];
    });
    const first = Math.min(...times);
    return first === Infinity ? null : first;
  }

  /** Rows before one that ends the run are delivered. */
  #advance(stage: Stage, stepRows: number): void {
    try {
      stage.advance(stepRows);
    } finally {
      for (const output of stage.outputs) {
        if (output.batch.count > 0) output.deliver();
        output.batch.count = 0;
      }
    }
  }

  /** Hands back the scratch that was taken at this depth or deeper, and notes where the next begins. */
  #mark(depth: number): void {
    const {memory} = this.#parts;
    let done: Mark | null = null;
    for (let last = this.#marks.at(-1); last !== undefined && last.depth >= depth; last = this.#marks.at(-1)) {
      done = last.mark;
      this.#marks.pop();
    }
    if (done !== null) memory.release(done);
    this.#marks.push({depth, mark: memory.mark()});
  }

  get finished(): boolean {
    return this.#parts.stages.every(stage => stage.isExhausted);
  }

  get stateBytes(): number {
    return this.#parts.states.reduce((total, {state}) => total + state.bytes, 0);
  }

  get stateRows(): number {
    return this.#parts.states.reduce((total, {state}) => total + (state.liveRows ?? 0), 0);
  }

  get lateRows(): number {
    return this.#parts.late.reduce((total, {count}) => total + count, 0);
  }

  capture(what: 'full' | 'changes'): Uint8Array {
    const isInBetween = this.#parts.stages.every(stage => !stage.pending && (!stage.canProduce || stage.producer?.savesRest === true));
    assert(isInBetween, 'state is captured only when nothing is pending');
    const image = new ImageWriter();
    image.u8(imageVersion);
    image.u8(what === 'full' ? 1 : 0);
    image.u32(this.#parts.states.length);
    for (const {name, state} of this.#parts.states) {
      image.text(name);
      const part = new ImageWriter();
      state.save(what, part);
      image.bytes(part.finish());
    }
    return image.finish();
  }

  restore(images: readonly Uint8Array[]): void {
    const states = new Map(this.#parts.states.map(({name, state}) => [name, state]));
    for (const [position, bytes] of images.entries()) {
      const image = new ImageReader(bytes);
      if (image.u8() !== imageVersion) throw damaged('it was written by another version of weir');
      const isFull = image.u8() === 1;
      if (isFull !== (position === 0)) throw damaged('one full image must come first, and only changes after it');
      const count = image.u32();
      if (count !== states.size) throw damaged('it belongs to another query');
      for (let index = 0; index < count; index++) {
        const state = states.get(image.text());
        if (state === undefined) throw damaged('it belongs to another query');
        state.load(new ImageReader(image.bytes()));
      }
      if (!image.isAtEnd) throw damaged('it is longer than it should be');
    }
  }
}

function eventTimeOf({ownWatermarks, idleAfterMs, partitionTimes}: Stage): EventTime | null {
  if (ownWatermarks.length === 0) return null;
  return {
    watermark: Math.min(...ownWatermarks.map(({value}) => value)),
    isIdle: ownWatermarks.every(({isIdle}) => isIdle),
    idleAfterMs,
    partitions: partitionTimes?.describe(ownWatermarks, idleAfterMs) ?? [],
  };
}
