import {textWidth} from '../../base/text-width.ts';

/** What a table is drawn of: texts that move no cursor. */
export interface TableDrawing {
  /** Null: no header. */
  readonly names: readonly string[] | null;
  /** By column: numbers stand right. */
  readonly isRight: readonly boolean[];
  readonly rows: readonly (readonly string[])[];
  /** Cells of a line of the terminal; null: as wide as it comes. */
  readonly width: number | null;
  readonly isAscii: boolean;
}

/** A column is not cut below this. */
const leastWidth = 4;

interface Strokes {
  readonly line: string;
  readonly bar: string;
  /** Left, middle and right, of the top, the middle and the bottom line. */
  readonly corners: readonly [string, string, string];
}
const boxStrokes: Strokes = {line: '─', bar: '│', corners: ['┌┬┐', '├┼┤', '└┴┘']};
const asciiStrokes: Strokes = {line: '-', bar: '|', corners: ['+++', '+++', '+++']};

/** The lines of a table. */
export function drawTable({names, isRight, rows, width, isAscii}: TableDrawing): string[] {
  const strokes = isAscii ? asciiStrokes : boxStrokes;
  const cells = names === null ? rows : [names, ...rows];
  const widths = fit(
    isRight.map((_, column) => cells.reduce((most, row) => Math.max(most, textWidth(row[column] as string)), 0)),
    width,
  );
  const rule = (corners: string): string =>
    (corners[0] as string) + widths.map(width => strokes.line.repeat(width + 2)).join(corners[1]) + (corners[2] as string);
  const line = (row: readonly string[]): string => {
    const padded = row.map((text, column) => ` ${pad(text, widths[column] as number, isRight[column] as boolean)} `);
    return strokes.bar + padded.join(strokes.bar) + strokes.bar;
  };
  const lines = [rule(strokes.corners[0])];
  if (names !== null) lines.push(line(names), rule(strokes.corners[1]));
  for (const row of rows) lines.push(line(row));
  lines.push(rule(strokes.corners[2]));
  return lines;
}

/** Cuts the widest columns until all fit, but none below a few cells. */
function fit(widths: readonly number[], width: number | null): readonly number[] {
  if (width === null) return widths;
  const room = width - 3 * widths.length - 1;
  let most = Math.max(0, ...widths);
  const sum = (limit: number): number => widths.reduce((total, width) => total + Math.min(width, limit), 0);
  while (most > leastWidth && sum(most) > room) most--;
  return widths.map(width => Math.min(width, most));
}

function pad(text: string, width: number, isRight: boolean): string {
  const cut = textWidth(text) > width ? cutTo(text, width) : text;
  const blanks = ' '.repeat(width - textWidth(cut));
  return isRight ? blanks + cut : cut + blanks;
}

let graphemes: Intl.Segmenter | undefined;

/** As many characters as fit, and an ellipsis. Characters that a person sees as one stay whole. */
function cutTo(text: string, width: number): string {
  if (/^[ -~]*$/.test(text)) return `${text.slice(0, width - 1)}…`;
  graphemes ??= new Intl.Segmenter();
  let kept = '';
  let keptWidth = 0;
  for (const {segment} of graphemes.segment(text)) {
    const segmentWidth = textWidth(segment);
    if (keptWidth + segmentWidth > width - 1) break;
    kept += segment;
    keptWidth += segmentWidth;
  }
  return `${kept}…`;
}
