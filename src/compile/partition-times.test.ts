import {describe, expect, test} from 'vitest';
import {Memory} from '../base/memory.ts';
import {createCatalog} from '../connectors/catalog.ts';
import {readValue, writeValue} from '../flow/cells.ts';
import type {Plan} from '../plan/plan.ts';
import {planScript} from '../plan/plan-script.ts';
import {parseScript} from '../sql/parse.ts';
import {createEngine} from './compile.ts';
import type {Engine} from './engine.ts';

/** A stream with partitions; windows of ten seconds, and the rows that come too late for them. */
function planOf(idleAfter: string | null, query: string): Plan {
  const options = {
    connector: 'kafka',
    topic: 't',
    'properties.bootstrap.servers': 'nowhere:1',
    format: 'json',
    ...(idleAfter === null ? {} : {'scan.watermark.idle-timeout': idleAfter}),
  };
  const pairs = Object.entries(options).map(([key, value]) => `'${key}' = '${value}'`);
  const text = `CREATE TABLE t (n INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH (${pairs.join(', ')}); ${query};`;
  const source = {name: 'test.sql', text};
  const {plan, problems} = planScript({
    source,
    script: parseScript(source, {lenient: false}).script,
    catalog: createCatalog({directory: '/', externals: new Map()}),
    parameters: new Map(),
    mode: 'script',
    changelog: false,
    timeZone: 'UTC',
  });
  if (plan === null) throw new Error(problems.map(({message}) => message).join('; '));
  return plan;
}

const sums = `SELECT SUM(n) AS total FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`;

class Bench {
  readonly engine: Engine;
  now = 0;
  readonly #memory = new Memory(1 << 24);
  #out: number[] = [];

  constructor(plan: Plan, partitions: number, images: readonly Uint8Array[] = []) {
    this.engine = createEngine({plan, memory: this.#memory, clock: {now: () => this.now}, rejectRow: () => false});
    this.engine.restore(images);
    const [output] = this.engine.outputs;
    if (output === undefined) throw new Error('a plan has a sink');
    output.deliver = () => {
      for (let at = 0; at < output.batch.count; at++) {
        const row = output.batch.selection[at] as number;
        this.#out.push(Number(readValue(this.#memory, output.batch.vectors[0]!, row, output.node.schema.columns[0]!.type, 'UTC')));
      }
    };
    this.input.partitions?.grow(partitions);
    this.step();
  }

  get input() {
    const [input] = this.engine.inputs;
    if (input?.partitions === undefined || input.partitions === null) throw new Error('the input has partitions');
    return {...input, partitions: input.partitions};
  }

  /** Rows as partition, number and second; gives what came out by them. */
  push(...rows: readonly (readonly [partition: number, n: number, second: number])[]): readonly number[] {
    const {input} = this;
    const {batch, partitions, node} = input;
    for (const [row, [partition, n, second]] of rows.entries()) {
      partitions.numbers[row] = partition;
      writeValue(this.#memory, batch.vectors[0]!, row, node.wanted[0]!.type, n, 'UTC');
      writeValue(this.#memory, batch.vectors[1]!, row, node.wanted[1]!.type, 1000 * second, 'UTC');
    }
    batch.count = rows.length;
    input.push();
    return this.step();
  }

  step(): readonly number[] {
    while (this.engine.step());
    return this.#out.splice(0);
  }
}

describe('partitions of an input', () => {
  test('are waited for, all of them', () => {
    const bench = new Bench(planOf(null, sums), 2);
    expect(bench.push([0, 1, 5], [0, 2, 25])).toEqual([]);
    expect(bench.push([1, 4, 3], [1, 8, 9])).toEqual([]);
    expect(bench.push([1, 16, 12])).toEqual([13]);
    expect(bench.engine.lateRows).toBe(0);
    bench.input.end();
    expect(bench.step()).toEqual([16, 2]);
  });

  test('have late rows by their own watermarks, however rows are cut into batches', () => {
    const rows = [
      [0, 1, 25],
      [1, 2, 5],
      [0, 4, 6],
      [1, 8, 12],
      [1, 16, 4],
      [0, 32, 26],
    ] as const;
    for (const size of [1, 2, 6]) {
      const bench = new Bench(planOf(null, sums), 2);
      const out: number[] = [];
      for (let at = 0; at < rows.length; at += size) out.push(...bench.push(...rows.slice(at, at + size)));
      bench.input.end();
      out.push(...bench.step());
      expect(out).toEqual([2, 8, 33]);
      expect(bench.engine.lateRows).toBe(2);
    }
  });

  test('are not waited for when they have ended', () => {
    const bench = new Bench(planOf(null, sums), 2);
    expect(bench.push([0, 1, 5], [0, 2, 25])).toEqual([]);
    bench.input.partitions.end(1);
    expect(bench.step()).toEqual([1]);
    expect(bench.engine.wakesAtMs).toBeNull();
  });

  test('are not waited for when they are idle; when they come back, what is over is over', () => {
    const bench = new Bench(planOf('1 s', sums), 2);
    expect(bench.push([0, 1, 5], [1, 2, 6])).toEqual([]);
    bench.now = 600;
    expect(bench.push([0, 4, 31])).toEqual([]);
    expect(bench.engine.wakesAtMs).toBe(1000);
    bench.now = 1000;
    expect(bench.step()).toEqual([3]);
    expect(bench.engine.wakesAtMs).toBe(1600);
    expect(bench.push([1, 8, 7])).toEqual([]);
    expect(bench.engine.lateRows).toBe(1);
    expect(bench.push([1, 16, 32], [0, 32, 41])).toEqual([]);
    expect(bench.push([1, 64, 40])).toEqual([20]);
  });

  test('that come later begin where the others are', () => {
    const bench = new Bench(planOf(null, sums), 1);
    expect(bench.push([0, 1, 5], [0, 2, 25])).toEqual([1]);
    bench.input.partitions.grow(2);
    expect(bench.push([0, 4, 45], [1, 8, 9])).toEqual([]);
    expect(bench.engine.lateRows).toBe(1);
    expect(bench.push([1, 16, 31])).toEqual([2]);
  });

  test('keep their watermarks over a restart', () => {
    const plan = planOf(null, sums);
    const first = new Bench(plan, 2);
    first.push([0, 1, 25], [1, 2, 5]);
    const second = new Bench(plan, 2, [first.engine.capture('full')]);
    expect(second.push([0, 4, 6], [1, 8, 7])).toEqual([]);
    expect(second.engine.lateRows).toBe(1);
    expect(second.push([1, 16, 20])).toEqual([10]);
  });
});
