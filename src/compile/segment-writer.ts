import type {Memory} from '../base/memory.ts';
import {type Js, js} from '../code/js.ts';
import {Writer} from '../code/writer.ts';
import {writeValue} from '../flow/cells.ts';
import {type Batch, Tag, Vector} from '../flow/batch.ts';
import type {Expr} from '../plan/expression.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import {evaluator, type EvaluationContext} from './evaluate.ts';
import type {Rejects} from './rejects.ts';
import type {Stage} from './stage.ts';
import {TextFunctions} from './text-functions.ts';

/** Names of the cells of one vector at the row being worked on, once they have been read. */
interface Locals {
  tag?: Js;
  value?: Js;
  pointer?: Js;
  length?: Js;
}

/** What a function calls a table's index, and what it needs to find a bucket in it. */
export interface IndexNames {
  readonly index: Js;
  readonly shift: Js;
  readonly mask: Js;
}

/**
 * Writes one segment: a loop over the rows of a stage's batch, in which every fused operator has its lines. Cells are read into locals where they are first
 * needed; a row is left with `leave` as soon as it is known that nobody wants it.
 */
export class SegmentWriter {
  readonly writer = new Writer();
  readonly context: EvaluationContext;
  readonly rejects: Rejects;
  readonly texts: TextFunctions;
  /** The row number in generated code. */
  readonly row = js`row`;
  /** Abandons the row: in the whole segment, or in the branch being written. */
  leave = js`continue rows;`;
  /** Writes functions of the module, before the one that runs the segment. */
  readonly #functions: (write: () => void) => void;
  #beforeLoop: (write: () => void) => void;
  readonly #fills = new Map<Stage, number>();
  /** By vector, or by what was computed. */
  #scopes: Map<Vector | string, Locals>[] = [new Map()];
  #indexes = new Map<object, IndexNames>();

  constructor(context: EvaluationContext, rejects: Rejects) {
    this.context = context;
    this.rejects = rejects;
    this.texts = new TextFunctions(context.memory);
    this.#functions = this.writer.place();
    this.#beforeLoop = this.#functions;
  }

  /**
   * The function that runs the segment over rows [from, to) of its batch; `body` writes what happens to one row. It returns the row it got to: less than `to`
   * when a stage that it fills had no room for more.
   */
  loop(input: RowShape, body: () => void): void {
    const {writer} = this;
    writer.block(js`return function run(from, to)`, () => {
      this.#beforeLoop = writer.place();
      writer.line(js`let row = from;`);
      const head = writer.place();
      writer.indented(body);
      head(() => writer.line(js`rows: for (; row < to${this.#room(input)}; row++) {`));
      writer.line(js`}`);
      writer.line(js`return row;`);
    });
  }

  /** That every stage that is filled has room for what a row (for an update: its pair) may add. */
  #room(input: RowShape): Js {
    let room = js``;
    for (const [stage, rows] of this.#fills) {
      const pair = input.kinds !== null && input.hasPairs ? 2 : 1;
      const batch = this.batch(stage.inbox, 'rows for the next operator');
      const hasRoom = js`${batch}.count <= ${stage.capacityFor(rows * pair) - rows * pair}`;
      const kinds = pair === 2 ? this.writer.bind('kinds', input.kinds, 'change kinds of the input') : null;
      room = kinds === null ? js`${room} && ${hasRoom}` : js`${room} && (${hasRoom} || ${kinds}[row] === 2)`;
    }
    return room;
  }

  /**
   * The names under which a function knows a table's index, read once before its loop. One set of names a table, however often it is looked into: whoever
   * inserts a row brings them up to date, and a second set would go on looking into the index of before.
   */
  indexOf(table: object, read: (names: IndexNames) => Js): IndexNames {
    const known = this.#indexes.get(table);
    if (known !== undefined) return known;
    const {writer} = this;
    const names = {index: writer.name('index'), shift: writer.name('shift'), mask: writer.name('mask')};
    this.before(read(names));
    this.#indexes.set(table, names);
    return names;
  }

  /** Writes a line before the loop. */
  before(code: Js): void {
    this.#beforeLoop(() => this.writer.line(code));
  }

  /** A function of the module over the row; `body` writes it. It returns false when the row is left. */
  part(body: () => void): Js {
    const name = this.writer.name('part');
    this.function(js`function ${name}(row)`, () => {
      const {leave} = this;
      this.leave = js`return false;`;
      body();
      this.leave = leave;
      this.writer.line(js`return true;`);
    });
    return name;
  }

  /** A function of the module, written apart: locals of the loop are not seen in it. */
  function(head: Js, body: () => void): void {
    const scopes = this.#scopes;
    const before = this.#beforeLoop;
    const indexes = this.#indexes;
    this.#scopes = [new Map()];
    this.#indexes = new Map();
    this.#functions(() =>
      this.writer.block(head, () => {
        this.#beforeLoop = this.writer.place();
        body();
      }),
    );
    this.#scopes = scopes;
    this.#beforeLoop = before;
    this.#indexes = indexes;
  }

  /** Notes that a row of this segment may add so many rows to a stage's batch: the loop pauses while there is less room. */
  fills(stage: Stage, rows: number): void {
    this.#fills.set(stage, (this.#fills.get(stage) ?? 0) + rows);
  }

  get memory(): Memory {
    return this.context.memory;
  }

  /** Writes what `body` writes as a branch of its own: leaving a row there goes on after it. */
  branch(body: () => void): void {
    const label = this.writer.name('branch');
    const {leave} = this;
    this.leave = js`break ${label};`;
    this.#scopes.push(new Map());
    this.writer.block(js`${label}:`, body);
    this.#scopes.pop();
    this.leave = leave;
  }

  /** A block whose locals are not seen behind it. */
  block(head: Js, body: () => void): void {
    this.#scopes.push(new Map());
    this.writer.block(head, body);
    this.#scopes.pop();
  }

  /** What `write` writes and the locals it reads; taken back when it gives null. */
  attempt<T>(write: () => T | null): T | null {
    const scope = new Map<Vector | string, Locals>();
    this.#scopes.push(scope);
    const result = this.writer.attempt(write);
    this.#scopes.pop();
    const outer = this.#scopes.at(-1) as Map<Vector | string, Locals>;
    if (result !== null) for (const [vector, locals] of scope) outer.set(vector, {...outer.get(vector), ...locals});
    return result;
  }

  numbers(column: ColumnSource): Js {
    return this.writer.bind('numbers', column.vector.numbers, column.title);
  }
  tags(column: ColumnSource): Js {
    return this.writer.bind('tags', column.vector.tags, column.title);
  }
  ranges(column: ColumnSource): Js {
    return this.writer.bind('ranges', column.vector.ranges, column.title);
  }

  tag(column: ColumnSource): Js {
    return this.#local(column, 'tag', () => js`${this.tags(column)}[row]`);
  }
  value(column: ColumnSource): Js {
    return this.#local(column, 'value', () => js`${this.numbers(column)}[row]`);
  }
  pointer(column: ColumnSource): Js {
    return this.#local(column, 'pointer', () => js`${this.ranges(column)}[2 * row]`);
  }
  length(column: ColumnSource): Js {
    return this.#local(column, 'length', () => js`${this.ranges(column)}[2 * row + 1]`);
  }

  #local(column: ColumnSource, part: keyof Locals, read: () => Js): Js {
    for (const scope of this.#scopes) {
      const known = scope.get(column.vector)?.[part];
      if (known !== undefined) return known;
    }
    const name = this.writer.const(part, read());
    const scope = this.#scopes.at(-1) as Map<Vector | string, Locals>;
    const locals = scope.get(column.vector) ?? {};
    locals[part] = name;
    scope.set(column.vector, locals);
    return name;
  }

  /** The names of what a computation gives for the row being worked on: written where it is first needed. `key` says what is computed of which names. */
  once(key: string, write: () => Locals): Locals {
    const known = this.#scopes.find(scope => scope.has(key))?.get(key);
    if (known !== undefined) return known;
    const locals = write();
    this.#scopes.at(-1)?.set(key, locals);
    return locals;
  }

  /** Whether `once` would write nothing. */
  knows(key: string): boolean {
    return this.#scopes.some(scope => scope.has(key));
  }

  /** A new column, to be written at the same row numbers. */
  newColumn(type: ColumnSource['type'], title: string): ColumnSource {
    return {vector: new Vector(this.memory, physicalOf(type)), type, title};
  }

  /** A column that has one value in every row: written now, never again. */
  constantColumn(expr: Expr & {readonly kind: 'literal'}, title: string): ColumnSource {
    const column = this.newColumn(expr.type, title);
    const {vector} = column;
    const {memory} = this;
    const mark = memory.mark();
    writeValue(memory, vector, 0, expr.type, expr.value, this.context.timeZone);
    const tag = vector.tags[0] as number;
    if (vector.physical === 'text' && !(tag & Tag.null)) {
      const [pointer, length] = [vector.ranges[0] as number, vector.ranges[1] as number];
      vector.ranges[0] = this.keepBytes(memory.bytes.subarray(pointer, pointer + length));
    }
    // Scratch is handed back; a wide constant keeps its place in the list, below every later mark.
    if (tag !== Tag.wide) memory.release(mark);
    for (let row = 1; row < vector.capacity; row++) {
      vector.tags[row] = tag;
      vector.ranges.copyWithin(row * 2, 0, 2);
    }
    return column;
  }

  /** Bytes that stay in engine memory for its life. */
  keepBytes(bytes: Uint8Array): number {
    const pointer = this.memory.allocate(bytes.length);
    this.memory.bytes.set(bytes, pointer);
    return pointer;
  }

  /** A function that computes an expression by its definition into a column; false when the row was rejected. */
  computing(expr: Expr, columns: readonly ColumnSource[], target: ColumnSource): Js {
    const evaluate = evaluator(expr, columns, this.context);
    const {rejects} = this;
    const {memory, timeZone} = this.context;
    const compute = (row: number): boolean => {
      try {
        writeValue(memory, target.vector, row, target.type, evaluate(row), timeZone);
        return true;
      } catch (error) {
        rejects.reject(error, row);
        return false;
      }
    };
    return this.writer.bind('compute', compute, target.title);
  }

  /** A function that says whether a condition is TRUE by its definition; false, too, when the row was rejected. */
  testing(expr: Expr, columns: readonly ColumnSource[], title: string): Js {
    const evaluate = evaluator(expr, columns, this.context);
    const {rejects} = this;
    const test = (row: number): boolean => {
      try {
        return evaluate(row) === true;
      } catch (error) {
        rejects.reject(error, row);
        return false;
      }
    };
    return this.writer.bind('test', test, title);
  }

  /** Tells what a column's cell at this row holds, so that nobody reads it again. */
  know(column: ColumnSource, value: Js, tag: Js): void {
    const scope = this.#scopes.at(-1) as Map<Vector | string, Locals>;
    scope.set(column.vector, {...scope.get(column.vector), value, tag});
  }

  /** Reads all of a column's cell into locals. */
  readCell(column: ColumnSource): void {
    this.tag(column);
    if (column.vector.physical === 'text') {
      this.pointer(column);
      this.length(column);
    } else this.value(column);
  }

  /** Copies a column's cell into a row of another vector. */
  copyCell(column: ColumnSource, target: Vector, targetRow: Js, title: string): void {
    const to: ColumnSource = {vector: target, type: column.type, title};
    if (target.physical === 'text') {
      this.writer.line(js`${this.ranges(to)}[2 * ${targetRow}] = ${this.pointer(column)};`);
      this.writer.line(js`${this.ranges(to)}[2 * ${targetRow} + 1] = ${this.length(column)};`);
    } else this.writer.line(js`${this.numbers(to)}[${targetRow}] = ${this.value(column)};`);
    this.writer.line(js`${this.tags(to)}[${targetRow}] = ${this.tag(column)};`);
  }

  batch(batch: Batch, meaning: string): Js {
    return this.writer.bind('batch', batch, meaning);
  }

  /** Notes the watermark before the row being worked on beside the row that it becomes in a stage that carries time. */
  carryTime(stage: Stage, target: Js, input: RowShape): void {
    const {writer} = this;
    if (stage.inboxWatermarks === null) return;
    const name = writer.bind('stage', stage, 'where the rows go on');
    const source = writer.bind('watermark', input.time.source, 'how far time has come');
    const others = writer.name('others');
    const floor = writer.name('floor');
    this.before(js`const ${others} = ${name}.watermarkOfOthers(${source}), ${floor} = ${name}.watermark.value;`);
    const kept = writer.bind('watermarks', stage.inboxWatermarks, 'the watermark before each row that goes on');
    writer.line(js`${kept}[${target}] = Math.max(${floor}, Math.min(${others}, ${input.time.before(writer)}));`);
  }
}
