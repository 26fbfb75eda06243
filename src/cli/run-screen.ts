import {systemClock} from '../base/clock.ts';
import type {Sink} from '../flow/sink.ts';
import type {SinkTarget} from '../plan/table.ts';
import type {JobTexts} from '../supervisor/control/serve.ts';
import type {Journal} from '../supervisor/journal.ts';
import {isOver, type SupervisorState} from '../supervisor/state.ts';
import type {Supervision} from '../supervisor/supervise.ts';
import type {Invocation} from './commands/define.ts';
import {isDetached} from './detach.ts';
import {flags} from './flags.ts';
import {type DeliveredJob, readsStandardInput} from './jobs.ts';
import {lineSink} from './line-sink.ts';
import {canDraw, intervalMsOf, lookOf, openTerminal} from './screen.ts';
import {planOf, printsRows, targetsOf} from './supervised-jobs.ts';
import {Talk} from './talk.ts';

/** So much of what would have been said is kept until the screen is left: the latest. */
const mostHeld = 200;

/** What ends by itself may be over before anybody could read a screen. */
const shortRunMs = 1500;

export interface RunScreenOptions {
  readonly invocation: Invocation;
  readonly jobs: readonly DeliveredJob[];
  readonly project: string;
  readonly journal: Journal;
  readonly describe: (job: string) => Promise<JobTexts>;
  /** Takes secrets of a job out of a text that is about it. */
  readonly redact: (job: string, text: string) => string;
}

/** Null: this run has no screen. Nobody sits before it, or something else is written to the same terminal, or it was not wanted. */
export function runScreen(options: RunScreenOptions): RunScreen | null {
  const {invocation, jobs} = options;
  const {options: given, world, talk} = invocation;
  const isWanted = ![flags.noTui, flags.quiet, flags.progress].some(flag => given.isOn(flag)) && !talk.isJson && !isDetached(world);
  if (!isWanted || !world.isErrorTerminal || !canDraw(world)) return null;
  const plans = jobs.map(planOf);
  const targets = plans.flatMap(targetsOf);
  if (
    targets.some(writesToError) ||
    (world.isOutputTerminal && targets.some(target => printsRows(target) || writesTo(target, '/dev/stdout')))
  )
    return null;
  if (world.standardInput.isTerminal && plans.some(readsStandardInput)) return null;
  return new RunScreen(options);
}

/** Its rows are no messages. */
export function writesToError(target: SinkTarget): boolean {
  return writesTo(target, '/dev/stderr') || (target.kind === 'table' && target.table.options.get('standard-error') === 'true');
}

function writesTo(target: SinkTarget, path: string): boolean {
  return target.kind === 'table' && target.table.options.get('path') === path;
}

/** The full screen of `weir run`, in the supervisor's process. While it is shown, what would be said on standard error is held back, and stands in the journal. */
export class RunScreen {
  readonly #options: RunScreenOptions;
  readonly #held: string[] = [];
  readonly #end = new AbortController();
  #forgotten = 0;
  #timer: NodeJS.Timeout | undefined;
  #shown: Promise<void> | null = null;
  #isShown = false;
  /** What messages go through instead of the invocation's own. */
  readonly talk: Talk;
  /** A person wants the jobs to go on in the background. */
  isDetaching = false;

  constructor(options: RunScreenOptions) {
    this.#options = options;
    const {world, options: given} = options.invocation;
    this.talk = new Talk({...world, say: text => this.#say(text)}, given);
  }

  /** It has the terminal now. */
  get isShown(): boolean {
    return this.#isShown;
  }

  /** What processes of a job write to standard error. */
  errorsOf(job: string): Sink {
    const {journal, redact} = this.#options;
    return lineSink(text => {
      for (const line of text.trimEnd().split('\n')) journal.line(job, redact(job, line));
      this.#say(text);
    });
  }

  /** Shows the screen: at once where jobs go on and on, else when they have taken a moment. */
  begin(supervision: Supervision): void {
    const isShort = this.#options.jobs.every(job => planOf(job).nodes.every(node => node.kind !== 'scan' || node.bounded));
    this.#timer = setTimeout(() => (this.#shown = this.#show(supervision).catch(error => this.#tellBug(error))), isShort ? shortRunMs : 0);
  }

  /** Takes the screen away, gives the terminal back, and says what was held back. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#end.abort();
    await this.#shown;
  }

  async #show(supervision: Supervision): Promise<void> {
    const {invocation, project, journal, describe, redact} = this.#options;
    const {world, options} = invocation;
    const {LocalSource, showTui} = await world.loadTui();
    const terminal = this.#end.signal.aborted || isAllOver(supervision.state) ? null : openTerminal(2, world);
    if (terminal === null) return;
    this.#isShown = true;
    try {
      const how = await showTui({
        source: new LocalSource({project, pid: process.pid, supervision, journal, describe, redact, clock: systemClock}),
        terminal,
        clock: systemClock,
        setting: {host: 'run', isReadOnly: options.isOn(flags.readOnly), canDetach: this.#canDetach(), look: lookOf(options, world)},
        intervalMs: intervalMsOf(options),
        end: this.#end.signal,
      });
      if (how === 'detach') this.isDetaching = true;
      if (how === 'detach' || how === 'stop') supervision.stop();
    } finally {
      this.#isShown = false;
      if (this.#forgotten > 0) world.say(`(${this.#forgotten} earlier messages are left out)\n`);
      for (const text of this.#held.splice(0)) world.say(text);
    }
  }

  /** A screen that breaks takes no job with it. */
  #tellBug(error: unknown): void {
    this.talk.problem({
      kind: 'bug',
      severity: 'warning',
      code: 'unexpected',
      message: `the screen has ended by an error that should not be: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'the jobs go on; this is a bug in weir: please report it',
    });
  }

  /** What goes on in the background begins where the logs end, and has no terminal. */
  #canDetach(): boolean {
    const {invocation, jobs} = this.#options;
    return (
      !invocation.options.isOn(flags.fresh) &&
      !invocation.operands.includes('-') &&
      jobs.every(job => job.delivery.guarantee !== 'none' && !readsStandardInput(planOf(job)))
    );
  }

  #say(text: string): void {
    if (!this.#isShown) {
      this.#options.invocation.world.say(text);
      return;
    }
    this.#held.push(text);
    if (this.#held.length <= mostHeld) return;
    this.#held.shift();
    this.#forgotten++;
  }
}

function isAllOver({jobs}: SupervisorState): boolean {
  return [...jobs.values()].every(isOver);
}
