import type {Memory} from '../../base/memory.ts';
import {JsonFault, type JsonReject} from '../../kernel/json-decode.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';

/** Why a record is no row, in the words of whoever made it. Bytes are counted from 1. */

const expected: ReadonlyMap<number, string> = new Map([
  [JsonFault.value, 'a value'],
  [JsonFault.commaOrBrace, '"," or "}"'],
  [JsonFault.commaOrBracket, '"," or "]"'],
  [JsonFault.key, 'a field name in quotes'],
  [JsonFault.colon, '":"'],
]);

export function recordReason(memory: Memory, reject: JsonReject, maxRecordBytes: number): string {
  const {pointer, length, fault, faultAt} = reject;
  if (fault === JsonFault.tooLarge) return tooLargeReason(length, maxRecordBytes);
  if (fault === JsonFault.notObject) {
    return `a JSON object is expected, found ${shorten(memory.readText(faultAt, Math.min(pointer + length - faultAt, 200)))}`;
  }
  if (length === 0) return 'the record is empty';
  return `not valid JSON: ${faultText(memory, reject)}`;
}

export function tooLargeReason(length: number, maxRecordBytes: number): string {
  return `a record of ${length} bytes or more is larger than the limit of ${maxRecordBytes} bytes`;
}

function faultText(memory: Memory, {pointer, length, fault, faultAt}: JsonReject): string {
  const isAtEnd = faultAt >= pointer + length;
  const at = `at byte ${faultAt - pointer + 1}`;
  const wanted = expected.get(fault);
  if (wanted !== undefined)
    return isAtEnd ? `it ends where ${wanted} is expected` : `${wanted} is expected ${at}, found ${foundText(memory, faultAt)}`;
  switch (fault) {
    case JsonFault.escape:
      return `malformed escape ${at}`;
    case JsonFault.control:
      return isAtEnd ? 'it ends inside a string' : `control character ${hexadecimal(memory, faultAt)} inside a string ${at}`;
    case JsonFault.number:
      return `malformed number ${at}`;
    case JsonFault.word:
      return `neither true, false nor null ${at}`;
    case JsonFault.depth:
      return `nested deeper than 512 levels ${at}`;
    default:
      return `something follows the record's end ${at}: ${foundText(memory, faultAt)}`;
  }
}

function foundText(memory: Memory, at: number): string {
  const byte = memory.bytes[at] as number;
  if (byte === 0xef && memory.bytes[at + 1] === 0xbb && memory.bytes[at + 2] === 0xbf) return 'a byte order mark';
  return byte > 32 && byte < 127 ? `"${String.fromCharCode(byte)}"` : `byte ${hexadecimal(memory, at)}`;
}

function hexadecimal(memory: Memory, at: number): string {
  return `0x${(memory.bytes[at] as number).toString(16).padStart(2, '0')}`;
}

/** `found`: the value as JSON. */
export function fieldReason(path: readonly string[], found: string, type: SqlType, hint: string): string {
  return `field "${path.join('.')}": cannot read ${shorten(found)} as ${typeText({...type, nullable: true})}${hint}`;
}

/** At most 60 characters, never half of one. */
function shorten(text: string): string {
  const most = /[\ud800-\udbff]/.test(text[59] ?? '') ? 59 : 60;
  return text.length > most + 1 ? `${text.slice(0, most)}…` : text;
}
