import type {Batch, Vector} from '../flow/batch.ts';
import {readValue, writeValue} from '../flow/cells.ts';
import {elementsOf} from '../plan/elements.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Row} from '../types/value.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf, copyRow, inboxOf, QueuedStage, type RowWork, writeToInbox} from './queued-stage.ts';

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

  constructor(node: NodeOf<'unnest'>, inbox: Batch, batch: Batch, build: Build) {
    this.#node = node;
    this.#inbox = inbox;
    this.#batch = batch;
    this.#build = build;
    this.#type = build.node(node.input).schema.columns[node.column]!.type;
  }

  work(row: number, mostRows: number): boolean {
    this.#elements ??= this.#elementsOf(row);
    while (this.#next < this.#elements.length) {
      if (this.#batch.count >= mostRows) return false;
      this.#emit(row, this.#elements[this.#next] as Row);
      this.#next++;
    }
    this.#elements = null;
    this.#next = 0;
    return true;
  }

  #elementsOf(row: number): readonly Row[] {
    const {memory, timeZone} = this.#build;
    const value = readValue(memory, this.#inbox.vectors[this.#node.column] as Vector, row, this.#type, timeZone);
    const elements = elementsOf(value, this.#type);
    if (elements.length > 0 || !this.#node.outer) return elements;
    return [this.#node.schema.columns.slice(this.#node.first).map(() => null)];
  }

  #emit(row: number, element: Row): void {
    const {memory, timeZone} = this.#build;
    const {first, ordinality, schema} = this.#node;
    const target = this.#batch.count;
    copyRow(this.#inbox, row, this.#batch);
    for (const [index, {type}] of schema.columns.slice(first).entries()) {
      const isOrdinal = ordinality && index === schema.columns.length - first - 1 && index >= element.length;
      writeValue(memory, this.#batch.vectors[first + index] as Vector, target, type, isOrdinal ? this.#next + 1 : element[index]!, timeZone);
    }
  }
}
