import {
  faultNotObject,
  faultTooLarge,
  faultTrailing,
  jobInputLengths,
  jobInputStarts,
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
import {forgetRecords, openRecords, readRecord} from './json/records';
import {skipContainer, skipValue} from './json/skip';
import {beginCall, endCall, finishEscapedCells} from './json/slots';
import {fault, faultAt, faultCode, lineEnd, setLineFeedIsSpace, skipSpace} from './json/text';

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
  beginCall();
}

function end(): void {
  endCall();
  store<u32>(job, rows, jobRows);
  store<u32>(job, lines, jobLines);
  store<u32>(job, rejectCount, jobRejectCount);
}

function addRow(start: usize, stop: usize): void {
  store<u32>(starts + (rows << 2), <u32>start);
  store<u32>(lengths + (rows << 2), <u32>(stop - start));
  store<u32>(lineNumbers + (rows << 2), lines);
  rows++;
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
      let stop = readRecord(pos, rows);
      if (stop != 0) {
        if (load<u8>(stop) != 10) stop = skipSpace(stop);
        if (load<u8>(stop) == 10 && <u32>(stop - start) <= maxRecordBytes) addRow(start, stop);
        else stop = rejectLineAt(start, faultTrailing, stop);
      } else stop = rejectLineAt(start, faultCode, faultAt);
      lines++;
      pos = stop + 1;
    } else if (c == 10) {
      lines++;
      pos++;
    } else pos = decodeOther(start, pos, c, most);
  }
  end();
  return pos;
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
