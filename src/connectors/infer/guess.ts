import {stringType, type Column, type SqlType} from '../../types/sql-type.ts';

/** What is known of a column from the values seen so far. Grows only: what does not fit together becomes a text. */
export type Guess =
  /** Only NULL was seen. */
  | {readonly kind: 'unknown'}
  /** `huge`: a whole number that BIGINT cannot hold and DECIMAL(38, 0) can. */
  | {readonly kind: 'boolean' | 'integer' | 'huge' | 'double' | 'date' | 'text'}
  /** `style`: `T` or a blank between date and time; `digits` of the second's fraction. */
  | {readonly kind: 'timestamp' | 'instant'; readonly style: 'T' | ' '; readonly digits: number}
  | {readonly kind: 'array'; readonly element: Guess}
  | {readonly kind: 'row'; readonly fields: Map<string, Guess>};

export const unknown: Guess = {kind: 'unknown'};
const text: Guess = {kind: 'text'};

/** More names than this in one object are keys of a map, not fields. */
const mostFields = 500;
/** What is nested deeper stays the text that it is: nobody names such a field. */
export const deepestGuess = 16;

/** The guess that covers both. */
export function widen(before: Guess, now: Guess): Guess {
  if (before.kind === 'unknown') return now;
  if (now.kind === 'unknown' || before === now) return before;
  if (before.kind === 'row' && now.kind === 'row') {
    for (const [name, guess] of now.fields) before.fields.set(name, widen(before.fields.get(name) ?? unknown, guess));
    return before.fields.size > mostFields ? text : before;
  }
  if (before.kind === 'array' && now.kind === 'array') return {kind: 'array', element: widen(before.element, now.element)};
  if ((before.kind === 'timestamp' || before.kind === 'instant') && before.kind === now.kind) {
    return before.style === now.style ? {...before, digits: Math.max(before.digits, now.digits)} : text;
  }
  if (before.kind === now.kind) return before;
  const kinds = new Set([before.kind, now.kind]);
  if (![...kinds].every(kind => kind === 'integer' || kind === 'huge' || kind === 'double')) return text;
  return {kind: kinds.has('double') ? 'double' : 'huge'};
}

const timePattern = /^\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])(?:([T ])\d\d:\d\d:\d\d(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?)?$/;

/** What a text is a value of, when it is a date or a time; else a text. */
export function guessText(value: string): Guess {
  const first = value.charCodeAt(0);
  if (first < 0x30 || first > 0x39 || value.length < 10 || value.length > 40 || value[4] !== '-') return text;
  const match = timePattern.exec(value);
  if (match === null) return text;
  const [, style, digits = '', zone] = match;
  if (style === undefined) return {kind: 'date'};
  return {kind: zone === undefined ? 'timestamp' : 'instant', style: style as 'T' | ' ', digits: digits.length};
}

/** How most times are written: without a zone, or in UTC. */
const commonTimes = {
  timestamp: /^\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?$/,
  instant: /^\d{4}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/,
};
const shortestTime = 'yyyy-mm-dd hh:mm:ss'.length;

/** Whether a text is a time that changes nothing of what is known: asked of every row, it is told without taking the text apart. False says nothing. */
export function isCoveredTime(guess: Guess & {readonly kind: 'timestamp' | 'instant'}, value: string): boolean {
  const digits = value.length - shortestTime - (guess.kind === 'instant' ? 2 : 1); // Without the point, and without the Z.
  return digits <= guess.digits && value[10] === guess.style && commonTimes[guess.kind].test(value);
}

/** `style`: how times are written where a format can only read one way; others stay texts. */
export function typeOf(guess: Guess, style: 'T' | ' ' | null): SqlType {
  switch (guess.kind) {
    case 'unknown':
    case 'text':
      return stringType;
    case 'boolean':
      return {kind: 'BOOLEAN', nullable: true};
    case 'integer':
      return {kind: 'BIGINT', nullable: true};
    case 'huge':
      return {kind: 'DECIMAL', precision: 38, scale: 0, nullable: true};
    case 'double':
      return {kind: 'DOUBLE', nullable: true};
    case 'date':
      return {kind: 'DATE', nullable: true};
    case 'timestamp':
    case 'instant':
      if (style !== null && guess.style !== style) return stringType;
      return {kind: guess.kind === 'timestamp' ? 'TIMESTAMP' : 'TIMESTAMP_LTZ', precision: precisionOf(guess.digits), nullable: true};
    case 'array':
      return {kind: 'ARRAY', element: typeOf(guess.element, style), nullable: true};
    case 'row': {
      const fields = columnsOf(guess.fields, style);
      // A ROW has at least one field; the text of an empty object is at least true.
      return fields.length === 0 ? stringType : {kind: 'ROW', fields, nullable: true};
    }
  }
}

export function columnsOf(fields: ReadonlyMap<string, Guess>, style: 'T' | ' ' | null): Column[] {
  return [...fields].filter(([name]) => name !== '').map(([name, guess]) => ({name, type: typeOf(guess, style)}));
}

/** Milliseconds, unless more digits were seen: nothing of a value is lost. */
function precisionOf(digits: number): number {
  return digits <= 3 ? 3 : digits <= 6 ? 6 : 9;
}

/** The way times are written, when there are any; of both, the one with a `T`. */
export function styleOf(guesses: Iterable<Guess>): 'T' | ' ' | null {
  let found: 'T' | ' ' | null = null;
  for (const guess of guesses) {
    const style =
      guess.kind === 'timestamp' || guess.kind === 'instant'
        ? guess.style
        : guess.kind === 'array'
          ? styleOf([guess.element])
          : guess.kind === 'row'
            ? styleOf(guess.fields.values())
            : null;
    if (style === 'T') return 'T';
    found ??= style;
  }
  return found;
}
