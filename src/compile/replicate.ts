import {Tag, type Batch, type Vector} from '../flow/batch.ts';
import type {NodeCompiler} from './node-compiler.ts';
import {batchOf, copyRow, inboxOf, QueuedStage, type RowWork, writeToInbox} from './queued-stage.ts';

export const replicate: NodeCompiler<'replicate'> = {
  kind: 'stage',
  carriesTime: true,
  stage(node, index, build) {
    const inbox = inboxOf(build, build.node(node.input));
    const batch = batchOf(build, node.schema, node.changelog !== 'append');
    const {wide} = build.memory;
    const work = new Repetition(inbox, batch, row => {
      const {tags, numbers} = inbox.vectors[node.count] as Vector;
      if (tags[row] === Tag.wide) return Number(wide[numbers[row] as number]);
      return tags[row] === Tag.null ? 0 : (numbers[row] as number);
    });
    return new QueuedStage(index, {inbox, batch, build, work});
  },
  write(_node, segment, input, build, index) {
    writeToInbox(segment, input, build.stage(index), 'rows to be repeated');
  },
};

class Repetition implements RowWork {
  readonly #inbox: Batch;
  readonly #batch: Batch;
  readonly #timesOf: (row: number) => number;
  #done = 0;

  constructor(inbox: Batch, batch: Batch, timesOf: (row: number) => number) {
    this.#inbox = inbox;
    this.#batch = batch;
    this.#timesOf = timesOf;
  }

  work(row: number, mostRows: number): boolean {
    const times = this.#timesOf(row);
    while (this.#done < times) {
      if (this.#batch.count >= mostRows) return false;
      copyRow(this.#inbox, row, this.#batch);
      this.#done++;
    }
    this.#done = 0;
    return true;
  }
}
