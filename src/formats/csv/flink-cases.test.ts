import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type SqlType, stringType} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import {read} from './read-for-tests.ts';

const corpus = join(process.env['WEIR_CONFORMANCE'] ?? '../shared/conformance', 'flink-formats/csv-coercion.json');
describe.skipIf(!existsSync(corpus))("Flink's own cases", () => {
  interface Case {
    readonly kind: string;
    readonly type: string;
    readonly csv: string;
    readonly value?: unknown;
    readonly valueJava?: string;
    readonly config?: string;
  }
  const cases = existsSync(corpus) ? (JSON.parse(readFileSync(corpus, 'utf8')) as {readonly cases: readonly Case[]}).cases : [];
  const readable = cases.filter(({type, csv}) => csv !== 'FAIL' && !type.startsWith('RAW'));
  test.each(readable.map((item, index) => [index, item] as const))('%i: %o', (_, item) => {
    const type = typeOfText(item.type);
    const options: Record<string, string> =
      item.kind === 'testNullableField' ? {'null-literal': 'null', 'array-element-delimiter': ';'} : {};
    for (const match of (item.config ?? '').matchAll(/csv\.([a-z-]+)='(.)'/g)) options[match[1] as string] = match[2] as string;
    const delimiter = options['field-delimiter'] ?? ',';
    const columns = [
      {name: 'begin', type: stringType},
      {name: 'x', type},
      {name: 'end', type: stringType},
    ];
    const {rows, rejects} = read(`BEGIN${delimiter}${item.csv}${delimiter}END\n`, {columns, options});
    expect(rejects).toEqual([]);
    expect(rows).toEqual([['BEGIN', expectedOf(item, type), 'END']]);
  });

  function typeOfText(text: string): SqlType {
    const digits = Number(/\((\d+)/.exec(text)?.[1] ?? 0);
    if (text.startsWith('ARRAY')) return {kind: 'ARRAY', element: typeOfText(text.slice(6, -1)), nullable: true};
    if (text.startsWith('ROW')) {
      const fields = [...text.matchAll(/`(\w+)` (\w+)/g)].map(match => ({name: match[1] as string, type: typeOfText(match[2] as string)}));
      return {kind: 'ROW', fields, nullable: true};
    }
    if (text === 'STRING') return stringType;
    if (text === 'BYTES') return {kind: 'VARBINARY', length: 2147483647, nullable: true};
    const kind = (/^[A-Z_]+/.exec(text) as RegExpExecArray)[0];
    if (kind === 'DECIMAL') return {kind, precision: digits, scale: Number(/,\s*(\d+)/.exec(text)?.[1]), nullable: true};
    if (kind === 'TIME' || kind === 'TIMESTAMP' || kind === 'TIMESTAMP_LTZ') return {kind, precision: digits, nullable: true};
    return {kind, nullable: true} as SqlType;
  }

  const javaValues: Readonly<Record<string, Value>> = {
    'Instant.ofEpochSecond(123)': 123_000,
    'Instant.ofEpochMilli(123456)': 123_456,
    'Row.of("Hello",42,false)': ['Hello', 42, false],
    'newString[]{"a","b","c"}': ['a', 'b', 'c'],
    'newByte[]{12,4,null}': [12, 4, null],
    'newbyte[]{107,3,11}': new Uint8Array([107, 3, 11]),
    'Row.of("1","hello")': ['1', 'hello'],
    'Row.of("1","hello world")': ['1', 'hello world'],
  };

  function expectedOf(item: Case, type: SqlType): Value {
    if (item.valueJava !== undefined) return javaValues[item.valueJava] as Value;
    // Flink's case names what it writes again, not what it read; quotes doubled, the escaped character kept.
    if (item.csv === "'123''4**'") return "123'4*";
    const {value} = item;
    if (typeof value === 'number') return type.kind === 'BIGINT' ? BigInt(value) : type.kind === 'FLOAT' ? Math.fround(value) : value;
    if (typeof value !== 'string') return value as Value;
    if (type.kind === 'DATE') return Date.parse(value) / 86_400_000;
    if (type.kind === 'TIME') return Date.parse(`1970-01-01T${value}Z`);
    if (type.kind === 'TIMESTAMP') return Date.parse(`${value}Z`);
    if (type.kind !== 'DECIMAL') return value;
    const fraction = value.split('.')[1] ?? '';
    return BigInt(value.replace('.', '')) * 10n ** BigInt(type.scale - fraction.length);
  }
});
