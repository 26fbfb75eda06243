import type {Place, Problem, SourceText, Span} from '../base/problem.ts';

/**
 * A text that stands inside another file, such as SQL in YAML. It is parsed by itself, as the text it is; its problems are then told at their places in the file.
 */
export interface EmbeddedText {
  readonly source: SourceText;
  /** The same problem, told where the file says it. */
  readonly relocate: (problem: Problem) => Problem;
}

/** How a scalar stands in its file. */
export interface WrittenScalar {
  readonly file: SourceText;
  readonly style: 'plain' | 'quoted' | 'literal' | 'folded';
  /** Quotes and the header of a block included. */
  readonly span: Span;
}

/** The text of a scalar. Where its characters cannot be found in the file one by one (escapes, folded lines), places stay within the text itself. */
export function embeddedText(written: WrittenScalar, value: string, name: string): EmbeddedText {
  const {file} = written;
  const offsets = offsetsOf(written, value);
  const source: SourceText = {name: offsets === null ? name : file.name, text: value};
  if (offsets === null) return {source, relocate: problem => problem};
  const moveSpan = ({start, end}: Span): Span => {
    const from = offsets[Math.min(start, value.length)] as number;
    return {start: from, end: end > start ? (offsets[Math.min(end, value.length) - 1] as number) + 1 : from};
  };
  const move = (place: Place): Place =>
    place.kind === 'text' && place.source === source ? {kind: 'text', source: file, span: moveSpan(place.span)} : place;
  return {source, relocate: problem => relocated(problem, move)};
}

function relocated(problem: Problem, move: (place: Place) => Place): Problem {
  return {
    ...problem,
    ...(problem.place === undefined ? {} : {place: move(problem.place)}),
    ...(problem.notes === undefined ? {} : {notes: problem.notes.map(note => ({...note, place: move(note.place)}))}),
  };
}

/** For each character of the value, and for its end, where it stands in the file; null where that cannot be told. */
function offsetsOf({file: {text}, style, span: {start, end}}: WrittenScalar, value: string): readonly number[] | null {
  if (style === 'literal') return literalOffsets(text, text.indexOf('\n', start) + 1, end, value);
  const quote = style === 'plain' ? 0 : 1;
  return text.slice(start + quote, start + quote + value.length) === value
    ? Array.from({length: value.length + 1}, (_, index) => start + quote + index)
    : null;
}

/** Line by line: a line of the value is a line of the file without its indentation. */
function literalOffsets(text: string, start: number, end: number, value: string): readonly number[] | null {
  const offsets: number[] = [];
  let lineStart = start;
  for (const line of value.split('\n')) {
    if (offsets.length > 0) offsets.push(Math.min(lineStart - 1, end)); // The line end before this line.
    const next = text.indexOf('\n', lineStart);
    const written = text.slice(lineStart, next === -1 ? text.length : next).replace(/\r$/, '');
    if (!written.endsWith(line)) return null;
    const indent = written.length - line.length;
    for (let index = 0; index < line.length; index++) offsets.push(lineStart + indent + index);
    lineStart = next === -1 ? text.length + 1 : next + 1;
  }
  offsets.push(Math.min(lineStart - 1, end));
  return offsets;
}
