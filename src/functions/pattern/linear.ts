import {type Assertion, type JavaPattern, type PatternNode, setSource} from './syntax.ts';

/**
 * A matcher whose time grows with the length of the text times that of the pattern, whatever the pattern: it follows all ways through the pattern at once, the
 * preferred ones first, so that it finds what a backtracking matcher would. It knows neither look-around nor references to groups.
 */
export interface LinearPattern {
  /** The first match from a position (in UTF-16 code units) on: starts and ends of the groups, two each, -1 where a group took no part. */
  find(text: string, from: number): readonly number[] | null;
}

type Instruction =
  | {readonly kind: 'set'; readonly has: (code: number) => boolean}
  | {readonly kind: 'split'; first: number; second: number}
  | {readonly kind: 'jump'; to: number}
  | {readonly kind: 'save'; readonly slot: number}
  | {readonly kind: 'assertion'; readonly what: Assertion}
  | {readonly kind: 'match'};

const mostInstructions = 20_000;

/** Null when the pattern needs more than the matcher can do, or is too large. */
export function toLinear(pattern: JavaPattern): LinearPattern | null {
  const writer = new ProgramWriter(pattern.ignoreCase);
  const isWritten = writer.write({kind: 'group', index: 0, item: pattern.root});
  if (!isWritten) return null;
  writer.program.push({kind: 'match'});
  return new LinearMatcher(writer.program, pattern.groups);
}

class ProgramWriter {
  readonly program: Instruction[] = [];
  readonly #flags: string;

  constructor(ignoreCase: boolean) {
    this.#flags = ignoreCase ? 'iu' : 'u';
  }

  write(node: PatternNode): boolean {
    if (this.program.length > mostInstructions) return false;
    switch (node.kind) {
      case 'set':
        this.program.push({kind: 'set', has: memberTest(new RegExp(setSource(node.set), this.#flags))});
        return true;
      case 'sequence':
        return node.items.every(item => this.write(item));
      case 'choice':
        return this.#choice(node.branches);
      case 'repeat':
        return this.#repeat(node);
      case 'group':
        if (node.index === null) return this.write(node.item);
        this.program.push({kind: 'save', slot: node.index * 2});
        if (!this.write(node.item)) return false;
        this.program.push({kind: 'save', slot: node.index * 2 + 1});
        return true;
      case 'assertion':
        this.program.push({kind: 'assertion', what: node.what});
        return true;
      case 'look':
      case 'reference':
        return false;
    }
  }

  #choice(branches: readonly PatternNode[]): boolean {
    const jumps: {kind: 'jump'; to: number}[] = [];
    for (const [index, branch] of branches.entries()) {
      const isLast = index === branches.length - 1;
      const split = {kind: 'split' as const, first: this.program.length + 1, second: 0};
      if (!isLast) this.program.push(split);
      if (!this.write(branch)) return false;
      if (isLast) break;
      const jump = {kind: 'jump' as const, to: 0};
      this.program.push(jump);
      jumps.push(jump);
      split.second = this.program.length;
    }
    for (const jump of jumps) jump.to = this.program.length;
    return true;
  }

  #repeat(node: PatternNode & {readonly kind: 'repeat'}): boolean {
    for (let count = 0; count < node.least; count++) if (!this.write(node.item)) return false;
    if (node.most === Infinity) return this.#loop(node.item, node.lazy);
    const splits: {first: number; second: number}[] = [];
    for (let count = node.least; count < node.most; count++) {
      splits.push(this.#split());
      if (!this.write(node.item)) return false;
    }
    for (const split of splits) this.#aim(split, node.lazy, this.program.length);
    return true;
  }

  #loop(item: PatternNode, lazy: boolean): boolean {
    const start = this.program.length;
    const split = this.#split();
    if (!this.write(item)) return false;
    this.program.push({kind: 'jump', to: start});
    this.#aim(split, lazy, this.program.length);
    return true;
  }

  #split(): {first: number; second: number} {
    const split = {kind: 'split' as const, first: this.program.length + 1, second: 0};
    this.program.push(split);
    return split;
  }

  /** Greedy: into the item first; lazy: past it first. */
  #aim(split: {first: number; second: number}, lazy: boolean, past: number): void {
    const into = split.first;
    split.first = lazy ? past : into;
    split.second = lazy ? into : past;
  }
}

function memberTest(expression: RegExp): (code: number) => boolean {
  const ascii = Array.from({length: 128}, (_, code) => expression.test(String.fromCharCode(code)));
  return code => (code < 128 ? (ascii[code] as boolean) : expression.test(String.fromCodePoint(code)));
}

interface Thread {
  readonly at: number;
  readonly slots: readonly number[];
}

class LinearMatcher implements LinearPattern {
  readonly #program: readonly Instruction[];
  readonly #slotCount: number;

  constructor(program: readonly Instruction[], groups: number) {
    this.#program = program;
    this.#slotCount = (groups + 1) * 2;
  }

  find(text: string, from: number): readonly number[] | null {
    let threads: Thread[] = [];
    let found: readonly number[] | null = null;
    const none = Array.from({length: this.#slotCount}, () => -1);
    for (let position = from; ;) {
      const seen = new Set<number>();
      const current: Thread[] = [];
      for (const thread of threads) this.#follow(thread, text, position, seen, current);
      if (found === null) this.#follow({at: 0, slots: none}, text, position, seen, current);
      const code = text.codePointAt(position);
      threads = [];
      for (const thread of current) {
        const instruction = this.#program[thread.at] as Instruction;
        if (instruction.kind === 'match') {
          found = thread.slots;
          break;
        }
        if (instruction.kind === 'set' && code !== undefined && instruction.has(code))
          threads.push({at: thread.at + 1, slots: thread.slots});
      }
      if (code === undefined || (threads.length === 0 && found !== null)) return found;
      position += code > 0xffff ? 2 : 1;
    }
  }

  /** Adds what a thread can reach without reading a character, the preferred ways first. */
  #follow(thread: Thread, text: string, position: number, seen: Set<number>, reached: Thread[]): void {
    const open: Thread[] = [thread];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next.at)) continue;
      seen.add(next.at);
      const instruction = this.#program[next.at] as Instruction;
      switch (instruction.kind) {
        case 'jump':
          open.push({at: instruction.to, slots: next.slots});
          break;
        case 'split':
          open.push({at: instruction.second, slots: next.slots}, {at: instruction.first, slots: next.slots});
          break;
        case 'save':
          open.push({at: next.at + 1, slots: next.slots.with(instruction.slot, position)});
          break;
        case 'assertion':
          if (holds(instruction.what, text, position)) open.push({at: next.at + 1, slots: next.slots});
          break;
        case 'set':
        case 'match':
          reached.push(next);
          break;
      }
    }
  }
}

const terminators = '\n\r\u0085\u2028\u2029';

function isTerminator(text: string, at: number): boolean {
  return at >= 0 && at < text.length && terminators.includes(text[at] as string);
}

function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /\w/.test(text[at] as string);
}

function holds(what: Assertion, text: string, at: number): boolean {
  switch (what) {
    case 'textStart':
      return at === 0;
    case 'textEnd':
      return at === text.length;
    case 'end':
      return at === text.length || (at === text.length - 1 && isTerminator(text, at)) || (at === text.length - 2 && text.endsWith('\r\n'));
    case 'lineStart':
      return at === 0 || isTerminator(text, at - 1);
    case 'lineEnd':
      return at === text.length || isTerminator(text, at);
    case 'boundary':
      return isWord(text, at - 1) !== isWord(text, at);
    case 'noBoundary':
      return isWord(text, at - 1) === isWord(text, at);
  }
}
