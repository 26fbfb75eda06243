import {type Batch, batchRows, type Vector} from '../flow/batch.ts';
import {givesPairs, keepsAll, type JoinType} from '../plan/nodes/join.ts';
import type {GroupTable} from '../state/group-table.ts';
import type {ImageReader, ImageWriter, SavedState} from '../state/image.ts';
import type {JoinSide} from '../state/join-store.ts';
import {FloatFlag} from '../state/key-cells.ts';
import {nullCode} from '../state/integer-codes.ts';
import type {OpenWindow, WindowGroups} from '../state/window-groups.ts';
import {ChangeKind} from '../types/change.ts';
import type {JoinCode, SideCode} from './join-code.ts';
import type {Producer, TimedWork} from './stage.ts';

/** Rows that wait to be joined, in the order in which they came: the columns of both sides, of which `ports` says which one counts. */
export interface JoinInbox {
  readonly batch: Batch;
  /** 0: a row of the left side; 1: of the right one. */
  readonly ports: Uint8Array;
}

export interface JoinParts {
  readonly type: JoinType;
  readonly emit: 'changes' | 'final';
  readonly inbox: JoinInbox;
  /** The output. A pair that is looked at is put together in the row behind its last one. */
  readonly batch: Batch;
  readonly hasResidual: boolean;
  readonly keys: GroupTable;
  readonly left: JoinSide;
  readonly right: JoinSide;
  readonly code: JoinCode;
  /** Keys that have lost rows, and may have none any more. */
  readonly emptied: number[];
  /** Where rows meet in windows. */
  readonly windows: JoinWindows | null;
  /** Where the times of both sides are held together by bounds. */
  readonly interval: JoinReach | null;
}

/** How long rows of a side are kept: until the watermark is past their time by so much. */
export interface SideReach {
  /** The time of a row of the inbox. */
  readonly time: Vector;
  readonly reachMs: number;
  /** Rows of state by the time at which they are over. */
  readonly rows: WindowGroups;
}

export interface JoinReach {
  readonly left: SideReach;
  readonly right: SideReach;
  /** Rows are over at multiples of this, so that few times need be remembered. */
  readonly unitMs: number;
}

/** The windows that are open, with their keys, and the bounds of the window of an inbox row. */
export interface JoinWindows {
  readonly open: WindowGroups;
  readonly left: WindowBounds;
  readonly right: WindowBounds;
}

export interface WindowBounds {
  readonly start: Vector;
  readonly end: Vector;
}

/** One side while rows of the other, or its own, are worked on. */
interface Side {
  readonly rows: JoinSide;
  readonly code: SideCode;
  /** Its rows come out without a partner too. */
  readonly keepsAll: boolean;
}

/**
 * A symmetric hash join. Each row looks for its partners among the rows of the other side and is then kept with those of its own. What it gives on, and as what
 * kind of change, is what Flink gives; where a row of an outer join takes back the other's NULLs, that stands directly before the pair. Work on a row may pause
 * at each of its partners.
 *
 * With final rows, pairs are given as they are found where no row is ever taken back, and what needs the end of both inputs comes then, key by key; where rows
 * are taken back everything comes then. In windows everything comes when a window closes.
 */
export class JoinOperator implements Producer, TimedWork, SavedState {
  readonly bytes = 8;
  readonly #parts: JoinParts;
  readonly #batch: Batch;
  readonly #left: Side;
  readonly #right: Side;
  readonly #givesPairs: boolean;
  readonly #isAnti: boolean;
  /** Everything comes at the end, of the inputs or of a window. */
  readonly #isLazy: boolean;
  /** Rows without a partner are given, and taken back, as that changes. */
  readonly #givesPadding: boolean;
  /** Of a left row it only counts whether there is a partner, and partners stay. */
  readonly #needsOnePartner: boolean;
  /** The key of each row of the inbox. */
  readonly #keyOf = new Int32Array(batchRows);
  readonly #emptied: number[];
  #next = 0;
  /** The partner to be looked at next (-1: none), after which the row is done with, and how many of its equals have been given. */
  #partner = -1;
  #lastPartner = -1;
  #repeats = 0;
  /** Partners found for the row so far. */
  #found = 0;
  #isBegun = false;
  #end: Generator<undefined, undefined> | null = null;
  #closed: readonly OpenWindow[] = [];
  #closedRight: readonly OpenWindow[] = [];
  #watermark = -Infinity;
  #hasEnded: boolean;

  constructor(parts: JoinParts) {
    const {type, emit, left, right, code, batch, windows, interval, emptied} = parts;
    this.#parts = parts;
    this.#emptied = emptied;
    this.#batch = batch;
    this.#left = {rows: left, code: code.left, keepsAll: keepsAll(type, 'left')};
    this.#right = {rows: right, code: code.right, keepsAll: keepsAll(type, 'right')};
    this.#givesPairs = givesPairs(type);
    this.#isAnti = type === 'anti';
    const retracts = left.table !== null || right.table !== null;
    this.#isLazy = windows !== null || (emit === 'final' && retracts);
    this.#givesPadding = emit === 'changes' && windows === null && interval === null;
    this.#needsOnePartner = !this.#givesPairs && right.table === null;
    this.#hasEnded = emit === 'changes' || (!this.#isLazy && (type === 'inner' || type === 'semi'));
  }

  get #inboxCount(): number {
    return this.#parts.inbox.batch.count;
  }
  get isDone(): boolean {
    return this.#inboxCount === 0 && this.#hasEnded;
  }
  get comesFirst(): boolean {
    return this.#inboxCount > 0;
  }
  get waitsForEnd(): boolean {
    return this.#inboxCount === 0;
  }

  produce(mostRows: number): void {
    if (this.#inboxCount > 0) this.#workInbox(mostRows);
    else this.#workEnd(mostRows);
  }

  /** Looks at so many partners at most, whether or not they give rows. */
  #workInbox(mostRows: number): void {
    const {batch, ports} = this.#parts.inbox;
    if (this.#next === 0 && !this.#isBegun) this.#beginInbox();
    let looks = mostRows;
    while (this.#next < batch.count) {
      const row = this.#next;
      const isLeft = ports[row] === 0;
      if (!this.#isBegun) this.#begin(row, isLeft);
      while (this.#partner >= 0) {
        // A partner may give a padding row and a pair.
        if (looks-- <= 0 || this.#batch.count + 2 > Math.max(mostRows, 2)) return;
        this.#meet(row, isLeft);
      }
      if (this.#batch.count >= mostRows) return;
      this.#finish(row, isLeft);
      this.#isBegun = false;
      this.#next++;
    }
    this.#next = 0;
    batch.count = 0;
    this.#dropEmptied();
  }

  /** Rows of state whose time is over go, without a word; then each row of the inbox finds its key. */
  #beginInbox(): void {
    const {inbox, code, left, right} = this.#parts;
    for (const {expiry} of [left, right]) expiry?.expire();
    if (this.#emptied.length > 0) this.#dropEmptied();
    const {batch, ports} = inbox;
    for (let row = 0; row < batch.count; row++) this.#keyOf[row] = ports[row] === 0 ? code.left.key(row) : code.right.key(row);
  }

  #isTakenBack(row: number): boolean {
    const {kinds} = this.#parts.inbox.batch;
    return kinds !== null && ((kinds[row] as number) & 1) === 1;
  }
  #kindOf(row: number): number {
    const {kinds} = this.#parts.inbox.batch;
    return kinds === null ? ChangeKind.insert : (kinds[row] as number);
  }

  /** The partners of a row: those of its key, unless that has a NULL. */
  #begin(row: number, isLeft: boolean): void {
    const key = this.#keyOf[row] as number;
    const other = isLeft ? this.#right.rows : this.#left.rows;
    this.#isBegun = true;
    this.#found = 0;
    this.#repeats = 0;
    this.#lastPartner = key < 0 || this.#hasNull(key) ? -1 : other.last(key);
    this.#partner = this.#lastPartner < 0 ? -1 : other.next(this.#lastPartner);
    // Where one partner is as good as many, the first that came has been met by all.
    if (!isLeft && this.#isOnlySignal && this.#partner >= 0 && this.#right.rows.last(key) >= 0) this.#partner = -1;
  }

  /** A right row says no more than that its key is there. */
  get #isOnlySignal(): boolean {
    return this.#needsOnePartner && !this.#parts.hasResidual;
  }

  #hasNull(key: number): boolean {
    const {keys} = this.#parts;
    if (!this.#isLazy) return false;
    const page = keys.page(key);
    const cell = keys.cellOf(key);
    return keys.keys.some((kind, index) => {
      const at = cell + (keys.keyOffsets[index] as number);
      if (kind === 'exact') return page[at] === nullCode;
      return kind === 'float' ? page[at] === FloatFlag.null : (page[at + 1] as number) < 0;
    });
  }

  /** One partner of a row, or one of several that are equal. */
  #meet(row: number, isLeft: boolean): void {
    const own = isLeft ? this.#left : this.#right;
    const other = isLeft ? this.#right : this.#left;
    const partner = this.#partner;
    const out = this.#batch.count;
    const isMatch = this.#isMatch(row, partner, own, other, out);
    if (isMatch) {
      this.#found++;
      if (this.#givesPairs) this.#pair(row, own, other, partner, out);
      else if (!isLeft) this.#tellLeft(row, partner);
    }
    if (isMatch && this.#needsOnePartner && isLeft) this.#partner = -1;
    else if (!isMatch || ++this.#repeats >= other.rows.count(partner)) {
      if (isMatch && other.rows.countsPartners) this.#countPartner(row, other.rows, partner);
      this.#partner = partner === this.#lastPartner ? -1 : other.rows.next(partner);
      this.#repeats = 0;
    }
  }

  #isMatch(row: number, partner: number, own: Side, other: Side, out: number): boolean {
    if (!this.#parts.hasResidual) return true;
    own.code.give(row, out);
    other.code.load(partner, out);
    return this.#parts.code.test(out);
  }

  #countPartner(row: number, rows: JoinSide, partner: number): void {
    rows.setPartners(partner, rows.partners(partner) + (this.#isTakenBack(row) ? -1 : 1));
  }

  #pair(row: number, own: Side, other: Side, partner: number, at: number): void {
    if (this.#isLazy) return;
    const isTakenBack = this.#isTakenBack(row);
    const partners = other.keepsAll && this.#givesPadding ? other.rows.partners(partner) : -1;
    let out = at;
    if (!isTakenBack && partners === 0) this.#padding(other, partner, out++, ChangeKind.delete);
    if (!this.#parts.hasResidual || out !== at) {
      own.code.give(row, out);
      other.code.load(partner, out);
    }
    // The kind stays what it was where no side can be padded: an update remains one.
    const isPlain = isTakenBack ? !own.keepsAll : !own.keepsAll && !other.keepsAll;
    this.#setKind(out++, isPlain ? this.#kindOf(row) : isTakenBack ? ChangeKind.delete : ChangeKind.insert);
    if (isTakenBack && partners === 1) this.#padding(other, partner, out++, ChangeKind.insert);
    this.#batch.count = out;
  }

  /** A row of state without a partner. */
  #padding(side: Side, stored: number, out: number, kind: number): void {
    side.code.load(stored, out);
    (side === this.#left ? this.#right : this.#left).code.pad(out);
    this.#setKind(out, kind);
  }

  #setKind(out: number, kind: number): void {
    const {kinds} = this.#batch;
    if (kinds !== null) kinds[out] = kind;
  }

  /** A left row of a semi or anti join gets its first partner, or loses its last one. */
  #tellLeft(row: number, left: number): void {
    if (this.#isLazy || (this.#isAnti && !this.#givesPadding)) return;
    const isTakenBack = this.#isTakenBack(row);
    if (this.#left.rows.partners(left) !== (isTakenBack ? 1 : 0)) return;
    const kind = this.#isAnti ? (isTakenBack ? ChangeKind.insert : ChangeKind.delete) : this.#kindOf(row);
    const out = this.#batch.count++;
    this.#left.code.load(left, out);
    this.#setKind(out, kind);
  }

  /** All partners have been met. */
  #finish(row: number, isLeft: boolean): void {
    const own = isLeft ? this.#left : this.#right;
    if (this.#givesPairs) this.#finishPairs(row, own);
    else if (isLeft) this.#finishLeft(row);
    this.#keep(row, own, isLeft);
  }

  #finishPairs(row: number, own: Side): void {
    // A row that can never have a partner need not wait for the end.
    const isNow = this.#givesPadding || (!this.#isLazy && (this.#keyOf[row] as number) < 0) || this.#isOver(row, own === this.#left);
    if (!own.keepsAll || this.#found > 0 || !isNow) return;
    const out = this.#batch.count++;
    own.code.give(row, out);
    (own === this.#left ? this.#right : this.#left).code.pad(out);
    this.#setKind(out, this.#isTakenBack(row) ? ChangeKind.delete : ChangeKind.insert);
  }

  /** When a row need not be kept any longer: Infinity where it must be. */
  #overAt(row: number, isLeft: boolean): number {
    const {interval} = this.#parts;
    if (interval === null) return Infinity;
    const {time, reachMs} = isLeft ? interval.left : interval.right;
    const {unitMs} = interval;
    return Math.ceil(((time.numbers[row] as number) + reachMs + 1) / unitMs) * unitMs;
  }

  #isOver(row: number, isLeft: boolean): boolean {
    return this.#overAt(row, isLeft) <= this.#watermark;
  }

  #finishLeft(row: number): void {
    const isNow = !this.#isAnti || this.#givesPadding || (this.#keyOf[row] as number) < 0;
    const hasPartner = this.#found > 0;
    if (this.#isLazy || hasPartner === this.#isAnti || !isNow) return;
    const out = this.#batch.count++;
    this.#left.code.give(row, out);
    this.#setKind(out, this.#kindOf(row));
  }

  #keep(row: number, own: Side, isLeft: boolean): void {
    const key = this.#keyOf[row] as number;
    if (key < 0) return;
    if (this.#isTakenBack(row)) {
      const stored = own.code.keep(row, false);
      if (stored >= 0) own.rows.leave(key, stored);
      this.#emptied.push(key);
      return;
    }
    if (!isLeft && this.#isOnlySignal && own.rows.last(key) >= 0) return own.rows.renew(own.rows.last(key));
    if (this.#parts.windows !== null) this.#enterWindow(this.#parts.windows, row, key, isLeft);
    const {interval} = this.#parts;
    if (interval !== null && this.#isOver(row, isLeft)) {
      this.#emptied.push(key);
      return;
    }
    const stored = own.code.keep(row, true);
    if (interval !== null) {
      const {rows} = isLeft ? interval.left : interval.right;
      rows.add(rows.idOf(0, this.#overAt(row, isLeft)), stored);
    }
    own.rows.enter(key, stored);
    if (own.rows.countsPartners) own.rows.setPartners(stored, this.#found);
  }

  /** The first row of a key tells in which window all of its rows are. */
  #enterWindow(windows: JoinWindows, row: number, key: number, isLeft: boolean): void {
    const {left, right} = this.#parts;
    if (left.last(key) >= 0 || right.last(key) >= 0) return;
    const {start, end} = isLeft ? windows.left : windows.right;
    windows.open.add(windows.open.idOf(start.numbers[row] as number, end.numbers[row] as number), key);
  }

  advance(watermark: number): void {
    this.#watermark = watermark;
    const {windows, interval} = this.#parts;
    if (this.isDue) return;
    if (windows !== null) this.#closed = windows.open.closedBy(watermark);
    if (interval === null) return;
    this.#closed = interval.left.rows.closedBy(watermark);
    this.#closedRight = interval.right.rows.closedBy(watermark);
  }
  get isDue(): boolean {
    return this.#closed.length > 0 || this.#closedRight.length > 0;
  }
  get delayMs(): number {
    const {interval} = this.#parts;
    return interval === null ? 0 : Math.max(0, interval.left.reachMs, interval.right.reachMs) + interval.unitMs;
  }
  emit(mostRows: number): void {
    this.#end ??= this.#parts.interval === null ? this.#closing() : this.#passing(this.#parts.interval);
    if (!this.#takeTurns(this.#end, mostRows)) return;
    this.#end = null;
    this.#closed = [];
    this.#closedRight = [];
  }

  /** Rows that the other side is past: without a partner they come out now. */
  *#passing({left, right}: JoinReach): Generator<undefined, undefined> {
    yield* this.#passed(this.#left, left, this.#closed);
    yield* this.#passed(this.#right, right, this.#closedRight);
    for (let key = this.#emptied.pop(); key !== undefined; key = this.#emptied.pop()) {
      this.#dropIfEmpty(key);
      yield;
    }
    return undefined;
  }

  *#passed(side: Side, reach: SideReach, over: readonly OpenWindow[]): Generator<undefined> {
    for (const window of over) {
      for (const row of window.rows) {
        if (side.keepsAll && side.rows.partners(row) === 0) yield* this.#last(side, row);
        else yield;
        this.#emptied.push(side.rows.forgetRow(row));
      }
      reach.rows.drop(window);
    }
  }

  *#closing(): Generator<undefined, undefined> {
    const {keys, left, right, windows} = this.#parts;
    for (const window of this.#closed) {
      for (const key of window.rows) {
        yield* this.#remainingOf(key);
        left.forget(key);
        right.forget(key);
        keys.remove(key);
      }
      windows?.open.drop(window);
    }
    return undefined;
  }

  /** Keys of which no row is left. Later rows of the inbox may have named them, so they stay until it is empty. */
  #dropEmptied(): void {
    for (const key of this.#emptied) this.#dropIfEmpty(key);
    this.#emptied.length = 0;
  }

  #dropIfEmpty(key: number): void {
    const {keys, left, right} = this.#parts;
    if (!keys.isFree(key) && left.last(key) < 0 && right.last(key) < 0) keys.remove(key);
  }

  #workEnd(mostRows: number): void {
    this.#end ??= this.#remaining();
    if (this.#takeTurns(this.#end, mostRows)) this.#hasEnded = true;
  }

  /** True: there are no more. */
  #takeTurns(turns: Generator<undefined, undefined>, most: number): boolean {
    for (let left = most; left > 0; left--) if (turns.next().done === true) return true;
    return false;
  }

  /** What comes at the end: of each key the pairs, where they have not been given, and the rows without a partner. One row at most for each turn. */
  *#remaining(): Generator<undefined, undefined> {
    const {keys} = this.#parts;
    for (let key = 0; key < keys.rowCount; key++) if (!keys.isFree(key)) yield* this.#remainingOf(key);
    return undefined;
  }

  *#remainingOf(key: number): Generator<undefined> {
    for (const left of this.#left.rows.ring(key)) {
      if (this.#isLazy && this.#givesPairs && !this.#hasNull(key)) yield* this.#pairsOf(key, left);
      const isAlone = this.#left.rows.countsPartners && this.#left.rows.partners(left) === 0;
      const isSemi = this.#parts.type === 'semi';
      const comesOut = isSemi ? this.#isLazy && !isAlone : isAlone && (this.#isAnti || this.#left.keepsAll);
      if (comesOut) yield* this.#last(this.#left, left);
      else yield;
    }
    if (!this.#right.keepsAll) return;
    for (const right of this.#right.rows.ring(key)) {
      if (this.#right.rows.partners(right) === 0) yield* this.#last(this.#right, right);
      else yield;
    }
  }

  *#pairsOf(key: number, left: number): Generator<undefined> {
    for (const right of this.#right.rows.ring(key)) {
      for (let times = this.#left.rows.count(left) * this.#right.rows.count(right); times > 0; times--) {
        const out = this.#batch.count;
        this.#left.code.load(left, out);
        this.#right.code.load(right, out);
        if (this.#parts.code.test(out)) this.#batch.count++;
        else times = 0;
        yield;
      }
    }
  }

  *#last(side: Side, stored: number): Generator<undefined> {
    for (let times = side.rows.count(stored); times > 0; times--) {
      const out = this.#batch.count++;
      side.code.load(stored, out);
      if (this.#givesPairs) (side === this.#left ? this.#right : this.#left).code.pad(out);
      yield;
    }
  }

  /** Between steps it has given everything that comes at the end, or nothing yet. */
  save(_what: 'full' | 'changes', image: ImageWriter): void {
    image.u8(this.#hasEnded ? 1 : 0);
  }
  load(image: ImageReader): void {
    this.#hasEnded = image.u8() === 1;
  }
}
