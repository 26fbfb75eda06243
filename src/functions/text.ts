import {fail} from '../base/problem.ts';
import {isBytes, isText} from '../types/common-type.ts';
import {intType, maxLength, type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {Argument, Example, Refusal, ScalarFunction, Typing} from './define.ts';
import {integer, takes, text, wrongCount, wrongTypes} from './typing.ts';

/** Texts, counted in characters (code points) as Flink does. */

/** The longest text that a function makes, in UTF-16 code units: far below what would bring a process down. */
const greatestTextLength = 64 * 1024 * 1024;

export function checkLength(length: number): void {
  if (length > greatestTextLength)
    throw fail('data', 'text-too-long', `a text of ${length} characters is longer than ${greatestTextLength}`);
}

/** The characters of a text; plain ASCII needs no list, so ask `isSimple` first where that matters. */
export function charactersOf(value: string): readonly string[] {
  return Array.from(value);
}

/** No surrogates: code units are characters. */
function isSimple(value: string): boolean {
  return !/[\ud800-\udfff]/.test(value);
}

export function lengthOf(value: string): number {
  return isSimple(value) ? value.length : charactersOf(value).length;
}

/** Characters from `start` to before `end`, both from 0. */
export function slice(value: string, start: number, end: number): string {
  return isSimple(value) ? value.slice(start, end) : charactersOf(value).slice(start, end).join('');
}

type TextArguments = readonly (string | number | bigint)[];

interface TextFunction {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly syntax: string;
  readonly parameters: Parameters<typeof takes>[0];
  readonly evaluate: (args: TextArguments) => Value;
  readonly examples: readonly [Example, ...Example[]];
}

/** A function of texts and integers to which NULL is NULL. */
export function textFunction(described: TextFunction): ScalarFunction {
  const {parameters, evaluate, ...names} = described;
  return {
    kind: 'scalar',
    family: 'text',
    ...names,
    deterministic: true,
    nulls: 'propagate',
    typing: takes(parameters),
    evaluate: args => evaluate(args as TextArguments),
  };
}

function concatTyping(args: readonly Argument[]): Typing | Refusal {
  if (args.length < 2) return wrongCount(args.length, 2, null);
  const areBytes = args.some(arg => isBytes(arg.type));
  const fits = args.every(arg => arg.type.kind === 'NULL' || (areBytes ? isBytes(arg.type) : isText(arg.type)));
  if (!fits) return wrongTypes(args, 'CAST the other side to STRING');
  const types = args.map(arg => (arg.type.kind === 'NULL' ? stringType : arg.type));
  const length = Math.min(
    maxLength,
    types.reduce((total, type) => total + ('length' in type ? type.length : 0), 0),
  );
  const isFixed = types.every(type => type.kind === 'CHAR' || type.kind === 'BINARY');
  const kind = areBytes ? (isFixed ? 'BINARY' : 'VARBINARY') : isFixed ? 'CHAR' : 'VARCHAR';
  return {arguments: types, result: {kind, length, nullable: types.some(type => type.nullable)}};
}

const concatOperator: ScalarFunction = {
  kind: 'scalar',
  family: 'operator',
  name: '||',
  summary: 'Two texts one after the other; NULL when one is NULL.',
  syntax: 'a || b',
  examples: [{sql: "'test' || 'string'", gives: 'teststring'}],
  deterministic: true,
  nulls: 'propagate',
  typing: concatTyping,
  evaluate(args) {
    if (args.every(arg => typeof arg === 'string')) return args.join('');
    return new Uint8Array(Buffer.concat(args as readonly Uint8Array[]));
  },
};

const concatWs: ScalarFunction = {
  kind: 'scalar',
  family: 'text',
  name: 'CONCAT_WS',
  summary: 'Texts with a separator between them; NULLs are left out.',
  syntax: 'CONCAT_WS(separator, text, …)',
  examples: [
    {sql: "CONCAT_WS('~', 'AA', 'BB')", gives: 'AA~BB'},
    {sql: "CONCAT_WS('-', 'a', CAST(NULL AS STRING), 'c')", gives: 'a-c'},
  ],
  deterministic: true,
  nulls: 'handled',
  typing(args, words) {
    const typing = takes({parameters: [text], rest: text, result: stringType})(args, words);
    // Only the separator's NULL is the result's.
    return 'message' in typing ? typing : {...typing, result: withNullable(typing.result, (typing.arguments[0] as SqlType).nullable)};
  },
  evaluate: ([separator, ...texts]) =>
    separator === null ? null : (texts.filter(value => value !== null) as readonly string[]).join(separator as string),
};

/** By Flink's rule: position 0 is 1, a negative one counts from the end, a negative length is NULL. */
function substring(value: string, position: number, length: number): string | null {
  if (length < 0) return null;
  const count = lengthOf(value);
  const start = position > 0 ? position - 1 : position < 0 ? count + position : 0;
  if (start < 0 || start >= count) return '';
  return slice(value, start, Math.min(count, start + length));
}

/** Replaces so many characters from a position on, which is one of the text's. A negative or too large number means all that follow. */
function overlay(value: string, replacement: string, start: number, count: number): string {
  const length = lengthOf(value);
  if (start < 1 || start > length) return value;
  const end = start - 1 + count;
  return slice(value, 0, start - 1) + replacement + (count < 0 || end > length ? '' : slice(value, end, length));
}

/** Letters after anything but a letter or digit in upper case, all others in lower case. */
function initcap(value: string): string {
  return value.toLowerCase().replaceAll(/(?<![\p{L}\p{N}])\p{L}/gu, letter => letter.toUpperCase());
}

const substringText = textFunction({
  name: 'SUBSTRING',
  aliases: ['SUBSTR'],
  summary: 'Characters from a position (1 is the first, negative ones count from the end), so many or all that follow.',
  syntax: 'SUBSTRING(text, start [, length]), SUBSTRING(text FROM start FOR length)',
  parameters: {parameters: [text, integer, integer], optional: 1, result: stringType, nullability: 'nullable'},
  evaluate: ([value, start, length = maxLength]) => substring(value as string, Number(start), Number(length)),
  examples: [
    {sql: "SUBSTRING('hello world', 7)", gives: 'world'},
    {sql: "SUBSTRING('hello world', 1, 5)", gives: 'hello'},
    {sql: "SUBSTRING('hello', -3, 2)", gives: 'll'},
  ],
});

export const textFunctions: readonly ScalarFunction[] = [
  concatOperator,
  textFunction({
    name: 'CONCAT',
    summary: 'Texts one after the other; NULL when one is NULL.',
    syntax: 'CONCAT(text, …)',
    parameters: {parameters: [text], rest: text, result: stringType},
    evaluate: args => args.join(''),
    examples: [{sql: "CONCAT('AA', 'BB', 'CC')", gives: 'AABBCC'}],
  }),
  concatWs,
  textFunction({
    name: 'UPPER',
    summary: 'In upper case.',
    syntax: 'UPPER(text)',
    parameters: {parameters: [text], result: stringType},
    evaluate: ([value]) => (value as string).toUpperCase(),
    examples: [{sql: "UPPER('abc')", gives: 'ABC'}],
  }),
  textFunction({
    name: 'LOWER',
    summary: 'In lower case.',
    syntax: 'LOWER(text)',
    parameters: {parameters: [text], result: stringType},
    evaluate: ([value]) => (value as string).toLowerCase(),
    examples: [{sql: "LOWER('ABC')", gives: 'abc'}],
  }),
  textFunction({
    name: 'INITCAP',
    summary: 'Every word with a capital letter, the rest in lower case.',
    syntax: 'INITCAP(text)',
    parameters: {parameters: [text], result: stringType},
    evaluate: ([value]) => initcap(value as string),
    examples: [{sql: "INITCAP('hello wORLD')", gives: 'Hello World'}],
  }),
  textFunction({
    name: 'CHAR_LENGTH',
    aliases: ['CHARACTER_LENGTH'],
    summary: 'How many characters a text has.',
    syntax: 'CHAR_LENGTH(text)',
    parameters: {parameters: [text], result: intType},
    evaluate: ([value]) => lengthOf(value as string),
    examples: [
      {sql: "CHAR_LENGTH('string')", gives: '6'},
      {sql: "CHAR_LENGTH('1世3')", gives: '3'},
    ],
  }),
  substringText,
  textFunction({
    name: 'LEFT',
    summary: 'The first characters.',
    syntax: 'LEFT(text, count)',
    parameters: {parameters: [text, integer], result: stringType},
    evaluate: ([value, count]) => slice(value as string, 0, Math.max(0, Number(count))),
    examples: [{sql: "LEFT('Hello', 3)", gives: 'Hel'}],
  }),
  textFunction({
    name: 'RIGHT',
    summary: 'The last characters.',
    syntax: 'RIGHT(text, count)',
    parameters: {parameters: [text, integer], result: stringType},
    evaluate([value, count]) {
      const length = lengthOf(value as string);
      return slice(value as string, Math.max(0, length - Math.max(0, Number(count))), length);
    },
    examples: [{sql: "RIGHT('Hello', 3)", gives: 'llo'}],
  }),
  textFunction({
    name: 'REPLACE',
    summary: 'Every occurrence of a text replaced by another.',
    syntax: 'REPLACE(text, search, replacement)',
    parameters: {parameters: [text, text, text], result: stringType},
    evaluate: ([value, search, replacement]) => (value as string).replaceAll(search as string, () => replacement as string),
    examples: [{sql: "REPLACE('hello world', 'world', 'flink')", gives: 'hello flink'}],
  }),
  textFunction({
    name: 'OVERLAY',
    summary: 'A text with so many characters from a position on (as many as the other text has, by default) replaced by another.',
    syntax: 'OVERLAY(text PLACING replacement FROM start [FOR count])',
    parameters: {parameters: [text, text, integer, integer], optional: 1, result: stringType},
    evaluate: ([value, replacement, start, count]) =>
      overlay(value as string, replacement as string, Number(start), count === undefined ? lengthOf(replacement as string) : Number(count)),
    examples: [{sql: "OVERLAY('This is old' PLACING 'new' FROM 9)", gives: 'This is new'}],
  }),
  textFunction({
    name: 'REPEAT',
    summary: 'A text so many times.',
    syntax: 'REPEAT(text, count)',
    parameters: {parameters: [text, integer], result: stringType},
    evaluate([value, count]) {
      const times = Math.max(0, Number(count));
      checkLength((value as string).length * times);
      return (value as string).repeat(times);
    },
    examples: [{sql: "REPEAT('ab', 3)", gives: 'ababab'}],
  }),
  textFunction({
    name: 'REVERSE',
    summary: 'The characters from the last to the first.',
    syntax: 'REVERSE(text)',
    parameters: {parameters: [text], result: stringType},
    evaluate: ([value]) =>
      charactersOf(value as string)
        .toReversed()
        .join(''),
    examples: [{sql: "REVERSE('abc')", gives: 'cba'}],
  }),
];
