import {
  faultNotObject,
  faultTooLarge,
  faultTrailing,
  jobInputLengths,
  jobInputStarts,
  jobIsAscii,
  jobLengths,
  jobLineNumbers,
  jobLines,
  jobMaxRecordBytes,
  jobRejectCount,
  jobRejects,
  jobRows,
  jobStarts,
  mostRows,
  rejectAt,
  rejectCapacity,
  rejectCode,
  rejectLength,
  rejectLine,
  rejectRow,
  rejectSize,
  rejectStart,
} from './json/layout';
import {firstEnd, secondEnd} from './json/pairs';
import {forgetRecords, openRecords, pairsPay, readPair, readRecord, readUnlike} from './json/records';
import {skipContainer, skipValue} from './json/skip';
import {beginCall, endCall, endRow, finishEscapedCells} from './json/slots';
import {areAscii} from './json/templates';
import {fault, faultAt, faultCode, forgetSeen, lineEnd, setLineFeedIsSpace, skipSpace, wereAscii} from './json/text';

/**
 * The NDJSON decoder: bytes into columns, every byte checked. One kernel for all queries: what is wanted stands in tables that the face in
 * src/kernel/json-decode.ts writes. A record ends with a control character that no JSON goes on after: the line feed of a line, a NUL put behind a message.
 */

let job: usize = 0;
let starts: usize = 0;
let lengths: usize = 0;
let lineNumbers: usize = 0;
let rejects: usize = 0;
let rejectCount: u32 = 0;
let maxRecordBytes: u32 = 0;
let rows: u32 = 0;
let lines: u32 = 0;
/** The last call ended inside an array of rows. */
let isInArray: bool = false;
/** Where, when its message is not at an end. */
let arrayAt: usize = 0;
let wereLines: bool = true;
/** Nearly all lines are longer, or as long; it follows them slowly upwards, and downwards at once. */
let leastBytes: u32 = 0;

export function open(jobPointer: usize): void {
  job = jobPointer;
  starts = load<u32>(job, jobStarts);
  lengths = load<u32>(job, jobLengths);
  lineNumbers = load<u32>(job, jobLineNumbers);
  rejects = load<u32>(job, jobRejects);
  maxRecordBytes = load<u32>(job, jobMaxRecordBytes);
  openRecords(job);
}

function begin(areLines: bool): void {
  if (wereLines != areLines) forgetRecords();
  wereLines = areLines;
  setLineFeedIsSpace(!areLines);
  rows = 0;
  lines = 0;
  rejectCount = 0;
  forgetSeen();
  beginCall();
}

function end(): void {
  endCall();
  store<u32>(job, rows, jobRows);
  store<u32>(job, lines, jobLines);
  store<u32>(job, rejectCount, jobRejectCount);
  store<u32>(job, areAscii && wereAscii() ? 1 : 0, jobIsAscii);
}

function addRow(start: usize, stop: usize): void {
  endRow(rows);
  store<u32>(starts + (rows << 2), <u32>start);
  store<u32>(lengths + (rows << 2), <u32>(stop - start));
  store<u32>(lineNumbers + (rows << 2), lines);
  rows++;
}

/** The rows of two lines that follow each other; the lines count too. */
// @ts-ignore: decorator
@inline
function addRows(first: usize, firstBytes: u32, second: usize, secondBytes: u32): void {
  endRow(rows);
  endRow(rows + 1);
  const at = rows << 2;
  store<u64>(starts + at, <u64>first | (<u64>second << 32));
  store<u64>(lengths + at, <u64>firstBytes | (<u64>secondBytes << 32));
  store<u64>(lineNumbers + at, <u64>lines | (<u64>(lines + 1) << 32));
  rows += 2;
  lines += 2;
}

function addReject(start: usize, stop: usize, code: u32, at: usize): void {
  const reject = rejects + rejectCount * rejectSize;
  store<u32>(reject, <u32>start, rejectStart);
  store<u32>(reject, <u32>(stop - start), rejectLength);
  store<u32>(reject, rows, rejectRow);
  store<u32>(reject, lines, rejectLine);
  store<u32>(reject, code, rejectCode);
  store<u32>(reject, <u32>at, rejectAt);
  rejectCount++;
}

/** Forgets that the last call ended inside an array. */
export function startPart(): void {
  isInArray = false;
}

/** Decodes the lines of [pos, limit), the last of which ends with the line feed before `limit`. Returns the byte after the last one consumed. */
export function decodeLines(pos: usize, limit: usize, most: u32): usize {
  begin(true);
  if (isInArray) pos = decodeLineElements(pos, most);
  while (pos < limit && rows < most && rejectCount < <u32>rejectCapacity && !isInArray) {
    const start = pos;
    pos = skipSpace(pos);
    const c: u32 = load<u8>(pos);
    if (c == 0x7b) {
      pos = decodeObject(start, pos, limit, most);
    } else if (c == 10) {
      lines++;
      pos++;
    } else pos = decodeOther(start, pos, c, most);
  }
  end();
  return pos;
}

/** A line that begins with an object at `pos`, and the next one too if it can be done with it. Returns where to go on. */
// @ts-ignore: decorator
@inline
function decodeObject(start: usize, pos: usize, limit: usize, most: u32): usize {
  const next = rows + 1 < most && pairsPay() ? lineAfter(pos, limit) : 0;
  if (next != 0) {
    const end = decodePair(start, pos, next);
    if (end != 0) return end;
  }
  let stop = next == 0 ? readRecord(pos, rows) : firstEnd != 0 ? firstEnd : readUnlike(pos, rows);
  if (stop != 0) {
    if (load<u8>(stop) != 10) stop = skipSpace(stop);
    if (load<u8>(stop) == 10 && <u32>(stop - start) <= maxRecordBytes) addRow(start, stop);
    else stop = rejectLineAt(start, faultTrailing, stop);
  } else stop = rejectLineAt(start, faultCode, faultAt);
  lines++;
  return stop + 1;
}

/** Where the line after that at `pos` begins, or a later one: lines are looked through from a length on that nearly all have. 0: there is none. */
// @ts-ignore: decorator
@inline
function lineAfter(pos: usize, limit: usize): usize {
  if (leastBytes >= <u32>(limit - pos)) return 0;
  const next = lineEnd(pos + leastBytes) + 1;
  return next < limit ? next : 0;
}

/** Two lines, of which the second one should begin at `next`. Returns the byte after both; 0 when only the first one was read, if that. */
// @ts-ignore: decorator
@inline
function decodePair(start: usize, pos: usize, next: usize): usize {
  readPair(pos, next, rows);
  let stop = firstEnd;
  if (stop == 0) return 0;
  if (load<u8>(stop) != 10) stop = skipSpace(stop);
  const bytes = <u32>(stop - start);
  if (stop + 1 != next) {
    leastBytes = min(leastBytes, bytes);
    return 0;
  }
  leastBytes += (bytes - leastBytes) >> 7;
  stop = secondEnd;
  if (stop == 0) return 0;
  if (load<u8>(stop) != 10) stop = skipSpace(stop);
  if (load<u8>(stop) != 10 || max(bytes, <u32>(stop - next)) > maxRecordBytes) return 0;
  addRows(start, bytes, next, <u32>(stop - next));
  return stop + 1;
}

/** A line that is no row; returns its line feed. */
function rejectLineAt(start: usize, code: u32, at: usize): usize {
  const stop = lineEnd(at);
  if (<u32>(stop - start) > maxRecordBytes) addReject(start, stop, faultTooLarge, at);
  else addReject(start, stop, code, at);
  return stop;
}

/** A line that begins with neither an object nor its end. NULL is no row and no fault, as in Flink; an array is several rows. Returns where to go on. */
function decodeOther(start: usize, pos: usize, c: u32, most: u32): usize {
  let stop = c == 0x5b ? skipContainer(pos, 0) : skipValue(pos, 0);
  let code: u32 = faultCode;
  let at = faultAt;
  if (stop != 0) {
    stop = skipSpace(stop);
    code = load<u8>(stop) == 10 ? 0 : faultTrailing;
    at = stop;
  }
  if (code == 0 && c == 0x5b && <u32>(stop - start) <= maxRecordBytes) return decodeLineElements(pos + 1, most);
  if (code == 0 && c != 0x6e) code = faultNotObject;
  if (code != 0) {
    if (code == faultNotObject) at = pos;
    stop = rejectLineAt(start, code, at);
  }
  lines++;
  return stop + 1;
}

/** The rest of a valid array, from behind `[` or a comma; stops between two elements when there is no more room. Returns where to go on. */
function decodeElements(pos: usize, most: u32): usize {
  isInArray = true;
  while (isInArray && rows < most && rejectCount < <u32>rejectCapacity) {
    pos = skipSpace(pos);
    if (load<u8>(pos) != 0x5d) pos = skipSpace(decodeElement(pos));
    isInArray = load<u8>(pos) != 0x5d;
    pos++;
  }
  return pos;
}

/** The same in a line: behind the array the line ends. */
function decodeLineElements(pos: usize, most: u32): usize {
  pos = decodeElements(pos, most);
  if (isInArray) return pos;
  lines++;
  return lineEnd(pos) + 1;
}

/** Returns the byte after the element. */
function decodeElement(pos: usize): usize {
  let stop: usize;
  if (load<u8>(pos) == 0x7b) {
    stop = readRecord(pos, rows);
    if (stop != 0) {
      addRow(pos, stop);
      return stop;
    }
  }
  stop = skipValue(pos, 0);
  if (load<u8>(pos) != 0x6e) addReject(pos, stop, faultNotObject, pos);
  return stop;
}

/** Decodes the records from `first` on, each by itself, to `count` or until there is no more room; returns the first one that is not done. */
export function decodeRecords(first: u32, count: u32): u32 {
  begin(false);
  const inputStarts: usize = load<u32>(job, jobInputStarts);
  const inputLengths: usize = load<u32>(job, jobInputLengths);
  let index = first;
  while (index < count && rejectCount < <u32>rejectCapacity && rows < <u32>mostRows) {
    lines = index;
    if (isInArray) arrayAt = decodeElements(arrayAt, mostRows);
    else {
      const start: usize = load<u32>(inputStarts + (index << 2));
      const stop = start + load<u32>(inputLengths + (index << 2));
      const kept = load<u8>(stop);
      store<u8>(stop, 0);
      decodeMessage(start, stop);
      store<u8>(stop, kept);
    }
    if (!isInArray) index++;
  }
  lines = index;
  end();
  return index;
}

function decodeMessage(start: usize, stop: usize): void {
  if (<u32>(stop - start) > maxRecordBytes) {
    addReject(start, stop, faultTooLarge, start);
    return;
  }
  const pos = skipSpace(start);
  const c: u32 = load<u8>(pos);
  let last = c == 0x7b ? readRecord(pos, rows) : c == 0x5b ? skipContainer(pos, 0) : skipValue(pos, 0);
  if (last != 0) {
    last = skipSpace(last);
    if (last != stop) last = fault(faultTrailing, last);
  }
  if (last == 0) addReject(start, stop, faultCode, faultAt);
  else if (c == 0x7b) addRow(start, stop);
  else if (c == 0x5b) arrayAt = decodeElements(pos + 1, mostRows);
  else if (c != 0x6e) addReject(start, stop, faultNotObject, pos);
}

/** Finishes the texts with escapes, in scratch room of 16 bytes more than `jobEscapedBytes` told. Returns how many cells are still pending. */
export function unescapeCells(scratch: usize): u32 {
  return finishEscapedCells(scratch);
}
