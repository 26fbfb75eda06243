import type {Memory} from '../../base/memory.ts';
import {Tag, type Vector} from '../../flow/batch.ts';
import {writeValue} from '../../flow/cells.ts';
import type {SqlType} from '../../types/sql-type.ts';
import type {Value} from '../../types/value.ts';
import type {WantedColumn} from '../define.ts';
import type {Cursor} from './cursor.ts';
import {type Reading, readingOf} from './reading.ts';
import type {AvroRecord, AvroSchema} from './schema.ts';
import {branchOf, type Skip} from './skip.ts';
import {branchOfKind, defaultOf, fieldOf, isNamed, ValueReaders} from './value-reader.ts';

/** Reads one record into row `row` of the wanted vectors. Check the cursor's `fault` and `rejection` behind it. */
export type ReadRow = (cursor: Cursor, row: number) => void;

export interface RowReaderOptions {
  readonly memory: Memory;
  readonly timeZone: string;
  readonly wanted: readonly WantedColumn[];
  /** Whether a field is NULL that does not fit its column; else its record is none. */
  readonly badField: 'reject' | 'null';
  /** The table's schema, whose defaults and aliases count; null: none was given. */
  readonly readAs: AvroRecord | null;
}

/** What is wanted below a place in the records: a cell itself, or what stands inside it. */
interface Target {
  readonly path: readonly string[];
  readonly column: WantedColumn;
}

/**
 * Resolves the schema that records were written with against the wanted columns: fields by their names, in the order in which they were written; what nobody wants
 * is passed over, what was not written is a default or NULL. A text says why there is no way.
 */
export function rowReader(schema: AvroSchema, options: RowReaderOptions): ReadRow | string {
  return new RowReaders(options).record(
    schema,
    options.wanted.map(column => ({path: column.path, column})),
    options.readAs,
    '',
  );
}

class RowReaders {
  readonly #options: RowReaderOptions;
  readonly #values = new ValueReaders();

  constructor(options: RowReaderOptions) {
    this.#options = options;
  }

  /** `above`: names on the way here, for messages. */
  record(schema: AvroSchema, targets: readonly Target[], readAs: AvroRecord | null, above: string): ReadRow | string {
    if (schema.kind === 'union') return this.#union(schema.branches, branch => this.record(branch, targets, readAs, above));
    if (schema.kind === 'null') return (_, row) => setNull(targets, row);
    if (schema.kind !== 'record')
      return `${above === '' ? 'the schema' : `field "${above}"`} is of ${schema.kind}, and no record with fields`;
    const names = [...new Set(targets.map(({path}) => path[0] as string))];
    const steps: ReadRow[] = [];
    const found = new Set<string>();
    let pending: Skip[] = [];
    for (const field of schema.fields) {
      const name = names.find(one => isNamed(field.name, one, readAs));
      if (name === undefined) {
        pending.push(this.#values.skip(field.type));
        continue;
      }
      found.add(name);
      const inner = targets.filter(({path}) => path[0] === name);
      const step = this.#field(field.type, inner, fieldOf(readAs, name)?.type ?? null, above === '' ? name : `${above}.${name}`);
      if (typeof step === 'string') return step;
      if (pending.length > 0) steps.push(skipping(pending));
      pending = [];
      steps.push(step);
    }
    if (pending.length > 0) steps.push(skipping(pending));
    for (const {path, column} of targets) {
      if (found.has(path[0] as string)) continue;
      const step = this.#missing(path, column, readAs);
      if (typeof step === 'string') return step;
      steps.push(step);
    }
    return sequence(steps);
  }

  /** What stands in one field: it is read once for what is inside it, and once more for each that wants it whole. */
  #field(schema: AvroSchema, targets: readonly Target[], readAs: AvroSchema | null, name: string): ReadRow | string {
    const steps: ReadRow[] = [];
    const inside = targets.filter(({path}) => path.length > 1).map(({path, column}) => ({path: path.slice(1), column}));
    if (inside.length > 0) {
      const given = readAs === null ? null : branchOfKind(readAs, 'record');
      const step = this.record(schema, inside, given?.kind === 'record' ? given : null, name);
      if (typeof step === 'string') return step;
      steps.push(step);
    }
    for (const {column} of targets.filter(({path}) => path.length === 1)) {
      const step = this.#cell(schema, column, readAs, name);
      if (typeof step !== 'string') steps.push(step);
      else if (this.#options.badField === 'reject') return `field "${name}": ${step}`;
      else steps.push(this.#nulled(this.#values.skip(schema), column.vector));
    }
    const [only] = steps;
    if (steps.length === 1 && only !== undefined) return only;
    return (cursor, row) => {
      const {at} = cursor;
      for (const step of steps) {
        if (cursor.fault !== null) return;
        cursor.at = at;
        step(cursor, row);
      }
    };
  }

  #cell(schema: AvroSchema, {type, vector}: WantedColumn, readAs: AvroSchema | null, name: string): ReadRow | string {
    if (schema.kind === 'union') {
      return this.#union(
        schema.branches,
        branch => this.#cell(branch, {type, vector, path: [], ordinal: 0}, readAs, name),
        (reason, branch) => {
          const skip = this.#values.skip(branch);
          return this.#checked(
            (cursor, row) => {
              skip(cursor);
              cursor.misfit = reason;
              vector.tags[row] = Tag.null;
            },
            vector,
            name,
          );
        },
      );
    }
    if (schema.kind === 'null') return type.nullable ? (_, row) => void (vector.tags[row] = Tag.null) : 'null cannot be read as NOT NULL';
    const reading = readingOf(schema, type);
    if (typeof reading === 'string') return reading;
    const read = reading.kind === 'constructed' ? this.#constructed(schema, type, vector, readAs) : this.#scalar(reading, type, vector);
    if (typeof read === 'string') return read;
    return canMisfit(reading, type) ? this.#checked(read, vector, name) : read;
  }

  /** `otherwise`: what a branch is that cannot be read; absent: the whole union cannot. */
  #union(
    branches: readonly AvroSchema[],
    readerOf: (branch: AvroSchema) => ReadRow | string,
    otherwise: ((reason: string, branch: AvroSchema) => ReadRow) | null = null,
  ): ReadRow | string {
    const readers: ReadRow[] = [];
    let reason = 'a union of nothing cannot be read';
    let isReadable = false;
    for (const branch of branches) {
      const reader = readerOf(branch);
      if (typeof reader !== 'string') {
        isReadable ||= branch.kind !== 'null' || branches.length === 1;
        readers.push(reader);
        continue;
      }
      if (branch.kind !== 'null') reason = reader;
      readers.push(otherwise?.(reader, branch) ?? this.#rejecting(reader, this.#values.skip(branch)));
    }
    if (!isReadable) return reason;
    const [first, second] = readers;
    if (readers.length === 2 && first !== undefined && second !== undefined) {
      return (cursor, row) => {
        const branch = branchOf(cursor, 2);
        if (branch === 0) first(cursor, row);
        else if (branch === 1) second(cursor, row);
      };
    }
    return (cursor, row) => readers[branchOf(cursor, readers.length)]?.(cursor, row);
  }

  #scalar(reading: Exclude<Reading, {kind: 'constructed'}>, type: SqlType, vector: Vector): ReadRow {
    const {numbers, ranges, tags} = vector;
    const {memory, timeZone} = this.#options;
    switch (reading.kind) {
      case 'number': {
        const {read} = reading;
        return (cursor, row) => {
          numbers[row] = read(cursor);
          tags[row] = Tag.value;
        };
      }
      case 'integer': {
        const {read} = reading;
        return (cursor, row) => {
          const value = read(cursor);
          if (Number.isNaN(value)) {
            numbers[row] = memory.wide.push(cursor.wide) - 1;
            tags[row] = Tag.wide;
          } else {
            numbers[row] = value;
            tags[row] = Tag.value;
          }
        };
      }
      case 'text':
      case 'bytes': {
        const {read} = reading;
        const isText = reading.kind === 'text';
        return (cursor, row) => {
          read(cursor);
          ranges[2 * row] = cursor.start;
          ranges[2 * row + 1] = cursor.length;
          tags[row] = isText && cursor.isPlain ? Tag.value : Tag.dirty;
        };
      }
      case 'symbol': {
        const {read} = reading;
        return (cursor, row) => writeValue(memory, vector, row, type, read(cursor), timeZone);
      }
    }
  }

  #constructed(schema: AvroSchema, type: SqlType, vector: Vector, readAs: AvroSchema | null): ReadRow | string {
    const {memory, timeZone} = this.#options;
    const read = this.#values.of(schema, type, readAs);
    if (typeof read === 'string') return read;
    return (cursor, row) => {
      const value = read(cursor);
      if (cursor.fault === null && cursor.misfit === null) writeValue(memory, vector, row, type, value, timeZone);
    };
  }

  /** Does with a value that does not fit what is to be done. */
  #checked(read: ReadRow, vector: Vector, name: string): ReadRow {
    const isRejected = this.#options.badField === 'reject';
    return (cursor, row) => {
      read(cursor, row);
      if (cursor.misfit === null) return;
      if (isRejected) cursor.rejection ??= `field "${name}": ${cursor.misfit}`;
      else vector.tags[row] = Tag.null;
      cursor.misfit = null;
    };
  }

  #rejecting(reason: string, skip: Skip): ReadRow {
    return cursor => {
      skip(cursor);
      cursor.rejection ??= reason;
    };
  }

  #nulled(skip: Skip, vector: Vector): ReadRow {
    return (cursor, row) => {
      skip(cursor);
      vector.tags[row] = Tag.null;
    };
  }

  #missing(path: readonly string[], {type, vector}: WantedColumn, readAs: AvroRecord | null): ReadRow | string {
    const isWhole = path.length === 1;
    const found = isWhole ? defaultOf(path[0] as string, type, readAs) : {value: null};
    if ('reason' in found) return found.reason;
    const value: Value = found.value;
    const {memory, timeZone} = this.#options;
    return value === null
      ? (_, row) => void (vector.tags[row] = Tag.null)
      : (_, row) => writeValue(memory, vector, row, type, value, timeZone);
  }
}

function canMisfit(reading: Reading, type: SqlType): boolean {
  if (reading.kind === 'constructed' || reading.kind === 'integer') return type.kind !== 'BIGINT';
  return (
    type.kind === 'TINYINT' ||
    type.kind === 'SMALLINT' ||
    type.kind === 'TIME' ||
    type.kind === 'TIMESTAMP' ||
    type.kind === 'TIMESTAMP_LTZ'
  );
}

function setNull(targets: readonly Target[], row: number): void {
  for (const {column} of targets) column.vector.tags[row] = Tag.null;
}

function skipping(skips: readonly Skip[]): ReadRow {
  return cursor => {
    for (const skip of skips) skip(cursor);
  };
}

function sequence(steps: readonly ReadRow[]): ReadRow {
  return (cursor, row) => {
    for (const step of steps) step(cursor, row);
  };
}
