import {fail} from '../../base/problem.ts';
import {batchOver, batchRows, type Batch} from '../../flow/batch.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import {jsonLines} from '../json/encode.ts';

/** As Flink writes it: what comes is created, what goes is deleted, and an update is both. */
export function debeziumEncoder(spec: EncodeSpec, batch: Batch): RowEncoder {
  if (spec.options.get('schema-include') === 'true') {
    throw fail('invalid', 'contradiction', '"debezium-json.schema-include" is for reading: no schema is written', {
      hint: 'leave the option out',
    });
  }
  const rows = batchOver(spec.memory, batch.vectors, null);
  const inner = {...spec, kinds: false};
  const created = jsonLines(inner, rows, {before: '{"before":null,"after":{', after: '},"op":"c"}\n'});
  const deleted = jsonLines(inner, rows, {before: '{"before":{', after: '},"after":null,"op":"d"}\n'});
  const goes = (given: Batch, at: number): boolean => ((given.kinds?.[given.selection[at] as number] ?? 0) & 1) === 1;
  const ends = spec.messages === true ? new Uint32Array(batchRows) : undefined;
  return {
    ends,
    start: () => null,
    end: () => null,
    encode(given, write) {
      let bytes = 0;
      for (let from = 0; from < given.count;) {
        let to = from + 1;
        while (to < given.count && goes(given, to) === goes(given, from)) to++;
        rows.selection.set(given.selection.subarray(from, to));
        rows.count = to - from;
        const encoder = goes(given, from) ? deleted : created;
        encoder.encode(rows, write);
        if (encoder.ends !== undefined) {
          for (let row = 0; row < rows.count; row++) (ends as Uint32Array)[from + row] = bytes + (encoder.ends[row] as number);
          bytes += encoder.ends[rows.count - 1] as number;
        }
        from = to;
      }
    },
  };
}
