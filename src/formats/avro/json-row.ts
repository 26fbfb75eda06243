import {Tag} from '../../flow/batch.ts';
import {writeValue} from '../../flow/cells.ts';
import {isJsonObject, type JsonNode, parseJson} from '../../types/json-text.ts';
import type {SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {Value} from '../../types/value.ts';
import type {DecodeSpec} from '../define.ts';
import {branchName, valueOfJson} from './json-reader.ts';
import type {AvroRecord, AvroSchema} from './schema.ts';

/** Reads one record in Avro's JSON form into row `row` of the wanted vectors; a text says why it is none. */
export type ReadJsonRow = (text: string, row: number) => string | null;

export function jsonRowReader(schema: AvroRecord, {memory, wanted, timeZone, badField}: DecodeSpec): ReadJsonRow {
  return (text, row) => {
    const node = parseJson(text);
    if (node === undefined || !isJsonObject(node)) return 'not a JSON object';
    for (const {path, type, vector} of wanted) {
      const value = valueAt(node, schema, path, type);
      if (value !== undefined) writeValue(memory, vector, row, type, value, timeZone);
      else if (badField === 'null') vector.tags[row] = Tag.null;
      else return `field "${path.join('.')}" is no ${typeText({...type, nullable: true})} in the JSON of Avro`;
    }
    return null;
  };
}

function valueAt(node: JsonNode, schema: AvroSchema, path: readonly string[], type: SqlType): Value | undefined {
  const [name, ...inner] = path;
  if (name === undefined) return valueOfJson(node, schema, type);
  if (schema.kind === 'union') {
    if (node === null) return null;
    const [entry] = isJsonObject(node) ? node : [];
    const branch = schema.branches.find(one => branchName(one) === entry?.[0]);
    return entry === undefined || branch === undefined ? undefined : valueAt(entry[1], branch, path, type);
  }
  const field = schema.kind === 'record' ? schema.fields.find(one => one.name === name) : undefined;
  const value = isJsonObject(node) ? node.get(name) : undefined;
  return field === undefined || value === undefined ? undefined : valueAt(value, field.type, inner, type);
}
