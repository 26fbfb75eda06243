// Rows to text: runs an encode program (a list of operations, each a prefix and one column's value) over the selected rows of a batch. One static kernel for JSON
// and delimited text. A value that needs JavaScript ends the run behind its prefix; so does an output that is full, wherever that is, even inside a text.
import {writeDecimal, writeDouble, writeFloat, writeInteger} from './encode/digits';
import {
  begunAt, countAt, delimiterAt, endsAt, escapeAt, flagComma, flagIso, flagSkipNull, flagZoned, kindBoolean, kindChange, kindCsvText, kindDate, kindDecimal, kindDouble,
  kindFloat, kindHanded, kindInteger, kindJson, kindJsonText, kindLiteral, kindRawText, kindTime, kindTimestamp, kindTsvText, kindsAt, nullLengthAt, nullPointerAt,
  operationAt, operationBytes, outAt, outEndAt, positionAt, programAt, programBytesAt, quoteAt, quoteSpacesAt, resumeAt, selectionAt, statusDone, statusFull,
  statusHanded, tagDirty, tagNull, tagWide,
} from './encode/layout';
import {copyJson, copyText, doubleQuotes, escapeJson, escapeTsv, needsQuotes, unread} from './encode/texts';
import {writeDate, writeTime, writeTimestamp} from './encode/times';

/** The most bytes that a value other than a text takes, with quotes around it. */
const mostNumberBytes: u32 = 64;

export function encode(control: u32): i32 {
  const selection = load<u32>(control, selectionAt);
  const count = load<u32>(control, countAt);
  const outEnd = load<u32>(control, outEndAt);
  const program = load<u32>(control, programAt);
  const programEnd = program + load<u32>(control, programBytesAt);
  const ends = load<u32>(control, endsAt);
  let position = load<u32>(control, positionAt);
  let operation = program + load<u32>(control, operationAt);
  let out = load<u32>(control, outAt);
  let status = statusDone;
  while (position < count) {
    const row = load<u32>(selection + (position << 2));
    while (operation < programEnd) {
      const kind = <u32>load<u8>(operation);
      const flags = <u32>load<u8>(operation, 1);
      const prefixLength = load<u32>(operation, 16);
      const isNull = kind != kindLiteral && kind != kindChange && (load<u8>(load<u32>(operation, 8) + row) & tagNull) != 0;
      if (load<u32>(control, resumeAt) == 0) {
        if (out + prefixLength + max(mostNumberBytes, load<u32>(operation, 24)) > outEnd) {
          status = statusFull;
          break;
        }
        if (flags & (flagSkipNull | flagComma)) {
          if (isNull && flags & flagSkipNull) {
            operation += operationBytes;
            continue;
          }
          if (flags & flagComma) {
            if (load<u32>(control, begunAt) != 0) store<u8>(out++, 44);
            store<u32>(control, 1, begunAt);
          }
        }
        out = copyLiteral(load<u32>(operation, 12), prefixLength, out);
      }
      if (kind == kindLiteral) {
        operation += operationBytes;
        continue;
      }
      if (isNull) {
        out = copyLiteral(load<u32>(operation, 20), load<u32>(operation, 24), out);
        operation += operationBytes;
        continue;
      }
      const cell = load<u32>(operation, 4) + (row << 3);
      if (kind >= kindJsonText && kind <= kindJson) {
        const resume = load<u32>(control, resumeAt);
        const after = writeText(control, kind, load<u32>(cell), load<u32>(cell, 4), load<u8>(load<u32>(operation, 8) + row), resume, out, outEnd);
        if (after == 0) {
          status = statusHanded;
          break;
        }
        out = after;
        if (load<u32>(control, resumeAt) != 0) {
          status = statusFull;
          break;
        }
      } else {
        const after =
          kind == kindChange
            ? writeChange(control, row, out, load<u8>(operation, 3))
            : kind == kindHanded || load<u8>(load<u32>(operation, 8) + row) & tagWide
              ? 0
              : writeNumber(kind, flags, operation, load<f64>(cell), out);
        if (after == 0) {
          status = statusHanded;
          break;
        }
        out = after;
      }
      operation += operationBytes;
    }
    if (status != statusDone) break;
    operation = program;
    store<u32>(control, 0, begunAt);
    if (ends != 0) store<u32>(ends + (position << 2), out);
    position++;
  }
  store<u32>(control, position, positionAt);
  store<u32>(control, operation - program, operationAt);
  store<u32>(control, out, outAt);
  return status;
}

/** Most literals take 16 bytes at the most. */
// @ts-ignore: decorator
@inline
function copyLiteral(from: u32, length: u32, out: u32): u32 {
  v128.store(out, v128.load(from));
  for (let at: u32 = 16; at < length; at += 16) v128.store(out + at, v128.load(from + at));
  return out + length;
}

/** A value of up to 64 bytes; 0 when JavaScript must write it. */
// @ts-ignore: decorator
@inline
function writeNumber(kind: u32, flags: u32, operation: u32, value: f64, out: u32): u32 {
  if (kind == kindInteger) return writeInteger(out, value);
  if (kind == kindDouble) return writeDouble(out, value);
  if (kind == kindBoolean) return writeBoolean(out, value != 0);
  if (kind == kindDecimal) return writeDecimal(out, value, load<u8>(operation, 2));
  if (kind == kindFloat) return writeFloat(out, value);
  const wrap = load<u8>(operation, 3);
  let at = out;
  if (wrap != 0) store<u8>(at++, wrap);
  if (kind == kindDate) at = writeDate(at, value);
  else if (kind == kindTime) at = writeTime(at, value);
  else at = writeTimestamp(at, value, load<u8>(operation, 2), (flags & flagIso) != 0, (flags & flagZoned) != 0);
  if (wrap == 0 || at == 0) return at;
  store<u8>(at, wrap);
  return at + 1;
}

// @ts-ignore: decorator
@inline
function writeBoolean(out: u32, value: bool): u32 {
  store<u64>(out, value ? 0x65757274 : 0x65736c6166);
  return value ? out + 4 : out + 5;
}

/** `+I`, `-U`, `+U`, `-D`. */
function writeChange(control: u32, row: u32, out: u32, wrap: u32): u32 {
  const kinds = load<u32>(control, kindsAt);
  const kind = kinds == 0 ? 0 : <u32>load<u8>(kinds + row);
  const text: u32 = kind == 0 ? 0x492b : kind == 1 ? 0x552d : kind == 2 ? 0x552b : 0x442d;
  if (wrap == 0) {
    store<u16>(out, <u16>text);
    return out + 2;
  }
  store<u32>(out, wrap | (text << 8) | (wrap << 24));
  return out + 4;
}

/** A text, from where the last run left it. Then `resumeAt` is 0, or says how far it came. Returns 0 when JavaScript must write it. */
function writeText(control: u32, kind: u32, from: u32, length: u32, tag: u32, resume: u32, target: u32, outEnd: u32): u32 {
  const end = from + length;
  let out = target;
  let read = resume == 0 ? from : from + resume - 1;
  let wrap: i32 = 0;
  if (kind == kindJsonText) wrap = 34;
  else if (kind == kindCsvText) wrap = csvQuote(control, from, end);
  // Quotes are needed and there are none.
  if (wrap < 0 && resume == 0) return 0;
  if (resume == 0 && wrap != 0) store<u8>(out++, <u8>wrap);
  if (kind == kindJsonText) out = tag & tagDirty ? escapeJson(read, end, out, outEnd) : copyText(read, end, out, outEnd);
  else if (kind == kindCsvText && wrap != 0) out = doubleQuotes(read, end, out, outEnd, load<i32>(control, quoteAt), load<i32>(control, escapeAt));
  else if (kind == kindTsvText && tag & tagDirty) out = escapeTsv(read, end, out, outEnd);
  else if (kind == kindJson) out = copyJson(read, end, out, outEnd);
  else out = copyText(read, end, out, outEnd);
  if (unread < end) {
    store<u32>(control, unread - from + 1, resumeAt);
    return out;
  }
  if (wrap != 0) store<u8>(out++, <u8>wrap);
  store<u32>(control, 0, resumeAt);
  return out;
}

/** The quote that a CSV text needs around it; 0 when it needs none; -1 when it does and there is no quote. */
function csvQuote(control: u32, from: u32, end: u32): i32 {
  const quote = load<i32>(control, quoteAt);
  const length = end - from;
  if (length == load<u32>(control, nullLengthAt) && memory.compare(from, load<u32>(control, nullPointerAt), length) == 0) return quote;
  if (length != 0 && load<u32>(control, quoteSpacesAt) && (load<u8>(from) == 32 || load<u8>(end - 1) == 32)) return quote;
  return needsQuotes(from, end, load<i32>(control, delimiterAt), quote, load<i32>(control, escapeAt)) ? quote : 0;
}
