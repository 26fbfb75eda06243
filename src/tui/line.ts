import {cellWidth, cut} from './text.ts';

/** How a piece of a line looks. Never the only thing that tells one piece from another: there may be no colours. */
export type Tone = 'plain' | 'dim' | 'strong' | 'good' | 'warn' | 'bad' | 'accent' | 'chosen';

export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** A line of the screen. */
export type Line = readonly Piece[];

export function piece(text: string, tone: Tone = 'plain'): Piece {
  return {text, tone};
}

export function lineOf(text: string, tone: Tone = 'plain'): Line {
  return [{text, tone}];
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, {text}) => sum + cellWidth(text), 0);
}

export function lineText(line: Line): string {
  return line.map(({text}) => text).join('');
}

/** At most so many cells of a line. */
export function cutLine(line: Line, width: number, end = ''): Line {
  if (lineWidth(line) <= width) return line;
  const cutPieces: Piece[] = [];
  let room = width - cellWidth(end);
  for (const {text, tone} of line) {
    if (room <= 0) break;
    const kept = cut(text, room);
    cutPieces.push({text: kept, tone});
    room -= cellWidth(kept);
    if (kept !== text) break;
  }
  return [...cutPieces, {text: cut(end, width), tone: 'dim'}];
}

/** The line with spaces behind it, so many cells wide. */
export function fillLine(line: Line, width: number): Line {
  const missing = width - lineWidth(line);
  return missing <= 0 ? cutLine(line, width) : [...line, {text: ' '.repeat(missing), tone: 'plain'}];
}

/** The same line in one tone: a row that is chosen. */
export function toned(line: Line, tone: Tone): Line {
  return [{text: lineText(line), tone}];
}

/** Two blocks side by side, the left one so many cells wide. */
export function beside(left: readonly Line[], right: readonly Line[], leftWidth: number): readonly Line[] {
  return Array.from({length: Math.max(left.length, right.length)}, (_, row) => [
    ...fillLine(left[row] ?? [], leftWidth),
    ...(right[row] ?? []),
  ]);
}

/** A part of a line that may be left out. */
export interface Part {
  readonly line: Line;
  /** Where there is no room for all, those with the least are left out first. */
  readonly keep: number;
}

/** As many parts as there is room for, in their order, so many spaces apart. */
export function fitParts(parts: readonly Part[], width: number, gap: number): Line {
  let kept = parts.filter(({line}) => line.length > 0);
  const needed = (): number => kept.reduce((sum, {line}) => sum + lineWidth(line), 0) + gap * Math.max(0, kept.length - 1);
  while (kept.length > 1 && needed() > width) {
    const least = Math.min(...kept.map(({keep}) => keep));
    const at = kept.findLastIndex(({keep}) => keep === least);
    kept = kept.toSpliced(at, 1);
  }
  const line = kept.flatMap(({line}, index) => (index === 0 ? line : [{text: ' '.repeat(gap), tone: 'plain' as const}, ...line]));
  return cutLine(line, width);
}
