import {fitsInteger} from '../../types/integer.ts';
import type {Column} from '../../types/sql-type.ts';
import type {GivenOption} from '../options.ts';
import {type Guess, guessText, typeOf, unknown, widen} from './guess.ts';

export interface CsvInference {
  readonly columns: readonly Column[];
  readonly options: readonly GivenOption[];
  /** More than one field, the same number in most records: surely delimited. */
  readonly isConsistent: boolean;
}

/** How many records are cut to find the delimiter. */
const recordsForDelimiter = 50;
const delimiters = [',', '\t', ';', '|'] as const;

/** `delimiter` null: the one that cuts most records into the same number of fields, more than one. `whole`: the text ends with a whole record. */
export function inferCsv(text: string, delimiter: string | null, whole: boolean, mostRecords: number): CsvInference {
  const candidates = (delimiter === null ? delimiters : [delimiter]).map(one => {
    const records = wholeRecords(text, one, whole, recordsForDelimiter);
    return {delimiter: one, ...consistency(records)};
  });
  const best = candidates.reduce((left, right) => (right.score > left.score ? right : left));
  const records = wholeRecords(text, best.delimiter, whole, mostRecords);
  const hasHeader = isHeader(records);
  const body = hasHeader ? records.slice(1) : records;
  const width = best.width;
  const names = Array.from({length: width}, (_, at) => (hasHeader ? (records[0]?.[at] ?? '') : ''));
  const areNamesUsable = hasHeader && new Set(names).size === names.length && !names.includes('');
  const columns = names.map((name, at): Column => {
    const guess = body.reduce<Guess>(
      (before, record) => (before.kind === 'text' ? before : widen(before, guessCell(record[at] ?? ''))),
      unknown,
    );
    return {name: areNamesUsable ? name : uniqueName(names, at), type: typeOf(guess, null)};
  });
  const options: GivenOption[] = [];
  if (best.delimiter !== ',') options.push({key: 'csv.field-delimiter', value: best.delimiter === '\t' ? '\\t' : best.delimiter});
  if (hasHeader) options.push({key: areNamesUsable ? 'csv.header' : 'csv.ignore-first-line', value: 'true'});
  options.push({key: 'csv.null-literal', value: ''});
  return {columns, options, isConsistent: best.score > 0};
}

/** The first records, without a last one that goes on beyond the sample: it has no line end yet, or one inside quotes. */
function wholeRecords(text: string, delimiter: string, whole: boolean, most: number): string[][] {
  const records = splitRecords(text, delimiter, most);
  const isCut = !whole && records.length < most && (!text.endsWith('\n') || text.split('"').length % 2 === 0);
  if (isCut && records.length > 1) records.pop();
  return records;
}

/** `f3` where a header names nothing, and where a name stands twice. */
function uniqueName(names: readonly string[], at: number): string {
  const name = names[at] as string;
  return name === '' || names.indexOf(name) < at ? `f${at}` : name;
}

/** How well a delimiter cuts: the share of records of the commonest width, more for more fields; 0 when it never cuts. */
function consistency(records: readonly (readonly string[])[]): {readonly width: number; readonly score: number} {
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  let width = 0;
  let most = 0;
  for (const [fields, count] of counts) {
    if (count > most || (count === most && fields > width)) [width, most] = [fields, count];
  }
  const share = records.length === 0 ? 0 : most / records.length;
  return {width, score: width > 1 && share > 0.8 ? share + width / 1000 : 0};
}

/** A first record without values, above others that have some; of texts alone, one that reads like names. */
function isHeader(records: readonly (readonly string[])[]): boolean {
  const first = records[0];
  if (first === undefined || first.some(isValue)) return false;
  if (records.slice(1).some(record => record.some(isValue))) return true;
  return new Set(first).size === first.length && first.every(name => name.length <= 64 && /^[\p{L}_][\p{L}\p{N}_ .\-/#()%]*$/u.test(name));
}

function isValue(cell: string): boolean {
  const {kind} = guessCell(cell);
  return kind !== 'unknown' && kind !== 'text';
}

/** Numbers with leading zeros are not numbers: postal codes, telephone numbers. */
function guessCell(cell: string): Guess {
  if (cell === '') return unknown;
  const first = cell.charCodeAt(0);
  if ((first >= 0x30 && first <= 0x39) || first === 0x2d || first === 0x2e) {
    if (/^-?(?:0|[1-9]\d{0,18})$/.test(cell)) return {kind: fitsInteger(BigInt(cell), 'BIGINT') ? 'integer' : 'text'};
    if (/^-?(?:0|[1-9]\d*)?(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cell) && /[.eE]/.test(cell)) return {kind: 'double'};
    return guessText(cell);
  }
  return /^(?:true|false)$/i.test(cell) ? {kind: 'boolean'} : {kind: 'text'};
}

/** Fields of the first records, by RFC 4180. Blank lines are no records. */
function splitRecords(text: string, delimiter: string, most: number): string[][] {
  const records: string[][] = [];
  let at = 0;
  while (at < text.length && records.length < most) {
    const lineEnd = text.indexOf('\n', at);
    const line = text.slice(at, lineEnd < 0 ? text.length : lineEnd);
    if (!line.includes('"')) {
      const plain = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (plain !== '') records.push(plain.split(delimiter));
      at += line.length + 1;
      continue;
    }
    const record: string[] = [];
    for (let ended = false; !ended;) {
      const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at, delimiter);
      record.push(field.value);
      at = field.end;
      ended = text[at] !== delimiter;
      at++;
    }
    if (record.length > 1 || record[0] !== '') records.push(record);
  }
  return records;
}

function plainField(text: string, start: number, delimiter: string): {value: string; end: number} {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end++;
  const isBeforeLineEnd = text[end] !== delimiter && text[end - 1] === '\r' && end > start;
  return {value: text.slice(start, isBeforeLineEnd ? end - 1 : end), end};
}

/** What stands after the closing quote up to the next delimiter or line end is left out. */
function quotedField(text: string, start: number): {value: string; end: number} {
  let value = '';
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return {value: value + text.slice(at), end: text.length};
    value += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    value += '"';
    at++;
  }
  if (text[at] === '\r') at++;
  return {value, end: at};
}
