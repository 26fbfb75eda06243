import type {FromJob} from './protocol.ts';

/** What a running job is told while it runs, and whom it answers. The loop looks at it between steps. */
export class RunControl {
  /** No more input is to be taken until `resume`. */
  isPaused = false;
  /** A commit is asked for now. */
  wantsCommit = false;
  /** The round in which it was asked last whether everything is read; null: it has been answered. */
  idleRound: number | null = null;
  readonly #answer: (message: FromJob) => void;
  #wake: () => void = () => undefined;

  constructor(answer: (message: FromJob) => void) {
    this.#answer = answer;
  }

  /** Called at each change, so that a loop that waits looks again. */
  onChange(wake: () => void): void {
    this.#wake = wake;
  }

  pause(): void {
    this.isPaused = true;
    this.#wake();
  }
  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#wake();
  }
  checkpoint(): void {
    this.wantsCommit = true;
    this.#wake();
  }
  askIdle(round: number): void {
    this.idleRound = round;
    this.#wake();
  }

  /** Somebody looks at the job: one that waits for input tells what has become of it. */
  look(): void {
    this.#wake();
  }

  answer(message: FromJob): void {
    this.#answer(message);
  }
}
