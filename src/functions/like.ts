import {fail} from '../base/problem.ts';
import {booleanType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {Argument, CallSite, Refusal, ScalarFunction} from './define.ts';
import {compilePattern, type Pattern} from './pattern/compile.ts';
import {takes, text} from './typing.ts';

/** LIKE and SIMILAR TO. */

/** Runs of characters between the `%`s. With one run only there is no `%`. */
interface LikePattern {
  readonly runs: readonly (readonly LikeCharacter[])[];
}

/** A character, or null for `_`. */
type LikeCharacter = string | null;

interface LikeFault {
  readonly message: string;
  readonly hint: string;
}

const escapeHint = 'the escape must be one character, and stand before %, _ or itself';

/** Reads a LIKE pattern; without an escape (or an empty one) no character is special but % and _. */
export function compileLike(pattern: string, escape: string): LikePattern | LikeFault {
  const escapeCharacters = Array.from(escape);
  if (escapeCharacters.length > 1 || escape === '\0') return {message: `has the escape '${escape}'`, hint: escapeHint};
  const [escapeCharacter] = escapeCharacters;
  const runs: LikeCharacter[][] = [[]];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    if (character === escapeCharacter) {
      at++;
      const next = characters[at];
      if (next !== '%' && next !== '_' && next !== escapeCharacter) {
        return {message: `has "${pattern}", whose escape at character ${at} escapes nothing`, hint: escapeHint};
      }
      runs.at(-1)?.push(next);
    } else if (character === '%') {
      runs.push([]);
    } else {
      runs.at(-1)?.push(character === '_' ? null : character);
    }
  }
  return {runs};
}

/** The matcher of a pattern. Each run but the last is looked for once, as early as it fits, so the time is at most the text's length times the pattern's. */
export function likeMatcher({runs}: LikePattern): (value: string) => boolean {
  const [first, ...others] = runs;
  if (first === undefined) return value => value === '';
  if (runs.every(run => !run.includes(null)))
    return plainMatcher(
      first.join(''),
      others.map(run => run.join('')),
    );
  return value => matchesRuns(Array.from(value), first, others);
}

/** Without `_` the runs are texts. */
function plainMatcher(first: string, others: readonly string[]): (value: string) => boolean {
  const last = others.at(-1);
  if (last === undefined) return value => value === first;
  const middle = others.slice(0, -1).filter(run => run !== '');
  return value => {
    if (!value.startsWith(first) || !value.endsWith(last)) return false;
    let at = first.length;
    const end = value.length - last.length;
    for (const run of middle) {
      const found = value.indexOf(run, at);
      if (found < 0) return false;
      at = found + run.length;
    }
    return at <= end;
  };
}

function matchesRuns(
  characters: readonly string[],
  first: readonly LikeCharacter[],
  others: readonly (readonly LikeCharacter[])[],
): boolean {
  const last = others.at(-1);
  if (last === undefined) return characters.length === first.length && fitsAt(characters, 0, first);
  const end = characters.length - last.length;
  if (!fitsAt(characters, 0, first) || end < 0 || !fitsAt(characters, end, last)) return false;
  let at = first.length;
  for (const run of others.slice(0, -1)) {
    while (at + run.length <= end && !fitsAt(characters, at, run)) at++;
    at += run.length;
  }
  return at <= end;
}

function fitsAt(characters: readonly string[], at: number, run: readonly LikeCharacter[]): boolean {
  if (at + run.length > characters.length) return false;
  return run.every((character, index) => character === null || character === characters[at + index]);
}

/** A SIMILAR TO pattern as a Java one: `%` and `_` are the SQL ones, everything else means what it does in Java. */
function similarToJava(pattern: string, escape: string): string | LikeFault {
  const characters = Array.from(pattern);
  let java = '(?s)^(?:';
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    if (character === escape) {
      const next = characters[++at];
      if (next === undefined) return {message: `has "${pattern}", which ends with its escape`, hint: escapeHint};
      java += `\\Q${next}\\E`;
    } else {
      java += character === '%' ? '.*' : character === '_' ? '.' : character;
    }
  }
  return `${java.replaceAll(/\[:([A-Za-z]+):\]/g, (_, name: string) => `\\p{${name.slice(0, 1).toUpperCase()}${name.slice(1).toLowerCase()}}`)})\\z`;
}

type Matcher = (value: string) => boolean;

function makeLike(pattern: string, escape: string): Matcher | LikeFault {
  const compiled = compileLike(pattern, escape);
  return 'message' in compiled ? compiled : likeMatcher(compiled);
}

function makeSimilar(pattern: string, escape: string): Matcher | LikeFault {
  const java = similarToJava(pattern, escape);
  if (typeof java !== 'string') return java;
  const compiled = compilePattern(java);
  if ('message' in compiled)
    return {message: `has the pattern "${pattern}", which ${compiled.message}`, hint: 'a pattern may hold % _ | * + ? {n} ( ) [ ]'};
  const found: Pattern = compiled;
  return value => found.find(value, 0) !== null;
}

/** The matcher of the call, made once for each pattern. */
function matcherOf(
  name: string,
  call: CallSite,
  args: readonly Value[],
  make: (pattern: string, escape: string) => Matcher | LikeFault,
): Matcher {
  const [, pattern, escape = ''] = args as readonly [string, string, string?];
  const memo = call.memo as {readonly pattern: string; readonly escape: string; readonly matcher: Matcher} | undefined;
  if (memo?.pattern === pattern && memo.escape === escape) return memo.matcher;
  const matcher = make(pattern, escape);
  if (typeof matcher !== 'function') throw fail('data', 'bad-pattern', `${name} ${matcher.message}`, {hint: matcher.hint});
  call.memo = {pattern, escape, matcher};
  return matcher;
}

function patternOperator(
  name: 'LIKE' | 'SIMILAR TO',
  summary: string,
  make: (pattern: string, escape: string) => Matcher | LikeFault,
  examples: ScalarFunction['examples'],
): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'operator',
    name,
    summary,
    syntax: `text ${name} pattern [ESCAPE character]`,
    examples,
    deterministic: true,
    nulls: 'propagate',
    typing(args: readonly Argument[], words) {
      const [pattern, escape] = [args[1]?.literal, args.length > 2 ? args[2]?.literal : ''];
      if (typeof pattern === 'string' && typeof escape === 'string') {
        const made: Matcher | Refusal = make(pattern, escape);
        if (typeof made !== 'function') return made;
      }
      return takes({parameters: [text, text, text], optional: 1, result: booleanType})(args, words);
    },
    evaluate: (args, call) => matcherOf(name, call, args, make)(args[0] as string),
  };
}

export const patternOperators: readonly ScalarFunction[] = [
  patternOperator('LIKE', 'Whether a text fits a pattern, in which % is any number of characters and _ is one.', makeLike, [
    {sql: "'This is a test' LIKE 'Th_s%'", gives: 'TRUE'},
    {sql: "'TE_ST' LIKE '%E#_S%' ESCAPE '#'", gives: 'TRUE'},
    {sql: "'TE-ST' NOT LIKE '%E#_S%' ESCAPE '#'", gives: 'TRUE'},
  ]),
  patternOperator('SIMILAR TO', 'Whether a text fits a pattern of % _ | * + ? {n} ( ) [ ].', makeSimilar, [
    {sql: "'This is a test' SIMILAR TO 'This (is)? a (test)+'", gives: 'TRUE'},
    {sql: "'abc' SIMILAR TO 'a|b'", gives: 'FALSE'},
  ]),
];
