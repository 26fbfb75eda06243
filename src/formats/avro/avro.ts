import type {FormatDefinition} from '../define.ts';
import {avroDecoder} from './decode.ts';
import {avroEncoder} from './encode.ts';
import {avroOptions, schemaProblems} from './options.ts';

/** Records of Avro without anything around them: reader and writer know the schema. */
export const avro: FormatDefinition = {
  name: 'avro',
  summary: "One record of Apache Avro a message, written with the schema that is made of the table's columns",
  options: avroOptions,
  examples: [
    {columns: 'id INT, name STRING', bytes: '020e 0206 616263', isHex: true, row: '[7, abc]'},
    {
      columns: 'total DECIMAL(10, 2), at TIMESTAMP(3)',
      bytes: '02 04 04d2 02 e88ceaa7a25d',
      isHex: true,
      row: '[12.34, 2020-10-10T12:30:00.500]',
    },
    {
      columns: 'id INT, tags ARRAY<STRING>',
      bytes: '{"id": {"int": 7}, "tags": {"array": [{"string": "a"}, null]}}',
      options: {encoding: 'json'},
      row: '[7, [a, null]]',
    },
  ],
  messagesOnly: {
    reason: 'it is for messages, and files of Avro are not supported yet',
    hint: 'read and write Avro in Kafka, or convert the file: avro-tools tojson FILE | weir …',
  },
  reads: ['append'],
  writes: ['append'],
  check: schemaProblems,
  decoder: avroDecoder,
  encoder: avroEncoder,
};
