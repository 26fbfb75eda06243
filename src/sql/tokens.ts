import {kindNames} from './generated/recipe.ts';

const firstCode = 0xe000;
const names = kindNames.split(' ');
const characters = new Map(names.map((name, index) => [name, String.fromCharCode(firstCode + index)]));

/** The character that stands for a kind of token in a token string; undefined when the grammar knows no such token. */
export function characterOf(kind: string): string | undefined {
  return characters.get(kind);
}

/** The kind that a character of a token string stands for: a keyword in upper case, a symbol, or a class such as `<string>`. */
export function kindOf(character: string): string {
  return names[character.charCodeAt(0) - firstCode] ?? 'unknown';
}

/** One token of a text. */
export interface Token {
  /** Where it is, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** What the grammar matches: one character. */
  readonly character: string;
  /** A name without its back-ticks, a string unescaped, a number as written, the word in upper case for words. */
  readonly value: string;
}

const character = (kind: string): string => characters.get(kind) ?? '\uffff';

/** Characters of the token classes. */
export const kinds = {
  identifier: character('identifier'),
  quotedIdentifier: character('quoted-identifier'),
  reservedFunction: character('reserved-function'),
  reserved: character('reserved'),
  string: character('<string>'),
  number: character('<number>'),
  binary: character('<binary>'),
  escaped: character('<escaped>'),
  parameter: character('<parameter>'),
  hintStart: character('/*+'),
  hintEnd: character('*/'),
  /** No rule of the grammar matches it. */
  unknown: '\uffff',
};

/** Whether the token may be a name: an identifier, quoted or not, or a word that is not reserved. */
export function isName(token: Token): boolean {
  return token.character >= kinds.identifier && token.character < kinds.reservedFunction;
}

/** Whether the token is a word: a name or any keyword. Words come before symbols. */
export function isWord(token: Token): boolean {
  return token.character >= kinds.identifier && token.character <= lastWord;
}
const lastWord = String.fromCharCode(firstCode + names.findLastIndex(name => /^[A-Z_]+\(?$/.test(name)));
