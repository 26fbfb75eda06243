import {Memory} from '../../base/memory.ts';
import {Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import {type Column, physicalOf, type SqlType} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import type {DecodeSpec, RecordDecoder, WantedColumn} from '../define.ts';
import {csvDecoder} from './decode.ts';

export interface Reading {
  readonly columns: readonly Column[];
  readonly options?: Readonly<Record<string, string>>;
  /** Paths of the columns wanted; all unless given. */
  readonly wanted?: readonly (readonly string[])[];
  readonly badField?: 'reject' | 'null';
  readonly maxRecordBytes?: number;
  /** Bytes given to each call, at the most; everything at once unless given. */
  readonly chunk?: number;
  readonly mostRows?: number;
  readonly stopAtReject?: boolean;
}

export interface Read {
  readonly rows: readonly (readonly Value[])[];
  /** `line: reason (bytes)`. */
  readonly rejects: readonly string[];
  readonly lineNumbers: readonly number[];
  readonly records: readonly string[];
  readonly consumed: number;
  readonly tags: readonly number[];
}

export const memory = new Memory();
export const input = memory.allocate(1 << 20);

function typeAt(columns: readonly Column[], path: readonly string[]): SqlType {
  const [name, ...rest] = path;
  const type = columns.find(column => column.name === name)?.type as SqlType;
  return rest.length === 0 || type.kind !== 'ROW' ? type : typeAt(type.fields, rest);
}

/** The one decoder of a configuration. */
interface Station {
  readonly wanted: readonly WantedColumn[];
  readonly decoder: RecordDecoder;
  /** Set anew for each reading. */
  reject: DecodeSpec['reject'];
}

/** Decoders live as long as their memory, so readings of the same kind share one. */
const stations = new Map<string, Station>();

function stationOf(reading: Reading): Station {
  const {columns, options = {}, badField = 'reject', maxRecordBytes = 1 << 16} = reading;
  const paths = reading.wanted ?? columns.map(column => [column.name]);
  const key = JSON.stringify([columns, options, badField, maxRecordBytes, paths]);
  const known = stations.get(key);
  if (known !== undefined) return known;
  const wanted = paths.map(path => {
    const type = typeAt(columns, path);
    return {path, type, ordinal: columns.findIndex(column => column.name === path[0]), vector: new Vector(memory, physicalOf(type))};
  });
  const decoder = csvDecoder({
    memory,
    columns,
    wanted,
    options: new Map(Object.entries(options)),
    timeZone: 'UTC',
    badField,
    maxRecordBytes,
    reject: record => station.reject(record),
  });
  const station: Station = {wanted, decoder, reject: () => false};
  stations.set(key, station);
  return station;
}

/** Feeds bytes as a source does: what was not consumed comes again, with more behind it. */
export function read(data: string | Uint8Array, reading: Reading): Read {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  const {chunk = bytes.length, mostRows = 2048} = reading;
  const rows: Value[][] = [];
  const rejects: string[] = [];
  const lineNumbers: number[] = [];
  const records: string[] = [];
  const tags: number[] = [];
  let lines = 0;
  const station = stationOf(reading);
  const {wanted, decoder} = station;
  station.reject = ({pointer, length, line, reason}) => {
    rejects.push(`${lines + line + 1}: ${reason} (${Buffer.from(memory.bytes.slice(pointer, pointer + length)).toString()})`);
    return reading.stopAtReject ?? false;
  };
  decoder.startPart();
  let done = 0;
  let given = Math.min(chunk, bytes.length);
  for (;;) {
    // What lies beyond the data must not matter.
    memory.bytes.fill(0x22, input + given - done, input + given - done + 80);
    memory.bytes.set(bytes.subarray(done, given), input);
    const mark = memory.mark();
    const isFinal = given === bytes.length;
    const consumed = decoder.decodeLines(input, input + given - done, isFinal, mostRows) - input;
    for (let row = 0; row < decoder.rows; row++) {
      rows.push(wanted.map(({vector, type}) => readValue(memory, vector, row, type, 'UTC')));
      for (const {vector} of wanted) tags.push(vector.tags[row] as number);
      lineNumbers.push(lines + (decoder.lineNumbers[row] as number) + 1);
      records.push(memory.readText(decoder.starts[row] as number, decoder.lengths[row] as number));
    }
    memory.release(mark);
    done += consumed;
    lines += decoder.lines;
    if (isFinal && (consumed === 0 || done === bytes.length || reading.stopAtReject)) break;
    if (consumed === 0 || done === given) given = Math.min(given + Math.max(chunk, 1), bytes.length);
  }
  return {rows, rejects, lineNumbers, records, consumed: done, tags};
}
