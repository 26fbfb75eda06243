import type {Position} from '../flow/source.ts';
import {ImageReader, ImageWriter} from '../state/image.ts';
import type {CommitRecord, TakenRun} from './record.ts';

/** What the log knows of a record beside the record itself. */
export interface RecordFacts {
  /** When it was written, in milliseconds since 1970, by a clock that may be wrong. */
  readonly writtenAtMs: number;
  /** It counts as soon as it is on the disk; else a transaction with its epoch's name makes it count. */
  readonly countsByItself: boolean;
  /** A transaction makes it count, and it is the first of which that is so: there is none before it, or that one counts by itself. */
  readonly isFirstInTransaction: boolean;
}

export interface StoredRecord extends RecordFacts {
  readonly record: CommitRecord;
}

const countsByItselfBit = 1;
const previousCountsBit = 2;
const fullBit = 4;
const firstInTransactionBit = 8;
const endedBit = 16;
/** Of the epoch, the time and the bits, behind which the length of the state stands. */
const stateLengthAt = 17;

/** A record's payload: everything but the state, and then the state, which is not copied. */
export function recordPayload(record: CommitRecord, facts: RecordFacts): readonly [Uint8Array, Uint8Array] {
  const image = new ImageWriter();
  image.f64(record.epoch);
  image.f64(facts.writtenAtMs);
  image.u8(
    (facts.countsByItself ? countsByItselfBit : 0) |
      (record.previousCounts ? previousCountsBit : 0) |
      (record.state.kind === 'full' ? fullBit : 0) |
      (facts.isFirstInTransaction ? firstInTransactionBit : 0) |
      (record.ended ? endedBit : 0),
  );
  image.u32(record.state.bytes.length);
  image.f64(record.totals.rowsIn);
  image.f64(record.totals.rowsOut);
  image.f64(record.totals.rejected);
  image.text(JSON.stringify(record.positions));
  image.text(JSON.stringify(record.outputs));
  image.list(record.taken.flatMap(({input, rows}) => [input, rows]));
  image.u32(record.clockReadings.length);
  for (const reading of record.clockReadings) image.f64(reading);
  return [image.finish(), record.state.bytes];
}

/** The state's bytes are those of the payload, not a copy. Throws a problem when it is not one of ours. */
export function readRecord(payload: Uint8Array): StoredRecord {
  const image = new ImageReader(payload);
  const epoch = image.f64();
  const writtenAtMs = image.f64();
  const bits = image.u8();
  image.u32();
  const totals = {rowsIn: image.f64(), rowsOut: image.f64(), rejected: image.f64()};
  const positions = JSON.parse(image.text()) as readonly Position[];
  const outputs = JSON.parse(image.text()) as readonly Position[];
  const numbers = image.list();
  const taken: TakenRun[] = [];
  for (let at = 0; at < numbers.length; at += 2) taken.push({input: (numbers[at] as number) | 0, rows: numbers[at + 1] as number});
  const clockReadings = Array.from({length: image.u32()}, () => image.f64());
  const state = {kind: (bits & fullBit) === 0 ? 'changes' : 'full', bytes: stateOf(payload)} as const;
  const previousCounts = (bits & previousCountsBit) !== 0;
  const ended = (bits & endedBit) !== 0;
  const record: CommitRecord = {epoch, previousCounts, positions, ended, taken, clockReadings, outputs, state, totals};
  return {
    record,
    writtenAtMs,
    countsByItself: (bits & countsByItselfBit) !== 0,
    isFirstInTransaction: (bits & firstInTransactionBit) !== 0,
  };
}

/** The image of the state alone, as the last bytes of the payload. */
export function stateOf(payload: Uint8Array): Uint8Array {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return payload.subarray(payload.length - view.getUint32(stateLengthAt, true));
}
