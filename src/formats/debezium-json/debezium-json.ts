import type {FormatDefinition} from '../define.ts';
import {json} from '../json/json.ts';
import {debeziumDecoder} from './decode.ts';
import {debeziumEncoder} from './encode.ts';

const {'fail-on-missing-field': _, ...jsonOptions} = json.options;

/** Changes as Debezium tells them. */
export const debeziumJson: FormatDefinition = {
  name: 'debezium-json',
  summary: 'Changes of a database as Debezium tells them: the row before, the row after, and op, which is c, r, u or d.',
  options: {
    'schema-include': {
      type: 'boolean',
      default: 'false',
      help: 'Each record has a schema, and the change in its payload (value.converter.schemas.enable of Kafka Connect)',
    },
    ...jsonOptions,
  },
  examples: [
    {columns: 'id INT, name STRING', bytes: '{"before": null, "after": {"id": 1, "name": "abc"}, "op": "c"}', row: '+I[1, abc]'},
    {columns: 'id INT, name STRING', bytes: '{"before": {"id": 1, "name": "abc"}, "after": null, "op": "d"}', row: '-D[1, abc]'},
  ],
  reads: ['retract'],
  writes: ['append', 'retract'],
  readsAs: () => ({mode: 'retract', updates: true, deletes: true}),
  decoder: debeziumDecoder,
  encoder: debeziumEncoder,
};
