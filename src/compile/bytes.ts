import type {Memory} from '../base/memory.ts';

/** Texts of a batch as bytes: what generated code calls to compare them without making strings. A text is a pointer into engine memory and a length. */

export type TextTest = (pointer: number, length: number) => boolean;

/** Whether a text is exactly these bytes. */
export function equalTo(memory: Memory, expected: Uint8Array): TextTest {
  const startsThus = startsWith(memory, expected);
  const {length: wanted} = expected;
  return (pointer, length) => length === wanted && startsThus(pointer, length);
}

function startsWith(memory: Memory, expected: Uint8Array): TextTest {
  const {view, bytes} = memory;
  const wanted = expected.length;
  const words = wordsOf(expected);
  const wholeBytes = words.length * 4;
  return (pointer, length) => {
    if (length < wanted) return false;
    for (let word = 0; word < words.length; word++) if (view.getInt32(pointer + word * 4, true) !== words[word]) return false;
    for (let at = wholeBytes; at < wanted; at++) if (bytes[pointer + at] !== expected[at]) return false;
    return true;
  };
}

function wordsOf(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({length: bytes.length >>> 2}, (_, word) => view.getInt32(word * 4, true));
}

function endsWith(memory: Memory, expected: Uint8Array): TextTest {
  const startsThus = startsWith(memory, expected);
  const {length: wanted} = expected;
  return (pointer, length) => length >= wanted && startsThus(pointer + length - wanted, wanted);
}

/**
 * LIKE for patterns of which `_` is no part: texts with `%` between them. Bytes can be compared because no character's bytes occur inside of another's.
 * `pieces` are what stands between the `%`; the first and the last are tied to the text's ends.
 */
export function like(memory: Memory, pieces: readonly Uint8Array[]): TextTest {
  const first = pieces[0] as Uint8Array;
  if (pieces.length === 1) return equalTo(memory, first);
  const last = pieces[pieces.length - 1] as Uint8Array;
  const middle = pieces.slice(1, -1).filter(piece => piece.length > 0);
  if (middle.length === 0 && last.length === 0) return startsWith(memory, first);
  if (middle.length === 0 && first.length === 0) return endsWith(memory, last);
  const startsThus = startsWith(memory, first);
  const endsThus = endsWith(memory, last);
  const {bytes} = memory;
  return (pointer, length) => {
    if (length < first.length + last.length || !startsThus(pointer, length) || !endsThus(pointer, length)) return false;
    let at = pointer + first.length;
    const end = pointer + length - last.length;
    for (const piece of middle) {
      at = findText(bytes, piece, at, end);
      if (at < 0) return false;
      at += piece.length;
    }
    return true;
  };
}

/** Where a piece occurs first within [from, end), or -1. */
export function findText(bytes: Uint8Array, piece: Uint8Array, from: number, end: number): number {
  const last = end - piece.length;
  const first = piece[0] as number;
  for (let at = from; at <= last; at++) {
    if (bytes[at] !== first) continue;
    let matched = 1;
    while (matched < piece.length && bytes[at + matched] === piece[matched]) matched++;
    if (matched === piece.length) return at;
  }
  return -1;
}

/** Negative, zero or positive, by unsigned bytes: the order of texts in Flink. */
export function textOrder(memory: Memory): (pointer: number, length: number, otherPointer: number, otherLength: number) => number {
  const {bytes} = memory;
  return (pointer, length, otherPointer, otherLength) => {
    const shorter = Math.min(length, otherLength);
    for (let at = 0; at < shorter; at++) {
      const difference = (bytes[pointer + at] as number) - (bytes[otherPointer + at] as number);
      if (difference !== 0) return difference;
    }
    return length - otherLength;
  };
}
