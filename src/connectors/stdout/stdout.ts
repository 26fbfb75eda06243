import type {ConnectorDefinition} from '../define.ts';
import {sharedSink} from '../output/shared-sink.ts';

export const stdoutConnector: ConnectorDefinition = {
  name: 'stdout',
  summary: 'writes standard output',
  options: {},
  examples: [
    {
      summary: 'rows as lines of JSON for the next command',
      sql: `CREATE TABLE alerts (level STRING, message STRING) WITH ('connector' = 'stdout', 'format' = 'json')`,
    },
  ],
  format: 'required',
  writes: ['append', 'upsert', 'retract'],
  isSource: false,
  metadata: {},
  sink: (_table, context) => sharedSink(context.standardOutput),
};
