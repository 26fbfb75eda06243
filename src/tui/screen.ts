import type {Clock} from '../base/clock.ts';
import {ProblemError} from '../base/problem.ts';
import {cpuMsOf} from './cpu.ts';
import {
  chosenJob,
  detailsOf,
  type Effect,
  hasPreview,
  initialModel,
  type Leaving,
  type Model,
  type ScreenEvent,
  type Setting,
} from './model.ts';
import {keyOf, type Snapshot, type StatusSource} from './source.ts';
import {update} from './update.ts';

export interface ScreenOptions {
  readonly source: StatusSource;
  readonly clock: Clock;
  readonly setting: Setting;
  readonly intervalMs: number;
  readonly size: {readonly columns: number; readonly rows: number};
  readonly copy: (text: string) => void;
  /** The terminal is to be drawn as a whole. */
  readonly redraw: () => void;
}

/** A model and what happens to it: asks the source again and again, takes keys, does what the model wants done. */
export class Screen {
  readonly #options: ScreenOptions;
  readonly #listeners = new Set<() => void>();
  readonly #ended: Promise<Leaving>;
  #end: (how: Leaving) => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #model: Model;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#model = initialModel(options.setting, options.size, options.clock.now());
    this.#ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    this.#ended.catch(() => undefined); // Whoever runs it hears of it; where nobody does, nothing is lost.
  }

  get model(): Model {
    return this.#model;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Until a person leaves it or `end` is aborted. */
  async run(end: AbortSignal): Promise<Leaving | 'ended'> {
    void this.#poll();
    const aborted = new Promise<'ended'>(resolve => {
      if (end.aborted) resolve('ended');
      end.addEventListener('abort', () => resolve('ended'), {once: true});
    });
    return Promise.race([this.#ended, aborted]);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  key(name: string): void {
    this.#happen({kind: 'key', key: name});
  }

  resize(size: {readonly columns: number; readonly rows: number}): void {
    this.#happen({kind: 'resize', ...size});
  }

  /** Looks at the jobs once, and at what happened to the one in sight. */
  async look(): Promise<void> {
    const {source} = this.#options;
    try {
      const snapshot = await source.snapshot();
      this.#happen({kind: 'snapshot', snapshot, cpuMs: cpuOf(snapshot)});
      await this.#lookAtJournal();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#happen({kind: 'lost', why: error.message});
    }
  }

  async #lookAtJournal(): Promise<void> {
    const model = this.#model;
    const job = chosenJob(model);
    const isSeen = model.isOpen || hasPreview(model);
    if (job === null || !isSeen || (model.tab !== 'Logs' && model.tab !== 'Errors')) return;
    const last = detailsOf(model, job.key).journal.at(-1)?.number ?? 0;
    const entries = await this.#options.source.journal(job.id, last);
    if (entries.length > 0) this.#happen({kind: 'journal', key: job.key, entries});
  }

  async #poll(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#poll(), this.#options.intervalMs);
  }

  #happen(event: ScreenEvent): void {
    if (this.#isClosed) return;
    try {
      const before = this.#model;
      const {model, effects} = update(before, event, this.#options.clock.now());
      this.#model = model;
      for (const effect of effects) this.#do(effect);
      // What was asked for by a key is in sight before the next look.
      if (event.kind === 'key' && (model.tab !== before.tab || model.isOpen !== before.isOpen || model.chosen !== before.chosen))
        this.#lookAtJournal().catch(error => this.#lose(error));
      for (const listener of this.#listeners) listener();
    } catch (error) {
      this.#fail(error);
    }
  }

  #do(effect: Effect): void {
    const {source} = this.#options;
    switch (effect.kind) {
      case 'tell':
        source.tell(effect.command, effect.jobs).then(
          told => this.#happen({kind: 'told', told}),
          error => this.#lose(error),
        );
        return;
      case 'describe': {
        const key = keyOf(effect.id);
        source.describe(effect.id).then(
          description => this.#happen({kind: 'described', key, description}),
          error => this.#lose(error),
        );
        return;
      }
      case 'copy':
        this.#options.copy(effect.text);
        return;
      case 'redraw':
        this.#options.redraw();
        return;
      case 'end':
        this.#end(effect.how);
    }
  }

  /** What was asked for did not come: that is told, unless it is a bug. */
  #lose(error: unknown): void {
    if (error instanceof ProblemError) this.#happen({kind: 'told', told: [{text: error.message, isBad: true}]});
    else this.#fail(error);
  }
}

function cpuOf({supervisors}: Snapshot): ReadonlyMap<string, number | null> {
  return new Map(supervisors.flatMap(({project, jobs}) => jobs.map(({job, pids}) => [keyOf({project, job}), cpuMsOf(pids)] as const)));
}
