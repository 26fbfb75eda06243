import {assert} from '../base/problem.ts';
import {js} from '../code/js.ts';
import {type Batch, Tag, type Vector} from '../flow/batch.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {keyKindOf} from '../state/key-cells.ts';
import {SessionStore} from '../state/session-store.ts';
import {LateRows} from '../state/window-groups.ts';
import {instantToLocal} from '../types/time-zone.ts';
import {keyOfExpression, probe} from './group-probe.ts';
import {materialize} from './materialize.ts';
import type {Build, NodeCompiler} from './node-compiler.ts';
import {batchOf} from './queued-stage.ts';
import {Stage, type TimedWork} from './stage.ts';
import {closesAtOf, windowTimeOf} from './window-time.ts';

/** Keeps rows until their session is over, and gives them with its bounds. */
export const sessionWindow: NodeCompiler<'session-window'> = {
  kind: 'stage',
  usesTime: () => true,
  stage(node, index, build) {
    return new SessionStage(index, new Sessions(node, build), build.stepRows);
  },
  write(node, segment, input, build, index) {
    const stage = build.stage(index);
    assert(stage instanceof SessionStage, 'the stage of sessions has its rows');
    const {store, late, toLocal} = stage.sessions;
    const {writer} = segment;
    const time = materialize(segment, node.time, input.columns, 'the time of the session');
    if (time.type.nullable) writer.line(js`if (${segment.tag(time)} & 1) ${segment.leave}`);
    const keys = node.keys.map(key => keyOfExpression(segment, store.keys, key, input.columns, 'a key of the sessions'));
    const at =
      toLocal === null ? segment.value(time) : js`${writer.bind('toLocal', toLocal, 'local time of the session')}(${segment.value(time)})`;
    const group = probe(segment, store.keys, keys, {meaning: 'keys with open sessions'});
    const sessions = writer.bind('sessions', store, 'rows in sessions');
    const columns = writer.bind(
      'columns',
      input.columns.map(column => column.vector),
      'columns to be kept',
    );
    const before = node.isProcessing ? js`-Infinity` : input.time.before(writer);
    const kind = input.kinds === null ? js`0` : js`${writer.bind('kinds', input.kinds, 'change kinds of the input')}[row]`;
    writer.line(
      js`if (!${sessions}.add(${group.row}, ${at}, ${before}, ${columns}, row, ${kind})) ${writer.bind('late', late, 'rows that came too late')}.count++;`,
    );
  },
};

class SessionStage extends Stage {
  readonly sessions: Sessions;
  constructor(node: number, sessions: Sessions, mostRows: number) {
    super(node, sessions.batch, {timed: sessions, mostRows});
    this.sessions = sessions;
  }
}

class Sessions implements TimedWork {
  readonly store: SessionStore;
  readonly late = new LateRows();
  readonly batch: Batch;
  readonly toLocal: ((instant: number) => number) | null;
  readonly #node: NodeOf<'session-window'>;
  readonly #build: Build;
  readonly #timeOf: (end: number) => number;
  #watermark = -Infinity;

  constructor(node: NodeOf<'session-window'>, build: Build) {
    this.#node = node;
    this.#build = build;
    const isLocal = node.time.type.kind === 'TIMESTAMP_LTZ';
    const {timeZone} = build;
    this.toLocal = isLocal && timeZone !== 'UTC' ? instant => instantToLocal(timeZone, instant) : null;
    this.#timeOf = windowTimeOf(isLocal, timeZone);
    const retracts = node.changelog !== 'append';
    this.batch = batchOf(build, node.schema, retracts);
    this.store = new SessionStore(build.memory, {
      keys: node.keys.map(key => keyKindOf(key.type)),
      types: node.schema.columns.slice(0, node.width).map(column => column.type),
      gapMs: node.gapMs,
      closesAtOf: closesAtOf(isLocal, timeZone),
      retracts,
    });
    build.keep(this.store);
    build.keep(this.late);
    build.countLate(this.late);
  }

  advance(watermark: number): void {
    if (!this.#node.isProcessing) this.#watermark = watermark;
  }

  get isDue(): boolean {
    if (this.#node.isProcessing) this.#watermark = this.#build.clock.now();
    return this.store.over(this.#watermark) >= 0;
  }

  get wakesAtMs(): number | null {
    return this.#node.isProcessing ? this.store.earliest : null;
  }

  emit(mostRows: number): void {
    let count = 0;
    for (let session = this.store.over(this.#watermark); session >= 0 && count < mostRows; session = this.store.over(this.#watermark)) {
      const [start, end] = [this.store.start(session), this.store.end(session)];
      for (let isLast = false; !isLast && count < mostRows; count++) {
        this.#put(start, end, count);
        if (this.batch.kinds !== null) this.batch.kinds[count] = this.store.kindOf(session);
        isLast = this.store.take(session, this.batch.vectors, count);
      }
    }
    this.batch.count = count;
  }

  #put(start: number, end: number, row: number): void {
    for (const [index, column] of this.#node.adds.entries()) {
      const vector = this.batch.vectors[this.#node.width + index] as Vector;
      vector.numbers[row] = column === 'start' ? start : column === 'end' ? end : this.#timeOf(end);
      vector.tags[row] = Tag.value;
    }
  }
}
