import {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import {batchRows, Vector} from '../flow/batch.ts';
import {readValue} from '../flow/cells.ts';
import {findFormat} from '../formats/index.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {ChangeKind} from '../types/change.ts';
import type {Row} from '../types/value.ts';
import type {InputItem} from './drive.ts';

export interface DecodeRequest {
  readonly scan: NodeOf<'scan'>;
  readonly bytes: Uint8Array;
  readonly timeZone: string;
  /** How many bytes arrive next. Whatever it says, the rows must be the same. */
  readonly nextChunk: () => number;
  readonly badField: 'reject' | 'null';
}

export interface DecodedRows {
  /** With their change kinds where the table has changes. */
  readonly rows: readonly InputItem[];
  /** Reasons of the rejected records, in order. */
  readonly rejected: readonly string[];
}

/** Decodes a whole part with a table's format as its bytes arrive in chunks. Metadata columns are NULL. */
export function decodeRows(request: DecodeRequest): DecodedRows {
  const {scan, bytes, timeZone} = request;
  const memory = new Memory(1 << 24);
  const vectors = scan.wanted.map(wanted => new Vector(memory, physicalOf(wanted.type)));
  const kinds = scan.changelog === 'append' ? null : new Uint8Array(batchRows);
  const rejected: string[] = [];
  const decoder = findFormat(scan.table.format ?? '')?.decoder?.({
    memory,
    columns: scan.table.columns,
    wanted: scan.wanted.flatMap((wanted, at) => (wanted.kind === 'physical' ? [{...wanted, vector: vectors[at] as Vector}] : [])),
    kinds,
    options: scan.table.formatOptions,
    timeZone,
    badField: request.badField,
    maxRecordBytes: 1 << 20,
    reject: reject => {
      rejected.push(reject.reason);
      return false;
    },
  });
  assert(decoder !== undefined, `format ${String(scan.table.format)} decodes`);
  const region = memory.allocate(bytes.length + 64);
  memory.bytes.set(bytes, region);
  const rows: InputItem[] = [];
  let from = region;
  let arrived = region;
  const last = region + bytes.length;
  decoder.startPart();
  for (let done = false; !done;) {
    arrived = Math.min(last, arrived + Math.max(1, request.nextChunk()));
    const final = arrived === last;
    for (;;) {
      const mark = memory.mark();
      const consumed = decoder.decodeLines(from, arrived, final, batchRows);
      for (let row = 0; row < decoder.rows; row++) {
        const values: Row = scan.wanted.map((wanted, at) =>
          wanted.kind === 'metadata' ? null : readValue(memory, vectors[at] as Vector, row, wanted.type, timeZone),
        );
        rows.push(kinds === null ? values : {kind: kinds[row] as ChangeKind, row: values});
      }
      memory.release(mark);
      const stuck = consumed === from && decoder.rows === 0;
      from = consumed;
      if (stuck || from === arrived) break;
    }
    done = final;
  }
  return {rows, rejected};
}
