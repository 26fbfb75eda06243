import {harmless} from '../base/harmless.ts';
import {textWidth} from '../base/text-width.ts';

let segmenter: Intl.Segmenter | null = null;

/** What a reader takes for one character, each with the cells it takes. */
function graphemes(text: string): readonly {readonly text: string; readonly width: number}[] {
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({segment}) => ({text: segment, width: textWidth(segment)}));
}

/** ASCII, and the signs that screens are drawn with: a cell each. */
const isPlain = (text: string): boolean => /^[ -~\u2500-\u259f×–‖…→↻▲▴▸▼▾■●◦✓✗]*$/.test(text);

/** How many cells a text takes. Most texts of a screen are plain, and measuring others is dear. */
export function cellWidth(text: string): number {
  return isPlain(text) ? text.length : textWidth(text);
}

/** A stranger's text, fit for one line of a screen: nothing in it moves the cursor, hides itself, or takes no cell. */
export function clean(text: string): string {
  if (isPlain(text)) return text;
  return graphemes(harmless(text.replaceAll('\t', ' ')))
    .filter(({width}) => width > 0)
    .map(one => one.text)
    .join('');
}

/** At most so many cells of a text. Where something is cut off, `end` stands in the last of them. */
export function cut(text: string, width: number, end = ''): string {
  if (cellWidth(text) <= width) return text;
  if (width <= 0) return '';
  const room = width - cellWidth(end);
  if (room < 0) return cut(end, width);
  if (isPlain(text)) return text.slice(0, room) + end;
  let taken = '';
  let used = 0;
  for (const one of graphemes(text)) {
    if (used + one.width > room) break;
    taken += one.text;
    used += one.width;
  }
  return taken + end;
}

/** Exactly so many cells: cut, or filled with spaces. */
export function fill(text: string, width: number, side: 'left' | 'right' = 'left', end = ''): string {
  const kept = cut(text, width, end);
  const pad = ' '.repeat(Math.max(0, width - cellWidth(kept)));
  return side === 'left' ? kept + pad : pad + kept;
}

/** Pieces of at most so many cells, in order: lines of a text that is too long for one. */
export function wrap(text: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let rest = text;
  while (cellWidth(rest) > width) {
    const piece = cut(rest, width);
    if (piece === '') break; // There is no room for a single character.
    const space = piece.lastIndexOf(' ');
    const at = space > width / 2 ? space + 1 : piece.length;
    pieces.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at);
  }
  return [...pieces, rest];
}
