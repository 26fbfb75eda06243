import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Memory} from '../base/memory.ts';
import {Tag} from '../flow/batch.ts';
import {findFunction} from '../functions/index.ts';
import {neededBytes, TextFunctions} from './text-functions.ts';

const memory = new Memory(1 << 20);
const texts = new TextFunctions(memory);

function given(text: string): readonly [pointer: number, length: number] {
  return [memory.writeText(text), memory.textLength];
}

/** The last result, and whether it lies inside of the text it was made of. */
function result([pointer, length]: readonly [number, number]): readonly [text: string, isPart: boolean] {
  const isPart = texts.pointer >= pointer && texts.pointer + texts.length <= pointer + length;
  return [memory.readText(texts.pointer, texts.length), isPart];
}

const unused = (): never => {
  throw new Error('a text of ASCII is not for the definition');
};

test('a text that is in lower case already is its own result', () => {
  const plain = given('apple 1');
  expect(texts.lower(...plain, Tag.value, unused)).toBe(Tag.value);
  expect(result(plain)).toEqual(['apple 1', true]);
  const mixed = given('[Apple] @Z');
  texts.lower(...mixed, Tag.value, unused);
  expect(result(mixed)).toEqual(['[apple] @z', false]);
  texts.upper(...mixed, Tag.value, unused);
  expect(result(mixed)).toEqual(['[APPLE] @Z', false]);
});

test('what is not ASCII goes to the definition', () => {
  const text = given('GRÜN');
  texts.lower(...text, Tag.value, value => value.toLowerCase());
  expect(result(text)).toEqual(['grün', false]);
  expect(texts.count(...text)).toBe(4);
});

test('parts are not copied, and keep the tag of the text', () => {
  const url = given('https://a.b/x//"y"');
  expect(texts.part(...url, Tag.dirty, 0x2f, 3)).toBe(Tag.dirty);
  expect(result(url)).toEqual(['x', true]);
  texts.part(...url, Tag.dirty, 0x2f, 5);
  expect(result(url)).toEqual(['"y"', true]);
  expect(texts.part(...url, Tag.dirty, 0x2f, 6)).toBe(Tag.null);
  texts.substring(...url, Tag.dirty, -3, 2, unused);
  expect(result(url)).toEqual(['"y', true]);
});

test('texts are appended to each other', () => {
  const long = given('a text that is longer than a few bytes, ');
  const short = given('grün');
  texts.begin(long[1] + short[1]);
  texts.append(...long);
  texts.append(...short);
  expect(result(long)).toEqual(['a text that is longer than a few bytes, grün', false]);
});

test('a search is not begun without what it needs, and finds a part of the text', () => {
  const url = given('item?a=1&channel_id=7');
  const needed = neededBytes('(&|^)channel_id=([^&]*)');
  expect(texts.extracted(...given('item?a=1'), Tag.value, needed, unused)).toBe(Tag.null);
  expect(texts.extracted(...url, Tag.value, needed, () => '7')).toBe(Tag.value);
  expect(result(url)).toEqual(['7', true]);
  expect(texts.extracted(...url, Tag.value, needed, () => null)).toBe(Tag.null);
});

test('any text gives what the definitions give', () => {
  const evaluate = (name: string, ...args: readonly (string | number)[]): string | number | null => {
    const definition = findFunction(name);
    if (definition?.kind !== 'scalar') throw new Error(name);
    return definition.evaluate(args, {} as never) as string | number | null;
  };
  const text = fc.string({unit: fc.constantFrom('a', 'B', 'z', 'Z', '/', '@', '[', '`', '{', 'Ä', 'ß', '本', '😀'), maxLength: 12});
  const number = fc.integer({min: -14, max: 14});
  const read = (tag: number): string | null => (tag === Tag.null ? null : memory.readText(texts.pointer, texts.length));
  fc.assert(
    fc.property(text, number, number, (value, first, second) => {
      const mark = memory.mark();
      const at = given(value);
      const lower = (other: string): string => evaluate('LOWER', other) as string;
      const upper = (other: string): string => evaluate('UPPER', other) as string;
      const slice = (other: string): string | null => evaluate('SUBSTRING', other, first, second) as string | null;
      expect(read(texts.lower(...at, Tag.value, lower))).toBe(lower(value));
      expect(read(texts.upper(...at, Tag.value, upper))).toBe(upper(value));
      expect(read(texts.part(...at, Tag.value, 0x2f, first))).toBe(evaluate('SPLIT_INDEX', value, '/', first));
      expect(read(texts.substring(...at, Tag.value, first, second, slice))).toBe(slice(value));
      expect(texts.count(...at)).toBe(evaluate('CHAR_LENGTH', value));
      memory.release(mark);
    }),
    {numRuns: 500, seed: 7},
  );
});
