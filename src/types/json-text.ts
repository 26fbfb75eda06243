/** JSON with its numbers kept as written, for what `JSON.parse` would round: BIGINT and DECIMAL. */

/** A number as written. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Objects keep the order of their fields; of equal names the last one counts. */
export type JsonNode = null | boolean | string | JsonNumber | readonly JsonNode[] | ReadonlyMap<string, JsonNode>;

/** Deeper JSON is no JSON to us: no stack is ever at risk. */
const greatestDepth = 1000;

/** Undefined when the text is not exactly one JSON value with blanks around it. */
export function parseJson(text: string): JsonNode | undefined {
  const reader = new JsonReader(text);
  try {
    return reader.whole();
  } catch (error) {
    if (error === notJson) return undefined;
    throw error;
  }
}

const notJson = new Error('not JSON');

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const blankPattern = /[ \t\n\r]*/y;

class JsonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonNode {
    const node = this.#value();
    this.#blanks();
    if (this.#at !== this.#text.length) throw notJson;
    return node;
  }

  #value(): JsonNode {
    this.#blanks();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return new JsonNumber(this.#match(numberPattern));
    }
  }

  #object(): JsonNode {
    const fields = new Map<string, JsonNode>();
    this.#enter();
    if (this.#takes('}')) return this.#leave(fields);
    for (;;) {
      this.#blanks();
      const name = this.#string();
      if (!this.#takes(':')) throw notJson;
      fields.set(name, this.#value());
      if (this.#takes('}')) return this.#leave(fields);
      if (!this.#takes(',')) throw notJson;
    }
  }

  #array(): JsonNode {
    const elements: JsonNode[] = [];
    this.#enter();
    if (this.#takes(']')) return this.#leave(elements);
    for (;;) {
      elements.push(this.#value());
      if (this.#takes(']')) return this.#leave(elements);
      if (!this.#takes(',')) throw notJson;
    }
  }

  #enter(): void {
    this.#at++;
    this.#depth++;
    if (this.#depth > greatestDepth) throw notJson;
  }
  #leave<T>(node: T): T {
    this.#depth--;
    return node;
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw notJson;
    const start = this.#at++;
    for (;;) {
      while (isPlain(this.#text.charCodeAt(this.#at))) this.#at++;
      const stop = this.#text[this.#at];
      if (stop === '"') break;
      if (stop !== '\\') throw notJson;
      this.#at += 2;
    }
    this.#at++;
    const literal = this.#text.slice(start, this.#at);
    if (!literal.includes('\\')) return literal.slice(1, -1);
    try {
      return JSON.parse(literal) as string;
    } catch {
      throw notJson;
    }
  }

  #word<T>(word: string, meaning: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw notJson;
    this.#at += word.length;
    return meaning;
  }

  #blanks(): void {
    this.#match(blankPattern);
  }

  #takes(mark: string): boolean {
    this.#blanks();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) throw notJson;
    this.#at = pattern.lastIndex;
    return found[0];
  }
}

/** Neither a quote, a backslash, a control character, nor the end of the text (NaN). */
function isPlain(code: number): boolean {
  return code >= 0x20 && code !== 0x22 && code !== 0x5c;
}

/** Compact JSON: no blanks, numbers as they were written. */
export function jsonText(node: JsonNode): string {
  if (node === null || typeof node === 'boolean') return String(node);
  if (typeof node === 'string') return JSON.stringify(node);
  if (node instanceof JsonNumber) return node.text;
  if (isJsonArray(node)) return `[${node.map(jsonText).join(',')}]`;
  return `{${[...node].map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`).join(',')}}`;
}

export function isJsonArray(node: JsonNode): node is readonly JsonNode[] {
  return Array.isArray(node);
}

export function isJsonObject(node: JsonNode): node is ReadonlyMap<string, JsonNode> {
  return node instanceof Map;
}
