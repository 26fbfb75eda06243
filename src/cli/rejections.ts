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
  #hidden = 0;

  constructor(talk: Talk) {
    this.#talk = talk;
  }

  add(problem: Problem): void {
    if (this.#shown === mostShown) {
      this.#hidden++;
      return;
    }
    this.#shown++;
    this.#told.add(keyOf(problem));
    this.#talk.problem(problem);
  }

  /** What ended the run, unless it was told already. */
  last(problem: Problem | null): void {
    if (problem !== null && !this.#told.has(keyOf(problem))) this.#talk.problem(problem);
  }

  summary(rejected: number): void {
    if (this.#hidden > 0) this.#talk.note(`… and ${grouped(this.#hidden)} more`);
    if (rejected > 0) this.#talk.note(`${grouped(rejected)} ${rejected === 1 ? 'record was' : 'records were'} rejected`);
  }
}

function keyOf({code, message, place}: Problem): string {
  return JSON.stringify([code, message, place?.kind === 'data' ? place.where : null]);
}
