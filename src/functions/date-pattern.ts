import {civilDate, dayOfYear, isoDayOfWeek, isoWeek, msPerDay} from '../types/calendar.ts';
import {type TimestampFields, type TimestampParts, fieldsOfTimestamp, timestampOfFields, yearText, zoneOffsetMs} from '../types/time.ts';

/** Date and time patterns in the letters of Java (`yyyy-MM-dd HH:mm:ss.SSS`), English names. Letters that nothing is known about are refused. */
export interface DatePattern {
  readonly parts: readonly PatternPart[];
}

type PatternPart =
  | {readonly kind: 'literal'; readonly text: string}
  | {readonly kind: 'field'; readonly letter: string; readonly width: number};

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const formatLetters = 'GuyYQqMLwdDFEeaHhkKmsSAnNVzOxXZ';

/** Null when a letter means nothing, or a quote is not closed. */
export function compileDatePattern(pattern: string): DatePattern | null {
  const parts: PatternPart[] = [];
  let literal = '';
  const endLiteral = (): void => {
    if (literal !== '') parts.push({kind: 'literal', text: literal});
    literal = '';
  };
  for (let at = 0; at < pattern.length;) {
    const letter = pattern[at] as string;
    if (letter === "'") {
      const quoted = /'((?:[^']|'')*)'/y;
      quoted.lastIndex = at;
      const match = quoted.exec(pattern);
      if (match === null) return null;
      literal += match[1] === '' ? "'" : (match[1] as string).replaceAll("''", "'");
      at = quoted.lastIndex;
    } else if (/[A-Za-z]/.test(letter)) {
      if (!formatLetters.includes(letter)) return null;
      endLiteral();
      let width = 1;
      while (pattern[at + width] === letter) width++;
      parts.push({kind: 'field', letter, width});
      at += width;
    } else {
      literal += letter;
      at++;
    }
  }
  endLiteral();
  return {parts};
}

/** A local date and time (the parts), and the zone that it is in, as the pattern says. */
export function formatDate(pattern: DatePattern, local: TimestampParts, timeZone: string): string {
  return pattern.parts.map(part => (part.kind === 'literal' ? part.text : fieldText(part.letter, part.width, local, timeZone))).join('');
}

function padded(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0');
}

function fieldText(letter: string, width: number, local: TimestampParts, timeZone: string): string {
  const day = Math.floor(local.millis / msPerDay);
  const {year, month, day: dayOfMonth} = civilDate(day);
  switch (letter) {
    case 'G':
      return year > 0 ? 'AD' : 'BC';
    case 'u':
    case 'y':
      return yearField(letter === 'y' && year <= 0 ? 1 - year : year, width);
    case 'Y':
      return yearField(isoWeek(day).weekYear, width);
    case 'Q':
    case 'q':
      return padded(Math.ceil(month / 3), width);
    case 'M':
    case 'L':
      return nameOrNumber(months, month, width);
    case 'w':
      return padded(isoWeek(day).week, width);
    case 'd':
      return padded(dayOfMonth, width);
    case 'D':
      return padded(dayOfYear(day), width);
    case 'F':
      return padded(Math.floor((dayOfMonth - 1) / 7) + 1, width);
    case 'E':
      return nameOrNumber(weekdays, isoDayOfWeek(day), Math.max(width, 3));
    case 'e':
      return nameOrNumber(weekdays, isoDayOfWeek(day), width);
    default:
      return timeField(letter, width, local, timeZone);
  }
}

function yearField(year: number, width: number): string {
  if (width === 2) return padded(((year % 100) + 100) % 100, 2);
  return width === 4 ? yearText(year) : padded(year, width);
}

/** One or two letters are the number, three the short name, four the whole one. */
function nameOrNumber(names: readonly string[], number: number, width: number): string {
  if (width <= 2) return padded(number, width);
  const name = names[number - 1] ?? '';
  return width === 4 ? name : width === 5 ? name.slice(0, 1) : name.slice(0, 3);
}

function timeField(letter: string, width: number, local: TimestampParts, timeZone: string): string {
  const {hour, minute, second, nanosecond} = fieldsOfTimestamp(local);
  switch (letter) {
    case 'a':
      return hour < 12 ? 'AM' : 'PM';
    case 'H':
      return padded(hour, width);
    case 'h':
      return padded(hour % 12 === 0 ? 12 : hour % 12, width);
    case 'k':
      return padded(hour === 0 ? 24 : hour, width);
    case 'K':
      return padded(hour % 12, width);
    case 'm':
      return padded(minute, width);
    case 's':
      return padded(second, width);
    case 'S':
      return String(nanosecond).padStart(9, '0').padEnd(width, '0').slice(0, width);
    case 'n':
      return padded(nanosecond, width);
    case 'A':
      return padded((hour * 3600 + minute * 60 + second) * 1000 + Math.floor(nanosecond / 1_000_000), width);
    case 'N':
      return padded((hour * 3600 + minute * 60 + second) * 1_000_000_000 + nanosecond, width);
    default:
      return zoneField(letter, width, local.millis, timeZone);
  }
}

function zoneField(letter: string, width: number, localMillis: number, timeZone: string): string {
  if (letter === 'V' || letter === 'z') return timeZone;
  const offset = zoneOffsetMs(timeZone, localMillis - zoneOffsetMs(timeZone, localMillis));
  const size = Math.abs(offset) / 60_000;
  const sign = offset < 0 ? '-' : '+';
  const hours = padded(Math.floor(size / 60), 2);
  const minutes = padded(Math.floor(size % 60), 2);
  if (letter === 'O') return offset === 0 ? 'GMT' : `GMT${sign}${hours}:${minutes}`;
  if (letter === 'X' && offset === 0) return 'Z';
  if (width === 1 && letter !== 'Z') return minutes === '00' ? `${sign}${hours}` : `${sign}${hours}${minutes}`;
  return width === 3 && letter !== 'Z' ? `${sign}${hours}:${minutes}` : `${sign}${hours}${minutes}`;
}

/**
 * Reads a text. `strict`: the whole text, digits as many as letters, as Java's DateTimeFormatter; what the pattern does not say is 1970-01-01T00:00. Otherwise
 * as SimpleDateFormat: any number of digits, too large fields roll over, and what follows is not looked at. Null when the text does not fit.
 */
export function parseDateText(pattern: DatePattern, text: string, mode: 'strict' | 'lenient'): TimestampParts | null {
  const match = expressionOf(pattern, mode)?.exec(text);
  if (match === null || match === undefined) return null;
  const values = new Map<string, string>();
  let group = 1;
  for (const part of pattern.parts) {
    if (part.kind === 'field') values.set(part.letter, match[group++] as string);
  }
  return fieldsToParts(values, pattern, mode);
}

const expressions = new WeakMap<DatePattern, {readonly strict: RegExp | null; readonly lenient: RegExp | null}>();

function expressionOf(pattern: DatePattern, mode: 'strict' | 'lenient'): RegExp | null {
  let found = expressions.get(pattern);
  if (found === undefined) {
    found = {strict: makeExpression(pattern, true), lenient: makeExpression(pattern, false)};
    expressions.set(pattern, found);
  }
  return found[mode];
}

/** Every repetition in it is bounded, so matching takes no more than a few steps for each field. */
function makeExpression(pattern: DatePattern, strict: boolean): RegExp | null {
  let source = '^';
  for (const [index, part] of pattern.parts.entries()) {
    if (part.kind === 'literal') {
      source += part.text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
      continue;
    }
    const next = pattern.parts[index + 1];
    const isNextNumber = next?.kind === 'field' && isNumberField(next.letter, next.width);
    const field = fieldExpression(part.letter, part.width, strict, isNextNumber);
    if (field === null) return null;
    source += `(${field})`;
  }
  return new RegExp(strict ? `${source}$` : source, strict ? '' : 'i');
}

function isNumberField(letter: string, width: number): boolean {
  return 'yuHhkKmsSdDnAN'.includes(letter) || ('ML'.includes(letter) && width <= 2);
}

function fieldExpression(letter: string, width: number, strict: boolean, isNextNumber: boolean): string | null {
  if ('ML'.includes(letter) && width > 2) return namesExpression(months, width);
  if (letter === 'E') return namesExpression(weekdays, Math.max(width, 3));
  if (letter === 'a') return '[AaPp][Mm]';
  if (letter === 'G') return 'AD|BC';
  // An offset is read, but a local time is what is asked for.
  if ('XxZ'.includes(letter)) return String.raw`Z|[+-]\d{2}(?::?\d{2}){0,1}`;
  if (!isNumberField(letter, width)) return null;
  if (letter === 'S') return strict ? String.raw`\d{${width}}` : isNextNumber ? String.raw`\d{${width}}` : String.raw`\d{1,9}`;
  if (isNextNumber && !(strict && width === 1)) return String.raw`\d{${width}}`;
  if (!strict) return String.raw`\s{0,9}\d{1,9}`;
  if (letter === 'y' || letter === 'u')
    return width === 2 ? String.raw`\d{2}` : width === 4 ? String.raw`\d{4}|\+\d{5,9}` : String.raw`\d{${width},9}`;
  return width === 1 ? String.raw`\d{1,19}` : String.raw`\d{${width}}`;
}

function namesExpression(names: readonly string[], width: number): string {
  return names.map(name => (width === 4 ? name : name.slice(0, 3))).join('|');
}

function fieldsToParts(values: ReadonlyMap<string, string>, pattern: DatePattern, mode: 'strict' | 'lenient'): TimestampParts | null {
  const fields = {
    year: yearOf(values, pattern),
    month: monthOf(values),
    day: numberOf(values, ['d'], 1),
    hour: hourOf(values),
    minute: numberOf(values, ['m'], 0),
    second: numberOf(values, ['s'], 0),
    nanosecond: nanosecondOf(values, mode),
  };
  if (mode === 'strict') {
    const dayInYear = values.get('D');
    if (dayInYear !== undefined) {
      const start = timestampOfFields({...fields, month: 1, day: 1});
      return start === null ? null : {millis: start.millis + (Number(dayInYear) - 1) * msPerDay, nanos: start.nanos};
    }
    return timestampOfFields(fields);
  }
  const start = timestampOfFields({year: fields.year, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0});
  if (start === null) return null;
  return rolledOver(start.millis, fields);
}

function rolledOver(yearStart: number, fields: TimestampFields): TimestampParts {
  const year = fields.year + Math.floor((fields.month - 1) / 12);
  const month = ((((fields.month - 1) % 12) + 12) % 12) + 1;
  const monthStart = timestampOfFields({year, month, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0})?.millis ?? yearStart;
  const ofDay = ((fields.hour * 60 + fields.minute) * 60 + fields.second) * 1000 + Math.floor(fields.nanosecond / 1_000_000);
  return {millis: monthStart + (fields.day - 1) * msPerDay + ofDay, nanos: 0};
}

function numberOf(values: ReadonlyMap<string, string>, letters: readonly string[], otherwise: number): number {
  for (const letter of letters) {
    const value = values.get(letter);
    if (value !== undefined) return Number(value);
  }
  return otherwise;
}

function yearOf(values: ReadonlyMap<string, string>, pattern: DatePattern): number {
  const year = numberOf(values, ['y', 'u'], 1970);
  const isShort = pattern.parts.some(part => part.kind === 'field' && 'yu'.includes(part.letter) && part.width === 2);
  return isShort && year < 100 ? 2000 + year : year;
}

function monthOf(values: ReadonlyMap<string, string>): number {
  const text = values.get('M') ?? values.get('L');
  if (text === undefined) return 1;
  const short = text.slice(0, 3).toLowerCase();
  const named = months.findIndex(name => name.slice(0, 3).toLowerCase() === short);
  return named >= 0 ? named + 1 : Number(text);
}

function hourOf(values: ReadonlyMap<string, string>): number {
  const hour = numberOf(values, ['H'], -1);
  if (hour >= 0) return hour;
  const clockHour = values.get('k');
  if (clockHour !== undefined) return Number(clockHour) % 24;
  const half = values.get('a')?.toLowerCase();
  const ofHalf = numberOf(values, ['h', 'K'], 0) % 12;
  return half === 'pm' ? ofHalf + 12 : ofHalf;
}

/** In a strict pattern the digits are a fraction, in a lenient one a number of milliseconds. */
function nanosecondOf(values: ReadonlyMap<string, string>, mode: 'strict' | 'lenient'): number {
  const fraction = values.get('S');
  if (fraction !== undefined) return mode === 'strict' ? Number(fraction.padEnd(9, '0').slice(0, 9)) : Number(fraction) * 1_000_000;
  return numberOf(values, ['n'], 0);
}
