import {ProblemError} from '../base/problem.ts';
import type {EngineOptions} from './engine.ts';

/** What becomes of rows that cannot be computed. One for each segment; generated code never sees an exception of the data. */
export class Rejects {
  readonly #rejectRow: EngineOptions['rejectRow'];
  /** The input whose rows the segment works on, or null for rows of a stateful operator. */
  readonly #input: number | null;

  constructor(rejectRow: EngineOptions['rejectRow'], input: number | null) {
    this.#rejectRow = rejectRow;
    this.#input = input;
  }

  /** Tells the edge. Returns when the row is to be dropped, throws when the run ends. */
  reject(error: unknown, row: number): void {
    const problem = error instanceof ProblemError ? error.problems[0] : undefined;
    if (problem?.kind !== 'data') throw error;
    if (!this.#rejectRow({input: this.#input, row: this.#input === null ? null : row, problem})) throw error;
  }
}
