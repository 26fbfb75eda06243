import type {Batch} from '../../flow/batch.ts';
import type {EncodeSpec, RowEncoder} from '../define.ts';
import {jsonEncoder, jsonLines} from '../json/encode.ts';
import type {ConsoleFormat} from './define.ts';
import {exampleColumns, exampleRows} from './example-rows.ts';

export const ndjson: ConsoleFormat = {
  name: 'ndjson',
  summary: 'One JSON object a line',
  options: {},
  examples: [{columns: exampleColumns, rows: exampleRows, text: '{"id":1,"name":"tea, green"}\n{"id":20,"name":null}\n'}],
  encoder: jsonEncoder,
};

export const json: ConsoleFormat = {
  name: 'json',
  summary: 'One JSON array, written as the rows come',
  options: {},
  examples: [{columns: exampleColumns, rows: exampleRows, text: '[\n{"id":1,"name":"tea, green"},\n{"id":20,"name":null}\n]\n'}],
  encoder: (spec, batch) => new JsonArrayEncoder(spec, batch),
};

/** Every row is written with a comma before it, and the first comma is left out. */
class JsonArrayEncoder implements RowEncoder {
  readonly #rows: RowEncoder;
  #isEmpty = true;

  constructor(spec: EncodeSpec, batch: Batch) {
    this.#rows = jsonLines(spec, batch, {before: ',\n{', after: '}'});
  }

  start(): Uint8Array {
    return Buffer.from('[');
  }

  encode(batch: Batch, write: (bytes: Uint8Array) => void): void {
    this.#rows.encode(batch, bytes => {
      write(this.#isEmpty ? bytes.subarray(1) : bytes);
      this.#isEmpty = false;
    });
  }

  end(): Uint8Array {
    return Buffer.from(this.#isEmpty ? ']\n' : '\n]\n');
  }
}
