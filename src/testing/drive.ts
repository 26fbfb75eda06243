import type {Clock} from '../base/clock.ts';
import {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import {createEngine} from '../compile/compile.ts';
import type {Engine, EngineInput} from '../compile/engine.ts';
import {readValue, writeValue} from '../flow/cells.ts';
import type {Plan} from '../plan/plan.ts';
import type {Change, ChangeKind} from '../types/change.ts';
import type {Row} from '../types/value.ts';

/** A row of a source; one that is no insert says what it does. */
export type InputItem = Row | Change;

/** How rows are fed: whatever is chosen, the results must be the same. */
export interface DriveOptions {
  readonly plan: Plan;
  readonly clock: Clock;
  /** Rows by index of the scan node in the plan. */
  readonly input: ReadonlyMap<number, readonly InputItem[]>;
  /** Rows pushed at once. */
  readonly batchRows: number;
  /** Rows an operator emits in a step. */
  readonly stepRows: number;
  /** After every push a new engine takes over from saved bytes: from one full image, or from a base and all changes since. */
  readonly restart: 'never' | 'full' | 'changes';
  /** A row that cannot be computed is left out; otherwise it ends the drive. */
  readonly skipsBadRows: boolean;
  /** Called before each push. */
  readonly onPush?: () => void;
}

/** Enough for the rows of a case; many engines live during one test. */
const memoryBytes = 1 << 24;

/** Runs a plan over rows, without sources, formats and sinks: the engine alone. Gives each sink's changes, in the order of `plan.sinks`. */
export function drive(options: DriveOptions): readonly (readonly Change[])[] {
  const results: Change[][] = options.plan.sinks.map(() => []);
  let running = start(options, results);
  const images: Uint8Array[] = [];
  const left = new Map(
    options.plan.nodes.flatMap((node, index) => (node.kind === 'scan' ? [[index, [...(options.input.get(index) ?? [])]] as const] : [])),
  );
  const scans = [...left.keys()];
  const open = new Set(scans);
  running.run();
  while (open.size > 0) {
    for (const [position, scan] of scans.entries()) {
      if (!open.has(scan)) continue;
      const input = running.engine.inputs[position];
      assert(input !== undefined, 'an input for every scan');
      const rows = (left.get(scan) as InputItem[]).splice(0, options.batchRows);
      if (rows.length > 0 && input.wanted) running.push(input, rows);
      else {
        open.delete(scan);
        input.end();
      }
      running.run();
      if (options.restart !== 'never' && open.size > 0) {
        running = restarted(options, running, images, results);
        for (const [other, index] of scans.entries()) if (!open.has(index)) running.engine.inputs[other]?.end();
        running.run();
      }
    }
  }
  assert(running.engine.finished, 'an engine without input finishes');
  return results;
}

interface Running {
  readonly engine: Engine;
  push(input: EngineInput, items: readonly InputItem[]): void;
  run(): void;
}

function start(options: DriveOptions, results: readonly Change[][]): Running {
  const {plan, clock, stepRows} = options;
  const memory = new Memory(memoryBytes);
  const engine = createEngine({
    plan,
    memory,
    clock,
    stepRows,
    rejectRow: () => options.skipsBadRows,
  });
  for (const [index, output] of engine.outputs.entries()) {
    const columns = output.node.schema.columns;
    output.deliver = () => {
      const {batch} = output;
      assert(batch.count <= stepRows || batch.count <= options.batchRows, 'a step stays within its rows');
      for (let position = 0; position < batch.count; position++) {
        const row = batch.selection[position] as number;
        const values = columns.map((column, at) => {
          const vector = batch.vectors[at];
          assert(vector !== undefined, 'a vector for every column');
          return readValue(memory, vector, row, column.type, plan.settings.timeZone);
        });
        results[index]?.push({kind: (batch.kinds?.[row] ?? 0) as ChangeKind, row: values});
      }
    };
  }
  return {
    engine,
    push(input, items) {
      options.onPush?.();
      const mark = memory.mark();
      for (const [row, item] of items.entries()) {
        const {kind, row: values} = changeOf(item);
        if (input.batch.kinds !== null) input.batch.kinds[row] = kind;
        for (const [at, wanted] of input.node.wanted.entries()) {
          const vector = input.batch.vectors[at];
          assert(vector !== undefined, 'a vector for every wanted column');
          writeValue(memory, vector, row, wanted.type, values[at] ?? null, plan.settings.timeZone);
        }
      }
      input.batch.count = items.length;
      input.push();
      this.run();
      memory.release(mark);
    },
    run() {
      while (engine.step());
    },
  };
}

function restarted(options: DriveOptions, running: Running, images: Uint8Array[], results: readonly Change[][]): Running {
  if (options.restart === 'full') images.length = 0;
  images.push(running.engine.capture(images.length === 0 ? 'full' : 'changes'));
  const next = start(options, results);
  next.engine.restore(images.map(image => image.slice()));
  return next;
}

export function changeOf(item: InputItem): Change {
  return 'kind' in item ? item : {kind: 0, row: item};
}
