import {join} from 'node:path';
import type {CorpusCase, CorpusTools} from './corpus-tools.ts';
import {judgeCase} from './end-to-end.ts';
import type {Verdict} from './family.ts';
import {intervalOf} from './interval.ts';

/** Aggregates over changes of one table `T`. */
export interface AggregateSet {
  readonly rowtime: string | null;
  readonly watermark: string | null;
  readonly rowType: string;
  readonly rows: readonly {readonly op: string; readonly f: readonly unknown[]}[];
  readonly items: readonly {
    readonly kind: string;
    readonly sql: string;
    readonly results?: readonly {readonly f: readonly unknown[]}[];
  }[];
}

/** The json format wants the seconds of a TIME, and intervals as numbers: days are none of a number of months. */
function asRead(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if ('$interval' in value) return intervalOf(String(value.$interval), /^P-?\d+[YM]/.test(String(value.$interval)));
  const time = '$time' in value ? String(value.$time) : '';
  return time.length === 5 ? {$time: `${time}:00`} : value;
}

/** Rows are taken back that were never there: what comes of that is a matter of how an accumulator happens to be kept. */
function takesBackTooMuch({rows}: AggregateSet): boolean {
  const counts = new Map<string, number>();
  return rows.some(({op, f}) => {
    const row = JSON.stringify(f);
    const count = (counts.get(row) ?? 0) + (op.startsWith('+') ? 1 : -1);
    counts.set(row, count);
    return count < 0;
  });
}

/** A query of aggregates, as a whole script whose final rows are compared. */
export async function judgeAggregates(
  tools: CorpusTools,
  set: AggregateSet,
  item: AggregateSet['items'][number],
  scratch: string,
): Promise<Verdict> {
  if (takesBackTooMuch(set)) return {kind: 'skipped'};
  const columns = /^ROW<([\s\S]*)>(?: NOT NULL)?$/.exec(set.rowType)?.[1] ?? set.rowType;
  const watermark = set.rowtime === null ? [] : [`WATERMARK FOR \`${set.rowtime}\` AS ${set.watermark ?? `\`${set.rowtime}\``}`];
  const isError = item.kind.endsWith('error');
  const rows = (item.results ?? []).map(({f}) => f);
  const one = {
    id: item.sql,
    tier: 'T2',
    source: {class: 'aggregate functions'},
    mode: 'streaming',
    needs: [],
    config: {},
    setup: [],
    tables: [
      {
        name: 'T',
        role: 'source',
        columns: [columns, ...watermark],
        changelog: set.rows.every(({op}) => op === '+I') ? 'I' : 'I,UB,UA,D',
        rows: set.rows.map(row => ({...row, f: row.f.map(asRead)})),
      },
    ],
    run: [item.sql],
    expect: [isError ? {of: 0, kind: 'error'} : {of: 0, kind: 'final', format: 'typed', rows}],
  };
  return await judgeCase(tools, one as unknown as CorpusCase, join(scratch, 'aggregate'));
}
