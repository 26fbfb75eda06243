import type {EngineInput} from '../compile/engine.ts';
import type {Offset} from '../flow/delivery.ts';
import type {Position, RowSource} from '../flow/source.ts';
import type {Input} from './input.ts';

/** A source that makes rows by itself. */
export class RowInput implements Input {
  readonly engineInput: EngineInput;
  readonly readBytes = 0;
  rows = 0;
  readonly #source: RowSource;

  constructor(engineInput: EngineInput, source: RowSource) {
    this.engineInput = engineInput;
    this.#source = source;
  }

  take(mostRows: number): 'rows' | 'nothing' | 'ended' {
    const result = this.#source.fill(this.engineInput.batch, mostRows);
    if (result === 'rows') this.rows += this.engineInput.batch.count;
    return result;
  }

  ready(): Promise<void> {
    return this.#source.ready();
  }
  totalBytes(): null {
    return null;
  }
  origin(): null {
    return null;
  }
  position(): Position {
    return this.#source.position();
  }
  offsets(): readonly Offset[] {
    return [];
  }
  get isAtEnd(): boolean {
    return false;
  }
  lag(): null {
    return null;
  }
  close(): Promise<void> {
    return this.#source.close();
  }
}
