import {type Js, js} from '../code/js.ts';
import type {LateRows, WindowGroups} from '../state/window-groups.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import type {SegmentWriter} from './segment-writer.ts';

/** The windows of an operator that acts when they close. */
export interface Windows {
  readonly windows: WindowGroups;
  readonly late: LateRows;
  /** Closed by the clock: no row is late. */
  readonly isProcessing: boolean;
}

/** The window of the row being worked on. */
export interface RowWindow {
  /** Its number. Only behind `open`. */
  readonly number: Js;
  /** Writes the line that opens the window where it is not: when nothing can leave the row any more. */
  open(): void;
}

/** Writes which window a row is in, and leaves the rows of those that have closed. Rows of one window mostly follow each other. */
export function writeWindow(
  segment: SegmentWriter,
  input: RowShape,
  bounds: readonly [ColumnSource, ColumnSource],
  of: Windows,
): RowWindow {
  const {writer} = segment;
  for (const column of bounds) if (column.type.nullable) writer.line(js`if (${segment.tag(column)} & 1) ${segment.leave}`);
  const [start, end] = [segment.value(bounds[0]), segment.value(bounds[1])];
  const [knownStart, knownEnd, closesAt, number] = ['start', 'end', 'closesAt', 'window'].map(role => writer.name(role)) as [
    Js,
    Js,
    Js,
    Js,
  ];
  segment.before(js`let ${knownStart} = NaN, ${knownEnd} = NaN, ${closesAt} = Infinity, ${number} = -1;`);
  const windows = writer.bind('windows', of.windows, 'the open windows');
  writer.line(js`if (${start} !== ${knownStart} || ${end} !== ${knownEnd})`);
  writer.line(js`  ${knownStart} = ${start}, ${knownEnd} = ${end}, ${closesAt} = ${windows}.closesAt(${end}), ${number} = -1;`);
  if (!of.isProcessing) {
    writer.block(js`if (${closesAt} <= ${input.time.before(writer)})`, () => {
      writer.line(js`${writer.bind('late', of.late, 'rows that came too late')}.count++;`);
      writer.line(segment.leave);
    });
  }
  return {number, open: () => writer.line(js`if (${number} < 0) ${number} = ${windows}.idOf(${start}, ${end});`)};
}
