import {
  jobEscapedBytes,
  jobMissingTag,
  jobPending,
  jobPendingCount,
  jobSlotCount,
  jobSlots,
  kindBoolean,
  kindDecimal,
  kindDouble,
  kindInteger,
  kindText,
  kindTime,
  kindTimestamp,
  leastInnerTag,
  slotCells,
  slotKind,
  slotSize,
  slotTags,
  tagEscaped,
  tagMissing,
  tagRaw,
} from './layout';
import {readNumber, storeDouble, storeInteger, storeNumber, storePlainDecimal} from './numbers';
import {skipContainer, skipWord} from './skip';
import {QUOTE, findSpecial, hadEscapes, isDirty, skipString, unescape} from './text';
import {storeTime} from './times';

/** Cells of one row: set, reset, and told to the face when it must finish them. */

let job: usize = 0;
let slots: usize = 0;
let slotCount: u32 = 0;
let missingTag: u32 = 1;
let pending: usize = 0;
let pendingCount: u32 = 0;
/** Bytes of the texts with escapes, which is as much room as they take at most without them. */
let escapedBytes: usize = 0;
/** Whether a cell of the current row may have an inner tag. */
let isFlagged: bool = false;

export function openSlots(jobPointer: usize): void {
  job = jobPointer;
  slots = load<u32>(job, jobSlots);
  slotCount = load<u32>(job, jobSlotCount);
  missingTag = load<u32>(job, jobMissingTag);
  pending = load<u32>(job, jobPending);
}

export function beginCall(): void {
  pendingCount = 0;
  escapedBytes = 0;
}

export function endCall(): void {
  store<u32>(job, pendingCount, jobPendingCount);
  store<u32>(job, <u32>escapedBytes, jobEscapedBytes);
}

// @ts-ignore: decorator
@inline
export function beginRow(): void {
  isFlagged = false;
}

// @ts-ignore: decorator
@inline
export function endRow(row: u32): void {
  if (isFlagged) collect(row);
}

/** Writes down which cells of the row the face must finish: the row in the upper 16 bits, the slot in the lower ones. */
function collect(row: u32): void {
  for (let index: u32 = 0; index < slotCount; index++) {
    const slot = slots + index * slotSize;
    const tag: u32 = load<u8>(load<u32>(slot, slotTags) + row);
    if (tag < <u32>leastInnerTag) continue;
    store<u32>(pending + (pendingCount << 2), (row << 16) | index);
    pendingCount++;
    if (tag == tagEscaped) escapedBytes += load<u32>(cellOf(slot, row), 4);
  }
}

// @ts-ignore: decorator
@inline
export function cellOf(slot: usize, row: u32): usize {
  return load<u32>(slot, slotCells) + (row << 3);
}

// @ts-ignore: decorator
@inline
export function setTag(slot: usize, row: u32, tag: u32): void {
  store<u8>(load<u32>(slot, slotTags) + row, tag);
}

/** The tags of a row and the next one: both have values. */
// @ts-ignore: decorator
@inline
export function setTags(slot: usize, row: u32): void {
  store<u16>(load<u32>(slot, slotTags) + row, 0);
}

export function setMissing(slot: usize, row: u32): void {
  setTag(slot, row, missingTag);
  if (missingTag == tagMissing) isFlagged = true;
}

export function resetSlots(first: u32, end: u32, row: u32): void {
  for (let index = first; index < end; index++) setTag(slots + index * slotSize, row, missingTag);
  if (missingTag == tagMissing) isFlagged = true;
}

export function resetRow(row: u32): void {
  resetSlots(0, slotCount, row);
}

/** All slots of a node: NULL, or a tag with the range of what stands in the object's place. */
export function setSlots(first: u32, end: u32, row: u32, tag: u32, start: usize, stop: usize): void {
  for (let index = first; index < end; index++) setRange(slots + index * slotSize, row, tag, start, stop);
}

export function setRange(slot: usize, row: u32, tag: u32, start: usize, end: usize): void {
  const cell = cellOf(slot, row);
  store<u32>(cell, <u32>start);
  store<u32>(cell, <u32>(end - start), 4);
  setTag(slot, row, tag);
  if (tag >= <u32>leastInnerTag) isFlagged = true;
}

// @ts-ignore: decorator
@inline
function isTime(kind: u32): bool {
  return kind >= <u32>kindTimestamp && kind <= <u32>kindTime;
}

/** The commonest values of the commonest kinds, up to `kindText`; 0 when it is something else, well formed or not. */
// @ts-ignore: decorator
@inline
export function readPlain(pos: usize, kind: u32, slot: usize, row: u32): usize {
  const cell = cellOf(slot, row);
  let end: usize = 0;
  if (kind == kindText) {
    if (load<u8>(pos) != QUOTE) return 0;
    const stop = findSpecial(pos + 1);
    if (load<u8>(stop) != QUOTE) return 0;
    store<u32>(cell, <u32>pos + 1);
    store<u32>(cell, <u32>(stop - pos - 1), 4);
    end = stop + 1;
  } else if (kind == kindInteger) {
    end = storeInteger(pos, slot, cell);
    if (end == 0) return 0;
  } else if (kind == kindDouble) {
    end = storeDouble(pos, cell);
    if (end == 0) return 0;
  } else {
    end = storePlainDecimal(kind, pos, slot, cell);
    if (end == 0) return 0;
  }
  setTag(slot, row, 0);
  return end;
}

/** Reads any value into the slot's cell, and returns the byte after it; 0 when it is no JSON. `depth`: how many containers it is in. */
export function readValue(pos: usize, slot: usize, row: u32, depth: u32): usize {
  const c: u32 = load<u8>(pos);
  const kind = load<u32>(slot, slotKind);
  if (c == QUOTE) return readString(pos, kind, slot, row);
  if (c - 48 <= 9 || c == 45) {
    const end = readNumber(pos);
    if (end == 0) return 0;
    if (kind == kindText) setRange(slot, row, 0, pos, end);
    else if (kind <= <u32>kindDecimal && storeNumber(kind, slot, cellOf(slot, row))) setTag(slot, row, 0);
    else setRange(slot, row, tagRaw, pos, end);
    return end;
  }
  if (c == 0x7b || c == 0x5b) {
    const end = skipContainer(pos, depth);
    if (end != 0) setRange(slot, row, tagRaw, pos, end);
    return end;
  }
  return readWord(pos, c, kind, slot, row);
}

function readString(pos: usize, kind: u32, slot: usize, row: u32): usize {
  const end = skipString(pos + 1);
  if (end == 0) return 0;
  const isPlain = !hadEscapes;
  if (kind == kindText) setRange(slot, row, isPlain ? 0 : tagEscaped, pos + 1, end);
  else if (isPlain && isTime(kind) && storeTime(kind, pos, slot, cellOf(slot, row)) != 0) setTag(slot, row, 0);
  else setRange(slot, row, tagRaw, pos, end + 1);
  return end + 1;
}

function readWord(pos: usize, c: u32, kind: u32, slot: usize, row: u32): usize {
  const end = skipWord(pos, c);
  if (end == 0) return 0;
  if (c == 0x6e) setTag(slot, row, 1);
  else if (kind == kindBoolean) {
    store<f64>(cellOf(slot, row), c == 0x74 ? 1 : 0);
    setTag(slot, row, 0);
  } else setRange(slot, row, kind == kindText ? 0 : tagRaw, pos, end);
  return end;
}

/** Texts with escapes become what they stand for, in scratch. The other pending cells move up; returns how many they are. */
export function finishEscapedCells(scratch: usize): u32 {
  let left: u32 = 0;
  for (let index: u32 = 0; index < pendingCount; index++) {
    const place = load<u32>(pending + (index << 2));
    const slot = slots + (place & 0xffff) * slotSize;
    const row = place >> 16;
    const cell = cellOf(slot, row);
    if (load<u8>(load<u32>(slot, slotTags) + row) != tagEscaped) {
      store<u32>(pending + (left << 2), place);
      left++;
    } else {
      const start: usize = load<u32>(cell);
      const end = unescape(start, start + load<u32>(cell, 4), scratch);
      setRange(slot, row, isDirty ? 2 : 0, scratch, end);
      scratch = end;
    }
  }
  return left;
}
