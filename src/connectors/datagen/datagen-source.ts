import type {Clock} from '../../base/clock.ts';
import type {Memory} from '../../base/memory.ts';
import type {Batch, Vector} from '../../flow/batch.ts';
import {writeValue} from '../../flow/cells.ts';
import type {Position, RowSource} from '../../flow/source.ts';
import type {WantedPath} from '../../plan/table.ts';
import type {SqlType} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import type {ConnectorContext, ConnectorTable} from '../define.ts';
import {always} from '../feed/feed.ts';
import {type Generator, makeGenerator, shortest} from './generator.ts';

/** Rows become due this often, so that a low rate looks even and a high one costs few wake-ups. */
const tickMs = 100;

/** Makes rows by their numbers: a position is the number of the next one, and the seed. */
export class DatagenSource implements RowSource {
  readonly kind = 'rows';
  readonly #table: ConnectorTable;
  readonly #wanted: readonly WantedPath[];
  readonly #memory: Memory;
  readonly #clock: Clock;
  readonly #timeZone: string;
  readonly #rowsPerSecond: number;
  #seed: number;
  #rows = Infinity;
  #next = 0;
  #firstRow = 0;
  #startMs = 0;
  #columns: readonly {readonly generator: Generator; readonly type: SqlType}[] = [];
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  constructor(table: ConnectorTable, context: ConnectorContext, wanted: readonly WantedPath[]) {
    this.#table = table;
    this.#wanted = wanted;
    this.#memory = context.memory;
    this.#clock = context.clock;
    this.#timeZone = context.timeZone;
    this.#rowsPerSecond = Number(table.options.get('rows-per-second'));
    // Without a seed of the person's, each run has its own.
    this.#seed = Number(table.options.get('seed') ?? context.clock.now() % 2 ** 32);
  }

  async open(from: Position): Promise<void> {
    if (from !== null) {
      const position = from as {readonly row: number; readonly seed: number};
      this.#next = position.row;
      this.#firstRow = position.row;
      this.#seed = position.seed;
    }
    const generators = this.#table.columns.map(({name, type}) => makeGenerator(name, type, this.#generatorContext()));
    this.#rows = Math.min(Number(this.#table.options.get('number-of-rows') ?? Infinity), shortest(generators) ?? Infinity);
    this.#columns = this.#wanted.map(wanted => ({type: wanted.type, generator: this.#wantedGenerator(wanted, generators)}));
    this.#startMs = this.#clock.now();
  }

  fill(batch: Batch, mostRows: number): 'rows' | 'nothing' | 'ended' {
    if (this.#closed || this.#next >= this.#rows) return 'ended';
    const count = Math.min(mostRows, this.#rows - this.#next, this.#due() - this.#next);
    if (count <= 0) return 'nothing';
    for (const [index, {generator, type}] of this.#columns.entries()) {
      const vector = batch.vectors[index] as Vector;
      if (generator.write !== undefined) generator.write(this.#memory, vector, this.#next, count);
      else for (let at = 0; at < count; at++) writeValue(this.#memory, vector, at, type, generator.value(this.#next + at), this.#timeZone);
    }
    batch.count = count;
    this.#next += count;
    return 'rows';
  }

  ready(): Promise<void> {
    if (this.#closed || this.#next >= this.#rows || this.#due() > this.#next) return always;
    const sinceTickMs = (this.#clock.now() - this.#startMs) % tickMs;
    return new Promise(resolve => {
      this.#wake = resolve;
      this.#timer = setTimeout(resolve, tickMs - sinceTickMs);
    });
  }

  position(): Position {
    return {row: this.#next, seed: this.#seed};
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#wake?.();
  }

  /** The number of the first row that is not due yet. */
  #due(): number {
    const ticks = Math.floor((this.#clock.now() - this.#startMs) / tickMs);
    return this.#firstRow + Math.ceil((this.#rowsPerSecond * (ticks + 1) * tickMs) / 1000);
  }

  #generatorContext() {
    return {
      options: this.#table.options,
      seed: this.#seed,
      clock: this.#clock,
      timeZone: this.#timeZone,
      problems: [],
      used: new Set<string>(),
    };
  }

  #wantedGenerator(wanted: WantedPath, generators: readonly Generator[]): Generator {
    if (wanted.kind === 'metadata') return {rows: null, value: () => null};
    const top = generators[wanted.ordinal] as Generator;
    if (wanted.path.length === 1) return top;
    const pick = fieldPicker(this.#table.columns[wanted.ordinal]?.type as SqlType, wanted.path.slice(1));
    return {rows: top.rows, value: row => pick(top.value(row))};
  }
}

/** Takes a nested field out of a ROW value; NULL inside NULL is NULL. */
function fieldPicker(type: SqlType, path: readonly string[]): (value: Value) => Value {
  const indexes: number[] = [];
  let inner = type;
  for (const name of path) {
    if (inner.kind !== 'ROW') break;
    const index = inner.fields.findIndex(field => field.name === name);
    indexes.push(index);
    inner = inner.fields[index]?.type as SqlType;
  }
  return value => indexes.reduce<Value>((row, index) => (row === null ? null : ((row as readonly Value[])[index] ?? null)), value);
}
