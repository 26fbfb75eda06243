import {type LogHeader, logFormat} from './record.ts';
import type {CommitRecord} from './record.ts';
import type {RecordFacts} from './record-image.ts';

/** Records for tests of the log: the same for the same epoch. */
export const header: LogHeader = {
  format: logFormat,
  engineVersion: '0.1.0',
  planFingerprint: '0123456789abcdef',
  operators: [
    {name: 'GROUP BY user_id', fingerprint: 'aaaa'},
    {name: 'JOIN ON order_id', fingerprint: 'bbbb'},
  ],
};

export const byItself: RecordFacts = {writtenAtMs: 1_700_000_000_000, countsByItself: true, isFirstInTransaction: false};
export const byTransaction: RecordFacts = {writtenAtMs: 1_700_000_000_000, countsByItself: false, isFirstInTransaction: false};

export function recordOf(epoch: number, kind: 'full' | 'changes', state: Uint8Array = Uint8Array.of(epoch, 1, 2)): CommitRecord {
  return {
    epoch,
    previousCounts: true,
    positions: [{path: 'orders.ndjson', byte: epoch * 100, line: epoch}, null, {orders: [epoch, 2 ** 40]}],
    ended: epoch % 5 === 0,
    taken: [
      {input: 0, rows: epoch},
      {input: -1, rows: 0},
      {input: 2, rows: 2048},
    ],
    clockReadings: [1_700_000_000_000.25, epoch],
    outputs: [{length: epoch * 10}, null],
    state: {kind, bytes: state},
    totals: {rowsIn: epoch * 7, rowsOut: epoch * 3, rejected: epoch % 2},
  };
}
