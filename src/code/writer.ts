import {Js, js} from './js.ts';

/**
 * Writes the text of one generated module: a list of functions over bound constants. Names are given by role and numbered (`key0`, `total1`), so that the text
 * depends on the query's shape alone; what a bound name stands for is told by the legend, beside the code and never inside.
 */
export class Writer {
  /** Lines, and places where lines may still come. */
  readonly #lines: Lines = [];
  #target = this.#lines;
  #bound = new Map<string, unknown>();
  #legend = new Map<string, string>();
  #boundNames = new Map<unknown, Js>();
  #counts = new Map<string, number>();
  #indent = 0;

  /** A fresh name for a role. */
  name(role: string): Js {
    const count = this.#counts.get(role) ?? 0;
    this.#counts.set(role, count + 1);
    return Js.name(`${role}${count}`);
  }

  /** A constant of the module: an object or a value that the code refers to by name. The same object is bound once. `meaning` goes to the legend. */
  bind(role: string, object: unknown, meaning = ''): Js {
    const shared = typeof object === 'object' || typeof object === 'function' ? this.#boundNames.get(object) : undefined;
    if (shared !== undefined) return shared;
    const name = this.name(role);
    this.#bound.set(String(name), object);
    if (meaning !== '') this.#legend.set(String(name), meaning);
    if (object !== null && (typeof object === 'object' || typeof object === 'function')) this.#boundNames.set(object, name);
    return name;
  }

  line(code: Js): void {
    this.#target.push('  '.repeat(this.#indent) + String(code));
  }
  /** A place for lines that turn out to be needed only when later code is written: what a loop prepares before it starts. `write` writes there. */
  place(): (write: () => void) => void {
    const held: Lines = [];
    this.#target.push(held);
    const indent = this.#indent;
    return write => {
      const [target, before] = [this.#target, this.#indent];
      this.#target = held;
      this.#indent = indent;
      write();
      this.#target = target;
      this.#indent = before;
    };
  }
  /** What `write` writes; taken back when it gives null. */
  attempt<T>(write: () => T | null): T | null {
    const length = this.#target.length;
    const [bound, legend, boundNames, counts] = [this.#bound, this.#legend, this.#boundNames, this.#counts];
    this.#bound = new Map(bound);
    this.#legend = new Map(legend);
    this.#boundNames = new Map(boundNames);
    this.#counts = new Map(counts);
    const result = write();
    if (result === null) {
      this.#target.length = length;
      [this.#bound, this.#legend, this.#boundNames, this.#counts] = [bound, legend, boundNames, counts];
    }
    return result;
  }
  const(role: string, value: Js): Js {
    const name = this.name(role);
    this.line(js`const ${name} = ${value};`);
    return name;
  }
  let(role: string, value: Js): Js {
    const name = this.name(role);
    this.line(js`let ${name} = ${value};`);
    return name;
  }
  /** `head {` body `}`. */
  block(head: Js, body: () => void): void {
    this.line(js`${head} {`);
    this.indented(body);
    this.line(js`}`);
  }
  indented(body: () => void): void {
    this.#indent++;
    body();
    this.#indent--;
  }
  /** `if (condition) {` then `} else {` otherwise `}`. */
  branch(condition: Js, then: () => void, otherwise: () => void): void {
    this.line(js`if (${condition}) {`);
    this.indented(then);
    this.line(js`} else {`);
    this.indented(otherwise);
    this.line(js`}`);
  }

  program(): GeneratedCode {
    return {text: (this.#lines as unknown[]).flat(Infinity).join('\n') + '\n', bound: this.#bound, legend: this.#legend};
  }
}

type Lines = (string | Lines)[];

export interface GeneratedCode {
  /** The body of a function that has the bound names as constants. */
  readonly text: string;
  readonly bound: ReadonlyMap<string, unknown>;
  readonly legend: ReadonlyMap<string, string>;
}
