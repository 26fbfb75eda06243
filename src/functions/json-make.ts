import {fail} from '../base/problem.ts';
import {isText} from '../types/common-type.ts';
import {isJsonArray, isJsonObject, type JsonNode, JsonNumber, jsonText, parseJson} from '../types/json-text.ts';
import {valueToJson} from '../types/json-value.ts';
import {intType, type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import {fractionDigits, timestampParts, timestampText, timestampValue} from '../types/time.ts';
import {typeText} from '../types/type-text.ts';
import type {Value} from '../types/value.ts';
import type {Argument, CallSite, Refusal, ScalarFunction, Typing} from './define.ts';
import {textFunction} from './text.ts';
import {takes, text, wrongCount} from './typing.ts';

/** JSON made of values: JSON_OBJECT, JSON_ARRAY, JSON_STRING and JSON, and texts as JSON strings. */

/** A value as a JSON node. A timestamp is a text as in ISO 8601, an instant one in UTC. */
function nodeOf(value: Value, type: SqlType, timeZone: string): JsonNode {
  if (value === null) return null;
  switch (type.kind) {
    case 'BOOLEAN':
      return value as boolean;
    case 'CHAR':
    case 'VARCHAR':
      return value as string;
    case 'TIMESTAMP':
      return isoText(value, type.precision);
    case 'TIMESTAMP_LTZ':
      return `${isoText(value, type.precision)}Z`;
    case 'ARRAY':
      return (value as readonly Value[]).map(element => nodeOf(element, type.element, timeZone));
    case 'MAP':
      return objectOf(value as ReadonlyMap<Value, Value>, item => nodeOf(item, type.value, timeZone));
    case 'MULTISET':
      return objectOf(value as ReadonlyMap<Value, Value>, count => nodeOf(count, intType, timeZone));
    case 'ROW': {
      const row = value as readonly Value[];
      return new Map(type.fields.map((field, index) => [field.name, nodeOf(row[index] ?? null, field.type, timeZone)]));
    }
    case 'NULL':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DECIMAL':
    case 'BINARY':
    case 'VARBINARY':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL':
      return numberOrText(valueToJson(value, type, timeZone));
  }
}

/** Numbers, and bytes in base 64. */
function numberOrText(json: string): JsonNode {
  return json.startsWith('"') ? (JSON.parse(json) as string) : new JsonNumber(json);
}

function objectOf(map: ReadonlyMap<Value, Value>, nodeOfValue: (value: Value) => JsonNode): JsonNode {
  return new Map(
    [...map].map(([key, value]) => {
      if (key === null) throw fail('data', 'null-map-key', 'a MAP with a NULL key cannot be written as JSON');
      return [key as string, nodeOfValue(value)];
    }),
  );
}

function isoText(value: Value, precision: number): string {
  const {millis, nanos} = timestampParts(value, precision);
  const digits = fractionDigits(millis, nanos).replace(/0+$/, '');
  return timestampText(timestampValue(millis, 0, 0), 0).replace(' ', 'T') + (digits === '' ? '' : `.${digits}`);
}

/** Why a type cannot become JSON; null when it can. */
function jsonFault(type: SqlType): string | null {
  if (type.kind === 'DATE' || type.kind === 'TIME' || type.kind === 'INTERVAL') {
    return `cannot write ${typeText(withNullable(type, true))} as JSON`;
  }
  if (type.kind === 'ARRAY') return jsonFault(type.element);
  if (type.kind === 'MULTISET') return isText(type.element) ? null : 'writes a MULTISET as JSON only when its elements are texts';
  if (type.kind === 'MAP') return isText(type.key) ? jsonFault(type.value) : 'writes a MAP as JSON only when its keys are texts';
  return type.kind === 'ROW' ? (type.fields.map(field => jsonFault(field.type)).find(fault => fault !== null) ?? null) : null;
}

/** Why arguments cannot become JSON; null when they can. */
export function jsonArgumentFault(args: readonly Argument[]): Refusal | null {
  const message = args.map(arg => jsonFault(arg.type)).find(fault => fault !== null) ?? null;
  return message === null ? null : {message, hint: 'CAST it to STRING'};
}

/** The types on which a function works that makes JSON of its arguments. */
export function jsonArgumentTypes(args: readonly Argument[]): readonly SqlType[] {
  return args.map(arg => (arg.type.kind === 'NULL' ? stringType : arg.type));
}

/** The words tell which arguments are JSON already, because another JSON function makes them: `JSON 1`. */
export function rawWord(argument: number): string {
  return `JSON ${argument}`;
}

/** An argument as JSON. */
export function argumentNode(args: readonly Value[], index: number, call: CallSite): JsonNode {
  const value = args[index] ?? null;
  if (value === null) return null;
  const isRaw = call.words.includes(rawWord(index));
  const node = isRaw ? parseJson(value as string) : nodeOf(value, (call.arguments[index] as Argument).type, call.timeZone);
  return node ?? null;
}

/** `NULL ON NULL` or `ABSENT ON NULL`. */
export function keepsNull(call: CallSite, otherwise: boolean): boolean {
  const on = call.words.indexOf('ON');
  return on < 1 ? otherwise : call.words[on - 1] === 'NULL';
}

/** Compact, and every object with its keys in order, so that equal values give equal texts. */
export function orderedJson(node: JsonNode): string {
  return jsonText(ordered(node));
}

function ordered(node: JsonNode): JsonNode {
  if (isJsonArray(node)) return node.map(ordered);
  if (!isJsonObject(node)) return node;
  // By code units, as Java orders texts.
  const names = [...node.keys()].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return new Map(names.map(name => [name, ordered(node.get(name) ?? null)]));
}

const jsonObject: ScalarFunction = {
  kind: 'scalar',
  family: 'json',
  name: 'JSON_OBJECT',
  summary: 'A JSON object of keys and values, as text. Values that JSON functions make are put in as they are.',
  syntax: 'JSON_OBJECT([[KEY] key VALUE value, …] [NULL | ABSENT ON NULL])',
  examples: [
    {sql: "JSON_OBJECT('b' VALUE 1, 'a' VALUE TRUE)", gives: '{"a":true,"b":1}'},
    {sql: "JSON_OBJECT(KEY 'a' VALUE CAST(NULL AS INT) ABSENT ON NULL)", gives: '{}'},
  ],
  deterministic: true,
  nulls: 'handled',
  typing(args) {
    const keys = args.filter((_, index) => index % 2 === 0);
    if (keys.some(key => typeof key.literal !== 'string')) return {message: 'takes keys that are constant texts'};
    return jsonArgumentFault(args) ?? {arguments: jsonArgumentTypes(args), result: {...stringType, nullable: false}};
  },
  evaluate(args, call) {
    const fields = new Map<string, JsonNode>();
    for (let index = 0; index < args.length; index += 2) {
      const node = argumentNode(args, index + 1, call);
      if (node !== null || args[index + 1] !== null || keepsNull(call, true)) fields.set(args[index] as string, node);
    }
    return orderedJson(fields);
  },
};

const jsonArray: ScalarFunction = {
  kind: 'scalar',
  family: 'json',
  name: 'JSON_ARRAY',
  summary: 'A JSON array of values, as text. Values that JSON functions make are put in as they are; NULLs are left out unless it is said.',
  syntax: 'JSON_ARRAY([value, …] [NULL | ABSENT ON NULL])',
  examples: [
    {sql: "JSON_ARRAY(1, 'a', ARRAY[2, 3])", gives: '[1,"a",[2,3]]'},
    {sql: 'JSON_ARRAY(1, CAST(NULL AS INT) NULL ON NULL)', gives: '[1,null]'},
  ],
  deterministic: true,
  nulls: 'handled',
  typing: args => jsonArgumentFault(args) ?? {arguments: jsonArgumentTypes(args), result: {...stringType, nullable: false}},
  evaluate(args, call) {
    const kept = args.map((value, index) => ({value, index})).filter(({value}) => value !== null || keepsNull(call, false));
    return orderedJson(kept.map(({index}) => argumentNode(args, index, call)));
  },
};

const jsonString: ScalarFunction = {
  kind: 'scalar',
  family: 'json',
  name: 'JSON_STRING',
  summary: 'A value as JSON, in a text.',
  syntax: 'JSON_STRING(value)',
  examples: [
    {sql: "JSON_STRING('a')", gives: '"a"'},
    {sql: 'JSON_STRING(ARRAY[1, 2])', gives: '[1,2]'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing(args): Typing | Refusal {
    const [arg] = args;
    if (arg === undefined || args.length > 1) return wrongCount(args.length, 1, 1);
    const nullable = arg.type.nullable || arg.type.kind === 'NULL';
    return jsonArgumentFault(args) ?? {arguments: jsonArgumentTypes(args), result: withNullable(stringType, nullable)};
  },
  evaluate: (args, call) => orderedJson(argumentNode(args, 0, call)),
};

const json: ScalarFunction = {
  kind: 'scalar',
  family: 'json',
  name: 'JSON',
  summary: 'A text that is JSON, for JSON_ARRAY or as a value of JSON_OBJECT: there it is put in as it is. A blank text is NULL.',
  syntax: 'JSON(text)',
  examples: [{sql: `JSON('{"a": 1}')`, gives: '{"a":1}'}],
  deterministic: true,
  nulls: 'propagate',
  typing: takes({parameters: [text], result: stringType, nullability: 'nullable'}),
  evaluate([value]) {
    if ((value as string).trim() === '') return null;
    const node = parseJson(value as string);
    if (node === undefined) throw fail('data', 'bad-json', `JSON wants a text that is JSON, not "${(value as string).slice(0, 100)}"`);
    return jsonText(node);
  },
};

const shortEscapes: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '/': String.raw`\/`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

function quote(value: string): string {
  const inner = value.replaceAll(/["\\/]|[^\x20-\x7e]/g, character => {
    return shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${inner}"`;
}

const meanings: Readonly<Record<string, string>> = {'"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t'};

/** Without its quotes and escapes; a text that is not written as a JSON string stays as it is. */
function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  const inner = value.slice(1, -1);
  if (/^(?:[^\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*$/s.exec(inner) === null) return value;
  return inner.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, digits: string | undefined, letter: string) =>
    digits === undefined ? (meanings[letter] as string) : String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

const quoting: readonly ScalarFunction[] = [
  textFunction({
    name: 'JSON_QUOTE',
    summary: 'A text as a JSON string: in quotes, with escapes for quotes, control characters and all but ASCII.',
    syntax: 'JSON_QUOTE(text)',
    parameters: {parameters: [text], result: stringType},
    evaluate: ([value]) => quote(value as string),
    examples: [{sql: `JSON_QUOTE('say "hi"')`, gives: String.raw`"say \"hi\""`}],
  }),
  textFunction({
    name: 'JSON_UNQUOTE',
    summary: 'The text that a JSON string stands for; any other text as it is.',
    syntax: 'JSON_UNQUOTE(text)',
    parameters: {parameters: [text], result: stringType},
    evaluate: ([value]) => unquote(value as string),
    examples: [
      {sql: String.raw`JSON_UNQUOTE('"a\u0062"')`, gives: 'ab'},
      {sql: "JSON_UNQUOTE('[1, 2]')", gives: '[1, 2]'},
    ],
  }),
];

export const jsonMakingFunctions: readonly ScalarFunction[] = [jsonObject, jsonArray, jsonString, json, ...quoting];
