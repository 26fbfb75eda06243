// Delimited text to columns: RFC 4180 with a choice of delimiter, quote and escape. One static kernel; what a table wants is told by a control block and column
// descriptors in memory. A record that needs JavaScript (or is bad) ends the run, so that records keep their order; JavaScript finishes it and calls again.
import {
  allowComments, allowMissing, allowTrailing, columnBytes, columnCountAt, columnsAt, cursorAt, delimiterAt, emptyAsNull, endAt, escapeAt, fieldsAt, finalAt,
  flagsAt, handedAt, handedBytes, handedCountAt, handedEscaped, handedQuoted, highAt, ignoreTrailing, kindHanded, kindSkip, kindText, lengthsAt, lineNumbersAt, linesAt, maxRecordAt, mostRowsAt, nullLengthAt, nullPointerAt,
  oneRecordAt, owedAt, quoteAt, recordLengthAt, recordLineAt, recordStartAt, rowsAt, singlyAt, startsAt, statusColumns, statusDone, statusQuote, statusRecord, statusTooLong,
  statusUnclosed, tagDirty, tagNull, tagValue, trimSpaces,
} from './csv/layout';
import {decodeColumns, parse} from './csv/columns';
import {closingQuote, escapedFieldEnd, high, isDirty, lineEnd, quotedEscapes, quotedLines, setHigh, structural} from './csv/scan';

/** The bytes that are decoded column by column in one go: enough for the loops to pay, and few enough to stay in the first cache. */
const windowBytes: u32 = 16384;
const smallWindowBytes: u32 = 2048;
/** The most records that are decoded singly before the fast way is tried again. */
const mostSingly: u32 = 64;

/** Decodes records until rows are full, data ends, or a record needs attention; says which (status…). */
export function decode(control: u32): i32 {
  const mostRows = load<u32>(control, mostRowsAt);
  const isPlain = load<i32>(control, escapeAt) < 0 && (load<u32>(control, flagsAt) & (allowComments | trimSpaces)) == 0 && load<u32>(control, columnCountAt) != 0;
  setHigh(0);
  if (!isPlain || load<u32>(control, oneRecordAt) != 0) return decodeSingly(control, mostRows);
  let singly = load<u32>(control, singlyAt);
  let owed = load<u32>(control, owedAt);
  let status = statusDone;
  while (status == statusDone) {
    if (owed == 0) {
      const rows = decodeColumns(control, singly > 1 ? smallWindowBytes : windowBytes);
      if (rows >= 8) {
        singly = 1;
        if (load<u32>(control, rowsAt) < mostRows) continue;
        break;
      }
      owed = singly;
      singly = min(singly << 1, mostSingly);
    }
    const before = load<u32>(control, rowsAt);
    const limit = min(mostRows, before + owed);
    status = decodeSingly(control, limit);
    const rows = load<u32>(control, rowsAt);
    owed -= min(owed, rows - before + u32(status != statusDone));
    if (rows < limit || rows == mostRows) break;
  }
  store<u32>(control, singly, singlyAt);
  store<u32>(control, owed, owedAt);
  store<u32>(control, high, highAt);
  return status;
}

/** Decodes records one by one, whatever they hold, until there are `mostRows`. */
function decodeSingly(control: u32, mostRows: u32): i32 {
  const end = load<u32>(control, endAt);
  const isFinal = load<u32>(control, finalAt) != 0;
  const oneRecord = load<u32>(control, oneRecordAt) != 0;
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
      const tooLong = (isOpen ? end : feed) - start > maxRecord;
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
    if (recordLength > maxRecord) {
      // As when its end had not come yet: it is its first line.
      const feed = lineEnd(start, end);
      status = statusTooLong;
      recordLength = feed - start - u32(feed > start && load<u8>(feed - 1) == 13);
      recordLines = 1;
      cursor = min(feed + 1, end);
    } else if (field != columnCount && !fits(field, columnCount, flags, length, isQuoted)) status = statusColumns;
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
