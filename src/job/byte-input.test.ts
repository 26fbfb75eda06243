import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Memory} from '../base/memory.ts';
import type {EngineInput} from '../compile/engine.ts';
import {createBatch, type Vector} from '../flow/batch.ts';
import {readValue} from '../flow/cells.ts';
import type {ByteSource, Position} from '../flow/source.ts';
import type {DecodeSpec, RecordDecoder} from '../formats/define.ts';
import {findFormat} from '../formats/index.ts';
import {fieldText} from '../types/row-text.ts';
import {bigintType, type Column, stringType} from '../types/sql-type.ts';
import {ByteInput} from './byte-input.ts';
import {Rejects} from './rejects.ts';

const columns: readonly Column[] = [
  {name: 'n', type: bigintType},
  {name: 'text', type: stringType},
];

/** Parts of bytes that arrive in pieces of given sizes, with pauses between some of them. */
class Pieces implements ByteSource {
  readonly kind = 'bytes';
  readonly startBytes = 0;
  readonly startLines = 0;
  part = {name: '', metadata: new Map<string, string>()};
  readonly #parts: readonly Uint8Array[];
  readonly #sizes: readonly number[];
  #part = 0;
  #at = 0;
  #reads = 0;

  constructor(parts: readonly string[], sizes: readonly number[]) {
    this.#parts = parts.map(part => Buffer.from(part));
    this.#sizes = sizes;
  }
  async open(): Promise<void> {}
  read(target: Uint8Array): number | 'nothing' | 'end-of-part' | 'ended' {
    const bytes = this.#parts[this.#part];
    if (bytes === undefined) return 'ended';
    this.part = {...this.part, name: `part${this.#part}`};
    const size = this.#sizes[this.#reads++ % this.#sizes.length] as number;
    if (size === 0) return 'nothing';
    if (this.#at === bytes.length) {
      this.#part++;
      this.#at = 0;
      return 'end-of-part';
    }
    const piece = bytes.subarray(this.#at, this.#at + Math.min(size, target.length));
    target.set(piece);
    this.#at += piece.length;
    return piece.length;
  }
  async ready(): Promise<void> {}
  positionAt(bytes: number, lines: number): Position {
    return {part: this.part.name, bytes, lines};
  }
  progress(): null {
    return null;
  }
  async close(): Promise<void> {}
}

interface Read {
  readonly rows: readonly string[];
  readonly places: readonly string[];
  readonly positions: readonly Position[];
}

function readAll(source: ByteSource, format: string, options: Readonly<Record<string, string>> = {}, maxRecordBytes = 1 << 20): Read {
  const memory = new Memory(1 << 24);
  const batch = createBatch(memory, ['integer', 'text'], false);
  const wanted = columns.map(({name, type}, ordinal) => ({kind: 'physical' as const, path: [name], ordinal, type}));
  const engineInput = {node: {wanted}, batch} as unknown as EngineInput;
  const places: string[] = [];
  const rejects = new Rejects({
    onError: 'skip',
    maxErrors: null,
    onProblem: ({place}) => places.push(place?.kind === 'data' ? place.where : ''),
  });
  const makeDecoder = (input: ByteInput): RecordDecoder => {
    const spec: DecodeSpec = {
      memory,
      columns,
      wanted: wanted.map((one, index) => ({...one, vector: batch.vectors[index] as Vector})),
      options: new Map(Object.entries(options)),
      timeZone: 'UTC',
      badField: 'reject',
      maxRecordBytes,
      reject: record => input.reject(record),
    };
    return findFormat(format)?.decoder?.(spec) as RecordDecoder;
  };
  const input = new ByteInput({engineInput, memory, source, makeDecoder, rejects, maxRecordBytes, timeZone: 'UTC'});
  const rows: string[] = [];
  const positions: Position[] = [];
  for (;;) {
    const mark = memory.mark();
    const taken = input.take(2048);
    if (taken === 'ended') return {rows, places, positions};
    if (taken === 'rows') {
      for (let row = 0; row < batch.count; row++) {
        const values = columns.map(({type}, index) => readValue(memory, batch.vectors[index] as Vector, row, type, 'UTC'));
        rows.push(
          `${input.origin(row).where} ${values.map((value, index) => fieldText(value, (columns[index] as Column).type, 'UTC')).join(' ')}`,
        );
      }
      positions.push(input.position());
    }
    memory.release(mark);
  }
}

const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.integer(), fc.string({unit: 'grapheme', maxLength: 60})).map(([n, text]) => JSON.stringify({n, text})),
  },
  {weight: 1, arbitrary: fc.constantFrom('', '  ', 'nonsense', '{"n":', '{"n":"x"}', '[1]', '\u0001', '"', '{}')},
);
const file = fc
  .tuple(fc.array(line, {maxLength: 30}), fc.boolean())
  .map(([lines, isEnded]) => lines.join('\n') + (isEnded && lines.length > 0 ? '\n' : ''));

describe('however the bytes arrive', () => {
  test('rows, places and rejected records are the same', () => {
    fc.assert(
      fc.property(
        fc.array(file, {minLength: 1, maxLength: 4}),
        fc.array(fc.integer({min: 0, max: 50}), {minLength: 1, maxLength: 9}),
        (parts, sizes) => {
          const whole = readAll(new Pieces(parts, [1 << 20]), 'json');
          const split = readAll(new Pieces(parts, [...sizes, 7]), 'json');
          expect(split.rows).toEqual(whole.rows);
          expect(split.places).toEqual(whole.places);
        },
      ),
      {numRuns: 150},
    );
  });

  test('of CSV with line ends in its fields, and a header in each part', () => {
    const part = (from: number) =>
      `text,n\n${Array.from({length: 40}, (_, index) => `"a ""b""\n${'c'.repeat(index)}",${from + index}\n`).join('')}`;
    const options = {header: 'true'};
    const whole = readAll(new Pieces([part(0), part(40)], [1 << 20]), 'csv', options);
    expect(whole.rows).toHaveLength(80);
    expect(whole.rows[41]).toBe('part1:4 41 a "b"\nc');
    for (const sizes of [[1], [3, 0], [17], [100, 0, 0]])
      expect(readAll(new Pieces([part(0), part(40)], sizes), 'csv', options).rows).toEqual(whole.rows);
  });
});

test('the position after each batch is the byte after its last record, with its line', () => {
  const records = Array.from({length: 5000}, (_, index) => `{"n":${index}}\n`);
  const parts = [records.slice(0, 3000).join(''), records.slice(3000).join('')];
  const {positions} = readAll(new Pieces(parts, [1000]), 'json');
  let last = {part: 'part0', bytes: 0, lines: 0};
  for (const position of positions as unknown as (typeof last)[]) {
    const text = parts[position.part === 'part0' ? 0 : 1] as string;
    expect(text.slice(0, position.bytes).split('\n').length - 1).toBe(position.lines);
    expect(text[position.bytes - 1]).toBe('\n');
    if (position.part === last.part) expect(position.bytes).toBeGreaterThan(last.bytes);
    last = position;
  }
  expect(last).toEqual({part: 'part1', bytes: (parts[1] as string).length, lines: 2000});
});

describe('large records', () => {
  const large = (size: number) => `{"n":2,"text":"${'x'.repeat(size - 18)}"}\n`;

  test('of many pieces are read in time that grows with their size', () => {
    const bytes = 700_000;
    const {rows} = readAll(new Pieces([`{"n":1}\n${large(bytes)}{"n":3}\n`], [1000, 0]), 'json');
    expect(rows.map(row => row.slice(0, 9))).toEqual(['part0:1 1', 'part0:2 2', 'part0:3 3']);
    expect(rows[1]?.length).toBe(bytes - 18 + 'part0:2 2 '.length);
  });

  test.each([['json'], ['csv']])('over the limit are rejected once, in %s, and the rows around them are there', format => {
    const text = format === 'json' ? (n: number) => `{"n":${n}}\n` : (n: number) => `${n},a\n`;
    const tooLarge = format === 'json' ? large(90_000) : `2,${'x'.repeat(90_000)}\n`;
    for (const sizes of [[1 << 20], [1000], [60_000, 0]]) {
      const {rows, places} = readAll(
        new Pieces([text(1) + tooLarge + text(3), text(4) + tooLarge.slice(0, -1)], sizes),
        format,
        {},
        40_000,
      );
      expect(rows.map(row => row.slice(0, 9))).toEqual(['part0:1 1', 'part0:3 3', 'part1:1 4']);
      expect(places).toEqual(['part0:2', 'part1:2']);
    }
  });
});
