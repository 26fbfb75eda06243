// Delimited text to columns: RFC 4180 with a choice of delimiter, quote and escape. One static kernel; what a table wants is told by a control block and column
// descriptors in memory. A record that needs JavaScript (or is bad) ends the run, so that records keep their order; JavaScript finishes it and calls again.
import {
  allowComments, allowMissing, allowTrailing, columnBytes, columnCountAt, columnsAt, cursorAt, delimiterAt, emptyAsNull, endAt, escapeAt, fieldsAt, finalAt,
  flagsAt, handedAt, handedBytes, handedCountAt, handedEscaped, handedQuoted, highAt, ignoreTrailing, kindBoolean, kindDate, kindDecimal, kindDouble, kindFloat,
  kindHanded, kindInteger, kindSkip, kindText, kindTime, kindTimestamp, lengthsAt, lineNumbersAt, linesAt, maxRecordAt, mostRowsAt, nullLengthAt, nullPointerAt,
  oneRecordAt, quoteAt, recordLengthAt, recordLineAt, recordStartAt, rowsAt, startsAt, statusColumns, statusDone, statusQuote, statusRecord, statusTooLong,
  statusUnclosed, tagDirty, tagNull, tagValue, trimSpaces,
} from './csv/layout';
import {parseDecimal, parseDouble, parseInteger} from './csv/numbers';
import {clearHigh, closingQuote, escapedFieldEnd, high, isDirty, lineEnd, quotedEscapes, quotedLines, structural} from './csv/scan';
import {parseDate, parseTime, parseTimestamp} from './csv/times';

/** Decodes records until rows are full, data ends, or a record needs attention; says which (status…). */
export function decode(control: u32): i32 {
  const end = load<u32>(control, endAt);
  const isFinal = load<u32>(control, finalAt) != 0;
  const oneRecord = load<u32>(control, oneRecordAt) != 0;
  const mostRows = load<u32>(control, mostRowsAt);
  const starts = load<u32>(control, startsAt);
  const lengths = load<u32>(control, lengthsAt);
  const lineNumbers = load<u32>(control, lineNumbersAt);
  const columns = load<u32>(control, columnsAt);
  const columnCount = load<u32>(control, columnCountAt);
  const delimiter = load<i32>(control, delimiterAt);
  const quote = load<i32>(control, quoteAt);
  const escape = load<i32>(control, escapeAt);
  const flags = load<u32>(control, flagsAt);
  const nullPointer = load<u32>(control, nullPointerAt);
  const nullLength = load<i32>(control, nullLengthAt);
  const maxRecord = load<u32>(control, maxRecordAt);
  const handed = load<u32>(control, handedAt);
  const delimiters = i8x16.splat(<i8>delimiter);
  const lineEnds = i8x16.splat(10);
  clearHigh();

  let rows = load<u32>(control, rowsAt);
  let lines = load<u32>(control, linesAt);
  let cursor = load<u32>(control, cursorAt);
  let block = cursor;
  let mask = structural(block, end, delimiters, lineEnds);
  let status = statusDone;

  while (rows < mostRows && cursor < end && status == statusDone) {
    if (flags & allowComments && isComment(cursor, end)) {
      const feed = lineEnd(cursor, end);
      if (feed == end && !isFinal) break;
      cursor = min(feed + 1, end);
      lines++;
      block = cursor;
      mask = structural(block, end, delimiters, lineEnds);
      continue;
    }
    const start = cursor;
    let recordLines: u32 = 1;
    let field: u32 = 0;
    let column = columns;
    let handedCount: u32 = 0;
    let length: i32 = 0;
    let fieldEnd: u32 = cursor;
    let isQuoted = false;
    let isLast = false;
    let isBlank = false;
    while (!isLast) {
      let value = cursor;
      let isEscaped = false;
      if (flags & trimSpaces) while (value < end && load<u8>(value) == 32) value++;
      if (value < end && <i32>load<u8>(value) == quote) {
        isQuoted = true;
        value++;
        const close = closingQuote(value, end, quote, escape);
        isEscaped = quotedEscapes;
        recordLines += quotedLines;
        if (close == end) {
          status = statusUnclosed;
          break;
        }
        length = close - value;
        fieldEnd = close + 1;
        while (fieldEnd < end && isPadding(load<u8>(fieldEnd), delimiter)) fieldEnd++;
        if (fieldEnd < end && load<u8>(fieldEnd) == 13 && (fieldEnd + 1 == end || load<u8>(fieldEnd, 1) == 10)) fieldEnd++;
        if (fieldEnd < end && <i32>load<u8>(fieldEnd) != delimiter && load<u8>(fieldEnd) != 10) {
          status = statusQuote;
          break;
        }
        // What the mask says of bytes inside the quotes does not count.
        const offset = fieldEnd - block;
        if (offset < 63) mask &= <u64>-1 << (offset + 1);
        else {
          block = fieldEnd + 1;
          mask = structural(block, end, delimiters, lineEnds);
        }
      } else if (escape < 0) {
        isQuoted = false;
        while (mask == 0 && block < end) {
          block += 64;
          mask = structural(block, end, delimiters, lineEnds);
        }
        fieldEnd = mask == 0 ? end : block + <u32>ctz(mask);
        mask &= mask - 1;
        length = fieldEnd - value;
      } else {
        isQuoted = false;
        fieldEnd = escapedFieldEnd(value, end, delimiter, escape);
        isEscaped = quotedEscapes;
        recordLines += quotedLines;
        length = fieldEnd - value;
      }
      isLast = fieldEnd >= end || load<u8>(fieldEnd) == 10;
      if (isLast && fieldEnd >= end && !isFinal) {
        status = statusUnclosed;
        break;
      }
      if (!isQuoted) {
        if (isLast && length > 0 && load<u8>(value + length - 1) == 13) length--;
        if (isLast && length == 0 && field == 0) {
          isBlank = true;
          break;
        }
        if (flags & trimSpaces) while (length > 0 && load<u8>(value + length - 1) == 32) length--;
      }
      cursor = fieldEnd + 1;
      if (field < columnCount) {
        const kind = <u32>load<u8>(column);
        if (kind != kindSkip) {
          const tag = load<u32>(column, 8) + rows;
          const cell = load<u32>(column, 4) + (rows << 3);
          if (kind != kindHanded && length == nullLength && !isQuoted && memory.compare(value, nullPointer, length) == 0) {
            store<u8>(tag, tagNull);
          } else if (kind != kindHanded && length == 0 && flags & emptyAsNull) {
            store<u8>(tag, tagNull);
          } else if (kind == kindText && !isEscaped) {
            store<u32>(cell, value);
            store<u32>(cell, length, 4);
            store<u8>(tag, isDirty(value, length) ? tagDirty : tagValue);
          } else {
            const number = isEscaped ? NaN : parse(kind, column, value, length);
            if (number == number) {
              store<f64>(cell, number);
              store<u8>(tag, tagValue);
            } else {
              hand(handed + handedCount++ * handedBytes, field, value, length, (isQuoted ? handedQuoted : 0) | (isEscaped ? handedEscaped : 0));
            }
          }
        }
        column += columnBytes;
      }
      field++;
    }
    if (isBlank) {
      cursor = min(fieldEnd + 1, end);
      lines += recordLines;
      continue;
    }
    if (status != statusDone) {
      // The data ends inside a record. It may go on, unless it is too long already.
      const feed = lineEnd(start, end);
      const isOpen = status == statusUnclosed || feed == end;
      const tooLong = isOpen && end - start > maxRecord;
      if (isOpen && !isFinal && !tooLong) {
        status = statusDone;
        cursor = start;
        break;
      }
      // A record that breaks the rules is its first line, so that nothing after that line is lost.
      if (tooLong) status = statusTooLong;
      store<u32>(control, start, recordStartAt);
      store<u32>(control, feed - start - u32(feed > start && load<u8>(feed - 1) == 13), recordLengthAt);
      store<u32>(control, lines, recordLineAt);
      store<u32>(control, field, fieldsAt);
      if (feed < end || isFinal) lines++;
      cursor = min(feed + 1, end);
      break;
    }
    cursor = min(cursor, end);
    let recordLength = fieldEnd - start;
    if (recordLength > 0 && load<u8>(fieldEnd - 1) == 13) recordLength--;
    for (let missing = field; missing < columnCount; missing++) {
      const kind = <u32>load<u8>(column);
      if (kind == kindHanded) hand(handed + handedCount++ * handedBytes, missing, 0, -1, 0);
      else if (kind != kindSkip) store<u8>(load<u32>(column, 8) + rows, tagNull);
      column += columnBytes;
    }
    if (recordLength > maxRecord) status = statusTooLong;
    else if (field != columnCount && !fits(field, columnCount, flags, length, isQuoted)) status = statusColumns;
    else if (handedCount != 0 || oneRecord) status = statusRecord;
    if (status == statusDone || status == statusRecord) {
      store<u32>(starts + (rows << 2), start);
      store<u32>(lengths + (rows << 2), recordLength);
      store<u32>(lineNumbers + (rows << 2), lines);
    }
    if (status == statusDone) {
      rows++;
    } else {
      store<u32>(control, start, recordStartAt);
      store<u32>(control, recordLength, recordLengthAt);
      store<u32>(control, lines, recordLineAt);
      store<u32>(control, field, fieldsAt);
      store<u32>(control, handedCount, handedCountAt);
    }
    lines += recordLines;
  }
  store<u32>(control, rows, rowsAt);
  store<u32>(control, lines, linesAt);
  store<u32>(control, cursor, cursorAt);
  store<u32>(control, high, highAt);
  return status;
}

function hand(entry: u32, field: u32, value: u32, length: i32, flags: u32): void {
  store<u32>(entry, field);
  store<u32>(entry, value, 4);
  store<i32>(entry, length, 8);
  store<u32>(entry, flags, 12);
}

/** A cell's text as a number, NaN when JavaScript must see it. Spaces around it do not count, as in Java's `trim`. */
// @ts-ignore: decorator
@inline
function parse(kind: u32, column: u32, pointer: u32, count: i32): f64 {
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

/** `true` and `false` in any case. */
function parseBoolean(value: u32, length: i32): f64 {
  if (length != 4 && length != 5) return NaN;
  const head = load<u32>(value) | 0x20202020;
  if (length == 4) return head == 0x65757274 ? 1 : NaN;
  return head == 0x736c6166 && (load<u8>(value, 4) | 32) == 101 ? 0 : NaN;
}

/** Fewer or more fields than columns, and yet no fault. */
function fits(fields: u32, columnCount: u32, flags: u32, lastLength: i32, lastQuoted: bool): bool {
  if (fields < columnCount) return (flags & allowMissing) != 0;
  if (flags & ignoreTrailing) return true;
  return (flags & allowTrailing) != 0 && fields == columnCount + 1 && lastLength == 0 && !lastQuoted;
}

/** Spaces and tabs may stand between a closing quote and the next delimiter. */
function isPadding(byte: u8, delimiter: i32): bool {
  return (byte == 32 || byte == 9) && <i32>byte != delimiter;
}

function isComment(from: u32, end: u32): bool {
  let at = from;
  while (at < end && (load<u8>(at) == 32 || load<u8>(at) == 9)) at++;
  return at < end && load<u8>(at) == 35;
}

/** Writes a field's content without its doubled quotes and escape characters to `target` and returns its length, which is never more than before. */
export function unescape(from: u32, count: u32, target: u32, quote: i32, escape: i32): u32 {
  const end = from + count;
  let at = from;
  let to = target;
  while (at < end) {
    let byte = <i32>load<u8>(at++);
    if (at < end) {
      const next = <i32>load<u8>(at);
      if (byte == escape) {
        byte = next == 110 ? 10 : next == 114 ? 13 : next == 116 ? 9 : next == 48 ? 0 : next;
        at++;
      } else if (byte == quote && next == quote) {
        at++;
      }
    }
    store<u8>(to++, <u8>byte);
  }
  return to - target;
}
