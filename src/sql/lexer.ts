import type {Problem, SourceText} from '../base/problem.ts';
import {isFunctionWord, isReserved} from './keywords.ts';
import {characterOf, kinds, type Token} from './tokens.ts';

/** The tokens of a text, its comments, and what is no token at all. */
export interface Lexed {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly problems: readonly Problem[];
}

/** A comment with its marks, `-- …` or `/* … *\/`. */
export interface Comment {
  readonly start: number;
  readonly end: number;
}

const asciiWord = /[A-Za-z_$][\w$]*/y;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const symbols = [
  '::',
  '<=',
  '>=',
  '<>',
  '!=',
  '||',
  '=>',
  '->',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '.',
  ';',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  ':',
  '?',
];
/** Words that only mean something special before a bracket, and are ordinary names elsewhere. */
const wordsBeforeBracket = new Set(['TRY_CAST', 'DESCRIPTOR', 'TIMESTAMPADD', 'TIMESTAMPDIFF', 'MAP']);

/** Behind these a name is named, as in CREATE TABLE map (…). */
const behindThem = /^(TABLE|INTO|OVERWRITE|VIEW|EXISTS|\.)$/i;

/** The word that begins at a place. Most are ASCII: the classes of all letters, which take half a millisecond to make, stay unmade until one is not. */
function wordAt(text: string, at: number): string | undefined {
  asciiWord.lastIndex = at;
  const found = asciiWord.exec(text)?.[0];
  const mayGoOn = text.charCodeAt(at + (found?.length ?? 0)) > 0x7f;
  return mayGoOn ? anyWordAt(text, at) : found;
}

function anyWordAt(text: string, at: number): string | undefined {
  const word = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
  word.lastIndex = at;
  return word.exec(text)?.[0];
}

/** Cuts a text into tokens. Never fails: what cannot be read is a problem, and reading goes on behind it. */
export function lex(source: SourceText): Lexed {
  const lexer = new Lexer(source);
  lexer.run();
  return lexer;
}

class Lexer implements Lexed {
  readonly tokens: Token[] = [];
  readonly comments: Comment[] = [];
  readonly problems: Problem[] = [];
  readonly #source: SourceText;
  readonly #text: string;
  #at = 0;
  #inHint = false;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
  }

  run(): void {
    while (this.#at < this.#text.length) this.#next();
  }

  #next(): void {
    const text = this.#text;
    const code = text.charCodeAt(this.#at);
    if (code <= 32 || code === 0xfeff || code === 0xa0) this.#at++;
    else if (code === 39 /* ' */) this.#string(kinds.string, this.#at);
    else if (code === 96 /* ` */) this.#quotedName();
    else if (code === 34 /* " */) this.#doubleQuoted();
    else if (code === 45 && text.charCodeAt(this.#at + 1) === 45) this.#lineComment();
    else if (code === 47 && (text.charCodeAt(this.#at + 1) === 42 || text.charCodeAt(this.#at + 1) === 47)) this.#slashComment();
    else if (this.#inHint && text.startsWith('*/', this.#at)) this.#endHint();
    else if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(this.#at + 1)))) this.#number();
    else if (code === 58 /* : */ && this.#parameter()) return;
    else if (!this.#word()) this.#symbol();
  }

  #push(character: string, start: number, value: string): void {
    this.tokens.push({start, end: this.#at, character, value});
  }

  #problem(code: string, message: string, start: number, end: number, hint: string): void {
    this.problems.push({
      kind: 'invalid',
      severity: 'error',
      code,
      message,
      hint,
      place: {kind: 'text', source: this.#source, span: {start, end}},
    });
  }

  /** `'…'` with `''` for a quote, from the quote at the present place on; `start` is where its prefix begins. */
  #string(character: string, start: number): void {
    const value = this.#quoted("'", start, 'text', "close it with '");
    if (value !== null) this.#push(character, start, value);
  }

  #quoted(quote: string, start: number, what: string, hint: string): string | null {
    const text = this.#text;
    const open = this.#at;
    let from = open + 1;
    let value = '';
    for (;;) {
      const end = text.indexOf(quote, from);
      if (end < 0) {
        this.#at = text.length;
        this.#problem('unclosed-quote', `this ${what} has no closing quote`, start, open + 1, hint);
        return null;
      }
      value += text.slice(from, end);
      this.#at = end + 1;
      if (text[this.#at] !== quote) return value;
      value += quote;
      from = end + 2;
    }
  }

  #quotedName(): void {
    const start = this.#at;
    const value = this.#quoted('`', start, 'name', 'close it with `');
    if (value === null) return;
    if (value === '') this.#problem('empty-name', 'a name cannot be empty', start, this.#at, 'write a name between the back-ticks');
    this.#push(kinds.quotedIdentifier, start, value);
  }

  #doubleQuoted(): void {
    const start = this.#at;
    const value = this.#quoted('"', start, 'text', 'write texts in single quotes and names in back-ticks');
    if (value === null) return;
    const hint = `write '${value.replaceAll("'", "''")}' for a text or \`${value.replaceAll('`', '``')}\` for a name`;
    this.#problem('double-quotes', 'double quotes mean nothing in Flink SQL', start, this.#at, hint);
    this.#push(kinds.unknown, start, value);
  }

  #lineComment(): void {
    const start = this.#at;
    const end = this.#text.slice(start).search(/[\n\r]/);
    this.#at = end < 0 ? this.#text.length : start + end;
    this.comments.push({start, end: this.#at});
  }

  #slashComment(): void {
    if (this.#text[this.#at + 1] === '/') return this.#lineComment();
    const start = this.#at;
    if (this.#text[start + 2] === '+' && !this.#inHint) {
      this.#at += 3;
      this.#inHint = true;
      return this.#push(kinds.hintStart, start, '/*+');
    }
    const end = this.#text.indexOf('*/', start + 2);
    this.#at = end < 0 ? this.#text.length : end + 2;
    if (end < 0) this.#problem('unclosed-comment', 'this comment has no end', start, start + 2, 'close it with */');
    else this.comments.push({start, end: this.#at});
  }

  #endHint(): void {
    this.#inHint = false;
    this.#at += 2;
    this.#push(kinds.hintEnd, this.#at - 2, '*/');
  }

  #number(): void {
    const start = this.#at;
    number.lastIndex = start;
    const value = number.exec(this.#text)?.[0] ?? '';
    this.#at += value.length;
    this.#push(kinds.number, start, value);
  }

  /** `:name`, but not the colon of JSON_OBJECT('key':value): behind an operand a parameter cannot stand. */
  #parameter(): boolean {
    const last = this.tokens.at(-1);
    if (last && endsOperand(last)) return false;
    const start = this.#at;
    const name = wordAt(this.#text, start + 1);
    if (name === undefined) return false;
    this.#at = start + 1 + name.length;
    this.#push(kinds.parameter, start, name);
    return true;
  }

  #word(): boolean {
    const start = this.#at;
    const value = wordAt(this.#text, start);
    if (value === undefined) return false;
    this.#at = start + value.length;
    if (this.#text[this.#at] === "'" && this.#prefixedString(value, start)) return true;
    if ((value === 'U' || value === 'u') && this.#text.startsWith("&'", this.#at)) {
      this.#at++;
      this.#unicodeString(start);
      return true;
    }
    this.#push(this.#wordCharacter(value), start, value);
    return true;
  }

  #wordCharacter(value: string): string {
    const upper = value.toUpperCase();
    if (wordsBeforeBracket.has(upper) && !behindThem.test(this.tokens.at(-1)?.value ?? '')) {
      const next = this.#text.slice(this.#at).trimStart()[0];
      if (next === '(' || (next === '[' && upper === 'MAP')) return characterOf(`${upper}(`) ?? kinds.unknown;
    }
    const known = characterOf(upper);
    if (known !== undefined) return known;
    if (!isReserved(upper)) return kinds.identifier;
    return isFunctionWord(upper) ? kinds.reservedFunction : kinds.reserved;
  }

  /** X'…' is a binary text; E'…', N'…' and _charset'…' are read and refused by name. */
  #prefixedString(prefix: string, start: number): boolean {
    const upper = prefix.toUpperCase();
    if (upper === 'X') {
      this.#string(kinds.binary, start);
      const value = this.tokens.at(-1)?.value ?? '';
      if (!/^[0-9a-fA-F]*$/.test(value)) {
        this.#problem('binary-digits', 'a binary text holds hexadecimal digits only', start, this.#at, "write it like X'0aff'");
      }
      return true;
    }
    if (upper !== 'E' && upper !== 'N' && !prefix.startsWith('_')) return false;
    if (upper === 'E') this.#backslashString(start);
    else this.#string(kinds.escaped, start);
    return true;
  }

  #backslashString(start: number): void {
    const whole = /'(?:[^'\\]|\\.|'')*'/suy;
    whole.lastIndex = this.#at;
    const found = whole.exec(this.#text);
    if (!found) return this.#string(kinds.escaped, start);
    this.#at += found[0].length;
    this.#push(kinds.escaped, start, found[0].slice(1, -1));
  }

  /** U&'…' with \XXXX or \+XXXXXX, and UESCAPE 'c' to name another escape character. */
  #unicodeString(start: number): void {
    const raw = this.#quoted("'", start, 'text', "close it with '");
    if (raw === null) return;
    const escape = /\s*UESCAPE\s*'((?:[^']|'')*)'/iuy;
    escape.lastIndex = this.#at;
    const found = escape.exec(this.#text);
    let mark = '\\';
    if (found) {
      this.#at += found[0].length;
      mark = found[1] ?? '';
      if (mark.length !== 1 || /[0-9a-fA-F+"'\s]/.test(mark)) {
        this.#problem(
          'unicode-escape',
          'an escape character is one character, no hexadecimal digit, plus sign, quote or space',
          start,
          this.#at,
          "write UESCAPE '!'",
        );
        mark = '\\';
      }
    }
    this.#push(kinds.string, start, this.#unescape(raw, mark, start));
  }

  #unescape(raw: string, mark: string, start: number): string {
    let value = '';
    for (let at = 0; at < raw.length; at++) {
      if (raw[at] !== mark) value += raw[at];
      else if (raw[at + 1] === mark) value += raw[at++];
      else {
        const digits = /^(?:[0-9a-fA-F]{4}|\+[0-9a-fA-F]{6})/.exec(raw.slice(at + 1))?.[0] ?? '';
        const code = digits === '' ? 0x110000 : Number.parseInt(digits.replace('+', ''), 16);
        if (code > 0x10ffff) {
          this.#problem(
            'unicode-escape',
            `${mark} is not followed by exactly four hexadecimal digits`,
            start,
            this.#at,
            `write it like ${mark}00e9, or ${mark}${mark} for the character itself`,
          );
          return raw;
        }
        value += digits.length === 4 ? String.fromCharCode(code) : String.fromCodePoint(code);
        at += digits.length;
      }
    }
    return value;
  }

  #symbol(): void {
    const start = this.#at;
    const symbol = symbols.find(candidate => this.#text.startsWith(candidate, start));
    if (symbol !== undefined) {
      this.#at += symbol.length;
      return this.#push(symbol === ';' ? ';' : (characterOf(symbol) ?? kinds.unknown), start, symbol);
    }
    const stranger = String.fromCodePoint(this.#text.codePointAt(start) ?? 0);
    this.#at += stranger.length;
    const hint = /[‘’‚“”„´]/u.test(stranger) ? "write texts in straight single quotes: '…'" : 'remove it, or put it in quotes';
    this.#problem('unknown-character', `the character ${JSON.stringify(stranger)} means nothing in SQL`, start, this.#at, hint);
    this.#push(kinds.unknown, start, stranger);
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function endsOperand(token: Token): boolean {
  const {character, value} = token;
  return value === ')' || value === ']' || [kinds.string, kinds.number, kinds.identifier, kinds.quotedIdentifier].includes(character);
}
