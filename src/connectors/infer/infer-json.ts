import {fitsInteger} from '../../types/integer.ts';
import {isJsonArray, isJsonObject, JsonNumber, type JsonNode, parseJson} from '../../types/json-text.ts';
import type {Column} from '../../types/sql-type.ts';
import type {GivenOption} from '../options.ts';
import {columnsOf, deepestGuess, type Guess, guessText, isCoveredTime, styleOf, unknown, widen} from './guess.ts';

/** A number whose text matters: `JSON.parse` makes 1 of 1.0 and 1e0, and rounds what has more than 15 digits. */
const mayRound = /[:[,]\s*-?\d+(?:\.0+[\s,\]}]|(?:\.\d+)?[eE][-+\d]|(?<=\d{16})[\s,\]}])/;

export interface JsonInference {
  readonly columns: readonly Column[];
  readonly options: readonly GivenOption[];
  /** Lines that hold an object, and other lines that are not blank. */
  readonly objects: number;
  readonly others: number;
}

/**
 * The columns of lines of JSON, in the order in which their names first occur. Lines that are no object are left to the run, which reports them. `text` holds the
 * lines: looking at it once is cheaper than at each of them.
 */
export function inferJson(text: string, lines: readonly string[]): JsonInference {
  const columns = new Map<string, Guess>();
  const someRound = mayRound.test(text);
  let objects = 0;
  let others = 0;
  for (const line of lines) {
    if (readLine(line, columns, someRound)) objects++;
    else if (line.trim() !== '') others++;
  }
  const style = styleOf(columns.values());
  const options = style === 'T' ? [{key: 'json.timestamp-format.standard', value: 'ISO-8601'}] : [];
  return {columns: columnsOf(columns, style), options, objects, others};
}

/** Widens the columns by one record. False when the line is no object. */
function readLine(line: string, columns: Map<string, Guess>, someRound: boolean): boolean {
  if (someRound && mayRound.test(line)) {
    const node = parseJson(line);
    if (node === undefined || !isJsonObject(node)) return false;
    for (const [name, field] of node) columns.set(name, widen(columns.get(name) ?? unknown, guessNode(field, 0)));
    return true;
  }
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return false;
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return false;
  // All of its keys are its own, and asking for a list of them takes longer than the rest.
  for (const name in record) {
    const value = (record as Readonly<Record<string, unknown>>)[name];
    const before = columns.get(name);
    if (before !== undefined && isCovered(before, value)) continue;
    columns.set(name, widen(before ?? unknown, guessValue(value, 0)));
  }
  return true;
}

/** What most values of a column are: nothing new. */
function isCovered(guess: Guess, value: unknown): boolean {
  if (value === null || guess.kind === 'text') return true;
  if (typeof value === 'number')
    return guess.kind === 'double' || ((guess.kind === 'integer' || guess.kind === 'huge') && Number.isInteger(value));
  if (typeof value === 'string') return (guess.kind === 'timestamp' || guess.kind === 'instant') && isCoveredTime(guess, value);
  return typeof value === 'boolean' && guess.kind === 'boolean';
}

function guessValue(value: unknown, depth: number): Guess {
  if (typeof value === 'string') return guessText(value);
  if (typeof value === 'number') return {kind: Number.isInteger(value) ? 'integer' : 'double'};
  if (typeof value === 'boolean') return {kind: 'boolean'};
  if (value === null) return unknown;
  if (depth === deepestGuess) return {kind: 'text'};
  if (Array.isArray(value)) return {kind: 'array', element: value.map(element => guessValue(element, depth + 1)).reduce(widen, unknown)};
  const fields = Object.entries(value as object).map(([name, field]) => [name, guessValue(field, depth + 1)] as const);
  return {kind: 'row', fields: new Map(fields)};
}

function guessNode(node: JsonNode, depth: number): Guess {
  if (typeof node === 'string') return guessText(node);
  if (node instanceof JsonNumber) return {kind: guessNumber(node.text)};
  if (typeof node === 'boolean') return {kind: 'boolean'};
  if (node === null) return unknown;
  if (depth === deepestGuess) return {kind: 'text'};
  if (isJsonArray(node)) return {kind: 'array', element: node.map(element => guessNode(element, depth + 1)).reduce(widen, unknown)};
  if (isJsonObject(node)) return {kind: 'row', fields: new Map([...node].map(([name, field]) => [name, guessNode(field, depth + 1)]))};
  return unknown;
}

/** Whole numbers stay exact as long as a type can hold them. */
function guessNumber(text: string): 'integer' | 'huge' | 'double' {
  if (!/^-?\d{1,38}$/.test(text)) return 'double';
  return fitsInteger(BigInt(text), 'BIGINT') ? 'integer' : 'huge';
}
