import {fitsInteger} from '../../types/integer.ts';
import {isJsonArray, isJsonObject, JsonNumber, type JsonNode, parseJson} from '../../types/json-text.ts';
import type {Column} from '../../types/sql-type.ts';
import type {GivenOption} from '../options.ts';
import {columnsOf, type Guess, guessText, styleOf, unknown, widen} from './guess.ts';

/** Where a number's text matters: `JSON.parse` makes 1 of 1.0 and 1e0, and rounds what has more than 15 digits. */
const mayRound = /\d\.0+(?!\d)|\d[eE]|\d{16}/;

export interface JsonInference {
  readonly columns: readonly Column[];
  readonly options: readonly GivenOption[];
  /** Lines that hold an object, and other lines that are not blank. */
  readonly objects: number;
  readonly others: number;
}

/** The columns of lines of JSON, in the order in which their names first occur. Lines that are no object are left to the run, which reports them. */
export function inferJson(lines: readonly string[]): JsonInference {
  const columns = new Map<string, Guess>();
  let objects = 0;
  let others = 0;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const guess = guessLine(line);
    if (guess === null || guess.kind !== 'row') {
      others++;
      continue;
    }
    objects++;
    for (const [name, seen] of guess.fields) columns.set(name, widen(columns.get(name) ?? unknown, seen));
  }
  const style = styleOf(columns.values());
  const options = style === 'T' ? [{key: 'json.timestamp-format.standard', value: 'ISO-8601'}] : [];
  return {columns: columnsOf(columns, style), options, objects, others};
}

/** Null when the line is no JSON. */
function guessLine(line: string): Guess | null {
  if (mayRound.test(line)) {
    const node = parseJson(line);
    return node === undefined ? null : guessNode(node);
  }
  try {
    return guessValue(JSON.parse(line));
  } catch {
    return null;
  }
}

function guessValue(value: unknown): Guess {
  if (typeof value === 'string') return guessText(value);
  if (typeof value === 'number') return {kind: Number.isInteger(value) ? 'integer' : 'double'};
  if (typeof value === 'boolean') return {kind: 'boolean'};
  if (value === null) return unknown;
  if (Array.isArray(value)) return {kind: 'array', element: value.map(guessValue).reduce(widen, unknown)};
  return {kind: 'row', fields: new Map(Object.entries(value as object).map(([name, field]) => [name, guessValue(field)]))};
}

function guessNode(node: JsonNode): Guess {
  if (typeof node === 'string') return guessText(node);
  if (node instanceof JsonNumber)
    return {kind: /^-?\d{1,19}$/.test(node.text) && fitsInteger(BigInt(node.text), 'BIGINT') ? 'integer' : 'double'};
  if (typeof node === 'boolean') return {kind: 'boolean'};
  if (node === null) return unknown;
  if (isJsonArray(node)) return {kind: 'array', element: node.map(guessNode).reduce(widen, unknown)};
  if (isJsonObject(node)) return {kind: 'row', fields: new Map([...node].map(([name, field]) => [name, guessNode(field)]))};
  return unknown;
}
