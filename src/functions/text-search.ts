import {fail} from '../base/problem.ts';
import {compareBytes} from '../types/compare.ts';
import {isBytes, isText} from '../types/common-type.ts';
import {booleanType, intType, stringType, withNullable} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {Argument, Refusal, ScalarFunction, Typing} from './define.ts';
import {lengthOf, slice, textFunction} from './text.ts';
import {integer, isRefusal, takes, text, wrongCount, wrongTypes} from './typing.ts';

/** Where a text stands in another, and its parts. */

/** The position of a text from the character `start` (from 0) on, 1 for the first; 0 when it is not there. */
function positionOf(value: string, search: string, start: number): number {
  const from = slice(value, 0, start).length;
  const found = value.indexOf(search, from);
  return found < 0 ? 0 : lengthOf(value.slice(0, found)) + 1;
}

/** The nth occurrence from a position on; from a negative position backwards, counted from the end. */
function instr(value: string, search: string, start: number, occurrence: number): number {
  if (occurrence < 1) throw fail('data', 'bad-argument', `INSTR looks for occurrence ${occurrence}, which must be 1 or more`);
  if (start === 0) return 0;
  const isBackwards = start < 0;
  let at = isBackwards ? slice(value, 0, Math.max(0, lengthOf(value) + start)).length : slice(value, 0, start - 1).length;
  if (isBackwards && lengthOf(value) + start < 0) return 0;
  for (let count = 1; ; count++) {
    const found = isBackwards ? value.lastIndexOf(search, at) : value.indexOf(search, at);
    if (found < 0) return 0;
    if (count === occurrence) return lengthOf(value.slice(0, found)) + 1;
    at = isBackwards ? found - 1 : found + 1;
    if (at < 0 || at > value.length) return 0;
  }
}

/** Parts between separators, empty ones too. As in Flink, an empty separator means any blank, and an empty text has no parts. */
function splitIndex(value: string, separator: string, index: number): string | null {
  if (index < 0 || value === '') return null;
  const parts = separator === '' ? value.split(/\s/) : value.split(separator);
  return parts[index] ?? null;
}

function separatorOf(separator: string | number | bigint): string | null {
  if (typeof separator === 'string') return separator;
  const code = Number(separator);
  return code < 1 || code > 255 ? null : String.fromCharCode(code);
}

function affixTyping(args: readonly Argument[]): Typing | Refusal {
  const [value, affix] = args;
  if (value === undefined || affix === undefined || args.length > 2) return wrongCount(args.length, 2, 2);
  const types = [value.type, affix.type].map(type => (type.kind === 'NULL' ? stringType : type));
  if (!types.every(isText) && !types.every(isBytes)) return wrongTypes(args, 'both must be texts, or both BYTES');
  return {
    arguments: types,
    result: withNullable(
      booleanType,
      types.some(type => type.nullable),
    ),
  };
}

function affixFunction(name: string, end: 'start' | 'end', gives: string): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'text',
    name,
    summary: `Whether a text ${end === 'start' ? 'begins' : 'ends'} with another.`,
    syntax: `${name}(text, part)`,
    examples: [{sql: `${name}('hello', 'he')`, gives}],
    deterministic: true,
    nulls: 'propagate',
    typing: affixTyping,
    evaluate([value, affix]) {
      if (typeof value === 'string') return end === 'start' ? value.startsWith(affix as string) : value.endsWith(affix as string);
      const bytes = value as Uint8Array;
      const part = affix as Uint8Array;
      if (part.length > bytes.length) return false;
      return compareBytes(end === 'start' ? bytes.subarray(0, part.length) : bytes.subarray(bytes.length - part.length), part) === 0;
    },
  };
}

export const textSearchFunctions: readonly ScalarFunction[] = [
  textFunction({
    name: 'POSITION',
    summary: 'Where a text stands in another, 1 for the first character; 0 when it is not there.',
    syntax: 'POSITION(search IN text)',
    parameters: {parameters: [text, text], result: intType},
    evaluate: ([search, value]) => positionOf(value as string, search as string, 0),
    examples: [{sql: "POSITION('test' IN 'xxxtest')", gives: '4'}],
  }),
  textFunction({
    name: 'LOCATE',
    summary: 'Where a text stands in another from a position on, 1 for the first character; 0 when it is not there.',
    syntax: 'LOCATE(search, text [, start])',
    parameters: {parameters: [text, text, integer], optional: 1, result: intType},
    evaluate: ([search, value, start = 1]) => (Number(start) < 1 ? 0 : positionOf(value as string, search as string, Number(start) - 1)),
    examples: [
      {sql: "LOCATE('aa', 'aaads')", gives: '1'},
      {sql: "LOCATE('aa', 'aaads', 2)", gives: '2'},
    ],
  }),
  textFunction({
    name: 'INSTR',
    summary:
      'Where the nth occurrence of a text stands in another, from a position on (backwards from the end when negative); 0 when it is not there.',
    syntax: 'INSTR(text, search [, start [, occurrence]])',
    parameters: {parameters: [text, text, integer, integer], optional: 2, result: intType},
    evaluate: ([value, search, start = 1, occurrence = 1]) => instr(value as string, search as string, Number(start), Number(occurrence)),
    examples: [
      {sql: "INSTR('Corporate Floor', 'or', 3, 2)", gives: '14'},
      {sql: "INSTR('Corporate Floor', 'or', -3, 2)", gives: '2'},
    ],
  }),
  {
    kind: 'scalar',
    family: 'text',
    name: 'SPLIT_INDEX',
    summary:
      'The part of a text at an index, 0 for the first, between separators (a text, or a character’s number); NULL when there is none.',
    syntax: 'SPLIT_INDEX(text, separator, index)',
    examples: [
      {sql: "SPLIT_INDEX('a,b,c', ',', 1)", gives: 'b'},
      {sql: "SPLIT_INDEX('a', ',', 1)", gives: 'NULL'},
    ],
    deterministic: true,
    nulls: 'propagate',
    typing: (args, words) =>
      takes({parameters: [text, type => text(type) ?? integer(type), integer], result: stringType, nullability: 'nullable'})(args, words),
    evaluate([value, separator, index]) {
      const found = separatorOf(separator as string | number | bigint);
      return found === null ? null : splitIndex(value as string, found, Number(index));
    },
  },
  affixFunction('STARTSWITH', 'start', 'TRUE'),
  affixFunction('ENDSWITH', 'end', 'FALSE'),
];

/** Characters taken away at the ends: each that occurs in `characters`. */
function strip(value: string, characters: string, atStart: boolean, atEnd: boolean): string {
  const set = new Set(characters);
  const all = Array.from(value);
  let start = 0;
  let end = all.length;
  if (atStart) while (start < end && set.has(all[start] as string)) start++;
  if (atEnd) while (end > start && set.has(all[end - 1] as string)) end--;
  return all.slice(start, end).join('');
}

function stripFunction(name: string, where: string, atStart: boolean, atEnd: boolean, gives: string): ScalarFunction {
  return textFunction({
    name,
    summary: `Without the blanks, or the characters given, ${where}.`,
    syntax: `${name}(text [, characters])`,
    parameters: {parameters: [text, text], optional: 1, result: stringType},
    evaluate: ([value, characters = ' ']) => strip(value as string, characters as string, atStart, atEnd),
    examples: [{sql: `${name}('xxabxx', 'x')`, gives}],
  });
}

/** TRIM(LEADING x FROM text): with one argument it is the text, with two the characters come first. */
const trim: ScalarFunction = {
  kind: 'scalar',
  family: 'text',
  name: 'TRIM',
  summary: 'Without the blanks, or the characters given, at both ends or at one.',
  syntax: 'TRIM([BOTH | LEADING | TRAILING] [characters FROM] text)',
  examples: [
    {sql: "TRIM('  x ')", gives: 'x'},
    {sql: "TRIM(LEADING 'x' FROM 'xxabxx')", gives: 'abxx'},
    {sql: "TRIM(BOTH 'abc' FROM 'abcddcba')", gives: 'dd'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing(args, words) {
    const typing = takes({parameters: [text, text], optional: 1, result: stringType})(args, words);
    return isRefusal(typing) ? typing : {...typing, result: withNullable(stringType, typing.result.nullable)};
  },
  evaluate(args, call): Value {
    const [where = 'BOTH'] = call.words;
    const value = args.at(-1) as string;
    const characters = args.length === 1 ? ' ' : (args[0] as string);
    return strip(value, characters, where !== 'TRAILING', where !== 'LEADING');
  },
};

export const trimFunctions: readonly ScalarFunction[] = [
  trim,
  stripFunction('LTRIM', 'at the start', true, false, 'abxx'),
  stripFunction('RTRIM', 'at the end', false, true, 'xxab'),
  stripFunction('BTRIM', 'at both ends', true, true, 'ab'),
];
