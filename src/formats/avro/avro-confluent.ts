import type {Problem} from '../../base/problem.ts';
import type {FormatDefinition} from '../define.ts';
import {registryDecoder} from './decode.ts';
import {registryEncoder} from './encode.ts';
import {invalid, registryOptions, schemaProblems} from './options.ts';

/** Records of Avro with the number of their schema before them: a registry has the schema. */
export const avroConfluent: FormatDefinition = {
  name: 'avro-confluent',
  summary:
    'One record of Apache Avro a message, whose schema a schema registry has: what was written with older and newer ones is read all the same',
  options: registryOptions,
  examples: [
    {
      columns: 'id BIGINT, name STRING',
      schema: '{"type": "record", "name": "person", "fields": [{"name": "name", "type": "string"}, {"name": "id", "type": "int"}]}',
      bytes: '00 0000002a 06 616263 0e',
      isHex: true,
      row: '[7, abc]',
    },
    {
      columns: 'id BIGINT, country STRING',
      schema: '{"type": "record", "name": "person", "fields": [{"name": "name", "type": "string"}, {"name": "id", "type": "long"}]}',
      bytes: '00 0000002b 06 616263 0e',
      isHex: true,
      row: '[7, null]',
    },
  ],
  keepsSchemas: true,
  messagesOnly: {
    reason: 'it is for messages, and files have schemas of their own',
    hint: 'use it with Kafka',
  },
  reads: ['append'],
  writes: ['append'],
  check: (columns, options) => [...registryProblems(options), ...schemaProblems(columns, options)],
  decoder: registryDecoder,
  encoder: registryEncoder,
};

/** Settings of Confluent's client that have an option here. */
const knownProperties: readonly string[] = [
  'auto.register.schemas',
  'basic.auth.credentials.source',
  'basic.auth.user.info',
  'bearer.auth.credentials.source',
  'bearer.auth.token',
  'schema.registry.ssl.keystore.location',
  'schema.registry.ssl.keystore.password',
  'schema.registry.ssl.truststore.location',
  'schema.registry.ssl.truststore.password',
];

/** Problems of the options that say where the registry is, and who asks it. `format`: whose options they are. */
export function registryProblems(options: ReadonlyMap<string, string>, format = 'avro-confluent'): readonly Problem[] {
  const problems: Problem[] = [];
  const url = options.get('url') ?? options.get('schema-registry.url');
  if (url === undefined) {
    problems.push(
      invalid('missing-option', `format "${format}" needs option "${format}.url"`, `add '${format}.url' = 'http://localhost:8081' to WITH`),
    );
  } else if (!url.split(',').every(one => /^https?:\/\/[^/\s]+/.test(one.trim()))) {
    problems.push(invalid('bad-option', `option "${format}.url" is no address of a schema registry`, `write 'http://localhost:8081'`));
  }
  for (const key of options.keys()) {
    const name = key.startsWith('properties.') ? key.slice('properties.'.length) : null;
    if (name !== null && !knownProperties.includes(name))
      problems.push(invalid('not-supported', `option "${format}.${key}" is not supported`, `there are ${knownProperties.join(', ')}`));
  }
  const property = (name: string) => options.get(`properties.${name}`);
  if ((options.get('basic-auth.credentials-source') ?? property('basic.auth.credentials.source')) === 'SASL_INHERIT') {
    problems.push(
      invalid(
        'not-supported',
        `option "${format}.basic-auth.credentials-source" cannot be SASL_INHERIT`,
        `give 'basic-auth.user-info' = 'user:password'`,
      ),
    );
  }
  const bearer = options.get('bearer-auth.credentials-source') ?? property('bearer.auth.credentials.source') ?? 'STATIC_TOKEN';
  if (bearer.toUpperCase() !== 'STATIC_TOKEN')
    problems.push(
      invalid('not-supported', `option "${format}.bearer-auth.credentials-source" must be STATIC_TOKEN`, `give 'bearer-auth.token'`),
    );
  problems.push(...storeProblems(options, format));
  return problems;
}

/** Java's own stores are Java's. */
function storeProblems(options: ReadonlyMap<string, string>, format: string): readonly Problem[] {
  const location = (store: string) =>
    options.get(`ssl.${store}.location`) ?? options.get(`properties.schema.registry.ssl.${store}.location`);
  const trusted = location('truststore');
  const own = location('keystore');
  const problems: Problem[] = [];
  if (trusted !== undefined && !/\.(pem|crt|cer)$/i.test(trusted)) {
    const hint = 'make one: keytool -exportcert -rfc -keystore FILE -alias NAME > trusted.pem';
    problems.push(invalid('not-supported', `option "${format}.ssl.truststore.location" must be a PEM file (.pem, .crt)`, hint));
  }
  if (own !== undefined && !/\.(p12|pfx)$/i.test(own)) {
    const hint = 'make one: keytool -importkeystore -srckeystore FILE -destkeystore own.p12 -deststoretype PKCS12';
    problems.push(invalid('not-supported', `option "${format}.ssl.keystore.location" must be a PKCS #12 file (.p12, .pfx)`, hint));
  }
  return problems;
}
