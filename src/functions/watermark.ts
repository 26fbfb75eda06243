import type {ScalarFunction} from './define.ts';
import {sameAsFirst, takes, timestamp} from './typing.ts';

/** Where a row stands in event time. The stream knows that, so its rows are computed by code of their own; by itself a time has no watermark. */
export const currentWatermark: ScalarFunction = {
  kind: 'scalar',
  family: 'time',
  name: 'CURRENT_WATERMARK',
  summary:
    'The watermark before a row, with 3 digits of a second; NULL before the first. Of the event time of a stream, in SELECT and WHERE.',
  syntax: 'CURRENT_WATERMARK(rowtime)',
  examples: [{sql: `CURRENT_WATERMARK(TIMESTAMP '2026-01-02 03:04:05') IS NULL`, gives: 'TRUE'}],
  deterministic: false,
  nulls: 'propagate',
  typing: takes({
    parameters: [timestamp],
    result: types => ({...sameAsFirst(types), precision: 3}) as ReturnType<typeof sameAsFirst>,
    nullability: 'nullable',
  }),
  evaluate: () => null,
};
