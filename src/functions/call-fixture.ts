import type {SqlType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import {castValue} from '../types/cast.ts';
import {callScalar, callSite} from './call.ts';
import {findFunction} from './index.ts';

/** An argument of a call under test: a text, an integer, a DOUBLE, bytes, or a value of a type. */
export type Given = string | number | bigint | Uint8Array | boolean | null | {readonly value: Value; readonly type: SqlType};

function typed(given: Given): {readonly value: Value; readonly type: SqlType} {
  if (given !== null && typeof given === 'object' && !(given instanceof Uint8Array)) return given;
  const nullable = true;
  if (given === null) return {value: null, type: {kind: 'NULL', nullable}};
  if (typeof given === 'string') return {value: given, type: {kind: 'CHAR', length: Array.from(given).length, nullable}};
  if (given instanceof Uint8Array) return {value: given, type: {kind: 'BINARY', length: given.length, nullable}};
  if (typeof given === 'boolean') return {value: given, type: {kind: 'BOOLEAN', nullable}};
  if (typeof given === 'bigint') return {value: given, type: {kind: 'BIGINT', nullable}};
  return {value: given, type: {kind: Number.isInteger(given) ? 'INT' : 'DOUBLE', nullable}};
}

/** The value of a scalar function's call on constants, with the implicit casts of its typing. */
export function called(name: string, ...givens: readonly Given[]): Value {
  const definition = findFunction(name);
  if (definition?.kind !== 'scalar') throw new Error(`no scalar function ${name}`);
  const args = givens.map(typed);
  const typing = definition.typing(
    args.map(({type, value}) => ({type, literal: value})),
    [],
  );
  if ('message' in typing) throw new Error(`${name} ${typing.message}`);
  const values = args.map(({value, type}, index) => castValue(value, type, typing.arguments[index] ?? type, 'UTC'));
  const planned = values.map((literal, index) => ({type: typing.arguments[index] ?? (args[index] as {type: SqlType}).type, literal}));
  const session = {timeZone: 'UTC', clock: {now: () => 1_600_000_000_123}};
  return callScalar(definition, values, callSite(definition, planned, [], typing.result, session));
}
