import {jsonDecoder} from './decode.ts';
import {jsonEncoder} from './encode.ts';
import type {FormatDefinition} from '../define.ts';
import {fail} from '../../base/problem.ts';

/** One JSON object a line (NDJSON) or a message. */
export const json: FormatDefinition = {
  name: 'json',
  summary: 'One JSON object a line or a message; an array of objects is several rows. Every byte is checked.',
  options: {
    'fail-on-missing-field': {
      type: 'boolean',
      default: 'false',
      help: 'A record without one of the wanted fields is rejected, instead of reading it as NULL',
    },
    'ignore-parse-errors': {
      type: 'boolean',
      default: 'false',
      help: 'What cannot be read is passed over without a word: a field becomes NULL, a broken record no row',
    },
    'timestamp-format.standard': {
      type: ['SQL', 'ISO-8601'],
      default: 'SQL',
      help: 'How times are written: 2020-10-10 12:30:00.123, or 2020-10-10T12:30:00.123; TIMESTAMP_LTZ ends in Z',
    },
    'map-null-key.mode': {
      type: ['FAIL', 'DROP', 'LITERAL'],
      default: 'FAIL',
      help: 'What to do with a NULL key when a MAP is written: fail, leave the entry out, or write map-null-key.literal',
    },
    'map-null-key.literal': {type: 'string', default: 'null', help: 'The key that stands for NULL with map-null-key.mode LITERAL'},
    'encode.decimal-as-plain-number': {
      type: 'boolean',
      default: 'false',
      help: 'DECIMAL is written as 0.00000001, never as 1E-8',
    },
    'encode.ignore-null-fields': {type: 'boolean', default: 'false', help: 'Fields that are NULL are not written'},
    'decode.json-parser.enabled': {type: 'boolean', default: 'true', help: 'Accepted for Flink; there is one way of reading here'},
  },
  examples: [
    {columns: 'id INT, name STRING', bytes: '{"id": 1, "name": "abc"}', row: '[1, abc]'},
    {columns: 'id INT, name STRING', bytes: '{"name": null, "id": "7"}', row: '[7, null]'},
    {
      columns: 'total DECIMAL(10, 2), at TIMESTAMP(3)',
      bytes: '{"total": 12.345, "at": "2020-10-10 12:30:00.5"}',
      row: '[12.35, 2020-10-10T12:30:00.500]',
    },
    {columns: 'bid ROW<price BIGINT, tags ARRAY<STRING>>', bytes: '{"bid": {"price": 5, "tags": ["a", "b"]}}', row: '[+I[5, [a, b]]]'},
  ],
  reads: ['append'],
  writes: ['append'],
  check: (_columns, options) =>
    options.get('fail-on-missing-field') === 'true' && options.get('ignore-parse-errors') === 'true'
      ? fail('invalid', 'contradicting-options', "'fail-on-missing-field' and 'ignore-parse-errors' cannot both be true", {
          hint: 'leave one of them out',
        }).problems
      : [],
  decoder: jsonDecoder,
  encoder: jsonEncoder,
};
