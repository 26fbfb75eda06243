import {booleanType, type SqlType, stringType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {CallSite, ScalarFunction} from './define.ts';
import {compilePattern, type Pattern} from './pattern/compile.ts';
import {checkLength} from './text.ts';
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

function replaceAll(value: string, pattern: Pattern, replacement: string): string {
  let result = '';
  let copied = 0;
  for (let match = pattern.find(value, 0); match !== null;) {
    result += value.slice(copied, match.start) + replacement;
    checkLength(result.length);
    copied = match.end;
    const from = match.end > match.start ? match.end : match.end + ((value.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1);
    match = from > value.length ? null : pattern.find(value, from);
  }
  return result + value.slice(copied);
}

function regexpFunction(
  described: Pick<ScalarFunction, 'name' | 'aliases' | 'summary' | 'syntax' | 'examples'> & {
    readonly last: 'none' | 'text' | 'index';
    readonly result: SqlType;
    readonly evaluate: (args: readonly Value[], call: CallSite) => Value;
  },
): ScalarFunction {
  const {last, result, evaluate, ...names} = described;
  return {
    kind: 'scalar',
    family: 'text',
    ...names,
    deterministic: true,
    nulls: 'propagate',
    typing(args, words) {
      const literal = args[1]?.literal;
      if (typeof literal === 'string') {
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
];
