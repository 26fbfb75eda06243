import {expect, test} from 'vitest';
import {LiveRows} from './live-rows.ts';

function rowsAfter(most: number, ...changes: readonly string[]): {readonly rows: string; readonly more: number} {
  const rows = new LiveRows(most);
  for (const change of changes) rows.change(change.slice(0, 2), change.slice(2));
  return {rows: rows.texts().join(' '), more: rows.more};
}

test('an updated row stays where it is, a deleted one goes', () => {
  expect(rowsAfter(9, '+Ia1', '+Ib1', '-Ua1', '+Ua2', '+Ic1')).toEqual({rows: 'a2 b1 c1', more: 0});
  expect(rowsAfter(9, '+Ia1', '+Ib1', '-Da1', '+Ic1')).toEqual({rows: 'b1 c1', more: 0});
});
test('equal rows are several', () => {
  expect(rowsAfter(9, '+Ia', '+Ia', '+Ia', '-Da')).toEqual({rows: 'a a', more: 0});
});
test('rows beyond the most are counted, and what is shown is right', () => {
  expect(rowsAfter(2, '+Ia1', '+Ib1', '+Ic1', '+Id1')).toEqual({rows: 'a1 b1', more: 2});
  expect(rowsAfter(2, '+Ia1', '+Ib1', '+Ic1', '-Uc1', '+Uc2', '-Ub1', '+Ub2')).toEqual({rows: 'a1 b2', more: 1});
  expect(rowsAfter(2, '+Ia1', '+Ib1', '+Ic1', '-Da1', '-Dc1', '+Id1')).toEqual({rows: 'b1 d1', more: 0});
});
