import type {ProcessState, SupervisorState} from '../state.ts';
import type {Supervision} from '../supervise.ts';

const roundMs = 100;

/** Finds out when jobs have read all that there is and committed it, without ending them: it asks in rounds, as a run until idle does. */
export class IdleWatch {
  readonly #supervision: Supervision;
  readonly #jobs: readonly string[];
  readonly #onIdle: () => void;
  #unwatch: () => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #round = 0;
  #epochs: string | null = null;

  constructor(supervision: Supervision, jobs: readonly string[], onIdle: () => void) {
    this.#supervision = supervision;
    this.#jobs = jobs;
    this.#onIdle = onIdle;
  }

  begin(): void {
    this.#unwatch = this.#supervision.onChange(state => this.#look(state));
    this.#ask();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#unwatch();
  }

  #ask(): void {
    this.#timer = undefined;
    this.#round = this.#supervision.askIdle(this.#jobs);
    this.#look(this.#supervision.state);
  }

  #look(state: SupervisorState): void {
    if (this.#timer !== undefined) return;
    const all = this.#jobs.flatMap(name => state.jobs.get(name)?.processes ?? []);
    // Whoever is not up, or was not when it was asked, has not answered: it is asked again later.
    // (The answer to a later question, which another watch has put, is as good.)
    if (all.some(child => isUp(child) && (child.idle?.round ?? -1) < this.#round)) return;
    const isIdle = all.every(child => child.ending === 'done' || (isUp(child) && child.idle?.isIdle === true));
    const epochs = JSON.stringify(all.map(({idle}) => idle?.epoch));
    // What one commits may be input of another: nothing is on its way between them when two rounds find the same.
    if (isIdle && (this.#jobs.length === 1 || epochs === this.#epochs)) {
      this.end();
      this.#onIdle();
      return;
    }
    this.#epochs = isIdle ? epochs : null;
    this.#timer = setTimeout(() => this.#ask(), roundMs);
  }
}

function isUp({phase}: ProcessState): boolean {
  return phase === 'running' || phase === 'paused';
}
