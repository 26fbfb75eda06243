import type {OptionSpecs} from '../../base/options.ts';
import type {Problem} from '../../base/problem.ts';
import type {Column} from '../../types/sql-type.ts';
import {codecs, defaultCodec} from './codec.ts';
import {deriveSchema, schemaText} from './derive.ts';
import {writesAs} from './row-writer.ts';
import {type AvroRecord, parseSchema} from './schema.ts';
import {branchOfKind} from './value-reader.ts';

const legacyMapping: OptionSpecs = {
  'timestamp_mapping.legacy': {
    type: 'boolean',
    default: 'true',
    help: 'TIMESTAMP is an instant (timestamp-millis), as in Flink before 1.19; false: TIMESTAMP is local-timestamp-…, TIMESTAMP_LTZ timestamp-…',
  },
};

export const avroOptions: OptionSpecs = {
  encoding: {type: ['binary', 'json'], default: 'binary', help: "of messages: Avro's binary form, or its form in JSON"},
  codec: {
    type: ['null', 'deflate', 'snappy', 'bzip2', 'xz', 'zstandard'],
    default: defaultCodec,
    help: 'how blocks of files are compressed that are written: null, deflate or snappy',
  },
  ...legacyMapping,
};

export const registryOptions: OptionSpecs = {
  url: {type: 'string', help: 'where the schema registry is: http://localhost:8081; several with , between them'},
  'schema-registry.url': {type: 'string', help: 'an older name of url'},
  subject: {
    type: 'string',
    help: "what the schema is registered under: by default the topic's name with -value, or -key for keys, behind it",
  },
  'schema-registry.subject': {type: 'string', help: 'an older name of subject'},
  schema: {
    type: 'string',
    help: "the schema of the rows, as JSON: written by it, and read with its defaults and aliases; by default it is made of the table's columns",
  },
  'auto.register.schemas': {
    type: 'boolean',
    default: 'true',
    help: 'the schema of rows that are written is registered; false: it must be there already',
  },
  'basic-auth.credentials-source': {
    type: ['USER_INFO', 'URL', 'SASL_INHERIT'],
    help: 'where user and password are: in basic-auth.user-info, or in the url',
  },
  'basic-auth.user-info': {type: 'string', secret: true, help: 'user:password'},
  'bearer-auth.credentials-source': {type: 'string', help: 'STATIC_TOKEN: the token is in bearer-auth.token'},
  'bearer-auth.token': {type: 'string', secret: true, help: 'a token that is sent with each request'},
  'ssl.truststore.location': {type: 'string', help: 'certificates that the registry may be signed by: a PEM file'},
  'ssl.truststore.password': {type: 'string', secret: true, help: 'of a truststore in Java; a PEM file has none'},
  'ssl.keystore.location': {type: 'string', help: 'our own certificate with its key: a PKCS #12 file (.p12)'},
  'ssl.keystore.password': {type: 'string', secret: true, help: 'opens the keystore'},
  'properties.#': {
    type: 'string',
    secret: true,
    help: "a setting of Confluent's client by its own name, of those that have an option here",
  },
  ...legacyMapping,
};

export function codecProblems(options: ReadonlyMap<string, string>): readonly Problem[] {
  const codec = options.get('codec') ?? defaultCodec;
  if (codecs.some(one => one === codec)) return [];
  return [invalid('not-supported', `option "avro.codec" cannot be '${codec}' here`, `there are ${codecs.join(', ')}`)];
}

/** What a table's own options say of its schema. */
export interface TableSchema {
  readonly schema: AvroRecord;
  /** As it is registered. */
  readonly text: string;
  /** It was given, not made of the columns. */
  readonly isGiven: boolean;
  /** It is a union in which the record stands beside null. */
  readonly isUnion: boolean;
}

/** The schema of a table; a text says what is wrong with the one that was given. What the columns lack for one that is made of them, is told by the check. */
export function tableSchema(columns: readonly Column[], options: ReadonlyMap<string, string>): TableSchema | string {
  const given = options.get('schema');
  if (given === undefined) {
    const {schema} = deriveSchema(columns, options.get('timestamp_mapping.legacy') !== 'false');
    return {schema, text: schemaText(schema), isGiven: false, isUnion: false};
  }
  const schema = parseSchema([given]);
  if (typeof schema === 'string') return schema;
  const record = branchOfKind(schema, 'record');
  if (record?.kind !== 'record') return 'the schema is no record with fields';
  return {schema: record, text: given, isGiven: true, isUnion: schema.kind === 'union'};
}

/** Problems of the columns with the schema that was given, or that is to be made of them. */
export function schemaProblems(columns: readonly Column[], options: ReadonlyMap<string, string>): readonly Problem[] {
  const table = tableSchema(columns, options);
  if (typeof table === 'string')
    return [invalid('bad-option', `option "avro-confluent.schema" cannot be read: ${table}`, 'give the JSON of a record')];
  if (!table.isGiven) {
    const {faults} = deriveSchema(columns, options.get('timestamp_mapping.legacy') !== 'false');
    return faults.map(fault => invalid('wrong-type', fault, 'change the column'));
  }
  if (table.isUnion) return [invalid('bad-option', 'option "avro-confluent.schema" is a union, and must be a record', 'leave null out')];
  return columns.flatMap(({name, type}) => {
    const field = table.schema.fields.find(one => one.name === name);
    if (field === undefined) {
      const names = table.schema.fields.map(one => one.name).join(', ');
      return [invalid('unknown-column', `option "avro-confluent.schema" has no field for column "${name}"`, `its fields: ${names}`)];
    }
    const fault = writesAs(field.type, type);
    return fault === null
      ? []
      : [invalid('wrong-type', `option "avro-confluent.schema" does not fit column "${name}": ${fault}`, 'change one of them')];
  });
}

export function invalid(code: string, message: string, hint: string): Problem {
  return {kind: 'invalid', severity: 'error', code, message, hint};
}
