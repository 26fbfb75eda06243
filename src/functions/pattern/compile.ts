import {toLinear} from './linear.ts';
import {parseJavaPattern, type PatternFault} from './parse.ts';
import {isRisky} from './risk.ts';
import {toRegExp} from './source.ts';

/** A Java pattern ready for matching, in a time that no text can make run away. */
export interface Pattern {
  /** How many capturing groups it has. */
  readonly groups: number;
  /** The first match from a position (in UTF-16 code units) on. */
  find(text: string, from: number): PatternMatch | null;
}

export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** The whole match, then each group; null where a group took no part. */
  readonly groups: readonly (string | null)[];
}

/** Compiles a Java pattern, or says why it cannot be used. */
export function compilePattern(text: string): Pattern | PatternFault {
  const parsed = parseJavaPattern(text);
  if ('message' in parsed) return parsed;
  if (!isRisky(parsed)) return backtracking(toRegExp(parsed), parsed.groups);
  const linear = toLinear(parsed);
  if (linear === null) {
    return {message: 'nests repetitions in a way that may never end, with look-around, references or very many repetitions'};
  }
  return {
    groups: parsed.groups,
    find(value, from) {
      const slots = linear.find(value, from);
      if (slots === null) return null;
      const groups = [];
      for (let slot = 0; slot < slots.length; slot += 2) {
        const start = slots[slot] as number;
        const end = slots[slot + 1] as number;
        groups.push(start < 0 || end < 0 ? null : value.slice(start, end));
      }
      return {start: slots[0] as number, end: slots[1] as number, groups};
    },
  };
}

function backtracking(plain: RegExp, groups: number): Pattern {
  const expression = new RegExp(plain.source, `${plain.flags}g`);
  return {
    groups,
    find(text, from) {
      expression.lastIndex = from;
      const match = expression.exec(text);
      if (match === null) return null;
      return {start: match.index, end: match.index + match[0].length, groups: Array.from(match, group => group ?? null)};
    },
  };
}
