import type {Memory} from '../base/memory.ts';
import {Tag} from '../flow/batch.ts';
import {necessaryText} from '../functions/pattern/necessary.ts';
import {findText} from './bytes.ts';

/** What a function's definition makes of a text. */
export type TextToText = (text: string) => string | null;

/**
 * Functions of texts as generated code calls them: on bytes, as long as these are ASCII, and by the definition on a string otherwise. Each gives the tag of
 * its result, and leaves in `pointer` and `length` where that lies: in the text itself where it is a part of it, else in scratch.
 *
 * What they make holds no character that must be escaped in JSON unless the text held one, so the text's tag is the result's.
 */
export class TextFunctions {
  pointer = 0;
  length = 0;
  readonly #memory: Memory;
  readonly #bytes: Uint8Array;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#bytes = memory.bytes;
  }

  lower(pointer: number, length: number, tag: number, definition: TextToText): number {
    return this.#inCase(pointer, length, tag, 0x41, definition);
  }

  upper(pointer: number, length: number, tag: number, definition: TextToText): number {
    return this.#inCase(pointer, length, tag, 0x61, definition);
  }

  /** `first`: the first of the 26 letters that change. A text without any of them is its own result. */
  #inCase(pointer: number, length: number, tag: number, first: number, definition: TextToText): number {
    const bytes = this.#bytes;
    let changes = 0;
    for (let at = pointer; at < pointer + length; at++) {
      const byte = bytes[at] as number;
      if (byte > 127) return this.#byDefinition(pointer, length, tag, definition);
      if ((byte - first) >>> 0 < 26) changes++;
    }
    this.length = length;
    this.pointer = pointer;
    if (changes === 0) return tag;
    const target = this.#memory.scratch(length);
    for (let at = 0; at < length; at++) {
      const byte = bytes[pointer + at] as number;
      bytes[target + at] = (byte - first) >>> 0 < 26 ? byte ^ 0x20 : byte;
    }
    this.pointer = target;
    return tag;
  }

  /** The part at an index (from 0) between separators of one ASCII character. An empty text has no parts. */
  part(pointer: number, length: number, tag: number, separator: number, index: number): number {
    const bytes = this.#bytes;
    const end = pointer + length;
    if (length === 0 || index < 0) return Tag.null;
    let start = pointer;
    for (let at = pointer, left = index; ; at++) {
      if (at < end && bytes[at] !== separator) continue;
      if (left === 0) {
        this.pointer = start;
        this.length = at - start;
        return tag;
      }
      if (at >= end) return Tag.null;
      left--;
      start = at + 1;
    }
  }

  /** Characters from a position on, by the rule of SUBSTRING. */
  substring(pointer: number, length: number, tag: number, position: number, wanted: number, definition: TextToText): number {
    if (wanted < 0) return Tag.null;
    if (!this.#isAscii(pointer, length)) return this.#byDefinition(pointer, length, tag, definition);
    const start = position > 0 ? position - 1 : position < 0 ? length + position : 0;
    const isInside = start >= 0 && start < length;
    this.pointer = isInside ? pointer + start : pointer;
    this.length = isInside ? Math.min(length - start, wanted) : 0;
    return tag;
  }

  /** What a search finds of a text that contains `needed`, as bytes. */
  extracted(pointer: number, length: number, tag: number, needed: Uint8Array, search: TextToText): number {
    if (needed.length > 0 && findText(this.#bytes, needed, pointer, pointer + length) < 0) return Tag.null;
    const text = this.#memory.readText(pointer, length);
    const found = search(text);
    if (found === null) return Tag.null;
    // The text has as many characters as bytes, so it is ASCII, and every place where the same characters stand is as good.
    if (text.length === length) {
      this.pointer = pointer + text.indexOf(found);
      this.length = found.length;
      return tag;
    }
    return this.#write(found, tag);
  }

  /** Begins a text of so many bytes, to be appended one after the other. */
  begin(length: number): void {
    this.pointer = this.#memory.scratch(length);
    this.length = 0;
  }

  append(pointer: number, length: number): void {
    const bytes = this.#bytes;
    const target = this.pointer + this.length;
    this.length += length;
    // A call that copies costs more than a few bytes do.
    if (length > 24) bytes.copyWithin(target, pointer, pointer + length);
    else for (let at = 0; at < length; at++) bytes[target + at] = bytes[pointer + at] as number;
  }

  /** How many characters a text has. */
  count(pointer: number, length: number): number {
    const bytes = this.#bytes;
    for (let at = pointer; at < pointer + length; at++) {
      if ((bytes[at] as number) > 127) return Array.from(this.#memory.readText(pointer, length)).length;
    }
    return length;
  }

  #isAscii(pointer: number, length: number): boolean {
    const bytes = this.#bytes;
    for (let at = pointer; at < pointer + length; at++) if ((bytes[at] as number) > 127) return false;
    return true;
  }

  #byDefinition(pointer: number, length: number, tag: number, definition: TextToText): number {
    const result = definition(this.#memory.readText(pointer, length));
    return result === null ? Tag.null : this.#write(result, tag);
  }

  #write(text: string, tag: number): number {
    this.pointer = this.#memory.writeText(text);
    this.length = this.#memory.textLength;
    return tag;
  }
}

/** The bytes without which a pattern matches nothing. */
export function neededBytes(pattern: string): Uint8Array {
  return new TextEncoder().encode(necessaryText(pattern));
}
