import type {Problem} from '../../base/problem.ts';
import type {Column} from '../../types/sql-type.ts';
import {debeziumEnvelope} from '../debezium-json/decode.ts';
import type {FormatDefinition} from '../define.ts';
import {EnvelopeDecoder} from '../envelope/decode.ts';
import {registryProblems} from './avro-confluent.ts';
import {registryDecoder} from './decode.ts';
import {invalid, registryOptions, schemaProblems, tableSchema} from './options.ts';

const name = 'debezium-avro-confluent';

/** Changes as Debezium tells them, in Avro. */
export const debeziumAvroConfluent: FormatDefinition = {
  name,
  summary: 'Changes of a database as Debezium tells them in Avro, whose schemas a schema registry has; it is read only',
  options: registryOptions,
  examples: [
    {
      columns: 'id INT, name STRING',
      schema:
        '{"type": "record", "name": "Envelope", "fields": [{"name": "before", "type": ["null", {"type": "record", "name": "Value", "fields": [{"name": "id", "type": "int"}, {"name": "name", "type": "string"}]}]}, {"name": "after", "type": ["null", "Value"]}, {"name": "op", "type": "string"}]}',
      bytes: '00 0000002a 00 02 02 06 616263 02 63',
      isHex: true,
      row: '+I[1, abc]',
    },
  ],
  keepsSchemas: true,
  messagesOnly: {reason: 'it is for messages, and files have schemas of their own', hint: 'use it with Kafka'},
  reads: ['retract'],
  writes: [],
  readsAs: () => ({mode: 'retract', updates: true, deletes: true}),
  check: (columns, options) => [...registryProblems(options, name), ...envelopeProblems(columns, options)],
  decoder: spec => new EnvelopeDecoder(spec, {...debeziumEnvelope([]), decoder: registryDecoder}),
};

/** A schema that is given is the envelope's; one that is not is made of the columns, as inside of it. */
function envelopeProblems(columns: readonly Column[], options: ReadonlyMap<string, string>): readonly Problem[] {
  if (!options.has('schema')) return schemaProblems(columns, options);
  const table = tableSchema(columns, options);
  const option = `option "${name}.schema"`;
  if (typeof table === 'string') return [invalid('bad-option', `${option} cannot be read: ${table}`, 'give the JSON of a record')];
  const lacking = ['before', 'after', 'op'].filter(field => !table.schema.fields.some(one => one.name === field));
  return lacking.map(field => invalid('bad-option', `${option} has no field "${field}"`, 'give the schema of the whole change'));
}
