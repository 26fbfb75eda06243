import type {Memory} from '../base/memory.ts';
import {jsonToValue, valueToJson} from '../types/json-value.ts';
import type {SqlType} from '../types/sql-type.ts';
import {physicalOf} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {Tag, type Vector} from './batch.ts';

/** Cells of a batch as plain values and back: for the edges, the interpreter, and functions that know values only. Never on the hot path. */

/** The value of one cell. */
export function readValue(memory: Memory, vector: Vector, row: number, type: SqlType, timeZone: string): Value {
  const tag = vector.tags[row] as number;
  if ((tag & Tag.null) !== 0) return null;
  switch (physicalOf(type)) {
    case 'number': {
      const number = vector.numbers[row] as number;
      return type.kind === 'BOOLEAN' ? number !== 0 : number;
    }
    case 'integer': {
      const number = vector.numbers[row] as number;
      return (tag & Tag.wide) !== 0 ? (memory.wide[number] as bigint) : BigInt(number);
    }
    case 'text': {
      const pointer = vector.ranges[2 * row] as number;
      const length = vector.ranges[2 * row + 1] as number;
      if (type.kind === 'BINARY' || type.kind === 'VARBINARY') return memory.bytes.slice(pointer, pointer + length);
      const text = memory.readText(pointer, length);
      return type.kind === 'CHAR' || type.kind === 'VARCHAR' ? text : jsonToValue(text, type, timeZone);
    }
  }
}

/** Puts a value into a cell and sets its tag. Text goes to scratch, wide integers to `memory.wide`: both are handed back with the mark of their batch. */
export function writeValue(memory: Memory, vector: Vector, row: number, type: SqlType, value: Value, timeZone: string): void {
  if (value === null) {
    vector.tags[row] = Tag.null;
    return;
  }
  switch (physicalOf(type)) {
    case 'number':
      vector.numbers[row] = Number(value);
      vector.tags[row] = Tag.value;
      return;
    case 'integer':
      writeInteger(memory, vector, row, value as bigint);
      return;
    case 'text':
      if (value instanceof Uint8Array) writeBytes(memory, vector, row, value);
      else writeText(memory, vector, row, typeof value === 'string' ? value : valueToJson(value, type, timeZone));
      return;
  }
}

function writeInteger(memory: Memory, vector: Vector, row: number, value: bigint): void {
  const number = Number(value);
  if (Number.isSafeInteger(number)) {
    vector.numbers[row] = number;
    vector.tags[row] = Tag.value;
    return;
  }
  vector.numbers[row] = memory.wide.length;
  vector.tags[row] = Tag.wide;
  memory.wide.push(value);
}

function writeText(memory: Memory, vector: Vector, row: number, text: string): void {
  const pointer = memory.writeText(text);
  setRange(memory, vector, row, pointer, memory.textLength);
}

function writeBytes(memory: Memory, vector: Vector, row: number, bytes: Uint8Array): void {
  const pointer = memory.scratch(bytes.length);
  memory.bytes.set(bytes, pointer);
  setRange(memory, vector, row, pointer, bytes.length);
}

function setRange(memory: Memory, vector: Vector, row: number, pointer: number, length: number): void {
  vector.ranges[2 * row] = pointer;
  vector.ranges[2 * row + 1] = length;
  vector.tags[row] = isPlain(memory.bytes, pointer, length) ? Tag.value : Tag.dirty;
}

/** Whether the bytes may stand between JSON quotes as they are. */
function isPlain(bytes: Uint8Array, pointer: number, length: number): boolean {
  for (let at = pointer; at < pointer + length; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return false;
  }
  return true;
}
