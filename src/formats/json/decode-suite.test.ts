import {existsSync, readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {SqlType} from '../../types/sql-type.ts';
import {parseDecimal, rescale} from '../../types/decimal.ts';
import type {Value} from '../../types/value.ts';
import {decodeMessage, types} from './fixtures/decoded.ts';
import {readType} from './fixtures/type-names.ts';

/** Independent cases, where they are at hand. */
const conformance = process.env['WEIR_CONFORMANCE'] ?? '../shared/conformance';
const suite = join(conformance, 'json-test-suite/test_parsing');
const coercion = join(conformance, 'flink-formats/json-coercion.json');
if (!existsSync(suite)) console.log(`the cases of ${conformance} are absent, so they do not run`);

describe.skipIf(!existsSync(suite))('json-test-suite', () => {
  const files = existsSync(suite) ? readdirSync(suite).map(name => ({name, bytes: readFileSync(join(suite, name))})) : [];
  const wrapped = (bytes: Buffer) => Buffer.concat([Buffer.from('{"a":'), bytes, Buffer.from('}')]);
  const accepts = (bytes: Buffer, columns: Readonly<Record<string, SqlType>>) => {
    const {rows, rejects} = decodeMessage(bytes, columns);
    expect(rows.length + rejects.length).toBe(1);
    return rows.length === 1;
  };

  test('it is there', () => expect(files.length).toBeGreaterThan(250));

  test.each(files.filter(({name}) => name.startsWith('y_')))('$name is a value', ({bytes}) => {
    expect(accepts(wrapped(bytes), {a: types.STRING})).toBe(true);
    expect(accepts(wrapped(bytes), {b: types.STRING})).toBe(true);
    expect(accepts(wrapped(bytes), {'a.b': types.STRING, a: types.STRING}) || !/^\s*\{/.test(bytes.toString())).toBe(true);
  });

  test.each(files.filter(({name}) => name.startsWith('n_')))('$name is none', ({bytes}) => {
    expect(accepts(wrapped(bytes), {a: types.STRING})).toBe(false);
    expect(accepts(wrapped(bytes), {b: types.STRING})).toBe(false);
    const {rows, rejects} = decodeMessage(bytes, {a: types.STRING});
    expect([rows.length, rejects.length]).toEqual([0, 1]);
  });

  test.each(files.filter(({name}) => name.startsWith('i_')))('$name is one or the other', ({bytes}) => {
    accepts(wrapped(bytes), {a: types.STRING});
    accepts(wrapped(bytes), {b: types.STRING});
    accepts(wrapped(bytes), {a: types.DOUBLE});
  });
});

interface CoercionCase {
  readonly json: string;
  readonly timestampFormat: string;
  readonly type: string;
  readonly expect?: unknown;
  readonly failOnErrorMessage?: string;
  readonly expectWithIgnoreParseErrors?: unknown;
}

/** Flink takes raw control characters in strings; RFC 8259 does not, and neither do we. */
const refused = ['\tstring field'];

describe.skipIf(!existsSync(coercion))("Flink's coercions", () => {
  const cases = existsSync(coercion) ? (JSON.parse(readFileSync(coercion, 'utf8')) as {cases: CoercionCase[]}).cases : [];
  const columnsOf = (type: string) => {
    const row = readType(type);
    if (row.kind !== 'ROW') throw new Error(type);
    return Object.fromEntries(row.fields.map(field => [field.name, field.type]));
  };

  test.each(cases.filter(({json}) => !refused.some(text => json.includes(text))))('$json as $type ($timestampFormat)', item => {
    const columns = columnsOf(item.type);
    const options = {'timestamp-format.standard': item.timestampFormat};
    const strict = decodeMessage(item.json, columns, {options});
    const fails = item.failOnErrorMessage !== undefined || item.expect === 'ROW_IS_NULL';
    if (fails) expect([strict.rows, strict.rejects.length]).toEqual([[], 1]);
    else expect(strict.rows).toEqual([Object.values(columns).map((type, index) => typed((item.expect as unknown[])[index], type))]);
    if (item.failOnErrorMessage === undefined) return;
    const lenient = decodeMessage(item.json, columns, {options: {...options, 'ignore-parse-errors': 'true'}});
    const expected = (item.expectWithIgnoreParseErrors as unknown[] | undefined) ?? [null];
    expect(lenient).toEqual({rows: [Object.values(columns).map((type, index) => typed(expected[index], type))], rejects: []});
  });
});

function typed(value: unknown, type: SqlType): Value {
  if (value === null || value === undefined) return null;
  if (type.kind === 'BIGINT') return BigInt(value as number);
  if (type.kind === 'ROW') return (value as {$row: unknown[]}).$row.map((field, index) => typed(field, type.fields[index]?.type ?? type));
  if (type.kind === 'ARRAY') return (value as unknown[]).map(element => typed(element, type.element));
  if (type.kind === 'MAP')
    return new Map((value as {$map: [unknown, unknown][]}).$map.map(([key, item]) => [typed(key, type.key), typed(item, type.value)]));
  if (type.kind === 'DECIMAL') {
    const decimal = parseDecimal((value as {$decimal: string}).$decimal);
    return decimal && rescale(decimal.unscaled, decimal.scale, type.scale);
  }
  return value as Value;
}
