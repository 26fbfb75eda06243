import type {DecodeSpec, RecordDecoder} from '../define.ts';
import {EnvelopeDecoder, type SideChange} from '../envelope/decode.ts';
import {changelogModeOf} from './mode.ts';

const kinds: ReadonlyMap<string, readonly SideChange[]> = new Map(
  ['+I', '-U', '+U', '-D'].map((op, kind) => [op, [{side: 0, kind}]] as const),
);

/** The decoder of `changelog-json`: each line says what happens to the row inside of it. */
export function changelogDecoder(spec: DecodeSpec): RecordDecoder {
  const hasChanges = (spec.kinds ?? null) !== null;
  // The old row of an update is of no use where updates are by key.
  const skipsBefore = changelogModeOf(spec.options)?.mode === 'upsert';
  return new EnvelopeDecoder(spec, {
    sides: [['data']],
    op: ['op'],
    watermark: 'watermark',
    changesOf(op) {
      const changes = kinds.get(op);
      if (changes === undefined) return `field "op": cannot read ${JSON.stringify(op)} as one of ${[...kinds.keys()].join(', ')}`;
      if (op !== '+I' && !hasChanges) return `a change other than +I, and the table's changelog mode has inserts only`;
      return op === '-U' && skipsBefore ? [] : changes;
    },
    missingSide: () => 'field "data" is missing',
  });
}
