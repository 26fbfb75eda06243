/**
 * A piece of JavaScript. Only the `js` tag makes one, and only from template text of ours, other pieces, numbers and booleans: a user's text can never become
 * code, because a string does not fit into a template. Strings and objects come in as bound constants (see Writer.bind).
 */
export class Js {
  readonly #text: string;
  static #make: (text: string) => Js;
  static {
    Js.#make = text => new Js(text);
  }
  private constructor(text: string) {
    this.#text = text;
  }
  /** For the tag and the writer alone. */
  static fromTemplate(strings: TemplateStringsArray, parts: readonly JsPart[]): Js {
    let text = strings[0] as string;
    for (let index = 0; index < parts.length; index++) text += partText(parts[index] as JsPart) + (strings[index + 1] as string);
    return Js.#make(text);
  }
  /** A name made by the writer: letters, digits and `_`, checked here so that nothing else gets through. */
  static name(identifier: string): Js {
    if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(identifier)) throw new TypeError(`not an identifier: ${JSON.stringify(identifier)}`);
    return Js.#make(identifier);
  }
  toString(): string {
    return this.#text;
  }
}

export type JsPart = Js | number | boolean;

function partText(part: JsPart): string {
  if (typeof part !== 'number') return String(part);
  if (Object.is(part, -0)) return '-0';
  return part < 0 ? `(${String(part)})` : String(part);
}

export function js(strings: TemplateStringsArray, ...parts: readonly JsPart[]): Js {
  return Js.fromTemplate(strings, parts);
}

/** Pieces joined by an operator of ours: `and(a, b)` style helpers stay readable. No pieces: `whenEmpty`. */
export function join(pieces: readonly Js[], glue: Js, whenEmpty: Js): Js {
  if (pieces.length === 0) return whenEmpty;
  return pieces.reduce((left, right) => js`${left}${glue}${right}`);
}
