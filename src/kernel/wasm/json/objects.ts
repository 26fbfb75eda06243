import {
  deepest,
  entryEmpty,
  entryHead,
  entryName,
  entryNameLength,
  entryNode,
  entrySize,
  entrySlot,
  faultCommaOrBrace,
  faultDepth,
  faultKey,
  jobKeyBuffer,
  jobLongestKey,
  kindText,
  nodeEndSlot,
  nodeFirstSlot,
  nodeMask,
  nodeTable,
  slotKind,
  tagNoObject,
  tagRaw,
} from './layout';
import {skipQuickly, skipValue, skipWord, toValue} from './skip';
import {readPlain, readValue, resetSlots, setRange, setSlots} from './slots';
import {QUOTE, fault, findSpecial, skipSpace, skipString, unescape} from './text';

/** Objects of any shape: every key is looked up among the wanted names. */

let keyBuffer: usize = 0;
let longestKey: u32 = 0;

export function openObjects(job: usize): void {
  keyBuffer = load<u32>(job, jobKeyBuffer);
  longestKey = load<u32>(job, jobLongestKey);
}

/** From `{` to the byte after `}`; 0 when it is no object. Its fields' slots have been reset. Of equal keys the last one counts. */
export function readObject(pos: usize, node: usize, row: u32, depth: u32): usize {
  if (depth == deepest) return fault(faultDepth, pos);
  pos = skipSpace(pos + 1);
  if (load<u8>(pos) == 0x7d) return pos + 1;
  while (true) {
    if (load<u8>(pos) != QUOTE) return fault(faultKey, pos);
    const key = pos + 1;
    let keyEnd = findSpecial(key);
    let entry: usize;
    if (load<u8>(keyEnd) == QUOTE) entry = findName(node, key, <u32>(keyEnd - key));
    else {
      keyEnd = skipString(key);
      if (keyEnd == 0) return 0;
      entry = findEscaped(node, key, keyEnd);
    }
    pos = toValue(keyEnd + 1);
    if (pos == 0) return 0;
    pos = entry == 0 ? skipQuickly(pos, depth + 1) : readField(pos, entry, row, depth + 1);
    if (pos == 0) return 0;
    pos = skipSpace(pos);
    const c: u32 = load<u8>(pos);
    if (c == 0x7d) return pos + 1;
    if (c != 0x2c) return fault(faultCommaOrBrace, pos);
    pos = skipSpace(pos + 1);
  }
}

// @ts-ignore: decorator
@inline
function readField(pos: usize, entry: usize, row: u32, depth: u32): usize {
  const node: usize = load<u32>(entry, entryNode);
  const slot: usize = load<u32>(entry, entrySlot);
  if (node != 0) return readInner(pos, node, slot, row, depth);
  const kind = load<u32>(slot, slotKind);
  const end = kind <= <u32>kindText ? readPlain(pos, kind, slot, row) : 0;
  return end != 0 ? end : readValue(pos, slot, row, depth);
}

/** The value of a key whose own fields are wanted, and perhaps itself too. */
function readInner(pos: usize, node: usize, slot: usize, row: u32, depth: u32): usize {
  const first = load<u32>(node, nodeFirstSlot);
  const last = load<u32>(node, nodeEndSlot);
  const c: u32 = load<u8>(pos);
  let end: usize;
  if (c == 0x7b) {
    resetSlots(first, last, row);
    end = readObject(pos, node, row, depth);
    if (end != 0 && slot != 0) setRange(slot, row, tagRaw, pos, end);
  } else if (c == 0x6e) {
    end = skipWord(pos, c);
    setSlots(first, last, row, 1, pos, pos);
    if (slot != 0) setRange(slot, row, 1, pos, pos);
  } else {
    end = skipValue(pos, depth);
    if (end != 0) setSlots(first, last, row, tagNoObject, pos, end);
    if (end != 0 && slot != 0) setRange(slot, row, tagRaw, pos, end);
  }
  return end;
}

/** The first 8 bytes of a name, zeros behind its end. */
// @ts-ignore: decorator
@inline
function headOf(name: usize, length: u32): u64 {
  const head = load<u64>(name);
  if (length >= 8) return head;
  return head & ((<u64>1 << (length << 3)) - 1);
}

/** The face builds the tables with the same function. */
// @ts-ignore: decorator
@inline
function hashOf(head: u64, length: u32): u32 {
  const mixed = (<u32>head ^ (<u32>(head >> 32) * 0x85ebca6b)) * 0x9e3779b1 + length;
  return mixed ^ (mixed >> 15);
}

/** The entry of a wanted name, or 0. */
// @ts-ignore: decorator
@inline
export function findName(node: usize, name: usize, length: u32): usize {
  const head = headOf(name, length);
  const mask = load<u32>(node, nodeMask);
  const table = load<u32>(node, nodeTable);
  let index = hashOf(head, length) & mask;
  let entry: usize = table + index * entrySize;
  while (load<i32>(entry, entryNameLength) != entryEmpty) {
    if (load<u64>(entry, entryHead) == head && load<u32>(entry, entryNameLength) == length) {
      if (length <= 8 || sameBytes(load<u32>(entry, entryName), name, length)) return entry;
    }
    index = (index + 1) & mask;
    entry = table + index * entrySize;
  }
  return 0;
}

/** Names are padded to a multiple of 8 with room to read. */
function sameBytes(a: usize, b: usize, length: u32): bool {
  let at: u32 = 8;
  while (at + 8 <= length) {
    if (load<u64>(a + at) != load<u64>(b + at)) return false;
    at += 8;
  }
  const from = length - 8;
  return load<u64>(a + from) == load<u64>(b + from);
}

/** A key with escapes. An escape of 6 bytes stands for at least one byte, so a key much longer than any wanted name is none of them. */
export function findEscaped(node: usize, key: usize, keyEnd: usize): usize {
  if (keyEnd - key > <usize>longestKey * 6) return 0;
  return findName(node, keyBuffer, <u32>(unescape(key, keyEnd, keyBuffer) - keyBuffer));
}
