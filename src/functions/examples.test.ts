import {expect, test} from 'vitest';
import type {Expression, QueryBody, TypeName} from '../sql/ast.ts';
import {parseScript} from '../sql/parse.ts';
import {castability, castValue} from '../types/cast.ts';
import {maxLength, type SqlType, withNullable} from '../types/sql-type.ts';
import {valueText} from '../types/text.ts';
import {parseDate, parseTime, parseTimestamp, timestampValue} from '../types/time.ts';
import {typeText} from '../types/type-text.ts';
import type {Row, Value} from '../types/value.ts';
import {callScalar, callSite} from './call.ts';
import type {FunctionDefinition, Typing} from './define.ts';
import {findFunction, functions} from './index.ts';

/** Constant expressions over one row, bound and computed in one go: enough for the examples, and independent of the planner. */
interface Typed {
  readonly type: SqlType;
  readonly value: Value;
}

type Scope = Readonly<Record<string, Typed>>;

const session = {timeZone: 'UTC', clock: {now: () => 1_600_000_000_123}};

function parsed(sql: string): QueryBody {
  const {script, problems} = parseScript({name: 'example', text: sql}, {lenient: false});
  expect(problems.map(problem => problem.message)).toEqual([]);
  const statement = script.statements[0]?.statement;
  if (statement?.kind !== 'query') throw new Error(`no query: ${sql}`);
  return statement.query.body;
}

function selected(sql: string): Expression {
  const body = parsed(`SELECT ${sql}`);
  if (body.kind !== 'select') throw new Error(`no SELECT: ${sql}`);
  return (body.items[0] as {expression: Expression}).expression;
}

function typingOf(definition: FunctionDefinition, args: readonly Typed[], words: readonly string[]): Typing {
  const typing = definition.typing(
    args.map(arg => ({type: arg.type, literal: arg.value})),
    words,
  );
  if ('message' in typing) throw new Error(`${definition.name} ${typing.message}`);
  for (const [index, arg] of args.entries()) {
    const target = typing.arguments[index] as SqlType;
    expect(castability(arg.type, target), `${definition.name}: ${typeText(arg.type)} to ${typeText(target)}`).not.toBe('none');
  }
  return typing;
}

function call(name: string, args: readonly Typed[], words: readonly string[] = []): Typed {
  const definition = findFunction(name);
  if (definition?.kind !== 'scalar') throw new Error(`no scalar function ${name}`);
  const typing = typingOf(definition, args, words);
  const values = args.map((arg, index) => castValue(arg.value, arg.type, typing.arguments[index] as SqlType, 'UTC'));
  const site = callSite(
    definition,
    values.map((literal, index) => ({type: typing.arguments[index] as SqlType, literal})),
    words,
    typing.result,
    session,
  );
  const value = callScalar(definition, values, site);
  if (value === null) expect(typing.result.nullable, `${name} gives NULL, which its type excludes`).toBe(true);
  return {type: typing.result, value};
}

function sqlTypeOf(name: TypeName): SqlType {
  const [first = name.name === 'DECIMAL' ? 10 : 6, second = 0] = name.arguments;
  switch (name.name) {
    case 'STRING':
    case 'VARCHAR':
      return {kind: 'VARCHAR', length: name.arguments[0] ?? maxLength, nullable: true};
    case 'DECIMAL':
      return {kind: 'DECIMAL', precision: first, scale: second, nullable: true};
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return {kind: name.name, precision: first, nullable: true};
    default:
      return {kind: name.name as 'INT', nullable: true};
  }
}

function numberOf(text: string): Typed {
  if (/[eE]/.test(text)) return {type: {kind: 'DOUBLE', nullable: false}, value: Number(text)};
  const [whole = '', fraction] = text.split('.');
  if (fraction === undefined) {
    const isInt = BigInt(text) <= 2147483647n;
    return {type: {kind: isInt ? 'INT' : 'BIGINT', nullable: false}, value: isInt ? Number(text) : BigInt(text)};
  }
  const digits = whole.replace(/^0+/, '') + fraction;
  return {type: {kind: 'DECIMAL', precision: digits.length, scale: fraction.length, nullable: false}, value: BigInt(digits)};
}

function intervalOf(expression: Expression & {readonly kind: 'interval'}): Typed {
  const size = Number(expression.text) * (expression.negative ? -1 : 1);
  const milliseconds: Record<string, number> = {DAY: 86_400_000, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1000};
  const unit = expression.from in milliseconds ? 'milliseconds' : 'months';
  const value = unit === 'months' ? size * (expression.from === 'YEAR' ? 12 : 1) : size * (milliseconds[expression.from] as number);
  return {type: {kind: 'INTERVAL', unit, nullable: false}, value};
}

function datetimeOf(type: 'DATE' | 'TIME' | 'TIMESTAMP', text: string): Typed {
  if (type === 'DATE') return {type: {kind: 'DATE', nullable: false}, value: parseDate(text)};
  if (type === 'TIME') return {type: {kind: 'TIME', precision: 0, nullable: false}, value: parseTime(text)};
  const precision = text.split('.')[1]?.length ?? 0;
  const parts = parseTimestamp(text);
  if (parts === null) throw new Error(`no timestamp: ${text}`);
  return {type: {kind: 'TIMESTAMP', precision, nullable: false}, value: timestampValue(parts.millis, parts.nanos, precision)};
}

function evaluate(expression: Expression, scope: Scope): Typed {
  const all = (list: readonly Expression[]): readonly Typed[] => list.map(each => evaluate(each, scope));
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- examples use few kinds of expressions, and say so when they use another.
  switch (expression.kind) {
    case 'number':
      return numberOf(expression.text);
    case 'string':
      return {type: {kind: 'CHAR', length: expression.value.length, nullable: false}, value: expression.value};
    case 'boolean':
      return {type: {kind: 'BOOLEAN', nullable: expression.value === null}, value: expression.value};
    case 'null':
      return {type: {kind: 'NULL', nullable: true}, value: null};
    case 'datetime':
      return datetimeOf(expression.type, expression.text);
    case 'interval':
      return intervalOf(expression);
    case 'column':
      return scope[expression.parts[0]?.name ?? ''] as Typed;
    case 'binary':
      return call(expression.operator, all([expression.left, expression.right]));
    case 'unary':
      return call(expression.operator, all([expression.operand]));
    case 'like': {
      const args = all([expression.operand, expression.pattern, ...(expression.escape === null ? [] : [expression.escape])]);
      const found = call(expression.similar ? 'SIMILAR TO' : 'LIKE', args);
      return expression.negated ? call('NOT', [found]) : found;
    }
    case 'is-json': {
      const found = call('IS JSON', all([expression.operand]), [expression.type]);
      return expression.negated ? call('NOT', [found]) : found;
    }
    case 'item':
      return call('ITEM', all([expression.operand, expression.index]));
    case 'constructor':
      return call(expression.type, all(expression.items));
    case 'row':
      return call('ROW', all(expression.items));
    case 'cast': {
      const {type, value} = evaluate(expression.operand, scope);
      const target = sqlTypeOf(expression.type);
      return {type: withNullable(target, type.nullable || type.kind === 'NULL'), value: castValue(value, type, target, 'UTC')};
    }
    case 'call': {
      const {returning} = expression as {readonly returning?: TypeName | null};
      return call(expression.name, all(expression.arguments), [...(returning ? ['RETURNING', returning.name] : []), ...expression.words]);
    }
    default:
      throw new Error(`not in an example: ${expression.kind}`);
  }
}

/** `SELECT aggregate(x) FROM (VALUES …) AS t(x)`. */
function evaluateAggregate(definition: FunctionDefinition & {readonly kind: 'aggregate'}, sql: string): Typed {
  const body = parsed(sql);
  if (body.kind !== 'select' || body.from?.kind !== 'derived' || body.from.query.body.kind !== 'values')
    throw new Error(`no example: ${sql}`);
  const rows = body.from.query.body.rows.map(row => row.items.map(item => evaluate(item, {})));
  const columns = body.from.alias?.columns.map(column => column.name) ?? ['x'];
  const expression = (body.items[0] as {expression: Expression}).expression;
  if (expression.kind !== 'call') throw new Error(`no call: ${sql}`);
  const args = expression.arguments.filter(arg => arg.kind !== 'star');
  const typed = rows.map(row => {
    const scope = Object.fromEntries(columns.map((column, index) => [column, row[index] as Typed]));
    return args.map(arg => evaluate(arg, scope));
  });
  const words = [...expression.words, ...(expression.ignoreNulls === true ? ['IGNORE', 'NULLS'] : [])];
  const typing = typingOf(
    definition,
    (typed[0] ?? []).map(arg => ({...arg, value: null})),
    words,
  );
  const values: readonly Row[] = typed.map(row =>
    row.map((arg, index) => castValue(arg.value, arg.type, typing.arguments[index] as SqlType, 'UTC')),
  );
  const site = callSite(
    definition,
    typing.arguments.map(type => ({type})),
    words,
    typing.result,
    session,
  );
  return {type: typing.result, value: definition.evaluate(values, site)};
}

for (const definition of functions) {
  test.each(definition.examples)(`${definition.name}: $sql`, ({sql, gives}) => {
    const {type, value} = definition.kind === 'aggregate' ? evaluateAggregate(definition, sql) : evaluate(selected(sql), {});
    expect(valueText(value, type, 'UTC')).toBe(gives);
  });
}

test('every name is written in upper case, occurs once and is found', () => {
  const names = functions.flatMap(definition => [definition.name, ...(definition.aliases ?? [])]);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(name).toBe(name.toUpperCase());
    expect(findFunction(name)).toBeDefined();
  }
  expect(findFunction('NO_SUCH_FUNCTION')).toBeUndefined();
});

test('summaries are sentences, and every definition shows its syntax', () => {
  for (const definition of functions) {
    expect(definition.summary, definition.name).toMatch(/^\S.*\.$/s);
    expect(definition.syntax, definition.name).not.toBe('');
  }
});

test('a NULL argument gives NULL where the definition says so', () => {
  for (const definition of functions) {
    if (definition.kind !== 'scalar' || definition.nulls !== 'propagate') continue;
    const site = callSite(definition, [{type: {kind: 'INT', nullable: true}}], [], {kind: 'INT', nullable: true}, session);
    expect(callScalar(definition, [null], site), definition.name).toBeNull();
  }
});

test.each([
  ["'1' = 1", 'does not compare CHAR(1) with INT'],
  ["'a' + 1", 'does not take (CHAR(1), INT)'],
  ['UPPER(1)', 'does not take (INT)'],
  ["SUBSTRING('a')", 'takes 2 to 3 arguments, not 1'],
  ['ARRAY[1] < ARRAY[2]', 'does not order ARRAY<INT NOT NULL>'],
  ["REGEXP('a', '(')", 'has the pattern "(", which has no closing ")"'],
  ["'a' LIKE 'a#b' ESCAPE '#'", 'has "a#b", whose escape at character 2 escapes nothing'],
  ["DATE_FORMAT(TIMESTAMP '2020-01-01 00:00:00', 'b')", 'has "b", which is no date pattern'],
  ["JSON_VALUE('{}', 'a')", 'has "a", which is no JSON path'],
  ["CONVERT_TZ('2020-01-01 00:00:00', 'UTC', 'Mars/Olympus')", 'has "Mars/Olympus", which is no time zone'],
  ["GREATEST(1, 'a')", 'has no common type of INT, CHAR(1)'],
  ['1e0 / 0', 'divides by a constant zero'],
])('refuses %s', (sql, message) => {
  expect(() => evaluate(selected(sql), {})).toThrow(message);
});
