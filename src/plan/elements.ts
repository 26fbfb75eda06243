import type {Column, SqlType} from '../types/sql-type.ts';
import {withNullable} from '../types/sql-type.ts';
import type {Row, Value} from '../types/value.ts';

/** The columns of an element of a collection; null: the type is none. */
export function elementColumns(type: SqlType): readonly Column[] | null {
  if (type.kind === 'MAP') {
    return [
      {name: 'KEY', type: type.key},
      {name: 'VALUE', type: type.value},
    ];
  }
  if (type.kind !== 'ARRAY' && type.kind !== 'MULTISET') return null;
  const {element} = type;
  if (element.kind !== 'ROW') return [{name: 'EXPR$0', type: element}];
  return element.fields.map(field => ({name: field.name, type: element.nullable ? withNullable(field.type, true) : field.type}));
}

/** The elements of a collection, each as the values of those columns. NULL has none. */
export function elementsOf(value: Value, type: SqlType): readonly Row[] {
  if (value === null) return [];
  if (type.kind === 'MAP') return [...(value as ReadonlyMap<Value, Value>)];
  if (type.kind !== 'ARRAY' && type.kind !== 'MULTISET') return [];
  const {element} = type;
  const row = (item: Value): Row => {
    if (element.kind !== 'ROW') return [item];
    return item === null ? element.fields.map(() => null) : (item as Row);
  };
  if (type.kind === 'ARRAY') return (value as readonly Value[]).map(row);
  return [...(value as ReadonlyMap<Value, Value>)].flatMap(([item, count]) => Array.from({length: Number(count)}, () => row(item)));
}
