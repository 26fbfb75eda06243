import {isBytes, isInteger, isNumeric, isText} from '../types/common-type.ts';
import {bigintType, booleanType, doubleType, intType, type SqlType, stringType, withNullable} from '../types/sql-type.ts';
import {typeText} from '../types/type-text.ts';
import type {Argument, Refusal, Typing} from './define.ts';

/** Small rules that typings are put together from. */

/** What an argument of a type becomes; null when it is refused. An untyped NULL becomes the usual type of the place. */
export type Accept = (type: SqlType) => SqlType | null;

/** Left as it is when the test holds; NULL becomes `usual`. */
function accept(test: (type: SqlType) => boolean, usual: SqlType): Accept {
  return type => (type.kind === 'NULL' ? usual : test(type) ? type : null);
}

export const text: Accept = accept(isText, stringType);
export const bytes: Accept = accept(isBytes, {kind: 'VARBINARY', length: 2147483647, nullable: true});
export const textOrBytes: Accept = accept(type => isText(type) || isBytes(type), stringType);
export const boolean: Accept = accept(type => type.kind === 'BOOLEAN', booleanType);
export const integer: Accept = accept(isInteger, intType);
export const numeric: Accept = accept(isNumeric, intType);
export const anything: Accept = type => (type.kind === 'NULL' ? stringType : type);
/** Any number, as DOUBLE. */
export const double: Accept = type => {
  if (type.kind === 'NULL') return doubleType;
  return isNumeric(type) ? withNullable(doubleType, type.nullable) : null;
};
/** Any integer, as BIGINT. */
export const bigint: Accept = type => {
  if (type.kind === 'NULL') return bigintType;
  return isInteger(type) ? withNullable(bigintType, type.nullable) : null;
};
export const timestamp: Accept = accept(type => type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ', {
  kind: 'TIMESTAMP',
  precision: 3,
  nullable: true,
});

interface Parameters {
  readonly parameters: readonly Accept[];
  /** So many of the last parameters may be left out. */
  readonly optional?: number;
  /** Takes any number of further arguments. */
  readonly rest?: Accept;
  /** Nullable when an argument is; always with `nullable`, never with `notNull`. */
  readonly result: SqlType | ((types: readonly SqlType[]) => SqlType);
  readonly nullability?: 'nullable' | 'notNull';
}

/** A typing from a list of parameters. */
export function takes(signature: Parameters): (args: readonly Argument[], words: readonly string[]) => Typing | Refusal {
  const {parameters, optional = 0, rest, result, nullability} = signature;
  return args => {
    if (args.length < parameters.length - optional || (rest === undefined && args.length > parameters.length)) {
      return wrongCount(args.length, parameters.length - optional, rest === undefined ? parameters.length : null);
    }
    const types: SqlType[] = [];
    for (const [index, arg] of args.entries()) {
      const accepted = (parameters[index] ?? rest)?.(arg.type) ?? null;
      if (accepted === null) return wrongTypes(args);
      types.push(accepted);
    }
    const type = typeof result === 'function' ? result(types) : result;
    const nullable = nullability === undefined ? types.some(argument => argument.nullable) : nullability === 'nullable';
    return {arguments: types, result: withNullable(type, nullable)};
  };
}

export function wrongCount(given: number, least: number, most: number | null): Refusal {
  const wanted = most === null ? `at least ${least}` : least === most ? String(least) : `${least} to ${most}`;
  return {message: `takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${given}`};
}

export function wrongTypes(args: readonly Argument[], hint?: string): Refusal {
  const message = `does not take (${args.map(arg => typeText(withNullable(arg.type, true))).join(', ')})`;
  return hint === undefined ? {message} : {message, hint};
}

export function isRefusal(typing: Typing | Refusal): typing is Refusal {
  return 'message' in typing;
}

export function anyNullable(types: readonly SqlType[]): boolean {
  return types.some(type => type.nullable || type.kind === 'NULL');
}

/** The type of the first argument. */
export const sameAsFirst = (types: readonly SqlType[]): SqlType => types[0] as SqlType;
