import type {DecodeSpec, RecordDecoder} from '../define.ts';
import {type Envelope, EnvelopeDecoder, type SideChange} from '../envelope/decode.ts';

const [before, after] = [0, 1];

const changes: ReadonlyMap<string, readonly SideChange[]> = new Map([
  ['c', [{side: after, kind: 0}]],
  ['r', [{side: after, kind: 0}]],
  [
    'u',
    [
      {side: before, kind: 1},
      {side: after, kind: 2},
    ],
  ],
  ['d', [{side: before, kind: 3}]],
]);

/** The decoder of `debezium-json`: an update is two rows, the old and the new one. */
export function debeziumDecoder(spec: DecodeSpec): RecordDecoder {
  return new EnvelopeDecoder(spec, debeziumEnvelope(spec.options.get('schema-include') === 'true' ? ['payload'] : []));
}

/** `above`: names on the way to the change. */
export function debeziumEnvelope(above: readonly string[]): Envelope {
  return {
    sides: [
      [...above, 'before'],
      [...above, 'after'],
    ],
    op: [...above, 'op'],
    watermark: null,
    changesOf: op => changes.get(op) ?? `field "op": cannot read ${JSON.stringify(op)} as one of ${[...changes.keys()].join(', ')}`,
    missingSide: side =>
      side === before
        ? 'field "before" is missing: the old row must be there whole (PostgreSQL: REPLICA IDENTITY FULL)'
        : 'field "after" is missing',
  };
}
