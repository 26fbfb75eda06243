import {fail} from '../base/problem.ts';
import {isText} from '../types/common-type.ts';
import {isJsonArray, isJsonObject, type JsonNode, jsonText, parseJson} from '../types/json-text.ts';
import {nodeToValue} from '../types/json-value.ts';
import {bigintType, booleanType, doubleType, intType, type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {Argument, CallSite, Refusal, ScalarFunction, Typing} from './define.ts';
import {orderedJson} from './json-make.ts';
import {compileJsonPath, followJsonPath, isDefinite, type JsonPath} from './json-path.ts';
import {takes, text} from './typing.ts';

/** JSON_EXISTS, JSON_VALUE, JSON_QUERY and IS JSON. */

const pathHint = "a path is such as 'lax $.name[0]' or 'strict $.a.b[*]'";

/** What became of a path in a text: a node, nothing, or an error. In lax mode a path that leads nowhere, or a text that is no JSON, is nothing; in strict mode it is an error. */
type Found =
  | {readonly kind: 'node'; readonly node: JsonNode}
  | {readonly kind: 'empty'}
  | {readonly kind: 'error'; readonly reason: string};

/** Compiled once for each text; null when it is no path. */
function compiledPath(call: CallSite, source: string): JsonPath | null {
  const memo = call.memo as {readonly source: string; readonly path: JsonPath | null} | undefined;
  if (memo?.source === source) return memo.path;
  const path = compileJsonPath(source);
  call.memo = {source, path};
  return path;
}

function pathOf(call: CallSite, source: string): JsonPath {
  const path = compiledPath(call, source);
  if (path === null) throw fail('data', 'bad-json-path', `"${source}" is no JSON path`, {hint: pathHint});
  return path;
}

function find(json: string, path: JsonPath): Found {
  const root = parseJson(json);
  if (root === undefined) return path.mode === 'lax' ? {kind: 'empty'} : {kind: 'error', reason: 'the text is not JSON'};
  const node = followJsonPath(root, path);
  if (node !== undefined) return {kind: 'node', node};
  return path.mode === 'lax' ? {kind: 'empty'} : {kind: 'error', reason: 'the path leads to nothing'};
}

/** What the clauses `… ON EMPTY` and `… ON ERROR` say: NULL, ERROR, EMPTY ARRAY, EMPTY OBJECT, TRUE, FALSE, UNKNOWN, DEFAULT with an argument. */
interface Behavior {
  readonly words: string;
  /** Which argument holds the default. */
  readonly argument: number;
}

const behaviorStarts = new Set(['NULL', 'ERROR', 'EMPTY', 'TRUE', 'FALSE', 'UNKNOWN', 'DEFAULT']);

function behaviorOf(words: readonly string[], event: 'EMPTY' | 'ERROR', otherwise: string): Behavior {
  let argument = 2;
  for (let at = 0; at < words.length; at++) {
    const isAnswer = behaviorStarts.has(words[at] as string) && words[at - 1] !== 'ON';
    if (!isAnswer) continue;
    const on = words.indexOf('ON', at);
    if (on < 0) break;
    const answer = words.slice(at, on).join(' ');
    if (words[on + 1] === event) return {words: answer, argument};
    if (answer === 'DEFAULT') argument++;
    at = on + 1;
  }
  return {words: otherwise, argument};
}

function answer(behavior: Behavior, args: readonly Value[], call: CallSite, name: string, reason: string): Value {
  switch (behavior.words) {
    case 'ERROR':
      throw fail('data', 'json-error', `${name}: ${reason}`);
    case 'DEFAULT':
      return args[behavior.argument] ?? null;
    case 'TRUE':
      return true;
    case 'FALSE':
      return false;
    case 'EMPTY':
    case 'EMPTY ARRAY':
      return call.result.kind === 'ARRAY' ? [] : '[]';
    case 'EMPTY OBJECT':
      return '{}';
    default:
      return null;
  }
}

function checkPath(args: readonly Argument[]): Refusal | null {
  const literal = args[1]?.literal;
  return typeof literal === 'string' && compileJsonPath(literal) === null
    ? {message: `has "${literal}", which is no JSON path`, hint: pathHint}
    : null;
}

const jsonExists: ScalarFunction = {
  kind: 'scalar',
  family: 'json',
  name: 'JSON_EXISTS',
  summary: 'Whether a path leads to something in a JSON text.',
  syntax: 'JSON_EXISTS(text, path [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])',
  examples: [
    {sql: `JSON_EXISTS('{"a": true}', '$.a')`, gives: 'TRUE'},
    {sql: `JSON_EXISTS('{"a": true}', 'strict $.b' UNKNOWN ON ERROR)`, gives: 'NULL'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: (args, words) => checkPath(args) ?? takes({parameters: [text, text], result: booleanType, nullability: 'nullable'})(args, words),
  evaluate(args, call) {
    const found = find(args[0] as string, pathOf(call, args[1] as string));
    if (found.kind === 'error') return answer(behaviorOf(call.words, 'ERROR', 'FALSE'), args, call, 'JSON_EXISTS', found.reason);
    return found.kind === 'node' && found.node !== null;
  },
};

/** The words begin with RETURNING and the type's name where one was written. */
const returningTypes: ReadonlyMap<string, SqlType> = new Map<string, SqlType>(
  Object.entries({
    STRING: stringType,
    BOOLEAN: booleanType,
    INT: intType,
    INTEGER: intType,
    BIGINT: bigintType,
    DOUBLE: doubleType,
  }),
);

function returningOf(words: readonly string[]): string | null {
  return words[0] === 'RETURNING' ? (words[1] ?? '') : null;
}

function valueTyping(args: readonly Argument[], words: readonly string[]): Typing | Refusal {
  const returning = returningOf(words);
  const type = returning === null ? stringType : /^(?:VAR)?CHAR/.test(returning) ? stringType : returningTypes.get(returning);
  if (type === undefined)
    return {message: `cannot return ${returning}`, hint: 'write STRING, BOOLEAN, INT, BIGINT or DOUBLE, and CAST the result'};
  const fault = checkPath(args);
  if (fault !== null) return fault;
  const defaults = (argument: SqlType): SqlType => withNullable(type, argument.nullable || argument.kind === 'NULL');
  return takes({parameters: [text, text], rest: defaults, result: type, nullability: 'nullable'})(args, words);
}

function isScalar(node: JsonNode): boolean {
  return !isJsonArray(node) && !isJsonObject(node);
}

const jsonValue: ScalarFunction = {
  kind: 'scalar',
  family: 'json',
  name: 'JSON_VALUE',
  summary:
    'The scalar that a path leads to in a JSON text, as STRING or the type asked for; NULL, an error or a default when there is none.',
  syntax: 'JSON_VALUE(text, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY] [NULL | ERROR | DEFAULT value ON ERROR])',
  examples: [
    {sql: `JSON_VALUE('{"a": true}', '$.a')`, gives: 'true'},
    {sql: `JSON_VALUE('{"a": {"b": 7}}', 'lax $.a.b' RETURNING INT)`, gives: '7'},
    {sql: `JSON_VALUE('{"a": true}', 'lax $.b' DEFAULT 'none' ON EMPTY)`, gives: 'none'},
  ],
  deterministic: true,
  nulls: 'handled',
  typing: valueTyping,
  evaluate(args, call) {
    const [json, source] = args;
    if (typeof json !== 'string' || typeof source !== 'string') return null;
    const path = pathOf(call, source);
    const found = find(json, path);
    if (found.kind === 'error') return answer(behaviorOf(call.words, 'ERROR', 'NULL'), args, call, 'JSON_VALUE', found.reason);
    const isEmpty = found.kind === 'empty' || found.node === null || (path.mode === 'lax' && !isScalar(found.node));
    if (isEmpty) return answer(behaviorOf(call.words, 'EMPTY', 'NULL'), args, call, 'JSON_VALUE', 'the path leads to nothing');
    const onError = (reason: string): Value => answer(behaviorOf(call.words, 'ERROR', 'NULL'), args, call, 'JSON_VALUE', reason);
    if (!isScalar(found.node)) return onError('the path leads to an array or object');
    return scalarOf(found.node, call) ?? onError('the value does not fit the type');
  },
};

/** Undefined when the node is not of the type returned. */
function scalarOf(node: JsonNode, call: CallSite): Value | undefined {
  if (isText(call.result)) return typeof node === 'string' ? node : jsonText(node);
  const isBoolean = typeof node === 'boolean';
  if ((call.result.kind === 'BOOLEAN') !== isBoolean && typeof node !== 'string') return undefined;
  try {
    return nodeToValue(node, call.result, call.timeZone);
  } catch {
    return undefined;
  }
}

function queryTyping(args: readonly Argument[], words: readonly string[]): Typing | Refusal {
  const returning = returningOf(words);
  const isArray = returning !== null && returning.startsWith('ARRAY');
  const isKnown =
    returning === null || returning === 'STRING' || returning.startsWith('VARCHAR') || /^ARRAY<(?:STRING|VARCHAR.*)>$/.test(returning);
  if (!isKnown) return {message: `cannot return ${returning}`, hint: 'write STRING or ARRAY<STRING>'};
  if (isArray && words.join(' ').includes('EMPTY OBJECT'))
    return {message: 'cannot return an empty object as an array', hint: 'write EMPTY ARRAY'};
  const result: SqlType = isArray ? {kind: 'ARRAY', element: stringType, nullable: true} : stringType;
  return checkPath(args) ?? takes({parameters: [text, text], result, nullability: 'nullable'})(args, words);
}

const jsonQuery: ScalarFunction = {
  kind: 'scalar',
  family: 'json',
  name: 'JSON_QUERY',
  summary: 'The array or object that a path leads to in a JSON text, as JSON; a wrapper makes an array of it.',
  syntax: 'JSON_QUERY(text, path [RETURNING type] [WITHOUT | WITH [CONDITIONAL | UNCONDITIONAL] ARRAY WRAPPER] [… ON EMPTY] [… ON ERROR])',
  examples: [
    {sql: `JSON_QUERY('{"a": {"b": [1, 2]}}', '$.a')`, gives: '{"b":[1,2]}'},
    {sql: `JSON_QUERY('{"a": 1}', '$.a' WITH ARRAY WRAPPER)`, gives: '[1]'},
    {sql: `JSON_QUERY('[1, 2]', '$' WITH CONDITIONAL ARRAY WRAPPER)`, gives: '[1,2]'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: queryTyping,
  evaluate(args, call) {
    const path = pathOf(call, args[1] as string);
    const found = find(args[0] as string, path);
    const onError = (reason: string): Value => answer(behaviorOf(call.words, 'ERROR', 'NULL'), args, call, 'JSON_QUERY', reason);
    if (found.kind === 'error') return onError(found.reason);
    const onEmpty = (): Value => answer(behaviorOf(call.words, 'EMPTY', 'NULL'), args, call, 'JSON_QUERY', 'the path leads to nothing');
    if (found.kind === 'empty' || found.node === null) return onEmpty();
    const node = wrapped(found.node, call.words);
    if (isScalar(node)) return path.mode === 'lax' ? onEmpty() : onError('the path leads to a scalar');
    if (call.result.kind !== 'ARRAY') return orderedJson(node);
    return isJsonArray(node)
      ? node.map(element => (element === null ? null : typeof element === 'string' ? element : orderedJson(element)))
      : onError('the path leads to an object');
  },
};

function wrapped(node: JsonNode, words: readonly string[]): JsonNode {
  const isWrapped = words.includes('WRAPPER') && !words.includes('WITHOUT');
  if (!isWrapped || (words.includes('CONDITIONAL') && isJsonArray(node))) return node;
  return [node];
}

const isJson: ScalarFunction = {
  kind: 'scalar',
  family: 'json',
  name: 'IS JSON',
  summary: 'Whether a text is JSON, or a JSON object, array or scalar.',
  syntax: 'text IS [NOT] JSON [VALUE | OBJECT | ARRAY | SCALAR]',
  examples: [
    {sql: `'{"a": 1}' IS JSON`, gives: 'TRUE'},
    {sql: `'[1]' IS JSON OBJECT`, gives: 'FALSE'},
    {sql: `'abc' IS NOT JSON`, gives: 'TRUE'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: takes({parameters: [text], result: booleanType}),
  evaluate([value], call) {
    const node = parseJson(value as string);
    if (node === undefined) return false;
    const [kind = 'VALUE'] = call.words;
    if (kind === 'OBJECT') return isJsonObject(node);
    if (kind === 'ARRAY') return isJsonArray(node);
    return kind === 'VALUE' || isScalar(node);
  },
};

/** Fields of an object, elements of an array, 1 of anything else. */
function sizeOf(node: JsonNode): number {
  if (isJsonArray(node)) return node.length;
  return isJsonObject(node) ? node.size : 1;
}

const jsonLength: ScalarFunction = {
  kind: 'scalar',
  family: 'json',
  name: 'JSON_LENGTH',
  summary: 'How many elements an array, or fields an object, has in a JSON text, at its top or where a path leads; 1 of a scalar.',
  syntax: 'JSON_LENGTH(text [, path])',
  examples: [
    {sql: `JSON_LENGTH('[1, 2, {"a": 3}]')`, gives: '3'},
    {sql: `JSON_LENGTH('{"a": [1, 2]}', '$.a')`, gives: '2'},
    {sql: `JSON_LENGTH('{"a": [1, 2]}', '$.b')`, gives: 'NULL'},
  ],
  deterministic: true,
  nulls: 'propagate',
  typing: takes({parameters: [text, text], optional: 1, result: intType, nullability: 'nullable'}),
  evaluate([value, source], call) {
    const root = parseJson(value as string);
    if (root === undefined) return null;
    if (source === undefined) return sizeOf(root);
    const path = compiledPath(call, source as string);
    if (path === null) return null;
    const node = followJsonPath(root, path);
    if (isDefinite(path)) return node === undefined ? null : sizeOf(node);
    const [only, ...others] = node as readonly JsonNode[];
    return only === undefined || others.length > 0 ? null : sizeOf(only);
  },
};

export const jsonFunctions: readonly ScalarFunction[] = [jsonExists, jsonValue, jsonQuery, isJson, jsonLength];
