import type {CharacterSet, JavaPattern, PatternNode} from './syntax.ts';

/** What keeps a pattern from being used: a clause such as `has no closing ")"`. */
export interface PatternFault {
  readonly message: string;
}

class Fault extends Error {}

/** Reads a Java pattern. What JavaScript and the linear matcher cannot do is refused by name. */
export function parseJavaPattern(text: string): JavaPattern | PatternFault {
  try {
    return new PatternReader(text).pattern();
  } catch (error) {
    if (error instanceof Fault) return {message: error.message};
    throw error;
  }
}

const posixClasses: ReadonlyMap<string, string> = new Map<string, string>(
  Object.entries({
    Lower: 'a-z',
    Upper: 'A-Z',
    ASCII: String.raw`\0-\x7f`,
    Alpha: 'a-zA-Z',
    Digit: '0-9',
    Alnum: 'a-zA-Z0-9',
    Punct: String.raw`!-\/:-@\[-\`\{-~`,
    Graph: '!-~',
    Print: ' -~',
    Blank: String.raw` \t`,
    Cntrl: String.raw`\0-\x1f\x7f`,
    XDigit: '0-9a-fA-F',
    Space: String.raw` \t\n\x0b\f\r`,
    IsAlphabetic: String.raw`\p{Alphabetic}`,
    IsLetter: String.raw`\p{L}`,
    IsDigit: String.raw`\p{Nd}`,
    IsUppercase: String.raw`\p{Uppercase}`,
    IsLowercase: String.raw`\p{Lowercase}`,
    IsWhite_Space: String.raw`\p{White_Space}`,
    IsPunctuation: String.raw`\p{P}`,
  }),
);

/** Classes of one letter, in the meaning of Java: ASCII only. */
const letterClasses: Readonly<Record<string, string>> = {
  d: '0-9',
  w: 'a-zA-Z_0-9',
  s: String.raw` \t\n\x0b\f\r`,
  h: String.raw` \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000`,
  v: String.raw`\n\x0b\f\r\x85\u2028\u2029`,
};

const controlCharacters: Readonly<Record<string, number>> = {t: 9, n: 10, r: 13, f: 12, a: 7, e: 27};
const lineTerminators = String.raw`\n\r\u0085\u2028\u2029`;

class PatternReader {
  readonly #characters: readonly string[];
  #at = 0;
  #groups = 0;
  readonly #names = new Map<string, number>();
  #ignoreCase = false;
  #dotAll = false;
  #multiline = false;
  #depth = 0;
  #greatestReference = 0;

  constructor(text: string) {
    this.#characters = Array.from(text);
  }

  pattern(): JavaPattern {
    this.#leadingFlags();
    const root = this.#choice();
    if (this.#at < this.#characters.length) throw new Fault('has a ")" without "("');
    if (this.#greatestReference > this.#groups) throw new Fault(`refers to group ${this.#greatestReference}, which it does not have`);
    return {root, groups: this.#groups, ignoreCase: this.#ignoreCase};
  }

  #peek(offset = 0): string | undefined {
    return this.#characters[this.#at + offset];
  }
  #next(): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw new Fault('ends too early');
    return character;
  }
  #takes(text: string): boolean {
    if (this.#characters.slice(this.#at, this.#at + text.length).join('') !== text) return false;
    this.#at += text.length;
    return true;
  }

  #leadingFlags(): void {
    while (this.#peek() === '(' && this.#peek(1) === '?') {
      const match = /^\(\?([a-zA-Z]+)\)/.exec(this.#characters.slice(this.#at, this.#at + 12).join(''));
      if (match === null) return;
      for (const flag of match[1] as string) {
        if (flag === 'i') this.#ignoreCase = true;
        else if (flag === 's') this.#dotAll = true;
        else if (flag === 'm') this.#multiline = true;
        else if (flag !== 'u') throw new Fault(`uses the flag "${flag}", which is not supported`);
      }
      this.#at += match[0].length;
    }
  }

  #choice(): PatternNode {
    this.#depth++;
    if (this.#depth > 200) throw new Fault('nests groups too deeply');
    const branches = [this.#sequence()];
    while (this.#takes('|')) branches.push(this.#sequence());
    this.#depth--;
    return branches.length === 1 ? (branches[0] as PatternNode) : {kind: 'choice', branches};
  }

  #sequence(): PatternNode {
    const items: PatternNode[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      items.push(this.#repeated(this.#atom()));
    }
    return items.length === 1 ? (items[0] as PatternNode) : {kind: 'sequence', items};
  }

  #repeated(atom: PatternNode): PatternNode {
    let node = atom;
    for (let bounds = this.#bounds(); bounds !== null; bounds = this.#bounds()) {
      if (this.#takes('+')) throw new Fault('uses a possessive quantifier, which is not supported');
      node = {kind: 'repeat', item: node, least: bounds[0], most: bounds[1], lazy: this.#takes('?')};
    }
    return node;
  }

  #bounds(): readonly [number, number] | null {
    if (this.#takes('*')) return [0, Infinity];
    if (this.#takes('+')) return [1, Infinity];
    if (this.#takes('?')) return [0, 1];
    if (this.#peek() !== '{') return null;
    const match = /^\{(\d{1,5})(,(\d{1,5})?)?\}/.exec(this.#characters.slice(this.#at, this.#at + 14).join(''));
    if (match === null) throw new Fault('has a "{" that is no quantifier');
    this.#at += match[0].length;
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === undefined ? Infinity : Number(match[3]);
    if (most < least) throw new Fault('has a quantifier whose greatest number is less than its least');
    return [least, most];
  }

  #atom(): PatternNode {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return {kind: 'set', set: this.#class()};
      case '.':
        return {
          kind: 'set',
          set: this.#dotAll ? {source: String.raw`\0-\u{10ffff}`, negated: false} : {source: lineTerminators, negated: true},
        };
      case '^':
        return {kind: 'assertion', what: this.#multiline ? 'lineStart' : 'textStart'};
      case '$':
        return {kind: 'assertion', what: this.#multiline ? 'lineEnd' : 'end'};
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw new Fault(`has a "${character}" with nothing to repeat`);
      default:
        return literal(character);
    }
  }

  #group(): PatternNode {
    if (!this.#takes('?')) return this.#closed({kind: 'group', index: ++this.#groups, item: this.#choice()});
    for (const sign of ['=', '!', '<=', '<!'] as const) {
      if (this.#takes(sign)) return this.#closed({kind: 'look', sign: `?${sign}`, item: this.#choice()});
    }
    if (this.#takes(':')) return this.#closed({kind: 'group', index: null, item: this.#choice()});
    if (this.#takes('<')) {
      let name = '';
      for (let next = this.#next(); next !== '>'; next = this.#next()) name += next;
      if (!/^[A-Za-z][A-Za-z0-9]*$/.test(name)) throw new Fault(`has a group with the name "${name}"`);
      this.#names.set(name, ++this.#groups);
      return this.#closed({kind: 'group', index: this.#groups, item: this.#choice()});
    }
    throw new Fault(
      this.#peek() === '>' ? 'uses an atomic group, which is not supported' : 'uses flags inside, which are only supported at the start',
    );
  }

  /** Group numbers are given in the order of the opening parentheses, so the item is read after its number was taken. */
  #closed(node: PatternNode): PatternNode {
    if (!this.#takes(')')) throw new Fault('has no closing ")"');
    return node;
  }

  #escape(): PatternNode {
    const letter = this.#next();
    if (letter === 'Q') return this.#quoted();
    if (letter === 'b') return {kind: 'assertion', what: 'boundary'};
    if (letter === 'B') return {kind: 'assertion', what: 'noBoundary'};
    if (letter === 'A') return {kind: 'assertion', what: 'textStart'};
    if (letter === 'z') return {kind: 'assertion', what: 'textEnd'};
    if (letter === 'Z') return {kind: 'assertion', what: 'end'};
    if (letter === 'R') return lineBreak;
    if (/[1-9]/.test(letter)) {
      this.#greatestReference = Math.max(this.#greatestReference, Number(letter));
      return {kind: 'reference', group: Number(letter)};
    }
    if (letter === 'k' && this.#takes('<')) return this.#namedReference();
    this.#at--;
    return {kind: 'set', set: this.#escapedSet()};
  }

  #namedReference(): PatternNode {
    let name = '';
    for (let next = this.#next(); next !== '>'; next = this.#next()) name += next;
    const group = this.#names.get(name);
    if (group === undefined) throw new Fault(`has no group "${name}"`);
    return {kind: 'reference', group};
  }

  #quoted(): PatternNode {
    const items: PatternNode[] = [];
    while (this.#at < this.#characters.length && !this.#takes(String.raw`\E`)) items.push(literal(this.#next()));
    return {kind: 'sequence', items};
  }

  /** After a backslash: a class or one character. */
  #escapedSet(): CharacterSet {
    const letter = this.#next();
    const lower = letter.toLowerCase();
    const named = letterClasses[lower];
    if (named !== undefined) return {source: named, negated: letter !== lower};
    if (lower === 'p') return this.#property(letter === 'P');
    return {source: classCharacter(this.#escapedCharacter(letter)), negated: false};
  }

  #escapedCharacter(letter: string): number {
    const control = controlCharacters[letter];
    if (control !== undefined) return control;
    if (letter === 'x') return this.#hexadecimal(this.#peek() === '{' ? /^\{([0-9a-fA-F]{1,6})\}/ : /^([0-9a-fA-F]{2})/);
    if (letter === 'u') return this.#hexadecimal(/^([0-9a-fA-F]{4})/);
    if (letter === '0') return this.#number(/^([0-3]?[0-7]{1,2})/, 8);
    if (letter === 'c') return (this.#next().codePointAt(0) as number) ^ 64;
    if (/[A-Za-z0-9]/.test(letter)) throw new Fault(`uses "\\${letter}", which is not supported`);
    return letter.codePointAt(0) as number;
  }

  #hexadecimal(expression: RegExp): number {
    return this.#number(expression, 16);
  }
  #number(expression: RegExp, radix: number): number {
    const match = expression.exec(this.#characters.slice(this.#at, this.#at + 10).join(''));
    const code = match === null ? Number.NaN : Number.parseInt(match[1] as string, radix);
    if (match === null || code > 0x10ffff) throw new Fault('has an escape without its digits');
    this.#at += match[0].length;
    return code;
  }

  #property(negated: boolean): CharacterSet {
    let name = this.#next();
    if (name === '{') {
      name = '';
      for (let next = this.#next(); next !== '}'; next = this.#next()) name += next;
    }
    const posix = posixClasses.get(name);
    if (posix !== undefined) return {source: posix, negated};
    const script = name.startsWith('Is') ? name.slice(2) : name;
    for (const source of [String.raw`\p{${script}}`, String.raw`\p{Script=${script}}`]) {
      if (isProperty(source)) return {source, negated};
    }
    throw new Fault(`uses the class "${name}", which is not supported`);
  }

  #class(): CharacterSet {
    const negated = this.#takes('^');
    let source = '';
    let isFirst = true;
    for (;;) {
      const character = this.#next();
      if (character === ']' && !isFirst) return {source, negated};
      isFirst = false;
      if (character === '&' && this.#peek() === '&') throw new Fault('uses "&&" in a class, which is not supported');
      source += character === '[' ? this.#nested() : this.#member(character);
    }
  }

  #nested(): string {
    const inner = this.#class();
    if (inner.negated) throw new Fault('uses a negated class in a class, which is not supported');
    return inner.source;
  }

  /** One character, a range, or a class by an escape. */
  #member(character: string): string {
    if (character === '\\') {
      const letter = this.#peek() as string;
      if (letter === 'Q') {
        this.#at++;
        let quoted = '';
        while (this.#at < this.#characters.length && !this.#takes(String.raw`\E`))
          quoted += classCharacter(this.#next().codePointAt(0) as number);
        return quoted;
      }
      if (letterClasses[letter?.toLowerCase()] !== undefined || letter === 'p' || letter === 'P') {
        const set = this.#escapedSet();
        return set.negated ? complement(set.source) : set.source;
      }
    }
    const from = character === '\\' ? this.#escapedCharacter(this.#next()) : (character.codePointAt(0) as number);
    if (this.#peek() !== '-' || this.#peek(1) === ']' || this.#peek(1) === '[' || this.#peek(1) === undefined) return classCharacter(from);
    this.#at++;
    const end = this.#next();
    const to = end === '\\' ? this.#escapedCharacter(this.#next()) : (end.codePointAt(0) as number);
    if (to < from) throw new Fault('has a class with a range out of order');
    return `${classCharacter(from)}-${classCharacter(to)}`;
  }
}

const lineBreak: PatternNode = {
  kind: 'choice',
  branches: [
    {kind: 'sequence', items: [literal('\r'), literal('\n')]},
    {kind: 'set', set: {source: String.raw`\n\x0b\f\r\x85\u2028\u2029`, negated: false}},
  ],
};

function literal(character: string): PatternNode {
  return {kind: 'set', set: {source: classCharacter(character.codePointAt(0) as number), negated: false}};
}

/** A code point as it stands in a class: everything but letters and digits by its number, so nothing in it can have a meaning. */
function classCharacter(code: number): string {
  const character = String.fromCodePoint(code);
  return /[A-Za-z0-9]/.test(character) ? character : `\\u{${code.toString(16)}}`;
}

function isProperty(source: string): boolean {
  try {
    return new RegExp(source, 'u').source !== '';
  } catch {
    return false;
  }
}

/** What a class does not contain, as a class: for `[\W\d]`. */
function complement(source: string): string {
  const property = /^\\p(\{[^}]*\})$/.exec(source);
  if (property !== null) return `\\P${property[1]}`;
  const member = new RegExp(`[${source}]`, 'u');
  let result = '';
  let start = 0;
  // Everything that has a name here lies below 0x3001.
  for (let code = 0; code <= 0x3001; code++) {
    if (!member.test(String.fromCodePoint(code))) continue;
    if (code > start) result += `${classCharacter(start)}-${classCharacter(code - 1)}`;
    start = code + 1;
  }
  return `${result}${classCharacter(start)}-\\u{10ffff}`;
}
