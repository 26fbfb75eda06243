import type {Batch, Vector} from '../flow/batch.ts';
import {readValue, writeValue} from '../flow/cells.ts';
import {elementsOf} from '../plan/elements.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Row} from '../types/value.ts';
import {type Evaluate, evaluator} from './evaluate.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf, copyRow, inboxOf, QueuedStage, type RowWork, writeToInbox} from './queued-stage.ts';
import {Rejects} from './rejects.ts';

export const unnest: NodeCompiler<'unnest'> = {
  kind: 'stage',
  carriesTime: true,
  stage(node, index, build) {
    const inbox = inboxOf(build, build.node(node.input));
    const batch = batchOf(build, node.schema, node.changelog !== 'append');
    return new QueuedStage(index, {inbox, batch, build, work: new Unnesting(node, inbox, batch, build)});
  },
  write(_node, segment, input, build, index) {
    writeToInbox(segment, input, build.stage(index), 'rows with collections');
  },
};

class Unnesting implements RowWork {
  readonly #node: NodeOf<'unnest'>;
  readonly #inbox: Batch;
  readonly #batch: Batch;
  readonly #build: Build;
  readonly #type: SqlType;
  /** Those of the row being worked on. */
  #elements: readonly Row[] | null = null;
  #next = 0;
  /** One of them counted. */
  #hasElements = false;
  readonly #condition: Evaluate | null;
  readonly #rejects: Rejects;

  constructor(node: NodeOf<'unnest'>, inbox: Batch, batch: Batch, build: Build) {
    this.#node = node;
    this.#inbox = inbox;
    this.#batch = batch;
    this.#build = build;
    const columns = node.schema.columns.map(({name, type}, index) => ({vector: batch.vectors[index] as Vector, type, title: name}));
    this.#condition = node.condition === null ? null : evaluator(node.condition, columns, build);
    this.#rejects = new Rejects(build.rejectRow, null);
    this.#type = build.node(node.input).schema.columns[node.column]!.type;
  }

  work(row: number, mostRows: number): boolean {
    this.#elements ??= this.#elementsOf(row);
    while (this.#next < this.#elements.length) {
      if (this.#batch.count >= mostRows) return false;
      this.#emit(row, this.#elements[this.#next] as Row);
      if (this.#counts(this.#batch.count - 1)) this.#hasElements = true;
      else this.#batch.count--;
      this.#next++;
    }
    if (this.#node.outer && !this.#hasElements) {
      if (this.#batch.count >= mostRows) return false;
      this.#emit(row, null);
    }
    this.#elements = null;
    this.#hasElements = false;
    this.#next = 0;
    return true;
  }

  /** Whether an element satisfies the condition. One for which it cannot be computed does not, where such rows are left out. */
  #counts(row: number): boolean {
    if (this.#condition === null) return true;
    try {
      return this.#condition(row) === true;
    } catch (error) {
      this.#rejects.reject(error, row);
      return false;
    }
  }

  #elementsOf(row: number): readonly Row[] {
    const {memory, timeZone} = this.#build;
    const value = readValue(memory, this.#inbox.vectors[this.#node.column] as Vector, row, this.#type, timeZone);
    return elementsOf(value, this.#type);
  }

  /** `element`: null where there is none. */
  #emit(row: number, element: Row | null): void {
    const {memory, timeZone} = this.#build;
    const {first, ordinality, schema} = this.#node;
    const target = this.#batch.count;
    copyRow(this.#inbox, row, this.#batch);
    for (const [index, {type}] of schema.columns.slice(first).entries()) {
      const ordinal = ordinality && first + index === schema.columns.length - 1 ? this.#next + 1 : null;
      const value = element === null ? null : (ordinal ?? element[index] ?? null);
      writeValue(memory, this.#batch.vectors[first + index] as Vector, target, type, value, timeZone);
    }
  }
}
