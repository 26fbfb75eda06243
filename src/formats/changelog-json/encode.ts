import type {Batch} from '../../flow/batch.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import {jsonLines} from '../json/encode.ts';
import {changeOperation} from '../value-operation.ts';

const double = 34;

/** One change a line. Rows of a stream that only has new ones are inserts. */
export function changelogEncoder(spec: EncodeSpec, batch: Batch): RowEncoder {
  const inner = {...spec, kinds: false};
  if (!spec.kinds) return jsonLines(inner, batch, {before: '{"op":"+I","data":{', after: '}}\n'});
  return jsonLines(inner, batch, {head: changeOperation('{"op":', double), before: ',"data":{', after: '}}\n'});
}
