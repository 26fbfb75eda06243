import type {Memory} from '../../base/memory.ts';
import type {Clock} from '../../base/clock.ts';
import type {Problem} from '../../base/problem.ts';
import {Tag, type Vector} from '../../flow/batch.ts';
import {parseDecimal, rescale} from '../../types/decimal.ts';
import {isText} from '../../types/common-type.ts';
import {isIntegerKind, parseInteger} from '../../types/integer.ts';
import {maxLength, type Column, type SqlType} from '../../types/sql-type.ts';
import {instantToLocal, timestampValue} from '../../types/time.ts';
import {typeText} from '../../types/type-text.ts';
import type {Value} from '../../types/value.ts';
import {invalid} from '../options.ts';
import {parseDuration} from '../../base/quantity.ts';
import {randomBelow, randomBits, randomUnit, streamSeed} from './random.ts';

/** Makes the values of one field, each from its row number. */
export interface Generator {
  /** How many values there are; null: no end. */
  readonly rows: number | null;
  value(row: number): Value;
  /** Straight into a column, without a value in between: rows [first, first + count). Absent: `value` and `writeValue`. */
  write?(memory: Memory, vector: Vector, first: number, count: number): void;
}

export interface GeneratorContext {
  readonly options: ReadonlyMap<string, string>;
  readonly seed: number;
  readonly clock: Clock;
  readonly timeZone: string;
  /** Where problems of the options go. */
  readonly problems: Problem[];
  /** Keys of options that some field has used. */
  readonly used: Set<string>;
}

const defaultTextLength = 100;
const defaultCollectionLength = 3;

/** The generator of a column or of a field in one; `path` is its name in the options: `r.f`, `a.element`. */
export function makeGenerator(path: string, type: SqlType, context: GeneratorContext): Generator {
  const kind = optionOf(context, path, 'kind') ?? 'random';
  if (kind === 'sequence') return makeSequence(path, type, context);
  const random = makeRandom(path, type, {...context, seed: streamSeed(context.seed, path)}, context);
  const rateText = optionOf(context, path, 'null-rate');
  if (rateText === undefined) return random;
  const rate = Number(rateText);
  if (!(rate >= 0 && rate <= 1)) reportBad(context, path, 'null-rate', rateText, 'a number between 0 and 1');
  const seed = streamSeed(context.seed, `${path} null`);
  return {rows: random.rows, value: row => (randomUnit(seed, row, 0) < rate ? null : random.value(row))};
}

/** `own`: with the seed of this field; `outer`: as given, from which fields inside take theirs. */
function makeRandom(path: string, type: SqlType, own: GeneratorContext, outer: GeneratorContext): Generator {
  const {seed, clock, timeZone} = own;
  switch (type.kind) {
    case 'BOOLEAN':
      return endless(row => (randomBits(seed, row, 0) & 1) === 1);
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL':
      return randomInteger(path, type, own);
    case 'FLOAT':
    case 'DOUBLE':
      return randomFloat(path, type, own);
    case 'CHAR':
    case 'VARCHAR':
      return randomText(path, type, own);
    case 'BINARY':
    case 'VARBINARY': {
      const length = lengthOf(path, type, own);
      return endless(row => Uint8Array.from({length: length(row)}, (_, at) => randomBits(seed, row, at)));
    }
    case 'DATE':
      return endless(() => Math.floor(instantToLocal(timeZone, clock.now()) / 86_400_000));
    case 'TIME':
      return endless(() => ((instantToLocal(timeZone, clock.now()) % 86_400_000) + 86_400_000) % 86_400_000);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const past = pastOf(path, own);
      return endless(row => {
        const instant = clock.now() - Math.floor(randomUnit(seed, row, 0) * (past + 1));
        return timestampValue(type.kind === 'TIMESTAMP' ? instantToLocal(timeZone, instant) : instant, 0, type.precision);
      });
    }
    case 'INTERVAL':
      return endless(row => Math.floor(randomUnit(seed, row, 0) * (type.unit === 'months' ? 120_000 : 86_400_000_000)));
    case 'ROW': {
      const fields = type.fields.map(field => makeGenerator(`${path}.${field.name}`, field.type, outer));
      return {rows: shortest(fields), value: row => fields.map(field => field.value(row))};
    }
    case 'ARRAY':
    case 'MULTISET': {
      const length = lengthOf(path, type, own);
      const element = makeGenerator(`${path}.element`, type.element, outer);
      const values = (row: number) => Array.from({length: length(row)}, (_, at) => element.value(row * length(row) + at));
      return type.kind === 'ARRAY' ? endless(values) : endless(row => new Map(values(row).map(value => [value, 1])));
    }
    case 'MAP': {
      const length = lengthOf(path, type, own);
      const key = makeGenerator(`${path}.key`, type.key, outer);
      const value = makeGenerator(`${path}.value`, type.value, outer);
      const entry = (row: number, at: number): [Value, Value] => [key.value(row * length(row) + at), value.value(row * length(row) + at)];
      return endless(row => new Map(Array.from({length: length(row)}, (_, at) => entry(row, at))));
    }
    case 'NULL':
      return endless(() => null);
  }
}

const integerBits: Readonly<Record<string, bigint>> = {TINYINT: 7n, SMALLINT: 15n, INT: 31n, BIGINT: 63n};

/** Integers, and DECIMAL as the integer that it is stored as. */
function randomInteger(path: string, type: SqlType, context: GeneratorContext): Generator {
  const reach = type.kind === 'DECIMAL' ? 10n ** BigInt(type.precision) : 1n << (integerBits[type.kind] as bigint);
  const least = integerOption(path, 'min', type, context) ?? (type.kind === 'DECIMAL' ? 1n - reach : -reach);
  const most = integerOption(path, 'max', type, context) ?? reach - 1n;
  if (least > most)
    context.problems.push(
      invalid(
        'contradiction',
        `"fields.${path}.min" is more than "fields.${path}.max"`,
        'give a minimum that is not more than the maximum',
      ),
    );
  const range = most < least ? 1n : most - least + 1n;
  const isBig = type.kind === 'BIGINT' || type.kind === 'DECIMAL';
  const {seed} = context;
  if (range > 1n << 52n || least < -(1n << 52n) || most > 1n << 52n) {
    return endless(row => {
      const value = least + randomBelow(seed, row, range);
      return isBig ? value : Number(value);
    });
  }
  const first = Number(least);
  const count = Number(range);
  const number = (row: number) => first + Math.floor(randomUnit(seed, row, 0) * count);
  return {rows: null, value: isBig ? row => BigInt(number(row)) : number, write: numberWriter(number)};
}

function randomFloat(path: string, type: SqlType, context: GeneratorContext): Generator {
  const most = 3.4028234663852886e38;
  const low = floatOption(path, 'min', context) ?? -most;
  const high = floatOption(path, 'max', context) ?? most;
  if (low > high)
    context.problems.push(
      invalid(
        'contradiction',
        `"fields.${path}.min" is more than "fields.${path}.max"`,
        'give a minimum that is not more than the maximum',
      ),
    );
  const {seed} = context;
  const exact = (row: number) => low + randomUnit(seed, row, 0) * (high - low);
  const number = type.kind === 'FLOAT' ? (row: number) => Math.fround(exact(row)) : exact;
  return {rows: null, value: number, write: numberWriter(number)};
}

const hexDigits = Buffer.from('0123456789abcdef');

function randomText(path: string, type: SqlType, context: GeneratorContext): Generator {
  const length = lengthOf(path, type, context);
  const {seed} = context;
  const fill = (bytes: Uint8Array, start: number, size: number, row: number) => {
    for (let at = 0; at < size; at += 8) {
      let bits = randomBits(seed, row, at);
      const end = start + Math.min(at + 8, size);
      for (let index = start + at; index < end; index++, bits >>>= 4) bytes[index] = hexDigits[bits & 15] as number;
    }
  };
  return {
    rows: null,
    value(row) {
      const bytes = Buffer.alloc(length(row));
      fill(bytes, 0, bytes.length, row);
      return bytes.toString('latin1');
    },
    write(memory, vector, first, count) {
      for (let at = 0; at < count; at++) {
        const size = length(first + at);
        const pointer = memory.scratch(size);
        fill(memory.bytes, pointer, size, first + at);
        vector.ranges[2 * at] = pointer;
        vector.ranges[2 * at + 1] = size;
        vector.tags[at] = Tag.value;
      }
    },
  };
}

function makeSequence(path: string, type: SqlType, context: GeneratorContext): Generator {
  const start = boundOf(path, 'start', type, context);
  const end = boundOf(path, 'end', type, context);
  const toValue = sequenceValue(type);
  if (toValue === null) {
    context.problems.push(
      invalid(
        'bad-option',
        `column "${path}" is ${typeText(type)}, which has no sequence`,
        `leave out "fields.${path}.kind"; sequences are for numbers and texts`,
      ),
    );
  }
  if (start === null || end === null || toValue === null) return endless(() => null);
  if (start > end)
    context.problems.push(
      invalid('contradiction', `"fields.${path}.start" is more than "fields.${path}.end"`, 'give a start that is not more than the end'),
    );
  const rows = Number(end - start) + 1;
  return {rows, value: row => toValue(start + BigInt(row))};
}

/** Null where a type has no sequence. */
function sequenceValue(type: SqlType): ((value: bigint) => Value) | null {
  if (type.kind === 'BIGINT') return value => value;
  if (type.kind === 'DECIMAL') return value => rescale(value, 0, type.scale);
  if (isIntegerKind(type.kind) || type.kind === 'FLOAT' || type.kind === 'DOUBLE') return value => Number(value);
  return isText(type) ? value => String(value) : null;
}

function boundOf(path: string, name: 'start' | 'end', type: SqlType, context: GeneratorContext): bigint | null {
  const text = optionOf(context, path, name);
  if (text === undefined) {
    context.problems.push(
      invalid('missing-option', `the sequence of column "${path}" has no ${name}`, `add 'fields.${path}.${name}' = '…' to WITH`),
    );
    return null;
  }
  const kind = type.kind === 'TINYINT' || type.kind === 'SMALLINT' || type.kind === 'INT' ? type.kind : 'BIGINT';
  const value = /^[+-]?\d+$/.test(text) ? parseInteger(text, kind) : null;
  if (value === null) reportBad(context, path, name, text, `a whole number that fits ${typeText({...type, nullable: true})}`);
  return value === null ? null : BigInt(value);
}

function integerOption(path: string, name: string, type: SqlType, context: GeneratorContext): bigint | null {
  const text = optionOf(context, path, name);
  if (text === undefined) return null;
  let value: bigint | null = null;
  if (type.kind === 'DECIMAL') {
    const decimal = parseDecimal(text);
    if (decimal !== null) value = rescale(decimal.unscaled, decimal.scale, type.scale);
    if (value !== null && (value < 0n ? -value : value) >= 10n ** BigInt(type.precision)) value = null;
  } else if (isIntegerKind(type.kind) && /^[+-]?\d+$/.test(text)) {
    const parsed = parseInteger(text, type.kind);
    value = parsed === null ? null : BigInt(parsed);
  }
  if (value === null) reportBad(context, path, name, text, `a value of ${typeText({...type, nullable: true})}`);
  return value;
}

function floatOption(path: string, name: string, context: GeneratorContext): number | null {
  const text = optionOf(context, path, name);
  if (text === undefined) return null;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  reportBad(context, path, name, text, 'a number');
  return null;
}

/** How long each value is; with `var-len` from 1 to that. */
function lengthOf(path: string, type: SqlType, context: GeneratorContext): (row: number) => number {
  const declared = 'length' in type ? type.length : maxLength;
  const isCollection = !('length' in type);
  const isFixed = type.kind === 'CHAR' || type.kind === 'BINARY';
  const text = optionOf(context, path, 'length');
  let length = isCollection ? defaultCollectionLength : declared === maxLength ? defaultTextLength : declared;
  if (text !== undefined) {
    const given = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (given >= 1 || (given === 0 && isCollection)) length = given;
    else reportBad(context, path, 'length', text, 'a whole number, at least 1');
    if (given > declared || (isFixed && given !== declared))
      reportBad(context, path, 'length', text, `a length that fits ${typeText({...type, nullable: true})}`);
  }
  const varies = optionOf(context, path, 'var-len') === 'true';
  if (varies && (isFixed || isCollection))
    reportBad(context, path, 'var-len', 'true', `'false': the length of ${typeText({...type, nullable: true})} does not vary`);
  if (!varies) return () => length;
  const seed = streamSeed(context.seed, 'length');
  return row => 1 + Math.floor(randomUnit(seed, row, 0) * length);
}

function pastOf(path: string, context: GeneratorContext): number {
  const text = optionOf(context, path, 'max-past');
  return text === undefined ? 0 : (parseDuration(text) ?? 0);
}

function optionOf(context: GeneratorContext, path: string, name: string): string | undefined {
  const key = `fields.${path}.${name}`;
  const value = context.options.get(key);
  if (value !== undefined) context.used.add(key);
  return value;
}

function reportBad(context: GeneratorContext, path: string, name: string, text: string, wanted: string): void {
  context.problems.push(invalid('bad-option', `option "fields.${path}.${name}" cannot be ${JSON.stringify(text)}`, `give ${wanted}`));
}

function endless(value: (row: number) => Value): Generator {
  return {rows: null, value};
}

export function shortest(generators: readonly Generator[]): number | null {
  const ends = generators.flatMap(generator => (generator.rows === null ? [] : [generator.rows]));
  return ends.length === 0 ? null : Math.min(...ends);
}

function numberWriter(number: (row: number) => number) {
  return (_memory: Memory, vector: Vector, first: number, count: number) => {
    for (let at = 0; at < count; at++) vector.numbers[at] = number(first + at);
    vector.tags.fill(Tag.value, 0, count);
  };
}

/** Every name that an option of the columns may have between `fields.` and the last dot. */
export function fieldPaths(columns: readonly Column[], prefix = ''): string[] {
  return columns.flatMap(({name, type}) => pathsBelow(prefix + name, type));
}

function pathsBelow(path: string, type: SqlType): string[] {
  if (type.kind === 'ROW') return [path, ...fieldPaths(type.fields, `${path}.`)];
  if (type.kind === 'ARRAY' || type.kind === 'MULTISET') return [path, ...pathsBelow(`${path}.element`, type.element)];
  if (type.kind === 'MAP') return [path, ...pathsBelow(`${path}.key`, type.key), ...pathsBelow(`${path}.value`, type.value)];
  return [path];
}
