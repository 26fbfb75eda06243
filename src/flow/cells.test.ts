import {expect, test} from 'vitest';
import {Memory} from '../base/memory.ts';
import {physicalOf, type SqlType, stringType, intType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {Tag, Vector} from './batch.ts';
import {readValue, writeValue} from './cells.ts';

const cells: readonly [type: SqlType, value: Value, tag: number][] = [
  [{kind: 'BOOLEAN', nullable: true}, true, Tag.value],
  [{kind: 'BOOLEAN', nullable: true}, false, Tag.value],
  [{kind: 'INT', nullable: true}, -7, Tag.value],
  [{kind: 'DOUBLE', nullable: true}, -0, Tag.value],
  [{kind: 'DOUBLE', nullable: true}, Number.NaN, Tag.value],
  [{kind: 'INT', nullable: true}, null, Tag.null],
  [{kind: 'BIGINT', nullable: true}, 9007199254740991n, Tag.value],
  [{kind: 'BIGINT', nullable: true}, -9007199254740992n, Tag.wide],
  [{kind: 'DECIMAL', precision: 38, scale: 2, nullable: true}, 12345678901234567890123456789012345678n, Tag.wide],
  [{kind: 'TIMESTAMP', precision: 9, nullable: true}, 1_600_000_000_000_000_001n, Tag.wide],
  [{kind: 'TIMESTAMP', precision: 3, nullable: true}, 1_600_000_000_001, Tag.value],
  [stringType, 'grüße 😀', Tag.value],
  [stringType, '', Tag.value],
  [stringType, 'a "quoted" text', Tag.dirty],
  [stringType, 'tab\t', Tag.dirty],
  [{kind: 'VARBINARY', length: 9, nullable: true}, new Uint8Array([0, 255, 128]), Tag.dirty],
  [{kind: 'ARRAY', element: intType, nullable: true}, [1, null, 3], Tag.value],
  [{kind: 'ROW', fields: [{name: 'a', type: stringType}], nullable: true}, ['x'], Tag.dirty],
];

test.each(cells)('%o: %o', (type, value, tag) => {
  const memory = new Memory(1 << 22);
  const vector = new Vector(memory, physicalOf(type), 4);
  writeValue(memory, vector, 2, type, value, 'UTC');
  expect(vector.tags[2]).toBe(tag);
  expect(readValue(memory, vector, 2, type, 'UTC')).toEqual(value);
});

test('what a batch took is handed back with its mark', () => {
  const memory = new Memory(1 << 22);
  const type: SqlType = {kind: 'BIGINT', nullable: true};
  const vector = new Vector(memory, 'integer', 4);
  const mark = memory.mark();
  writeValue(memory, vector, 0, type, 1n << 60n, 'UTC');
  expect(memory.wide).toEqual([1n << 60n]);
  memory.release(mark);
  expect(memory.wide).toEqual([]);
});
