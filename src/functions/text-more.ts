import {commonType, isBytes, isInteger, isNumeric, isText} from '../types/common-type.ts';
import {bigintOf} from '../types/integer.ts';
import {booleanType, intType, type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {noCommonType} from './conditional.ts';
import type {Argument, Example, Refusal, ScalarFunction, Typing} from './define.ts';
import {charactersOf, textFunction} from './text.ts';
import {integer, takes, text, wrongCount, wrongTypes} from './typing.ts';

/** What a text consists of, its parts and its characters exchanged, and one text of several. */

/** Tests of the whole text; NULL and an empty text do not pass, and numbers pass as the text they are written with. */
function testFunction(
  name: string,
  summary: string,
  test: (value: string) => boolean,
  examples: readonly [Example, ...Example[]],
): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'text',
    name,
    summary,
    syntax: `${name}(text)`,
    examples,
    deterministic: true,
    nulls: 'handled',
    typing: takes({
      parameters: [type => (type.kind === 'NULL' ? stringType : isText(type) || isNumeric(type) ? type : null)],
      result: booleanType,
      nullability: 'notNull',
    }),
    evaluate: ([value], call) => {
      if (value === null) return false;
      return typeof value === 'string'
        ? test(value)
        : name === 'IS_DECIMAL' || (name === 'IS_DIGIT' && isInteger((call.arguments[0] as Argument).type));
    },
  };
}

const tests: readonly ScalarFunction[] = [
  testFunction('IS_ALPHA', 'Whether a text consists of letters only.', value => /^\p{L}+$/u.test(value), [
    {sql: "IS_ALPHA('abc')", gives: 'TRUE'},
    {sql: "IS_ALPHA('a1')", gives: 'FALSE'},
  ]),
  testFunction('IS_DIGIT', 'Whether a text consists of digits only.', value => /^\p{Nd}+$/u.test(value), [
    {sql: "IS_DIGIT('123')", gives: 'TRUE'},
    {sql: "IS_DIGIT('1.5')", gives: 'FALSE'},
  ]),
  testFunction('IS_DECIMAL', 'Whether a text is a number.', value => /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value), [
    {sql: "IS_DECIMAL('-1.5')", gives: 'TRUE'},
    {sql: "IS_DECIMAL('1,5')", gives: 'FALSE'},
  ]),
];

/** Characters of `from` become those at the same place in `to`; those without one go away. Of characters that come twice in `from` the first counts. */
function translate(value: string, from: string, to: string): string {
  const replacements = charactersOf(to);
  const table = new Map<string, string>();
  for (const [index, character] of charactersOf(from).entries()) {
    if (!table.has(character)) table.set(character, replacements[index] ?? '');
  }
  return charactersOf(value)
    .map(character => table.get(character) ?? character)
    .join('');
}

const translation: ScalarFunction = {
  kind: 'scalar',
  family: 'text',
  name: 'TRANSLATE',
  summary: 'A text with characters exchanged for those at the same place in another list; those without one go away.',
  syntax: 'TRANSLATE(text, characters, replacements)',
  examples: [
    {sql: "TRANSLATE('www.apache.org', 'abc', '123')", gives: 'www.1p13he.org'},
    {sql: "TRANSLATE('a-b-c', '-', '')", gives: 'abc'},
  ],
  deterministic: true,
  nulls: 'handled',
  typing: takes({parameters: [text, text, text], result: stringType}),
  evaluate([value, from, to]) {
    if (value === null || from === null) return value as Value;
    return translate(value as string, from as string, (to ?? '') as string);
  },
};

function eltTyping(args: readonly Argument[]): Typing | Refusal {
  const [index, ...values] = args;
  if (index === undefined || values.length === 0) return wrongCount(args.length, 2, null);
  const types = values.map(value => (value.type.kind === 'NULL' ? stringType : value.type));
  const indexType = integer(index.type);
  if (indexType === null || (!types.every(isText) && !types.every(isBytes)))
    return wrongTypes(args, 'takes an integer, then texts, or BYTES');
  if ((typeof index.literal === 'number' || typeof index.literal === 'bigint') && index.literal < 0) {
    return {message: `takes an index from 0 on, not ${index.literal}`};
  }
  const type = commonType(types);
  if (type === null) return noCommonType(types);
  return {arguments: [indexType, ...types.map(each => withNullable(type, each.nullable))], result: withNullable(type, true)};
}

const elt: ScalarFunction = {
  kind: 'scalar',
  family: 'text',
  name: 'ELT',
  summary: 'The value at an index, 1 for the first; NULL when there is none.',
  syntax: 'ELT(index, value, …)',
  examples: [
    {sql: "ELT(2, 'scala', 'java')", gives: 'java'},
    {sql: "ELT(3, 'scala', 'java')", gives: 'NULL'},
  ],
  deterministic: true,
  nulls: 'handled',
  typing: eltTyping,
  evaluate: ([index, ...values]) => (index === null || Number(index) < 1 ? null : (values[Number(index) - 1] ?? null)),
};

const split: ScalarFunction = {
  kind: 'scalar',
  family: 'text',
  name: 'SPLIT',
  summary: 'The parts of a text between separators, as an array; with an empty separator, its characters.',
  syntax: 'SPLIT(text, separator)',
  examples: [
    {sql: "SPLIT('a,b,,c', ',')", gives: '[a, b, , c]'},
    {sql: "SPLIT('abc', '')", gives: '[a, b, c]'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: takes({parameters: [text, text], result: {kind: 'ARRAY', element: stringType, nullable: true}}),
  evaluate: ([value, separator]) => (separator === '' ? charactersOf(value as string) : (value as string).split(separator as string)),
};

/** Java’s hash codes of a String, an Integer and a Long. */
function hashCode(value: Value, type: SqlType): number {
  if (typeof value === 'string') {
    let hash = 0;
    for (let index = 0; index < value.length; index++) hash = (Math.imul(hash, 31) + value.charCodeAt(index)) | 0;
    return hash;
  }
  if (type.kind !== 'BIGINT') return Number(value);
  const bits = BigInt.asUintN(64, bigintOf(value));
  return Number(BigInt.asIntN(32, bits ^ (bits >> 32n)));
}

const hash: ScalarFunction = {
  kind: 'scalar',
  family: 'hash',
  name: 'HASH_CODE',
  summary: 'The hash code that Java gives to a text or an integer.',
  syntax: 'HASH_CODE(value)',
  examples: [
    {sql: "HASH_CODE('a')", gives: '97'},
    {sql: 'HASH_CODE(5)', gives: '5'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: takes({parameters: [type => text(type) ?? integer(type)], result: intType}),
  evaluate: ([value], call) => hashCode(value as Value, (call.arguments[0] as Argument).type),
};

const database = textFunction({
  name: 'CURRENT_DATABASE',
  summary: 'The name of the database, which is always default_database.',
  syntax: 'CURRENT_DATABASE()',
  parameters: {parameters: [], result: stringType, nullability: 'notNull'},
  evaluate: () => 'default_database',
  examples: [{sql: 'CURRENT_DATABASE()', gives: 'default_database'}],
});

export const furtherTextFunctions: readonly ScalarFunction[] = [...tests, translation, elt, split, hash, database];
