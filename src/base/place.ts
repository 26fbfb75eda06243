/** Where an offset of a text is, as an editor shows it: both from 1, the column in characters (code points). */
export interface LineAndColumn {
  readonly line: number;
  readonly column: number;
}

/** The line and column of an offset in UTF-16 code units. An offset behind the end is the end. Lines end with `\n` or `\r\n`. */
export function lineAndColumn(text: string, offset: number): LineAndColumn {
  const at = Math.max(0, Math.min(offset, text.length));
  const start = lineStart(text, at);
  let line = 1;
  for (let found = text.indexOf('\n'); found !== -1 && found < start; found = text.indexOf('\n', found + 1)) line++;
  return {line, column: countCharacters(text.slice(start, at)) + 1};
}

/** The line that holds an offset, without its line end, and where it starts. */
export function lineAt(text: string, offset: number): {readonly start: number; readonly text: string} {
  const start = lineStart(text, Math.max(0, Math.min(offset, text.length)));
  const next = text.indexOf('\n', start);
  let end = next === -1 ? text.length : next;
  if (end > start && text[end - 1] === '\r') end--;
  return {start, text: text.slice(start, end)};
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
