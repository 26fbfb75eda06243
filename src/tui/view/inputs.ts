import type {InputSample, PartitionSample} from '../../telemetry/sample.ts';
import type {JobView} from '../jobs.ts';
import {type Line, lineOf, piece, type Tone} from '../line.ts';
import {signsOf} from '../look.ts';
import type {Model} from '../model.ts';
import {bytes, clockTime, count, span} from '../quantities.ts';
import {clean, fill} from '../text.ts';

const nameWidth = 28;
const widths = [8, 7, 8, 10, 8, 8];

/** The tables that a job reads, and of each its partitions: those that hold the others up, or are furthest behind, first. */
export function inputLines({setting, nowMs, frozen}: Model, {report}: JobView): readonly Line[] {
  const inputs = report.measured?.inputs ?? [];
  if (inputs.length === 0) return [lineOf(' nothing is known of its inputs yet', 'dim')];
  const {unknown, ellipsis} = signsOf(setting.look);
  const seenMs = frozen?.atMs ?? nowMs;
  const row = (name: string, cells: readonly (string | null)[], state: string, tone: Tone): Line => [
    piece(` ${fill(name, nameWidth, 'left', ellipsis)} `, tone),
    piece(cells.map((cell, index) => fill(cell ?? unknown, widths[index] ?? 8, 'right')).join(' '), tone === 'strong' ? 'plain' : tone),
    piece(`  ${state}`, state === 'idle' ? 'warn' : 'dim'),
  ];
  const timeCells = (watermarkMs: number | null, rowsAtMs: number | null): readonly (string | null)[] => [
    watermarkMs === null ? null : clockTime(watermarkMs),
    watermarkMs === null ? null : span(seenMs - watermarkMs),
    rowsAtMs === null ? null : span(seenMs - rowsAtMs),
  ];
  const inputRow = (input: InputSample): Line =>
    row(
      clean(input.table),
      [
        count(input.rows),
        bytes(input.bytes),
        input.lag === null ? null : count(input.lag),
        ...timeCells(input.time?.watermarkMs ?? null, input.rowsAtMs),
      ],
      input.hasEnded ? 'ended' : input.time?.isIdle === true ? 'idle' : '',
      'strong',
    );
  const partitionRow = (partition: PartitionSample): Line =>
    row(
      `  ${clean(partition.name)}`,
      ['', '', partition.lag === null ? null : count(partition.lag), ...timeCells(partition.watermarkMs, partition.rowsAtMs)],
      partition.hasEnded ? 'ended' : partition.isIdle ? 'idle' : '',
      'plain',
    );
  return [
    row('INPUT', ['ROWS', 'BYTES', 'LAG', 'WATERMARK', 'BEHIND', 'LAST ROW'], '', 'dim'),
    ...inputs.flatMap(input => [
      inputRow(input),
      ...input.partitions.map(partitionRow),
      ...(input.partitionCount > input.partitions.length
        ? [lineOf(`   and ${input.partitionCount - input.partitions.length} partitions more`, 'dim')]
        : []),
    ]),
  ];
}
