import type {Row} from '../../types/value.ts';

/** Rows written in the query. */
export interface ValuesShape {
  readonly kind: 'values';
  readonly rows: readonly Row[];
}
