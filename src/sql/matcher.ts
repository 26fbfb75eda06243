import {descriptions, ruleBodies, ruleNames, ruleStarts} from './generated/recipe.ts';
import {kindOf, type Token} from './tokens.ts';

/**
 * A node of the parse: a rule with its parts in order, or a token (`rule` is then ''). `start` and `end` count tokens. Repetitions and options are flattened
 * into the parts of the rule they stand in, which is why everything that must be told apart is a rule of its own.
 */
export interface Branch {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  readonly parts: readonly Branch[];
}

/** What a match gives: the tree, or at which token it failed and which kinds of tokens and described rules could have stood there. */
export type Match = {readonly tree: Branch} | {readonly tree: null; readonly at: number; readonly expected: ReadonlySet<string>};

/**
 * Matches tokens against a rule of the grammar, all of them. The grammar is ohm's and means what ohm says it means (a test compares the two); it runs here
 * because ohm's own matcher costs some 20 ms of a one-liner before its first answer, this one less than 2. A nesting too deep for the stack is thrown as
 * a RangeError.
 */
export function match(tokens: readonly Token[], rule: string): Match {
  let text = '';
  for (const token of tokens) text += token.character;
  return matchText(text, rule);
}

/** The same for a string that holds one character for each token. */
export function matchText(text: string, rule: string): Match {
  const run = new Run(text, -1);
  const tree = run.whole(rule);
  if (tree) return {tree};
  const again = new Run(text, run.furthest);
  again.whole(rule);
  return {tree: null, at: run.furthest, expected: again.expected};
}

/** The kinds of tokens that a rule can begin with. */
export function startsOf(rule: string): ReadonlySet<string> {
  const found = matchText('', rule);
  return found.tree ? new Set() : found.expected;
}

// The operations of the compact form. A terminal is written as its character, the application of a rule as its number.
const sequence = 0;
const choice = 1;
const star = 2;
const plus = 3;
const option = 4;
const not = 5;
const lookahead = 6;
const range = 7;
const anyToken = 8;
const terminal = 9;
const application = 10;

type Compact = string | number | readonly [number, ...Compact[]];

class Step {
  readonly operation: number;
  readonly from: number;
  readonly to: number;
  readonly steps: readonly Step[];

  constructor(operation: number, from: number, to: number, steps: readonly Step[]) {
    this.operation = operation;
    this.from = from;
    this.to = to;
    this.steps = steps;
  }
}

const names = ruleNames.split(' ');
const bodies = ruleBodies.split('\n');
const starts = ruleStarts.split(' ');
const numbers = new Map(names.map((name, index) => [name, index]));
/** The bodies that were needed so far: a query uses a third of the grammar. */
const prepared: (Step | undefined)[] = [];

/** Rules that recursion passes through. Remembering their results keeps the time linear in the length of the text, whatever is nested in what. */
const remembered = new Map(
  ['expression', 'arithmetic', 'operand', 'query', 'tableReference', 'type', 'prefixed', 'balanced'].map((name, index) => [
    numbers.get(name) ?? -1,
    index,
  ]),
);
const unknown = -2;
const failed = -1;

function body(rule: number): Step {
  return (prepared[rule] ??= prepare(JSON.parse(bodies[rule] as string) as Compact));
}

function prepare(compact: Compact): Step {
  if (typeof compact === 'string') return new Step(terminal, compact.charCodeAt(0), 0, []);
  if (typeof compact === 'number') return new Step(application, compact, 0, []);
  const [operation, ...rest] = compact;
  if (operation === range) return new Step(range, (rest[0] as string).charCodeAt(0), (rest[1] as string).charCodeAt(0), []);
  return new Step(operation, 0, 0, rest.map(prepare));
}

const noParts: readonly Branch[] = [];

/** One run over a text. Every step either moves on and leaves its parts, or leaves everything as it was. */
class Run {
  /** The furthest place at which a token was not what was wanted. */
  furthest = 0;
  /** What was wanted at the place to be explained. */
  readonly expected = new Set<string>();
  readonly #text: string;
  readonly #explain: number;
  #at = 0;
  #parts: Branch[] = [];
  #silent = 0;
  readonly #ends: Int32Array;
  readonly #trees: (Branch | undefined)[] = [];

  constructor(text: string, explain: number) {
    this.#text = text;
    this.#explain = explain;
    this.#ends = new Int32Array((text.length + 1) * remembered.size).fill(unknown);
  }

  whole(rule: string): Branch | null {
    const matched = this.#apply(numbers.get(rule) ?? -1);
    if (matched && this.#at === this.#text.length) return this.#parts[0] ?? null;
    if (matched) this.#miss('the end');
    return null;
  }

  #step(step: Step): boolean {
    switch (step.operation) {
      case terminal:
        return this.#token(step.from, step.from);
      case application:
        return this.#apply(step.from);
      case range:
        return this.#token(step.from, step.to);
      case sequence:
        return this.#sequence(step.steps);
      case choice:
        return this.#choice(step.steps);
      case star:
        while (this.#step(step.steps[0] as Step));
        return true;
      case plus:
        if (!this.#step(step.steps[0] as Step)) return false;
        while (this.#step(step.steps[0] as Step));
        return true;
      case option:
        this.#step(step.steps[0] as Step);
        return true;
      case not:
        return !this.#peek(step);
      case lookahead:
        return this.#peek(step);
      case anyToken:
        return this.#token(0, 0xffff);
      default:
        return false;
    }
  }

  #sequence(steps: readonly Step[]): boolean {
    const at = this.#at;
    const count = this.#parts.length;
    for (let index = 0; index < steps.length; index++) {
      if (this.#step(steps[index] as Step)) continue;
      this.#at = at;
      this.#parts.length = count;
      return false;
    }
    return true;
  }

  #choice(steps: readonly Step[]): boolean {
    for (let index = 0; index < steps.length; index++) if (this.#step(steps[index] as Step)) return true;
    return false;
  }

  #peek(step: Step): boolean {
    const at = this.#at;
    const count = this.#parts.length;
    this.#silent++;
    const found = this.#step(step.steps[0] as Step);
    this.#silent--;
    this.#at = at;
    this.#parts.length = count;
    return found;
  }

  #token(from: number, to: number): boolean {
    const code = this.#text.charCodeAt(this.#at);
    if (code >= from && code <= to) {
      this.#parts.push({rule: '', start: this.#at, end: ++this.#at, parts: noParts});
      return true;
    }
    if (this.#at >= this.furthest) this.#miss(from === to ? String.fromCharCode(from) : '');
    return false;
  }

  #miss(wanted: string): void {
    if (this.#silent > 0) return;
    this.furthest = Math.max(this.furthest, this.#at);
    if (this.#at === this.#explain && wanted !== '') this.expected.add(wanted.length === 1 ? kindOf(wanted) : wanted);
  }

  #apply(rule: number): boolean {
    // Only when a failure is to be explained must every token be tried that could have stood here.
    if (this.#explain < 0 && !this.#canBegin(starts[rule] as string)) return false;
    const slot = remembered.get(rule);
    if (slot === undefined) return this.#applyAnew(rule);
    const place = this.#at * remembered.size + slot;
    const end = this.#ends[place] as number;
    if (end === failed) return false;
    if (end !== unknown) {
      this.#at = end;
      this.#parts.push(this.#trees[place] as Branch);
      return true;
    }
    const matched = this.#applyAnew(rule);
    // What was not told because it stood in a look-ahead must be told when it is met again.
    if (matched || this.#silent === 0) this.#ends[place] = matched ? this.#at : failed;
    if (matched) this.#trees[place] = this.#parts.at(-1);
    return matched;
  }

  /** Whether the present token is in one of the ranges; a rule without ranges can begin with anything. */
  #canBegin(ranges: string): boolean {
    if (ranges === '') return true;
    const code = this.#text.charCodeAt(this.#at);
    for (let index = 0; index < ranges.length; index += 2) {
      if (code >= ranges.charCodeAt(index) && code <= ranges.charCodeAt(index + 1)) return true;
    }
    if (this.#at > this.furthest && this.#silent === 0) this.furthest = this.#at;
    return false;
  }

  #applyAnew(rule: number): boolean {
    const start = this.#at;
    const outer = this.#parts;
    const parts: Branch[] = [];
    const name = names[rule] as string;
    const description = this.#explain === start ? descriptions[name] : undefined;
    this.#parts = parts;
    if (description !== undefined) this.#silent++;
    const matched = this.#step(body(rule));
    if (description !== undefined) this.#silent--;
    this.#parts = outer;
    if (matched) outer.push({rule: name, start, end: this.#at, parts});
    else if (description !== undefined) this.#miss(description);
    return matched;
  }
}
