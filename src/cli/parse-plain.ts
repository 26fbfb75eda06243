import {allFlags, type Flag} from './flags.ts';
import type {Given} from './options.ts';

export interface PlainArguments {
  readonly operands: readonly string[];
  readonly given: Given;
}

/**
 * Reads a command line on which everything is as defined: known flags, arguments where they belong. Gives null at the first oddity, and the full parser, which
 * knows the command and words the message, starts over. This one exists because a one-liner should not wait for the other to load.
 * What a flag is does not depend on the command: one letter has one meaning.
 */
export function parsePlain(words: readonly string[], known: readonly Flag[] = allFlags): PlainArguments | null {
  const operands: string[] = [];
  const given = new Map<Flag, string[]>();
  const record = (flag: Flag, value: string): void => {
    const values = given.get(flag);
    if (values === undefined) given.set(flag, [value]);
    else values.push(value);
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--') {
      operands.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const taken = word.startsWith('--') ? longFlag(word, words[at + 1], known) : shortFlags(word, words[at + 1], known);
    if (taken === null) return null;
    for (const [flag, value] of taken.pairs) record(flag, value);
    if (taken.tookNext) at++;
  }
  return {operands, given};
}

interface Taken {
  readonly pairs: readonly (readonly [Flag, string])[];
  readonly tookNext: boolean;
}

function longFlag(word: string, next: string | undefined, known: readonly Flag[]): Taken | null {
  const equals = word.indexOf('=');
  const name = word.slice(2, equals === -1 ? undefined : equals);
  const flag = known.find(flag => flag.name === name);
  if (flag === undefined) return null;
  if (flag.argument === undefined) return equals === -1 ? {pairs: [[flag, '']], tookNext: false} : null;
  if (equals !== -1) return {pairs: [[flag, word.slice(equals + 1)]], tookNext: false};
  if (flag.bare !== undefined) {
    const takes = next !== undefined && flag.bare.takes.test(next);
    return {pairs: [[flag, takes ? next : flag.bare.means]], tookNext: takes};
  }
  return isValue(next) ? {pairs: [[flag, next]], tookNext: true} : null;
}

/** `-q`, `-qV`, `-n 5`, `-n5`, `-qn5`. */
function shortFlags(word: string, next: string | undefined, known: readonly Flag[]): Taken | null {
  const pairs: [Flag, string][] = [];
  for (let at = 1; at < word.length; at++) {
    const flag = known.find(flag => flag.short === word[at]);
    if (flag === undefined) return null;
    if (flag.argument === undefined) {
      pairs.push([flag, '']);
      continue;
    }
    const rest = word.slice(at + 1);
    if (rest !== '') return {pairs: [...pairs, [flag, rest]], tookNext: false};
    return isValue(next) ? {pairs: [...pairs, [flag, next]], tookNext: true} : null;
  }
  return {pairs, tookNext: false};
}

function isValue(word: string | undefined): word is string {
  return word !== undefined && (word === '-' || !word.startsWith('-') || /^-\d+$/.test(word));
}
