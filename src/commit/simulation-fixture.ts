import type {EpochWord} from '../flow/delivery.ts';
import {advance, type CommitPolicy, isDue, type MachineAction, type MachineEvent, type MachineState, startMachine} from './machine.ts';
import {decideResume, type LogEnd} from './resume.ts';

/**
 * A job in a world of its own: a broker, a disk and a clock that do what a schedule of bytes says, the worst included. The decisions are the real ones (machine.ts,
 * resume.ts); everything that they decide about is a model, small enough for a hundred thousand lives.
 *
 * The job reads numbered records, keeps a running sum, and writes (number, sum) for each, so that loss, doubling, reordering and stale state all show in what it wrote.
 */
export type Sinks = 'file' | 'kafka' | 'both';

/** A mistake that somebody could make. The simulation must notice each. */
export type Bug =
  | 'offsets outside the transaction'
  | 'record written after the commit'
  | 'epoch not checked'
  | 'torn tail kept'
  | 'outputs not synced'
  | 'record not synced'
  | 'sync not awaited'
  | 'transaction not told to wait'
  | 'zombie not fenced'
  | 'holder not ended'
  | 'output not cut'
  | 'state of the epoch before'
  | 'changes of a cut record applied'
  | 'output taken late'
  | 'length taken late'
  | 'position taken late'
  | 'slow producer kept'
  | 'marked while in flight'
  | 'all cut';

interface Row {
  readonly number: number;
  readonly sum: number;
}

interface LogItem {
  readonly epoch: number;
  readonly position: number;
  readonly isFull: boolean;
  /** The sum, or what has been added to it since the record before. */
  readonly image: number;
  readonly fileLength: number;
  isWhole: boolean;
  isSynced: boolean;
}

interface Open {
  readonly producer: number;
  readonly rows: readonly Row[];
  epoch: number | null;
}

interface Life {
  machine: MachineState;
  producer: number;
  position: number;
  sum: number;
  savedSum: number;
  rowsSince: number;
  /** Written into the transaction, and not captured yet. */
  buffer: Row[];
  flight: Flight | null;
  /** A call of its producer took long: a request of it may still be on its way. */
  isSlow: boolean;
}

interface Flight {
  item: LogItem;
  readonly rows: Row[];
  settle: 'no' | 'wanted' | 'done';
  record: 'no' | 'wanted' | 'written' | 'done';
  send: 'no' | 'wanted' | 'sent' | 'named' | 'done';
  isReleased: boolean;
}

const records = 24;
/** A record with all of the state, every so many. */
const fullEvery = 3;
const sumAt: readonly number[] = Array.from({length: records + 1}, (_, count) => (count * (count + 1)) / 2);

/** What must have happened, again and again, for a run of schedules to mean anything. */
export const moments = [
  'a job dies with a commit in flight',
  'a record is torn',
  'power goes with something not synced',
  'a record that does not count is cut',
  'nothing counts yet',
  'a reply is lost, and it counts',
  'a reply is lost, and it does not',
  'a request arrives late, and is refused',
  'a slow producer is retired',
  'a stopped process has a commit in flight',
  'a clean stop is marked',
] as const;
export type Moment = (typeof moments)[number];

/** How often each moment has come. */
export type Tally = Map<Moment, number>;

/** Gives what is wrong in the end, or null. */
export function simulate(sinks: Sinks, choices: Uint8Array, bug: Bug | null = null, tally: Tally | null = null): string | null {
  try {
    return new World(sinks, bug, tally).run(choices);
  } catch (error) {
    if (error instanceof Violation) return error.message;
    throw error;
  }
}

class Violation extends Error {}

class World {
  readonly #bug: Bug | null;
  readonly #policy: CommitPolicy;
  readonly #hasFile: boolean;
  readonly #hasBroker: boolean;
  #nowMs = 0;
  // The disk.
  #log: LogItem[] | null = null;
  #isMarked = false;
  readonly #file: Row[] = [];
  #fileSynced = 0;
  // The broker.
  #fence = 0;
  #open: Open | null = null;
  #word: number | null = null;
  readonly #visible: Row[] = [];
  /** Producers whose request to end a transaction is still on its way. */
  readonly #late: number[] = [];
  // The processes: one that works, and one that was stopped and may go on at any time.
  #life: Life | null = null;
  #zombie: Life | null = null;
  /** The last epoch that somebody was told of: it must never be taken back. */
  #told = 0;

  readonly #tally: Tally | null;

  constructor(sinks: Sinks, bug: Bug | null, tally: Tally | null) {
    this.#bug = bug;
    this.#tally = tally;
    this.#hasFile = sinks !== 'kafka';
    this.#hasBroker = sinks !== 'file';
    this.#policy = {hasTransaction: this.#hasBroker, batchRecords: 4, batchWaitMs: 10};
  }

  run(choices: Uint8Array): string | null {
    for (const choice of choices) {
      this.#life ??= this.#start();
      this.#happen(choice & 31, choice >> 5);
    }
    this.#finish();
    return this.#verdict();
  }

  #count(moment: Moment): void {
    this.#tally?.set(moment, (this.#tally.get(moment) ?? 0) + 1);
  }

  #happen(kind: number, detail: number): void {
    const life = this.#life as Life;
    this.#nowMs += 1 + detail;
    if (kind < 8) this.#take(life, 1 + (detail & 3));
    else if (kind < 24) this.#work(life, kind + detail, detail);
    else if (kind === 24) this.#tell(life, {kind: 'requested'});
    else if (kind === 25) this.#deliverLate();
    else if (kind === 26) this.#stop(life);
    else if (kind === 27 && this.#zombie !== null) this.#work(this.#zombie, detail, 0);
    else if (kind === 28) this.#freeze(life);
    else if (kind === 29) this.#crash(life, detail);
    else if (kind === 30) this.#losePower(life, detail);
    else this.#loseReply(life, detail);
  }

  /** A step of the engine. */
  #take(life: Life, count: number): void {
    const room = (this.#policy.batchRecords as number) - life.rowsSince;
    for (let taken = 0; taken < Math.min(count, room) && life.position < records; taken++) {
      life.position++;
      life.sum += life.position;
      life.rowsSince++;
      const row: Row = {number: life.position, sum: life.sum};
      if (this.#hasFile) this.#file.push(row);
      if (this.#hasBroker) life.buffer.push(row);
    }
    const isFull = life.buffer.length > 3;
    if (isDue(life.machine, this.#policy, {nowMs: this.#nowMs, rowsSince: life.rowsSince, isFull})) this.#capture(life);
  }

  #capture(life: Life): void {
    const epoch = life.machine.epoch + 1;
    const isFull = epoch % fullEvery === 1;
    const image = isFull ? life.sum : life.sum - life.savedSum;
    const item = {epoch, position: life.position, isFull, image, fileLength: this.#file.length, isWhole: false, isSynced: false};
    life.flight = {item, rows: life.buffer, settle: 'no', record: 'no', send: 'no', isReleased: false};
    if (this.#bug !== 'output taken late') life.buffer = [];
    life.savedSum = life.sum;
    life.rowsSince = 0;
    this.#tell(life, {kind: 'captured', nowMs: this.#nowMs});
  }

  #tell(life: Life, event: MachineEvent): void {
    const {state, actions} = advance(life.machine, this.#policy, event);
    life.machine = state;
    for (const action of actions) this.#do(life, action);
  }

  #do(life: Life, action: MachineAction): void {
    const flight = life.flight as Flight;
    if (action === 'settle') flight.settle = 'wanted';
    else if (action === 'record') flight.record = 'wanted';
    else if (action === 'transact') flight.send = 'wanted';
    else if (action === 'release') flight.isReleased = true;
    else if (action === 'count') {
      life.flight = null;
      this.#told = Math.max(this.#told, life.machine.epoch);
    } else throw new Violation(`the machine asked for ${action} by itself`);
  }

  /** One of the things that are under way goes on. */
  #work(life: Life, which: number, detail: number): void {
    const {flight} = life;
    if (flight === null) return this.#take(life, 1);
    const turn = which % 3;
    if (turn === 0 && flight.settle === 'wanted') return this.#settle(life, flight);
    if (turn <= 1 && (flight.record === 'wanted' || flight.record === 'written')) return this.#record(life, flight);
    if (flight.send !== 'no' && flight.send !== 'done') return this.#send(life, flight, detail);
    if (flight.settle === 'wanted') return this.#settle(life, flight);
    if (flight.record === 'wanted' || flight.record === 'written') this.#record(life, flight);
  }

  #settle(life: Life, flight: Flight): void {
    flight.settle = 'done';
    if (this.#bug !== 'outputs not synced') this.#fileSynced = this.#file.length;
    this.#tell(life, {kind: 'settled'});
  }

  #record(life: Life, flight: Flight): void {
    if (this.#bug === 'record written after the commit' && this.#hasBroker) return this.#recorded(life, flight);
    if (flight.record === 'wanted') {
      flight.record = 'written';
      this.#write(life, flight);
      if (this.#bug !== 'sync not awaited') return;
    } else {
      flight.item.isSynced = this.#bug !== 'record not synced';
    }
    this.#recorded(life, flight);
  }

  #write(life: Life, flight: Flight): void {
    if (this.#bug === 'length taken late') flight.item = {...flight.item, fileLength: this.#file.length};
    if (this.#bug === 'position taken late') flight.item = {...flight.item, position: life.position};
    flight.item.isWhole = true;
    this.#logged.push(flight.item);
    this.#isMarked = false;
  }

  #recorded(life: Life, flight: Flight): void {
    flight.record = 'done';
    this.#tell(life, {kind: 'recorded', nowMs: this.#nowMs});
  }

  get #logged(): LogItem[] {
    return (this.#log ??= []);
  }

  /** The transaction goes on. Whoever is not the producer any more is told so, and ends. */
  #send(life: Life, flight: Flight, detail: number): void {
    if (flight.send === 'wanted') {
      if (life.isSlow && this.#bug !== 'slow producer kept') {
        life.producer = this.#initTransactions();
        this.#count('a slow producer is retired');
      }
      life.isSlow = false;
      if (life.producer !== this.#fence) return this.#end(life);
      this.#open = {producer: life.producer, rows: flight.rows, epoch: null};
      flight.send = 'sent';
    } else if (flight.send === 'sent') {
      if (this.#open === null || this.#open.producer !== life.producer || life.producer !== this.#fence) return this.#end(life);
      this.#open.epoch = flight.item.epoch;
      if (this.#bug === 'offsets outside the transaction') this.#word = flight.item.epoch;
      flight.send = 'named';
    } else if (flight.isReleased || this.#bug === 'transaction not told to wait') this.#endTransaction(life, flight, detail);
  }

  /** `detail` 7: the request is held up on the way; the client asks again and is answered, and the first request arrives later. */
  #endTransaction(life: Life, flight: Flight, detail: number): void {
    // What a late request has ended already is answered like the first one.
    const isEnded = this.#open === null && this.#word === flight.item.epoch && life.producer === this.#fence;
    if (!isEnded && !this.#commitOpen(life.producer)) return this.#end(life);
    if (detail === 7) {
      this.#late.push(life.producer);
      life.isSlow = true;
    }
    flight.send = 'done';
    if (this.#bug === 'output taken late') life.buffer = [];
    if (this.#bug === 'record written after the commit') this.#write(life, flight);
    if (!flight.isReleased) return; // Nobody waits for it: a mistake.
    this.#tell(life, {kind: 'transacted', nowMs: this.#nowMs});
  }

  /** The broker makes what is open visible. False: it is not this producer's. */
  #commitOpen(producer: number): boolean {
    if (this.#open === null || producer !== this.#fence || this.#open.producer !== producer) return false;
    this.#visible.push(...this.#open.rows);
    if (this.#open.epoch !== null) this.#word = this.#open.epoch;
    this.#open = null;
    return true;
  }

  /** What is open is dropped, and nobody but the new producer may write. */
  #initTransactions(): number {
    if (this.#bug === 'zombie not fenced' && this.#fence > 0) return this.#fence;
    this.#open = null;
    return ++this.#fence;
  }

  #deliverLate(): void {
    const producer = this.#late.shift();
    if (producer !== undefined && !this.#commitOpen(producer)) this.#count('a request arrives late, and is refused');
  }

  /** A clean stop: nothing is in flight, and the last record is marked. */
  #stop(life: Life): void {
    if (life.flight !== null && this.#bug !== 'marked while in flight') return;
    this.#isMarked = this.#logged.length > 0;
    this.#count('a clean stop is marked');
    this.#end(life);
  }

  #freeze(life: Life): void {
    if (life.flight !== null) this.#count('a stopped process has a commit in flight');
    this.#zombie = life;
    this.#life = null;
  }

  #end(life: Life): void {
    if (this.#life === life) this.#life = null;
    if (this.#zombie === life) this.#zombie = null;
  }

  /** kill -9: what was written stays, and what was being written may stay in part. A request may be on its way, and arrive now, later or never. */
  #crash(life: Life, detail: number): void {
    const {flight} = life;
    this.#end(life);
    if (flight === null) return;
    this.#count('a job dies with a commit in flight');
    if (flight.record === 'wanted' && (detail & 1) === 1) {
      this.#logged.push(flight.item);
      this.#isMarked = false;
    }
    if (flight.send !== 'named' || !flight.isReleased) return;
    if ((detail & 2) === 2) this.#commitOpen(life.producer);
    else if ((detail & 4) === 4) this.#late.push(life.producer);
  }

  /** What was not synced is lost, kept, or kept in part. */
  #losePower(life: Life, detail: number): void {
    this.#crash(life, detail);
    this.#zombie = null;
    const fate = detail & 3;
    while (this.#logged.at(-1)?.isSynced === false) {
      const item = this.#logged.pop() as LogItem;
      this.#count('power goes with something not synced');
      if (fate < 2) this.#logged.push({...item, isWhole: item.isWhole && fate === 0, isSynced: true});
    }
    const unsynced = Math.max(0, this.#file.length - this.#fileSynced);
    if (unsynced > 0) this.#count('power goes with something not synced');
    this.#file.length = Math.min(this.#file.length, this.#fileSynced + Math.floor((unsynced * fate) / 4));
    this.#fileSynced = this.#file.length;
  }

  /** A call times out: whether the broker has done it is not known, and the process ends. */
  #loseReply(life: Life, detail: number): void {
    const {flight} = life;
    if (flight === null || flight.send === 'no' || flight.send === 'wanted') return;
    const counts = flight.send === 'named' && flight.isReleased && (detail & 1) === 1 && this.#commitOpen(life.producer);
    this.#count(counts ? 'a reply is lost, and it counts' : 'a reply is lost, and it does not');
    const {state, actions} = advance(life.machine, this.#policy, {kind: 'failed'});
    if (!state.hasFailed || !actions.includes('fail')) throw new Violation('a failure was not taken for one');
    this.#end(life);
  }

  /** The next process: the lock of the folder, the word of the broker, the log, the outputs, in this order. */
  #start(): Life {
    if (this.#bug !== 'holder not ended') this.#zombie = null;
    const producer = this.#hasBroker ? this.#initTransactions() : 0;
    const decision = decideResume({log: this.#logEnd(), word: this.#wordNow(), hasState: true, isFresh: false});
    if (decision.kind === 'refuse') throw new Violation(decision.problem.message);
    const whole = [...this.#logged];
    if (decision.kind !== 'new' && decision.cuts) {
      this.#logged.pop();
      this.#isMarked = false;
      this.#count('a record that does not count is cut');
    }
    if (decision.kind === 'begin') this.#count('nothing counts yet');
    if (this.#bug === 'all cut' && this.#logged.length > 1) this.#logged.pop();
    const last = this.#logged.at(-1);
    const epoch = last?.epoch ?? 0;
    if (epoch < this.#told) throw new Violation(`commit ${this.#told} was told, and is gone`);
    this.#cutFile(last?.fileLength ?? 0);
    const sum = this.#restoredSum(this.#bug === 'changes of a cut record applied' ? whole : this.#logged);
    const machine = startMachine(epoch, this.#nowMs);
    return {machine, producer, position: last?.position ?? 0, sum, savedSum: sum, rowsSince: 0, buffer: [], flight: null, isSlow: false};
  }

  #logEnd(): LogEnd | null {
    if (this.#log === null) return null;
    if (this.#log.at(-1)?.isWhole === false && this.#bug !== 'torn tail kept') {
      this.#log.pop();
      this.#count('a record is torn');
    }
    const origin = {after: 0, word: this.#hasBroker ? 'none' : null, reads: 'start'} as const;
    const last = this.#log.at(-1);
    if (last === undefined) return {origin, last: null};
    const isFirstInTransaction = last.epoch === 1 && this.#hasBroker;
    return {
      origin,
      last: {epoch: last.epoch, isMarked: this.#isMarked, countsByItself: !this.#hasBroker, isFirstInTransaction, ageMs: 1000},
    };
  }

  #wordNow(): EpochWord | null {
    if (!this.#hasBroker) return null;
    const last = this.#log?.at(-1);
    if (this.#bug === 'epoch not checked' && last !== undefined) return {kind: 'epoch', epoch: last.epoch};
    return this.#word === null ? {kind: 'none'} : {kind: 'epoch', epoch: this.#word};
  }

  #cutFile(length: number): void {
    if (!this.#hasFile || this.#bug === 'output not cut') return;
    if (this.#file.length < length) throw new Violation('the file is shorter than the record says');
    this.#file.length = length;
    this.#fileSynced = Math.min(this.#fileSynced, length);
  }

  /** The last full image and all changes behind it; of a torn record nothing can be read. */
  #restoredSum(log: readonly LogItem[]): number {
    const used = this.#bug === 'state of the epoch before' ? log.slice(0, -1) : log;
    return used.reduce((sum, {isFull, image, isWhole}) => (isFull ? 0 : sum) + (isWhole ? image : 0), 0);
  }

  /** Without any more faults the job comes to its end. */
  #finish(): void {
    for (let step = 0; step < 1000; step++) {
      const life = (this.#life ??= this.#start());
      this.#nowMs += 5;
      const isOver = life.flight === null && life.position === records;
      if (isOver && life.rowsSince === 0) return;
      if (isOver) this.#tell(life, {kind: 'requested'});
      this.#take(life, 4);
      this.#work(life, step, 0);
    }
    throw new Violation('the job does not come to its end');
  }

  #verdict(): string | null {
    const wrongFile = this.#hasFile ? faultOf(this.#file) : null;
    const wrongTopic = this.#hasBroker ? faultOf(this.#visible) : null;
    if (wrongFile !== null) return `the file: ${wrongFile}`;
    return wrongTopic === null ? null : `the topic: ${wrongTopic}`;
  }
}

function faultOf(rows: readonly Row[]): string | null {
  for (const [index, {number, sum}] of rows.entries()) {
    if (number <= index) return `record ${number} is doubled`;
    if (number > index + 1) return `record ${index + 1} is lost`;
    if (sum !== sumAt[number]) return `record ${number} has the sum ${sum}, not ${sumAt[number]}`;
  }
  return rows.length === records ? null : `records from ${rows.length + 1} on are lost`;
}
