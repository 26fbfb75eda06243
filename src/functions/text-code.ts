import {createHash, randomUUID} from 'node:crypto';
import {isBytes, isInteger, isText} from '../types/common-type.ts';
import {bigintOf} from '../types/integer.ts';
import {intType, stringType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {ScalarFunction} from './define.ts';
import {charactersOf, checkLength, textFunction} from './text.ts';
import {integer, takes, text, textOrBytes} from './typing.ts';

/** Padding, and texts as codes of others: hashes, base 64, hexadecimal. */

function pad(value: string, length: number, filler: string, end: 'left' | 'right'): string | null {
  if (length < 0 || filler === '') return null;
  checkLength(length);
  const characters = charactersOf(value);
  if (characters.length >= length) return characters.slice(0, length).join('');
  const fillers = charactersOf(filler);
  const missing = Array.from({length: length - characters.length}, (_, index) => fillers[index % fillers.length] as string).join('');
  return end === 'left' ? missing + value : value + missing;
}

function padFunction(name: string, end: 'left' | 'right', gives: string): ScalarFunction {
  return textFunction({
    name,
    summary: `A text of exactly so many characters: cut at the right, or filled up at the ${end}.`,
    syntax: `${name}(text, length, filler)`,
    parameters: {parameters: [text, integer, text], result: stringType, nullability: 'nullable'},
    evaluate: ([value, length, filler]) => pad(value as string, Number(length), filler as string, end),
    examples: [
      {sql: `${name}('hi', 5, '12')`, gives},
      {sql: `${name}('hi', 1, '?')`, gives: 'h'},
    ],
  });
}

function asBytes(value: Value): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array);
}

function hashFunction(name: string, algorithm: string, gives: string): ScalarFunction {
  return {
    kind: 'scalar',
    family: 'hash',
    name,
    summary: `The ${name} hash of a text’s UTF-8 or of bytes, as hexadecimal digits.`,
    syntax: `${name}(text)`,
    examples: [{sql: `${name}('test')`, gives}],
    deterministic: true,
    nulls: 'propagate',
    typing: takes({parameters: [textOrBytes], result: stringType}),
    evaluate: args =>
      createHash(algorithm)
        .update(asBytes(args[0] as Value))
        .digest('hex'),
  };
}

const sha2Lengths = [224, 256, 384, 512];

const sha2: ScalarFunction = {
  kind: 'scalar',
  family: 'hash',
  name: 'SHA2',
  summary: 'The SHA-2 hash of 224, 256, 384 or 512 bits, as hexadecimal digits.',
  syntax: 'SHA2(text, bits)',
  examples: [{sql: "SHA2('test', 224)", gives: '90a3ed9e32b2aaf4c61c410eb925426119e1a9dc53d4286ade99a809'}],
  deterministic: true,
  nulls: 'propagate',
  typing(args, words) {
    const bits = args[1]?.literal;
    if (typeof bits === 'number' && !sha2Lengths.includes(bits))
      return {message: `has no hash of ${bits} bits`, hint: 'write 224, 256, 384 or 512'};
    return takes({parameters: [textOrBytes, integer], result: stringType, nullability: 'nullable'})(args, words);
  },
  evaluate(args) {
    const bits = Number(args[1]);
    return sha2Lengths.includes(bits)
      ? createHash(`sha${bits}`)
          .update(asBytes(args[0] as Value))
          .digest('hex')
      : null;
  },
};

const codes: readonly ScalarFunction[] = [
  {
    kind: 'scalar',
    family: 'text',
    name: 'TO_BASE64',
    summary: 'A text’s UTF-8, or bytes, in base 64.',
    syntax: 'TO_BASE64(text)',
    examples: [{sql: "TO_BASE64('hello world')", gives: 'aGVsbG8gd29ybGQ='}],
    deterministic: true,
    nulls: 'propagate',
    typing: takes({parameters: [textOrBytes], result: stringType}),
    evaluate: args => Buffer.from(asBytes(args[0] as Value)).toString('base64'),
  },
  {
    kind: 'scalar',
    family: 'text',
    name: 'FROM_BASE64',
    summary: 'The text whose UTF-8 is given in base 64.',
    syntax: 'FROM_BASE64(text)',
    examples: [{sql: "FROM_BASE64('aGVsbG8gd29ybGQ=')", gives: 'hello world'}],
    deterministic: true,
    nulls: 'propagate',
    typing: takes({parameters: [textOrBytes], result: stringType}),
    evaluate: args => Buffer.from(Buffer.from(asBytes(args[0] as Value)).toString('latin1'), 'base64').toString('utf8'),
  },
  {
    kind: 'scalar',
    family: 'text',
    name: 'HEX',
    summary: 'An integer, a text’s UTF-8, or bytes in hexadecimal digits.',
    syntax: 'HEX(value)',
    examples: [
      {sql: 'HEX(20)', gives: '14'},
      {sql: "HEX('hello,world')", gives: '68656C6C6F2C776F726C64'},
    ],
    deterministic: true,
    nulls: 'propagate',
    typing: takes({
      parameters: [type => (type.kind === 'NULL' ? stringType : isText(type) || isBytes(type) || isInteger(type) ? type : null)],
      result: stringType,
    }),
    evaluate(args) {
      const [value] = args as [Value];
      if (typeof value === 'number' || typeof value === 'bigint') return BigInt.asUintN(64, BigInt(value)).toString(16).toUpperCase();
      return Buffer.from(asBytes(value)).toString('hex').toUpperCase();
    },
  },
  textFunction({
    name: 'ASCII',
    summary: 'The number of the first character, 0 of an empty text.',
    syntax: 'ASCII(text)',
    parameters: {parameters: [text], result: intType},
    evaluate: ([value]) => ((Buffer.from(value as string)[0] ?? 0) << 24) >> 24,
    examples: [{sql: "ASCII('efg')", gives: '101'}],
  }),
  textFunction({
    name: 'CHR',
    summary: 'The character of a number, modulo 256; an empty text of a negative one.',
    syntax: 'CHR(integer)',
    parameters: {parameters: [integer], result: stringType},
    evaluate: ([code]) => (Number(code) < 0 ? '' : String.fromCharCode(Number(BigInt.asUintN(8, bigintOf(code as bigint))))),
    examples: [{sql: 'CHR(65)', gives: 'A'}],
  }),
];

const uuid: ScalarFunction = {
  kind: 'scalar',
  family: 'hash',
  name: 'UUID',
  summary: 'A new random UUID (version 4) of each call.',
  syntax: 'UUID()',
  examples: [{sql: 'CHAR_LENGTH(UUID())', gives: '36'}],
  deterministic: false,
  nulls: 'propagate',
  typing: takes({parameters: [], result: {kind: 'CHAR', length: 36, nullable: false}, nullability: 'notNull'}),
  evaluate: () => randomUUID(),
};

export const textCodeFunctions: readonly ScalarFunction[] = [
  padFunction('LPAD', 'left', '121hi'),
  padFunction('RPAD', 'right', 'hi121'),
  ...codes,
  hashFunction('MD5', 'md5', '098f6bcd4621d373cade4e832627b4f6'),
  hashFunction('SHA1', 'sha1', 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'),
  hashFunction('SHA224', 'sha224', '90a3ed9e32b2aaf4c61c410eb925426119e1a9dc53d4286ade99a809'),
  hashFunction('SHA256', 'sha256', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'),
  hashFunction('SHA384', 'sha384', '768412320f7b0aa5812fce428dc4706b3cae50e02a64caa16a782249bfe8efc4b7ef1ccb126255d196047dfedf17a0a9'),
  hashFunction(
    'SHA512',
    'sha512',
    'ee26b0dd4af7e749aa1a8ee3c10ae9923f618980772e473f8819a5d4940e0db27ac185f8a0e1d5f84f88bc887fd67b143732c304cc5fa9ad8e6f57f50028a8ff',
  ),
  sha2,
  uuid,
];
