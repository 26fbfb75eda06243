import {isWord, type Token} from './tokens.ts';

/** The tokens of one statement, or of a statement set: what stands before its first statement, the statements, and whether its END was found. */
export type Unit =
  | {readonly kind: 'statement'; readonly tokens: readonly Token[]}
  | {readonly kind: 'set'; readonly header: readonly Token[]; readonly inner: readonly (readonly Token[])[]; readonly end: Token | null};

/**
 * Cuts tokens into statements at `;`, but not inside STATEMENT SET … END: each of its statements is a part of one unit. Tokens behind END and before
 * the next `;` make a unit of their own, which then fails as it should.
 */
export function units(tokens: readonly Token[]): Unit[] {
  const found: Unit[] = [];
  let from = 0;
  for (let at = 0; at < tokens.length; at++) {
    if (isSetStart(tokens, from, at)) {
      const set = readSet(tokens, from, at + 2);
      found.push(set.unit);
      at = set.next - 1;
      from = set.next;
    } else if (tokens[at]?.value === ';' && !isQuoted(tokens[at])) {
      if (at > from) found.push({kind: 'statement', tokens: tokens.slice(from, at)});
      from = at + 1;
    }
  }
  if (from < tokens.length) found.push({kind: 'statement', tokens: tokens.slice(from)});
  return found;
}

/** STATEMENT SET, with BEGIN around it on either side, and nothing but its own header words before. */
function isSetStart(tokens: readonly Token[], from: number, at: number): boolean {
  if (!is(tokens[at], 'STATEMENT') || !is(tokens[at + 1], 'SET')) return false;
  const beginsBefore = at > from && is(tokens[at - 1], 'BEGIN');
  const first = tokens[from];
  return (
    (beginsBefore && at === from + 1) ||
    (is(tokens[at + 2], 'BEGIN') && (at === from || ['EXECUTE', 'EXPLAIN', 'COMPILE'].some(word => is(first, word))))
  );
}

function readSet(tokens: readonly Token[], from: number, headerEnd: number): {unit: Unit; next: number} {
  let at = headerEnd;
  if (is(tokens[at], 'BEGIN') || tokens[at]?.value === ';') at++;
  const header = tokens.slice(from, at).filter(token => token.value !== ';');
  const inner: (readonly Token[])[] = [];
  let start = at;
  let cases = 0;
  for (; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (is(token, 'CASE')) cases++;
    else if (is(token, 'END') && cases > 0) cases--;
    else if (is(token, 'END')) break;
    else if (token.value === ';' && !isQuoted(token)) {
      if (at > start) inner.push(tokens.slice(start, at));
      start = at + 1;
      cases = 0;
    }
  }
  if (at > start) inner.push(tokens.slice(start, at));
  const end = tokens[at] ?? null;
  return {unit: {kind: 'set', header, inner, end}, next: at + 1};
}

function is(token: Token | undefined, word: string): boolean {
  return token !== undefined && isWord(token) && !isQuoted(token) && token.value.toUpperCase() === word;
}

/** A token whose value is a text of the user's, which may look like anything. */
function isQuoted(token: Token | undefined): boolean {
  return token !== undefined && token.end - token.start !== token.value.length;
}
