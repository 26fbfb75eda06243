import {readFileSync} from 'node:fs';
import {Memory} from '../../src/base/memory.ts';
import {batchRows, Vector} from '../../src/flow/batch.ts';
import type {WantedColumn} from '../../src/formats/define.ts';
import {json} from '../../src/formats/json/json.ts';
import {bigintType, physicalOf, stringType, type SqlType} from '../../src/types/sql-type.ts';
import {bidsFile, generated, type DataFile} from '../data.ts';
import {median} from '../measure.ts';
import type {Options} from '../settings.ts';

interface Shape {
  readonly name: string;
  readonly file: DataFile;
  readonly fields: readonly {readonly name: string; readonly type: SqlType}[];
  /** The most that a field may cost; null: printed only (what counts there is bytes, not fields). */
  readonly mostNs: number | null;
}

const numbers = (count: number): Shape['fields'] => Array.from({length: count}, (_, index) => ({name: `n${index}`, type: bigintType}));
const texts = (count: number): Shape['fields'] => Array.from({length: count}, (_, index) => ({name: `s${index}`, type: stringType}));
const halves = (count: number): Shape['fields'] => [...numbers(count / 2), ...texts(count / 2)];

function shapes(rows: number): readonly Shape[] {
  const bidTypes = {
    auction: bigintType,
    bidder: bigintType,
    price: bigintType,
    channel: stringType,
    url: stringType,
    dateTime: stringType,
    extra: stringType,
  };
  return [
    {name: 'bids, 7 fields', file: bidsFile(rows), fields: Object.entries(bidTypes).map(([name, type]) => ({name, type})), mostNs: 15},
    {
      name: '10 whole numbers',
      file: generated(`numbers-10-${rows}.ndjson`, rows, next => record(next, 10, 0, 0)),
      fields: numbers(10),
      mostNs: 15,
    },
    {
      name: '10 fields, half of them texts',
      file: generated(`halves-10-${rows}.ndjson`, rows, next => record(next, 5, 5, 20)),
      fields: halves(10),
      mostNs: 15,
    },
    {
      name: '100 fields, half of them texts',
      file: generated(`halves-100-${rows / 10}.ndjson`, rows / 10, next => record(next, 50, 50, 12)),
      fields: halves(100),
      mostNs: 15,
    },
    {
      name: '10 texts of 200 bytes',
      file: generated(`long-10-${rows / 10}.ndjson`, rows / 10, next => record(next, 0, 10, 200)),
      fields: texts(10),
      mostNs: null,
    },
  ];
}

function record(next: () => number, numberCount: number, textCount: number, length: number): string {
  const parts: string[] = [];
  for (let index = 0; index < numberCount; index++) parts.push(`"n${index}":${next() % 1_000_000}`);
  for (let index = 0; index < textCount; index++) {
    let text = '';
    while (text.length < length) text += (next() % 1e9).toString(36);
    parts.push(`"s${index}":"${text.slice(0, length)}"`);
  }
  return `{${parts.join(',')}}\n`;
}

/** Strict decoding alone: bytes in memory to columns, every field wanted. The plain copy of the bytes into memory is measured and taken off. */
export function decode(options: Options): boolean {
  console.log('\nstrict decode, all fields wanted, in process');
  console.log(`  ${'record'.padEnd(34)}${'B'.padStart(6)}${'ns/record'.padStart(11)}${'ns/field'.padStart(10)}${'GB/s'.padStart(7)}  bar`);
  let met = true;
  for (const shape of shapes(options.rows / 10)) {
    const {nsPerRecord, rows} = measure(shape, options.rounds);
    if (rows !== shape.file.rows) throw new Error(`${shape.name}: ${rows} rows decoded, not ${shape.file.rows}`);
    const perField = nsPerRecord / shape.fields.length;
    const ok = shape.mostNs === null || perField <= shape.mostNs;
    if (!ok) met = false;
    const bytes = shape.file.bytes / shape.file.rows;
    console.log(
      `  ${shape.name.padEnd(34)}${bytes.toFixed(0).padStart(6)}${nsPerRecord.toFixed(0).padStart(11)}${perField.toFixed(1).padStart(10)}${(bytes / nsPerRecord).toFixed(1).padStart(7)}  ${shape.mostNs === null ? '' : `<= ${shape.mostNs} ns a field ${ok ? 'ok' : 'MISSED'}`}`,
    );
  }
  return met;
}

const chunkBytes = 256 * 1024;

function measure(shape: Shape, rounds: number): {readonly nsPerRecord: number; readonly rows: number} {
  const bytes = readFileSync(shape.file.path);
  const memory = new Memory(1 << 28);
  const wanted: WantedColumn[] = shape.fields.map(({name, type}, ordinal) => ({
    path: [name],
    type,
    ordinal,
    vector: new Vector(memory, physicalOf(type)),
  }));
  const decoder = json.decoder?.({
    memory,
    columns: shape.fields,
    wanted,
    options: new Map(
      Object.entries(json.options).flatMap(([name, option]) => (option.default === undefined ? [] : [[name, option.default]])),
    ),
    timeZone: 'UTC',
    badField: 'reject',
    maxRecordBytes: 1 << 24,
    reject: ({reason}) => {
      throw new Error(reason);
    },
  });
  if (decoder === undefined) throw new Error('json decodes');
  const region = memory.allocate(chunkBytes * 2);
  let rows = 0;
  const pass = (decodes: boolean): number => {
    const before = process.cpuUsage();
    rows = 0;
    decoder.startPart();
    // The unfinished record is kept so that the bytes behind it stand as they do in the file, to the multiple of eight: copies go by words only then.
    let from = region;
    let end = region;
    for (let at = 0; at < bytes.length;) {
      const kept = end - from;
      const start = region + ((at - kept) & 7);
      memory.bytes.copyWithin(start, from, end);
      const arrived = bytes.copy(memory.bytes, start + kept, at, Math.min(bytes.length, at + chunkBytes - kept));
      at += arrived;
      from = start;
      end = start + kept + arrived;
      if (!decodes) {
        from = end;
        continue;
      }
      for (let consumed = -1; from < end && consumed !== 0;) {
        const mark = memory.mark();
        const to = decoder.decodeLines(from, end, at === bytes.length, batchRows);
        memory.release(mark);
        rows += decoder.rows;
        consumed = to - from;
        from = to;
      }
    }
    const used = process.cpuUsage(before);
    return ((used.user + used.system) * 1000) / shape.file.rows;
  };
  for (let round = 0; round < 2; round++) pass(true);
  const costs = Array.from({length: rounds + 4}, () => pass(true) - pass(false));
  pass(true);
  return {nsPerRecord: median(costs), rows};
}
