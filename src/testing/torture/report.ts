import {isClean} from './check.ts';
import type {TortureResult} from './torture.ts';

/** Why a run is not as it should be; null: it is. At least once allows that records come again. */
export function faultOf({findings, fault, missed, guarantee}: TortureResult): string | null {
  const {lost, doubled, wrong, disordered, foreign} = findings;
  const judged = guarantee === 'at-least-once' ? {...findings, doubled: 0, disordered: 0} : findings;
  const faults: string[] = [];
  if (fault !== null) faults.push(fault);
  if (!isClean(judged)) faults.push(`lost ${lost}, doubled ${doubled}, wrong ${wrong}, disordered ${disordered}, foreign ${foreign}`);
  if (missed.length > 0) faults.push(`inconclusive: ${missed.join(', ')} never came about`);
  return faults.length === 0 ? null : faults.join('; ');
}

/** What was done, what came out, and how the jobs were meanwhile. */
export function table(results: readonly TortureResult[]): string {
  const names = [...new Set(results.flatMap(({harms}) => [...harms.keys()]))].sort();
  return [
    columns(['pair', 'starts', 'records', 'lost', 'doubled', 'wrong', 'disordered', 'foreign'], results, result => {
      const {records, lost, doubled, wrong, disordered, foreign} = result.findings;
      return [result.starts, records, lost, doubled, wrong, disordered, foreign].map(String);
    }),
    columns(['pair', 'kill → commit p50', 'p90', 'max', 'of', 'peak RSS', 'slope', 'quiet seconds with commits'], results, healthCells),
    columns(['harm', ...results.map(({pair}) => pair)], names, name => results.map(({harms}) => String(harms.get(name) ?? '–'))),
  ].join('\n\n');
}

const mebibyte = 1024 * 1024;

function healthCells({health}: TortureResult): readonly string[] {
  const {recovery, peakBytes, bytesPerMinute, seconds} = health;
  return [
    recovery === null ? '–' : `${(recovery.p50 / 1000).toFixed(2)} s`,
    recovery === null ? '–' : `${(recovery.p90 / 1000).toFixed(2)} s`,
    recovery === null ? '–' : `${(recovery.most / 1000).toFixed(2)} s`,
    recovery === null ? '–' : String(recovery.count),
    `${(peakBytes / mebibyte).toFixed(0)} MiB`,
    bytesPerMinute === null ? '–' : `${(bytesPerMinute / mebibyte).toFixed(2)} MiB/min`,
    seconds === null ? '–' : `${seconds.withCommits} of ${seconds.quiet}`,
  ];
}

function columns<Item extends TortureResult | string>(
  heads: readonly string[],
  items: readonly Item[],
  cells: (item: Item) => readonly string[],
): string {
  const rows = items.map(item => [typeof item === 'string' ? item : item.pair, ...cells(item)]);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map(row => row[column]?.length ?? 0)));
  return [heads, ...rows]
    .map(row =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number))).join('  '),
    )
    .join('\n');
}
