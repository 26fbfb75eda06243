import {describe, expect, test} from 'vitest';
import {rowText} from '../../types/row-text.ts';
import {Bench} from './fixtures/decoded.ts';
import {readColumns} from './fixtures/type-names.ts';
import {json} from './json.ts';

describe('json', () => {
  test.each(json.examples)('$bytes', ({columns, bytes, row}) => {
    const wanted = readColumns(columns);
    const bench = new Bench(wanted.map(({name, type}) => [name, type] as const));
    const {rows, rejects} = bench.lines(Buffer.from(bytes));
    expect(rejects).toEqual([]);
    expect(rows.map(values => rowText(null, values, wanted, 'UTC'))).toEqual([row]);
  });

  test('options that contradict each other', () => {
    const both = new Map([
      ['fail-on-missing-field', 'true'],
      ['ignore-parse-errors', 'true'],
    ]);
    expect(json.check?.([], both).map(({code, message}) => [code, message])).toEqual([
      ['contradicting-options', "'fail-on-missing-field' and 'ignore-parse-errors' cannot both be true"],
    ]);
    expect(json.check?.([], new Map([['ignore-parse-errors', 'true']]))).toEqual([]);
  });
});
