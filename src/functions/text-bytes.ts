import {isUtf8} from 'node:buffer';
import {fail} from '../base/problem.ts';
import {booleanType, maxLength, type SqlType, stringType} from '../types/sql-type.ts';
import {bytesText} from '../types/text.ts';
import type {Value} from '../types/value.ts';
import type {Argument, Refusal, ScalarFunction, Typing} from './define.ts';
import {bytes, takes, text} from './typing.ts';

/** Texts as bytes in a character set, and back. */

const bytesType: SqlType = {kind: 'VARBINARY', length: maxLength, nullable: true};

interface CharacterSet {
  encode(value: string): Uint8Array;
  decode(value: Uint8Array): string;
}

function swapped(value: Uint8Array): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : value.subarray(0, -1)).swap16();
}

function utf16(value: Uint8Array, bigEndian: boolean): string {
  const whole = (bigEndian ? swapped(value) : Buffer.from(value)).toString('utf16le');
  // Through UTF-8 and back, which leaves no half of a surrogate pair.
  return Buffer.from(value.length % 2 === 0 ? whole : `${whole}\ufffd`).toString();
}

/** Bytes up to a greatest one; what is beyond is a question mark, as in Java. */
function singleBytes(greatest: number): CharacterSet {
  return {
    encode: value =>
      Uint8Array.from(Array.from(value), character => {
        const code = character.codePointAt(0) as number;
        return code <= greatest ? code : 0x3f;
      }),
    decode: value => Array.from(value, byte => (byte <= greatest ? String.fromCharCode(byte) : '\ufffd')).join(''),
  };
}

const characterSets: ReadonlyMap<string, CharacterSet> = new Map<string, CharacterSet>([
  ['US-ASCII', singleBytes(0x7f)],
  ['ISO-8859-1', singleBytes(0xff)],
  ['UTF-8', {encode: value => new Uint8Array(Buffer.from(value)), decode: bytesText}],
  ['UTF-16LE', {encode: value => new Uint8Array(Buffer.from(value, 'utf16le')), decode: value => utf16(value, false)}],
  ['UTF-16BE', {encode: value => new Uint8Array(swapped(Buffer.from(value, 'utf16le'))), decode: value => utf16(value, true)}],
  [
    'UTF-16',
    {
      encode: value => new Uint8Array(swapped(Buffer.from(value === '' ? '' : `\ufeff${value}`, 'utf16le'))),
      decode(value) {
        const isMarked =
          value.length > 1 && (value[0] === 0xff || value[0] === 0xfe) && (value[0] as number) + (value[1] as number) === 0x1fd;
        return utf16(isMarked ? value.subarray(2) : value, !isMarked || value[0] === 0xfe);
      },
    },
  ],
]);

const setNames = [...characterSets.keys()].join(', ');

function characterSet(name: Value): CharacterSet {
  const found = characterSets.get((name as string).toUpperCase());
  if (found === undefined)
    throw fail('data', 'bad-argument', `"${name as string}" is no character set`, {hint: `it is one of ${setNames}`});
  return found;
}

function setTyping(typing: ScalarFunction['typing']): ScalarFunction['typing'] {
  return (args: readonly Argument[], words: readonly string[]): Typing | Refusal => {
    const name = args[1]?.literal;
    const isUnknown = typeof name === 'string' && !characterSets.has(name.toUpperCase());
    return isUnknown ? {message: `has "${name}", which is no character set`, hint: `it is one of ${setNames}`} : typing(args, words);
  };
}

/** Pairs of hexadecimal digits. Of an odd number of them the first counts only as a zero byte, as in Flink. */
function unhex(value: string): Uint8Array | null {
  if (!/^[0-9a-fA-F]*$/.test(value)) return null;
  const isOdd = value.length % 2 === 1;
  const pairs = Buffer.from(isOdd ? value.slice(1) : value, 'hex');
  return new Uint8Array(isOdd ? Buffer.concat([Buffer.from([0]), pairs]) : pairs);
}

type Described = Pick<ScalarFunction, 'name' | 'summary' | 'syntax' | 'examples' | 'typing' | 'evaluate'>;

function bytesFunction(described: Described): ScalarFunction {
  return {kind: 'scalar', family: 'text', deterministic: true, nulls: 'propagate', ...described};
}

export const textBytesFunctions: readonly ScalarFunction[] = [
  bytesFunction({
    name: 'ENCODE',
    summary: `A text as bytes in a character set: ${setNames}.`,
    syntax: 'ENCODE(text, characterSet)',
    examples: [{sql: "HEX(ENCODE('hé', 'ISO-8859-1'))", gives: '68E9'}],
    typing: setTyping(takes({parameters: [text, text], result: bytesType})),
    evaluate: ([value, name]) => characterSet(name as Value).encode(value as string),
  }),
  bytesFunction({
    name: 'DECODE',
    summary: `The text that bytes are in a character set: ${setNames}.`,
    syntax: 'DECODE(bytes, characterSet)',
    examples: [{sql: "DECODE(ENCODE('hé', 'UTF-16LE'), 'UTF-16LE')", gives: 'hé'}],
    typing: setTyping(takes({parameters: [bytes, text], result: stringType})),
    evaluate: ([value, name]) => characterSet(name as Value).decode(value as Uint8Array),
  }),
  bytesFunction({
    name: 'UNHEX',
    summary: 'The bytes that pairs of hexadecimal digits stand for; NULL when there is anything else.',
    syntax: 'UNHEX(text)',
    examples: [{sql: "DECODE(UNHEX('466C696E6B'), 'UTF-8')", gives: 'Flink'}],
    typing: takes({parameters: [text], result: bytesType, nullability: 'nullable'}),
    evaluate: ([value]) => unhex(value as string),
  }),
  bytesFunction({
    name: 'IS_VALID_UTF8',
    summary: 'Whether bytes are a text in UTF-8.',
    syntax: 'IS_VALID_UTF8(bytes)',
    examples: [
      {sql: "IS_VALID_UTF8(UNHEX('C3A9'))", gives: 'TRUE'},
      {sql: "IS_VALID_UTF8(UNHEX('80'))", gives: 'FALSE'},
    ],
    typing: takes({parameters: [bytes], result: booleanType}),
    evaluate: ([value]) => isUtf8(value as Uint8Array),
  }),
  bytesFunction({
    name: 'MAKE_VALID_UTF8',
    summary: 'Bytes as a text in UTF-8, with a replacement character (U+FFFD) for what is not.',
    syntax: 'MAKE_VALID_UTF8(bytes)',
    examples: [{sql: "MAKE_VALID_UTF8(UNHEX('414280'))", gives: 'AB\ufffd'}],
    typing: takes({parameters: [bytes], result: stringType}),
    evaluate: ([value]) => bytesText(value as Uint8Array),
  }),
];
