// Ink takes every line apart into its characters for every frame, which costs 20 ms for a usual screen, and keeps each text that it has ever measured, which is a leak of
// some kilobytes a frame. So it lays out rows that are one character each, once, and lines come in when they are painted.

/** The first of the characters that stand for rows: one of those that mean nothing by themselves. */
const firstPlaceholder = 0xe000;
const lastPlaceholder = 0xf8ff;

/** What stands for a row in a layout. */
export function placeholderOf(row: number): string {
  return String.fromCharCode(Math.min(firstPlaceholder + row, lastPlaceholder));
}

/** The lines of a layout, with what belongs into its rows. */
export function filledLayout(layout: string, lines: readonly string[]): readonly string[] {
  return layout
    .split('\n')
    .map(line => line.replaceAll(/[\ue000-\uf8ff]/g, letter => lines[letter.charCodeAt(0) - firstPlaceholder] ?? ''));
}

/** So many rows, one below the other: as Ink lays them out, too. */
export function plainLayout(rows: number): string {
  return Array.from({length: rows}, (_, row) => placeholderOf(row)).join('\n');
}
