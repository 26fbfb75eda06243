import type {ConnectorDefinition} from '../define.ts';
import {StdinSource} from './stdin-source.ts';

export const stdinConnector: ConnectorDefinition = {
  name: 'stdin',
  summary: 'reads standard input',
  options: {},
  examples: [
    {
      summary: 'lines of JSON that another command prints',
      sql: `CREATE TABLE events (level STRING, message STRING) WITH ('connector' = 'stdin', 'format' = 'json')`,
    },
  ],
  format: 'required',
  writes: [],
  isSource: true,
  metadata: {},
  // A pipe ends when its writer does; until then nobody knows.
  bounded: () => false,
  source: (_table, context) => new StdinSource(context.standardInput),
};
