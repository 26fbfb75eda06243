import {type Column, intType, stringType} from '../../types/sql-type.ts';
import type {Row} from '../../types/value.ts';

/** What the examples of all console formats show. */
export const exampleColumns: readonly Column[] = [
  {name: 'id', type: intType},
  {name: 'name', type: stringType},
];
export const exampleRows: readonly Row[] = [
  [1, 'tea, green'],
  [20, null],
];
