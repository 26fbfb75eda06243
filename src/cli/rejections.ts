import type {Problem} from '../base/problem.ts';
import {grouped} from './numbers.ts';
import type {Talk} from './talk.ts';

/** So many rejected records are shown in full; of the others only their number is told. */
const mostShown = 5;

/** Tells of rejected records without flooding the terminal. */
export class Rejections {
  readonly #talk: Talk;
  readonly #told = new Set<string>();
  #shown = 0;

  constructor(talk: Talk) {
    this.#talk = talk;
  }

  add(problem: Problem): void {
    if (this.#shown === mostShown) return;
    this.#shown++;
    this.#told.add(keyOf(problem));
    this.#talk.problem(problem);
  }

  /** What ended the run, unless it was told already. */
  last(problem: Problem | null): void {
    if (problem !== null && !this.#told.has(keyOf(problem))) this.#talk.problem(problem);
  }

  summary(rejected: number): void {
    if (rejected === 0) return;
    const shown = rejected > this.#shown && this.#shown > 0 ? `; the first ${this.#shown} are shown` : '';
    this.#talk.note(`${grouped(rejected)} ${rejected === 1 ? 'record was' : 'records were'} rejected${shown}`);
  }
}

function keyOf({code, message, place}: Problem): string {
  return JSON.stringify([code, message, place?.kind === 'data' ? place.where : null]);
}
