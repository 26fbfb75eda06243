import type {FormatDefinition} from '../define.ts';
import {columnsOfFile} from './columns.ts';
import {magic} from './container.ts';
import {avroDecoder} from './decode.ts';
import {avroEncoder} from './encode.ts';
import {avroOptions, codecProblems, schemaProblems} from './options.ts';

/** Records of Avro: in files behind a header with their schema, in messages without anything around them. */
export const avro: FormatDefinition = {
  name: 'avro',
  summary:
    "Files of Apache Avro, which have their schema with them; or one record a message, written with the schema that is made of the table's columns",
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
  isBinary: true,
  begins: magic,
  columnsOf: columnsOfFile,
  reads: ['append'],
  writes: ['append'],
  check: (columns, options) => [...codecProblems(options), ...schemaProblems(columns, options)],
  decoder: avroDecoder,
  encoder: avroEncoder,
};
