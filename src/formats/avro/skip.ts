import type {Cursor} from './cursor.ts';
import type {AvroRecord, AvroSchema} from './schema.ts';

/** Passes a value over. Texts are looked at all the same: whether a record is one must not depend on the columns that a query wants. */
export type Skip = (cursor: Cursor) => void;

export class Skips {
  /** Types that hold themselves meet themselves here. */
  readonly #records = new Map<AvroRecord, Skip>();

  of(schema: AvroSchema): Skip {
    switch (schema.kind) {
      case 'null':
        return () => {};
      case 'boolean':
        return cursor => void cursor.boolean();
      case 'int':
        return cursor => void cursor.int();
      case 'long':
        return cursor => cursor.skipLong();
      case 'float':
        return cursor => void cursor.float();
      case 'double':
        return cursor => void cursor.double();
      case 'bytes':
        return cursor => cursor.blob();
      case 'string':
        return cursor => cursor.text();
      case 'fixed':
        return cursor => cursor.fixed(schema.size);
      case 'enum':
        return cursor => void symbolOf(cursor, schema.symbols);
      case 'array':
        return blocks(this.of(schema.items));
      case 'map': {
        const value = this.of(schema.values);
        return blocks(cursor => {
          cursor.text();
          value(cursor);
        });
      }
      case 'union': {
        const branches = schema.branches.map(branch => this.of(branch));
        return cursor => branches[branchOf(cursor, branches.length)]?.(cursor);
      }
      case 'record':
        return this.#record(schema);
    }
  }

  #record(schema: AvroRecord): Skip {
    const known = this.#records.get(schema);
    if (known !== undefined) return known;
    let fields: readonly Skip[] = [];
    const skip: Skip = cursor => {
      if (!cursor.enter()) return;
      for (const field of fields) field(cursor);
      cursor.leave();
    };
    this.#records.set(schema, skip);
    fields = schema.fields.map(({type}) => this.of(type));
    return skip;
  }
}

function blocks(element: Skip): Skip {
  return cursor => {
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      for (let index = 0; index < count && cursor.fault === null; index++) element(cursor);
    }
  };
}

/** The number of a union's branch. */
export function branchOf(cursor: Cursor, count: number): number {
  const branch = cursor.long();
  if (branch >= 0 && branch < count) return branch;
  cursor.fail(`a union says that it is of branch ${branch}, and it has ${count}`);
  return -1;
}

/** The symbol of an enum. */
export function symbolOf(cursor: Cursor, symbols: readonly string[]): string {
  const index = cursor.int();
  const symbol = symbols[index];
  if (symbol === undefined) cursor.fail(`an enum is of symbol ${index}, and it has ${symbols.length}`);
  return symbol ?? '';
}
