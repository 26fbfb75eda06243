import {systemClock} from '../base/clock.ts';
import type {Problem} from '../base/problem.ts';
import {renderProblem, renderProblems} from '../base/render-problem.ts';
import {flags} from './flags.ts';
import {jsonNote, jsonProblem} from './log-lines.ts';
import type {Options} from './options.ts';
import type {World} from './world.ts';

/** What is said to the person, on standard error: in colour or not, and how much. */
export class Talk {
  readonly #world: World;
  readonly #colorChoice: string;
  /** Messages are lines of JSON, for a program. */
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;

  constructor(world: World, options: Options | null) {
    this.#world = world;
    this.#colorChoice = options?.value(flags.color) ?? 'auto';
    this.isJson = options?.value(flags.logFormat) === 'json';
    this.isQuiet = options?.isOn(flags.quiet) ?? false;
    this.isVerbose = options?.isOn(flags.verbose) ?? false;
  }

  problem(problem: Problem): void {
    if (this.#hides(problem)) return;
    if (this.isJson) {
      this.#world.say(`${jsonProblem(problem, systemClock.now())}\n`);
      return;
    }
    this.#world.say(`${renderProblem(problem, {color: this.#wantsColor()})}\n`);
  }

  problems(problems: readonly Problem[]): void {
    const shown = problems.filter(problem => !this.#hides(problem));
    if (this.isJson) {
      for (const problem of shown) this.problem(problem);
      return;
    }
    if (shown.length > 0) this.#world.say(`${renderProblems(shown, {color: this.#wantsColor()})}\n`);
  }

  /** Something worth knowing that is no problem. */
  note(text: string): void {
    if (this.isQuiet) return;
    this.#world.say(`${this.isJson ? jsonNote(text, systemClock.now()) : text}\n`);
  }

  #hides(problem: Problem): boolean {
    return this.isQuiet && problem.severity === 'warning';
  }

  #wantsColor(): boolean {
    if (this.#colorChoice !== 'auto') return this.#colorChoice === 'always';
    const {environment} = this.#world;
    if ((environment['NO_COLOR'] ?? '') !== '') return false;
    if ((environment['FORCE_COLOR'] ?? '0') !== '0' || (environment['CLICOLOR_FORCE'] ?? '0') !== '0') return true;
    return this.#world.isErrorTerminal && environment['TERM'] !== 'dumb';
  }
}
