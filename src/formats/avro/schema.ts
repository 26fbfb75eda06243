import {isJsonArray, isJsonObject, type JsonNode, JsonNumber, jsonText, parseJson} from '../../types/json-text.ts';

/** A schema of Avro, with every name replaced by what it names: types that hold themselves are circles. */
export type AvroSchema = AvroPlain | AvroFixed | AvroEnum | AvroArray | AvroMap | AvroUnion | AvroRecord;

export interface AvroPlain {
  readonly kind: PlainKind;
  readonly logical: AvroLogical | null;
}
export interface AvroFixed {
  readonly kind: 'fixed';
  readonly name: string;
  readonly size: number;
  readonly logical: AvroLogical | null;
}
export interface AvroEnum {
  readonly kind: 'enum';
  readonly name: string;
  readonly symbols: readonly string[];
}
export interface AvroArray {
  readonly kind: 'array';
  readonly items: AvroSchema;
}
export interface AvroMap {
  readonly kind: 'map';
  readonly values: AvroSchema;
}
export interface AvroUnion {
  readonly kind: 'union';
  readonly branches: readonly AvroSchema[];
}
export interface AvroRecord {
  readonly kind: 'record';
  /** With its namespace. */
  readonly name: string;
  readonly fields: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: AvroSchema;
  /** Undefined: it has none, which is not the same as null. */
  readonly default: JsonNode | undefined;
}

const plainKinds = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;
export type PlainKind = (typeof plainKinds)[number];

export type AvroLogical =
  | {readonly kind: 'decimal'; readonly precision: number; readonly scale: number}
  | {readonly kind: TimeKind}
  | {readonly kind: 'date' | 'uuid'};

/** What the numbers of times count, with what they mean. */
export type TimeKind = `${'time' | 'timestamp' | 'local-timestamp'}-${'millis' | 'micros' | 'nanos'}`;

/** What a name may be, of a record or of a field. */
export const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Deeper ones would be an attack. */
const greatestDepth = 200;

/** Reads the JSON of a schema. `texts`: the schema itself comes last, behind those whose names it uses. A text says what is wrong with it. */
export function parseSchema(texts: readonly string[]): AvroSchema | string {
  const reader = new SchemaReader();
  try {
    let schema: AvroSchema | undefined;
    for (const text of texts) {
      const node = parseJson(text) ?? (plainKinds.includes(text.trim() as PlainKind) ? text.trim() : undefined);
      if (node === undefined) return 'the schema is not JSON';
      schema = reader.read(node, '', 0);
    }
    return schema ?? 'there is no schema';
  } catch (error) {
    if (error instanceof SchemaFault) return error.message;
    throw error;
  }
}

class SchemaFault extends Error {}

type JsonObject = ReadonlyMap<string, JsonNode>;

class SchemaReader {
  readonly #named = new Map<string, AvroSchema>();

  read(node: JsonNode, namespace: string, depth: number): AvroSchema {
    if (depth > greatestDepth) throw new SchemaFault('the schema is nested too deeply');
    if (typeof node === 'string') return this.#byName(node, namespace);
    if (isJsonArray(node)) return this.#union(node, namespace, depth);
    if (!isJsonObject(node)) throw new SchemaFault(`${shown(node)} is no schema`);
    const type = node.get('type') ?? null;
    if (typeof type !== 'string') return this.read(type, namespace, depth + 1);
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(node, namespace, depth);
      case 'enum':
        return this.#enum(node, namespace);
      case 'fixed':
        return this.#fixed(node, namespace);
      case 'array':
        return {kind: 'array', items: this.read(node.get('items') ?? null, namespace, depth + 1)};
      case 'map':
        return {kind: 'map', values: this.read(node.get('values') ?? null, namespace, depth + 1)};
      default: {
        const named = this.#byName(type, namespace);
        return isPlain(named) ? {kind: named.kind, logical: logicalOf(node, named.kind, 0)} : named;
      }
    }
  }

  #byName(name: string, namespace: string): AvroSchema {
    const plain = plainKinds.find(kind => kind === name);
    if (plain !== undefined) return {kind: plain, logical: null};
    const known = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name);
    if (known === undefined) throw new SchemaFault(`the schema has no type "${name}"`);
    return known;
  }

  #union(nodes: readonly JsonNode[], namespace: string, depth: number): AvroSchema {
    const branches = nodes.map(node => this.read(node, namespace, depth + 1));
    if (branches.some(({kind}) => kind === 'union')) throw new SchemaFault('a union of the schema holds another one');
    return {kind: 'union', branches};
  }

  #record(node: JsonObject, namespace: string, depth: number): AvroSchema {
    const fields: AvroField[] = [];
    const schema: AvroSchema = {kind: 'record', name: this.#nameOf(node, namespace), fields};
    this.#declare(schema.name, node, schema);
    const inner = schema.name.includes('.') ? schema.name.slice(0, schema.name.lastIndexOf('.')) : '';
    const nodes = node.get('fields') ?? null;
    if (!isJsonArray(nodes)) throw new SchemaFault(`record "${schema.name}" of the schema has no fields`);
    const names = new Set<string>();
    for (const field of nodes) {
      const name = isJsonObject(field) ? field.get('name') : null;
      if (!isJsonObject(field) || typeof name !== 'string' || !namePattern.test(name))
        throw new SchemaFault(`record "${schema.name}" of the schema has a field without a good name`);
      if (names.has(name)) throw new SchemaFault(`record "${schema.name}" of the schema has two fields "${name}"`);
      names.add(name);
      const type = this.read(field.get('type') ?? null, inner, depth + 1);
      fields.push({name, aliases: textsOf(field.get('aliases')), type, default: field.get('default')});
    }
    return schema;
  }

  #enum(node: JsonObject, namespace: string): AvroSchema {
    const symbols = textsOf(node.get('symbols'));
    if (symbols.length === 0) throw new SchemaFault('an enum of the schema has no symbols');
    const schema: AvroSchema = {kind: 'enum', name: this.#nameOf(node, namespace), symbols};
    this.#declare(schema.name, node, schema);
    return schema;
  }

  #fixed(node: JsonObject, namespace: string): AvroSchema {
    const size = wholeNumber(node.get('size'));
    if (size === null || size > 2 ** 31 - 1) throw new SchemaFault('a fixed of the schema has no good size');
    const schema: AvroSchema = {kind: 'fixed', name: this.#nameOf(node, namespace), size, logical: logicalOf(node, 'fixed', size)};
    this.#declare(schema.name, node, schema);
    return schema;
  }

  #nameOf(node: JsonObject, namespace: string): string {
    const name = node.get('name');
    const own = node.get('namespace');
    if (typeof name !== 'string' || !name.split('.').every(part => namePattern.test(part)))
      throw new SchemaFault('a type of the schema has no good name');
    return fullName(name, typeof own === 'string' ? own : namespace);
  }

  #declare(name: string, node: JsonObject, schema: AvroSchema): void {
    const namespace = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
    this.#named.set(name, schema);
    for (const alias of textsOf(node.get('aliases'))) this.#named.set(fullName(alias, namespace), schema);
  }
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

export function isPlain(schema: AvroSchema): schema is AvroPlain {
  return plainKinds.includes(schema.kind as PlainKind);
}

const timeKinds: Readonly<Record<string, 'int' | 'long'>> = {
  'time-millis': 'int',
  'time-micros': 'long',
  'timestamp-millis': 'long',
  'timestamp-micros': 'long',
  'timestamp-nanos': 'long',
  'local-timestamp-millis': 'long',
  'local-timestamp-micros': 'long',
  'local-timestamp-nanos': 'long',
};

/** A logical type that does not fit what it stands on is none, as the specification wants it. */
function logicalOf(node: JsonObject, kind: PlainKind | 'fixed', size: number): AvroLogical | null {
  const name = node.get('logicalType');
  if (typeof name !== 'string') return null;
  if (name === 'date' && kind === 'int') return {kind: 'date'};
  if (name === 'uuid' && kind === 'string') return {kind: 'uuid'};
  if (timeKinds[name] === kind) return {kind: name as TimeKind};
  if (name !== 'decimal' || (kind !== 'bytes' && kind !== 'fixed')) return null;
  const precision = wholeNumber(node.get('precision'));
  const scale = wholeNumber(node.get('scale') ?? new JsonNumber('0'));
  if (precision === null || scale === null || precision === 0 || scale > precision) return null;
  if (kind === 'fixed' && precision > Math.floor(Math.log10(2) * (8 * size - 1))) return null;
  return {kind: 'decimal', precision, scale};
}

function wholeNumber(node: JsonNode | undefined): number | null {
  return node instanceof JsonNumber && /^\d{1,15}$/.test(node.text) ? Number(node.text) : null;
}

function textsOf(node: JsonNode | undefined): readonly string[] {
  return isJsonArray(node ?? null) ? (node as readonly JsonNode[]).filter(one => typeof one === 'string') : [];
}

function shown(node: JsonNode): string {
  const text = jsonText(node);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** As a person names it: `long (timestamp-millis)`, `null or string`. */
export function schemaName(schema: AvroSchema): string {
  switch (schema.kind) {
    case 'union':
      return schema.branches.map(schemaName).join(' or ');
    case 'array':
      return `array of ${schemaName(schema.items)}`;
    case 'map':
      return `map of ${schemaName(schema.values)}`;
    case 'record':
    case 'enum':
      return `${schema.kind} ${schema.name}`;
    case 'null':
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'bytes':
    case 'string':
    case 'fixed': {
      const {logical} = schema;
      if (logical === null) return schema.kind;
      return `${schema.kind} (${logical.kind === 'decimal' ? `decimal(${logical.precision}, ${logical.scale})` : logical.kind})`;
    }
  }
}
