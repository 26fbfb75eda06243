// The fast way for records without surprises, column by column: find the ends of all fields of some records, check that every record has as many as there are
// columns, then read one column of all of them after the other, each in a loop of its own. Whatever is unusual ends it before that record, which is then read by
// itself (decodeSingly), with the same result as if all were.
import {
  columnBytes, columnCountAt, columnsAt, cursorAt, delimiterAt, emptyAsNull, endAt, flagsAt, indexAt, kindBoolean, kindDate, kindDecimal, kindDouble, kindFloat,
  kindHanded, kindInteger, kindSkip, kindText, kindTime, kindTimestamp, lengthsAt, lineNumbersAt, linesAt, maxRecordAt, mostRowsAt, nullLengthAt, nullPointerAt,
  quoteAt, rowsAt, startsAt, tagDirty, tagNull, tagValue,
} from './layout';
import {parseBoolean, parseDecimal, parseDouble, parseInteger} from './numbers';
import {high, setHigh} from './scan';
import {parseDate, parseTime, parseTimestamp} from './times';

/** Set in a field's end when it is the record's, too. Engine memory ends at 2^30. */
const lineFlag: u32 = 0x80000000;

/** Decodes records from the cursor, at most `windowBytes` of them, until one is unusual or no whole one is left. Returns how many rows there are. */
export function decodeColumns(control: u32, windowBytes: u32): u32 {
  const from = load<u32>(control, cursorAt);
  const end = load<u32>(control, endAt);
  const index = load<u32>(control, indexAt);
  const columnCount = load<u32>(control, columnCountAt);
  const quote = load<i32>(control, quoteAt);
  const ends = findEnds(from, min(end, from + windowBytes), index, load<i32>(control, delimiterAt), quote);
  const most = load<u32>(control, mostRowsAt) - load<u32>(control, rowsAt);
  let rows = recordTable(control, index, min((ends - index) / (columnCount << 2), most), columnCount, from);
  const columns = load<u32>(control, columnsAt);
  for (let field: u32 = 0; field < columnCount && rows != 0; field++) {
    const column = columns + field * columnBytes;
    const kind = <u32>load<u8>(column);
    if (kind == kindSkip) continue;
    if (kind == kindHanded) return 0;
    fieldFrom = from;
    fieldIndex = index;
    fieldPlace = field;
    fieldCount = columnCount;
    isLastField = field + 1 == columnCount;
    rows = kind == kindText ? readTexts(control, column, rows) : readNumbers(control, column, kind, rows);
  }
  if (rows == 0) return 0;
  store<u32>(control, load<u32>(control, rowsAt) + rows, rowsAt);
  store<u32>(control, load<u32>(control, linesAt) + rows, linesAt);
  store<u32>(control, (load<u32>(index + ((rows * columnCount - 1) << 2)) & ~lineFlag) + 1, cursorAt);
  return rows;
}

// What the loops over one column share.
let fieldFrom: u32 = 0;
let fieldIndex: u32 = 0;
let fieldPlace: u32 = 0;
let fieldCount: u32 = 0;
let isLastField: bool = false;

/** Bit i: the number of ones in bits 0 to i is odd. */
// @ts-ignore: decorator
@inline
function prefixOdd(bits: u64): u64 {
  let odd = bits ^ (bits << 1);
  odd ^= odd << 2;
  odd ^= odd << 4;
  odd ^= odd << 8;
  odd ^= odd << 16;
  return odd ^ (odd << 32);
}

// @ts-ignore: decorator
@inline
function maskOf(a: v128, b: v128, c: v128, d: v128, byte: v128): u64 {
  const low = <u32>i8x16.bitmask(i8x16.eq(a, byte)) | ((<u32>i8x16.bitmask(i8x16.eq(b, byte))) << 16);
  const high = <u32>i8x16.bitmask(i8x16.eq(c, byte)) | ((<u32>i8x16.bitmask(i8x16.eq(d, byte))) << 16);
  return <u64>low | ((<u64>high) << 32);
}

/**
 * Writes the ends of all fields in [from, end) to `index` and returns where that ends. It stops before 64 bytes in which a quote stands where none belongs, or in
 * which a quoted field goes over a line's end.
 */
function findEnds(from: u32, end: u32, index: u32, delimiter: i32, quote: i32): u32 {
  const delimiters = i8x16.splat(<i8>delimiter);
  const feeds = i8x16.splat(10);
  // Without a quote, line feeds are looked for twice, and the result is not used.
  const quotes = i8x16.splat(quote < 0 ? 10 : <i8>quote);
  let all = i8x16.splat(0);
  let out = index;
  let inside: u64 = 0;
  let startCarry: u64 = 1;
  let afterCarry: u64 = 0;
  for (let block = from; block < end; block += 64) {
    const a = v128.load(block);
    const b = v128.load(block, 16);
    const c = v128.load(block, 32);
    const d = v128.load(block, 48);
    all = v128.or(all, v128.or(v128.or(a, b), v128.or(c, d)));
    const lines = maskOf(a, b, c, d, feeds);
    let ends = maskOf(a, b, c, d, delimiters) | lines;
    const marks = quote < 0 ? 0 : maskOf(a, b, c, d, quotes);
    if ((marks | inside | afterCarry) != 0) {
      const within = prefixOdd(marks) ^ inside;
      const opening = marks & within;
      const closing = marks & ~within;
      const after = (closing << 1) | afterCarry;
      const returns = maskOf(a, b, c, d, i8x16.splat(13));
      ends &= ~within;
      // Quotes open at a field's begin or behind a closing one (which doubles it); behind closing ones stands an end, or CR and LF.
      const misplaced = opening & ~((ends << 1) | startCarry | after);
      const following = after & ~(ends | opening | (returns & (lines >> 1)));
      if ((misplaced | following | (lines & within)) != 0) break;
      inside = <u64>(<i64>within >> 63);
      afterCarry = closing >> 63;
    }
    startCarry = ends >> 63;
    const left = end - block;
    if (left < 64) ends &= ((<u64>1) << left) - 1;
    const count = <u32>popcnt(ends);
    // Eight at a time, whether there are as many or not: cheaper than a loop whose end cannot be foreseen.
    let at = out;
    out += count << 2;
    do {
      for (let step = 0; step < 8; step++) {
        const offset = ctz(ends);
        store<u32>(at, (block + <u32>offset) | (<u32>(lines >> offset) << 31));
        ends &= ends - 1;
        at += 4;
      }
    } while (ends != 0);
  }
  setHigh(high | <u32>i8x16.bitmask(all));
  return out;
}

/** Fills the record table for the records that are whole and have the right number of fields; returns how many. */
function recordTable(control: u32, index: u32, most: u32, columnCount: u32, from: u32): u32 {
  const row = load<u32>(control, rowsAt);
  const starts = load<u32>(control, startsAt) + (row << 2);
  const lengths = load<u32>(control, lengthsAt) + (row << 2);
  const lineNumbers = load<u32>(control, lineNumbersAt) + (row << 2);
  const line = load<u32>(control, linesAt);
  const maxRecord = load<u32>(control, maxRecordAt);
  let start = from;
  let at = index;
  for (let record: u32 = 0; record < most; record++) {
    let flags: u32 = 0;
    const last = at + ((columnCount - 1) << 2);
    while (at < last) {
      flags |= load<u32>(at);
      at += 4;
    }
    const end = load<u32>(at);
    at += 4;
    const feed = end & ~lineFlag;
    const length = feed - start - u32(load<u8>(feed - 1) == 13);
    // A record of one empty field is a blank line.
    if ((flags & lineFlag) != 0 || end == feed || length > maxRecord || length == 0) return record;
    const offset = record << 2;
    store<u32>(starts + offset, start);
    store<u32>(lengths + offset, length);
    store<u32>(lineNumbers + offset, line + record);
    start = feed + 1;
  }
  return most;
}

/** Reads a column of text; returns the rows before the first that it cannot read. */
function readTexts(control: u32, column: u32, rows: u32): u32 {
  const row = load<u32>(control, rowsAt);
  const cells = load<u32>(column, 4) + (row << 3);
  const tags = load<u32>(column, 8) + row;
  const quote = load<i32>(control, quoteAt);
  const nullPointer = load<u32>(control, nullPointerAt);
  const nullLength = load<i32>(control, nullLengthAt);
  const emptyIsNull = (load<u32>(control, flagsAt) & emptyAsNull) != 0;
  const stride = fieldCount << 2;
  const isLast = isLastField;
  const quotes = i8x16.splat(34);
  const backslashes = i8x16.splat(92);
  const controls = i8x16.splat(32);
  let at = fieldIndex + (fieldPlace << 2);
  let value = fieldPlace == 0 ? fieldFrom : load<u32>(at - 4) + 1;
  for (let record: u32 = 0; record < rows; record++) {
    let length = <i32>((load<u32>(at) & ~lineFlag) - value);
    if (isLast && length > 0 && load<u8>(value + length - 1) == 13) length--;
    let from = value;
    const isQuoted = <i32>load<u8>(value) == quote && length > 0;
    if (isQuoted) {
      from++;
      length -= 2;
    }
    let dirt = 0;
    let left = length;
    let pointer = from;
    while (left > 0) {
      const bytes = v128.load(pointer);
      dirt = i8x16.bitmask(v128.or(v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes)), i8x16.lt_u(bytes, controls)));
      if (left < 16) dirt &= (1 << left) - 1;
      if (dirt != 0) break;
      pointer += 16;
      left -= 16;
    }
    store<u32>(cells + (record << 3), from);
    store<u32>(cells + (record << 3), length, 4);
    store<u8>(tags + record, dirt != 0 ? tagDirty : tagValue);
    // Doubled quotes have to be taken out.
    if (isQuoted && (dirt != 0 || quote != 34) && hasByte(from, length, quote)) return record;
    if (length == nullLength && !isQuoted && memory.compare(from, nullPointer, length) == 0) store<u8>(tags + record, tagNull);
    if (length == 0 && emptyIsNull) store<u8>(tags + record, tagNull);
    value = nextValue(at, stride);
    at += stride;
  }
  return rows;
}

/** Where the field of the next record begins. */
// @ts-ignore: decorator
@inline
function nextValue(at: u32, stride: u32): u32 {
  return (load<u32>(at + stride - 4) & ~lineFlag) + 1;
}

function hasByte(from: u32, length: i32, byte: i32): bool {
  for (let at = from; at < from + length; at++) if (<i32>load<u8>(at) == byte) return true;
  return false;
}

/** Reads a column of numbers or times; returns the rows before the first that it cannot read. */
function readNumbers(control: u32, column: u32, kind: u32, rows: u32): u32 {
  const row = load<u32>(control, rowsAt);
  const cells = load<u32>(column, 4) + (row << 3);
  const tags = load<u32>(column, 8) + row;
  const quote = load<i32>(control, quoteAt);
  const nullPointer = load<u32>(control, nullPointerAt);
  const nullLength = load<i32>(control, nullLengthAt);
  const emptyIsNull = (load<u32>(control, flagsAt) & emptyAsNull) != 0;
  const least = load<f64>(column, 16);
  const greatest = load<f64>(column, 24);
  const stride = fieldCount << 2;
  const isLast = isLastField;
  let at = fieldIndex + (fieldPlace << 2);
  let value = fieldPlace == 0 ? fieldFrom : load<u32>(at - 4) + 1;
  for (let record: u32 = 0; record < rows; record++) {
    let length = <i32>((load<u32>(at) & ~lineFlag) - value);
    if (isLast && length > 0 && load<u8>(value + length - 1) == 13) length--;
    let from = value;
    const isQuoted = <i32>load<u8>(value) == quote && length > 0;
    if (isQuoted) {
      from++;
      length -= 2;
    }
    const isNull = length == nullLength && !isQuoted && memory.compare(from, nullPointer, length) == 0;
    if (isNull || (length == 0 && emptyIsNull)) {
      store<u8>(tags + record, tagNull);
    } else {
      let number = kind == kindInteger ? parseInteger(from, length, least, greatest) : NaN;
      if (number != number) number = parse(kind, column, from, length);
      if (number != number) return record;
      store<f64>(cells + (record << 3), number);
      store<u8>(tags + record, tagValue);
    }
    value = nextValue(at, stride);
    at += stride;
  }
  return rows;
}

/** A cell's text as a number, NaN when JavaScript must see it. Spaces around it do not count, as in Java's `trim`. */
export function parse(kind: u32, column: u32, pointer: u32, count: i32): f64 {
  let value = pointer;
  let length = count;
  while (length > 0 && load<u8>(value) == 32) {
    value++;
    length--;
  }
  while (length > 0 && load<u8>(value + length - 1) == 32) length--;
  if (kind == kindInteger) return parseInteger(value, length, load<f64>(column, 16), load<f64>(column, 24));
  if (kind == kindDouble) return parseDouble(value, length);
  if (kind == kindDecimal) return parseDecimal(value, length, load<u8>(column, 2), load<f64>(column, 24));
  if (kind == kindTimestamp) return parseTimestamp(value, length, load<u8>(column, 3) != 0, load<u8>(column, 1) > 3);
  if (kind == kindBoolean) return parseBoolean(value, length);
  if (kind == kindDate) return parseDate(value, length);
  if (kind == kindTime) return parseTime(value, length, load<u8>(column, 1));
  if (kind == kindFloat) return <f64>(<f32>parseDouble(value, length));
  return NaN;
}
