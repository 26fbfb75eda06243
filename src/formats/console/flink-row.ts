import type {Batch, Vector} from '../../flow/batch.ts';
import {readValue} from '../../flow/cells.ts';
import type {ChangeKind} from '../../types/change.ts';
import {rowText} from '../../types/row-text.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import type {ConsoleFormat} from './define.ts';
import {exampleColumns, exampleRows} from './example-rows.ts';

export const flinkRow: ConsoleFormat = {
  name: 'flink-row',
  summary: "Flink's own text of rows and their change kinds, as its print connector writes them",
  options: {prefix: {type: 'string', default: '', help: 'Begins every line'}},
  examples: [{columns: exampleColumns, rows: exampleRows, text: '+I[1, tea, green]\n+I[20, null]\n'}],
  encoder: (spec, batch) => new FlinkRowEncoder(spec, batch),
};

/** Lines are joined before they become bytes: one conversion for this many characters. */
const pieceLength = 32768;

class FlinkRowEncoder implements RowEncoder {
  readonly #spec: EncodeSpec;
  readonly #vectors: readonly Vector[];
  readonly #prefix: string;

  constructor(spec: EncodeSpec, batch: Batch) {
    this.#spec = spec;
    this.#vectors = batch.vectors;
    this.#prefix = spec.options.get('prefix') ?? '';
  }

  start(): null {
    return null;
  }

  encode(batch: Batch, write: (bytes: Uint8Array) => void): void {
    const {memory, columns, timeZone} = this.#spec;
    let text = '';
    for (let at = 0; at < batch.count; at++) {
      const row = batch.selection[at] as number;
      const values = columns.map(({type}, index) => readValue(memory, this.#vectors[index] as Vector, row, type, timeZone));
      const kind = (batch.kinds?.[row] ?? 0) as ChangeKind;
      text += `${this.#prefix}${rowText(kind, values, columns, timeZone)}\n`;
      if (text.length < pieceLength) continue;
      write(Buffer.from(text));
      text = '';
    }
    if (text !== '') write(Buffer.from(text));
  }

  end(): null {
    return null;
  }
}
