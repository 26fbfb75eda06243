import {booleanType, intType, type SqlType, stringType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {CallSite, ScalarFunction} from './define.ts';
import {compilePattern, type Pattern, type PatternMatch} from './pattern/compile.ts';
import {checkLength, lengthOf} from './text.ts';
import {integer, takes, text} from './typing.ts';

/** Java’s regular expressions. A pattern that is none is refused where it is constant, and NULL (REGEXP: FALSE) where it comes from a row, as in Flink. */

/** The compiled pattern of the call, made once for each pattern text; null when it is none. */
function patternOf(call: CallSite, source: string): Pattern | null {
  const memo = call.memo as {readonly source: string; readonly pattern: Pattern | null} | undefined;
  if (memo?.source === source) return memo.pattern;
  const compiled = compilePattern(source);
  const pattern = 'message' in compiled ? null : compiled;
  call.memo = {source, pattern};
  return pattern;
}

/** All matches from the first to the last. After an empty one the search goes on at the next character. */
function* matchesOf(value: string, pattern: Pattern): Generator<PatternMatch> {
  for (let match = pattern.find(value, 0); match !== null;) {
    yield match;
    const from = match.end > match.start ? match.end : match.end + ((value.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1);
    match = from > value.length ? null : pattern.find(value, from);
  }
}

function replaceAll(value: string, pattern: Pattern, replacement: string): string {
  let result = '';
  let copied = 0;
  for (const match of matchesOf(value, pattern)) {
    result += value.slice(copied, match.start) + replacement;
    checkLength(result.length);
    copied = match.end;
  }
  return result + value.slice(copied);
}

function count(value: string, pattern: Pattern): number {
  let found = 0;
  for (const _ of matchesOf(value, pattern)) found++;
  return found;
}

function regexpFunction(
  described: Pick<ScalarFunction, 'name' | 'aliases' | 'summary' | 'syntax' | 'examples'> & {
    readonly last: 'none' | 'text' | 'index';
    readonly result: SqlType;
    /** A constant that is no pattern gives NULL, too, instead of being refused. */
    readonly isLenient?: true;
    readonly evaluate: (args: readonly Value[], call: CallSite) => Value;
  },
): ScalarFunction {
  const {last, result, isLenient = false, evaluate, ...names} = described;
  return {
    kind: 'scalar',
    family: 'text',
    ...names,
    deterministic: true,
    nulls: 'propagate',
    typing(args, words) {
      const literal = args[1]?.literal;
      if (typeof literal === 'string' && !isLenient) {
        const compiled = compilePattern(literal);
        if ('message' in compiled)
          return {message: `has the pattern "${literal}", which ${compiled.message}`, hint: 'patterns are those of Java'};
      }
      const parameters = last === 'text' ? [text, text, text] : last === 'index' ? [text, text, integer] : [text, text];
      const nullability = result.kind === 'BOOLEAN' ? undefined : 'nullable';
      return takes({parameters, optional: last === 'index' ? 1 : 0, result, ...(nullability === undefined ? {} : {nullability})})(
        args,
        words,
      );
    },
    evaluate,
  };
}

export const regexpFunctions: readonly ScalarFunction[] = [
  regexpFunction({
    name: 'REGEXP',
    summary: 'Whether a regular expression matches somewhere in a text.',
    syntax: 'REGEXP(text, pattern)',
    last: 'none',
    result: booleanType,
    evaluate([value, source], call) {
      if (source === '') return false;
      const pattern = patternOf(call, source as string);
      return pattern !== null && pattern.find(value as string, 0) !== null;
    },
    examples: [
      {sql: String.raw`REGEXP('100-200', '\d+')`, gives: 'TRUE'},
      {sql: "REGEXP('abc', '^b')", gives: 'FALSE'},
    ],
  }),
  regexpFunction({
    name: 'REGEXP_EXTRACT',
    summary:
      'The part of a text that a group of a regular expression matches first (0, the default, is the whole match); NULL when nothing does.',
    syntax: 'REGEXP_EXTRACT(text, pattern [, group])',
    last: 'index',
    result: stringType,
    evaluate([value, source, group = 0], call) {
      const match = patternOf(call, source as string)?.find(value as string, 0) ?? null;
      return match?.groups[Number(group)] ?? null;
    },
    examples: [
      {sql: "REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)", gives: 'bar'},
      {sql: "REGEXP_EXTRACT('abc', 'x')", gives: 'NULL'},
    ],
  }),
  regexpFunction({
    name: 'REGEXP_REPLACE',
    summary: 'A text with every match of a regular expression replaced by a text (which has no special characters).',
    syntax: 'REGEXP_REPLACE(text, pattern, replacement)',
    last: 'text',
    result: stringType,
    evaluate([value, source, replacement], call) {
      const pattern = patternOf(call, source as string);
      return pattern === null ? null : replaceAll(value as string, pattern, replacement as string);
    },
    examples: [{sql: "REGEXP_REPLACE('foobar', 'oo|ar', '')", gives: 'fb'}],
  }),
  regexpFunction({
    name: 'REGEXP_COUNT',
    summary: 'How often a regular expression matches in a text.',
    syntax: 'REGEXP_COUNT(text, pattern)',
    last: 'none',
    result: intType,
    isLenient: true,
    evaluate([value, source], call) {
      const pattern = patternOf(call, source as string);
      return pattern === null ? null : count(value as string, pattern);
    },
    examples: [{sql: String.raw`REGEXP_COUNT('a.b.c.d', '\.')`, gives: '3'}],
  }),
  regexpFunction({
    name: 'REGEXP_EXTRACT_ALL',
    summary:
      'What a group of a regular expression (1 by default, 0 is the whole match) matches each time, as an array; NULL when there is no such group.',
    syntax: 'REGEXP_EXTRACT_ALL(text, pattern [, group])',
    last: 'index',
    result: {kind: 'ARRAY', element: stringType, nullable: true},
    isLenient: true,
    evaluate([value, source, group = 1], call) {
      const pattern = patternOf(call, source as string);
      const index = Number(group);
      if (pattern === null || index < 0 || index > pattern.groups) return null;
      return Array.from(matchesOf(value as string, pattern), match => match.groups[index] ?? null);
    },
    examples: [{sql: String.raw`REGEXP_EXTRACT_ALL('100-200, 300-400', '(\d+)-(\d+)', 2)`, gives: '[200, 400]'}],
  }),
  regexpFunction({
    name: 'REGEXP_INSTR',
    summary: 'Where a regular expression matches first in a text, 1 for the first character; 0 when it does not.',
    syntax: 'REGEXP_INSTR(text, pattern)',
    last: 'none',
    result: intType,
    isLenient: true,
    evaluate([value, source], call) {
      const pattern = patternOf(call, source as string);
      if (pattern === null) return null;
      const match = pattern.find(value as string, 0);
      return match === null ? 0 : lengthOf((value as string).slice(0, match.start)) + 1;
    },
    examples: [{sql: "REGEXP_INSTR('hello world', 'o')", gives: '5'}],
  }),
  regexpFunction({
    name: 'REGEXP_SUBSTR',
    summary: 'The first match of a regular expression in a text; NULL when there is none.',
    syntax: 'REGEXP_SUBSTR(text, pattern)',
    last: 'none',
    result: stringType,
    isLenient: true,
    evaluate: ([value, source], call) => patternOf(call, source as string)?.find(value as string, 0)?.groups[0] ?? null,
    examples: [{sql: String.raw`REGEXP_SUBSTR('order 66, row 7', '\d+')`, gives: '66'}],
  }),
];
