import type {SinkTarget} from '../table.ts';

/** Hands rows to the edge. */
export interface SinkShape {
  readonly kind: 'sink';
  readonly input: number;
  readonly target: SinkTarget;
}
