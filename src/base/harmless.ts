/**
 * A text of a stranger's, made fit to be shown: control characters, line separators and the characters that reorder or hide text become visible escapes, so that
 * data cannot clear a screen, colour a message or write a line of its own. Lone surrogates too.
 */
export function harmless(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu, escapeOf);
}

const short: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r', '\t': '\\t', '\u0000': '\\0', '\u001b': '\\e'};

function escapeOf(character: string): string {
  return short[character] ?? `\\u{${(character.codePointAt(0) as number).toString(16).padStart(4, '0')}}`;
}
