/** Maps and lists within each other: deeper is no file of a person's, and could use up the stack of whoever reads it. */
export const deepest = 250;

/**
 * Where a text begins to be nested more deeply than `deepest`, in brackets or in blocks; null where it is not. It is found before anything is parsed, by a count that
 * may take a bracket in a text for one that opens a list: a parser that runs out of stack may end the whole process.
 */
export function tooDeepAt(text: string): number | null {
  let brackets = 0;
  let isLineStart = true;
  let column = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\n') {
      isLineStart = true;
      column = 0;
      continue;
    }
    // Blocks begin behind spaces and behind the marks of items and keys: each level takes a column at least.
    if (isLineStart && column++ > deepest && character !== ' ' && character !== '\r') return at;
    if (isLineStart && !isIndent(text, at)) isLineStart = false;
    if (character === '[' || character === '{') {
      if (++brackets > deepest) return at;
    } else if (character === ']' || character === '}') {
      brackets = Math.max(0, brackets - 1);
    }
  }
  return null;
}

function isIndent(text: string, at: number): boolean {
  const character = text[at];
  if (character === ' ' || character === '\t') return true;
  const next = text[at + 1];
  return (character === '-' || character === '?' || character === ':') && (next === ' ' || next === '\t' || next === '\n');
}
