import type {Sink} from '../../flow/sink.ts';
import type {ConnectorDefinition} from '../define.ts';
import {always} from '../feed/feed.ts';

const nowhere: Sink = {
  open: () => always,
  write: () => undefined,
  full: false,
  drain: () => always,
  flush: () => always,
  closedByReader: false,
  close: () => always,
};

export const blackholeConnector: ConnectorDefinition = {
  name: 'blackhole',
  summary: 'takes rows and drops them, to measure or to try out a query',
  options: {'sink.parallelism': {type: 'int', ignored: true, help: 'number of parallel writers in Flink'}},
  examples: [
    {
      summary: 'the speed of a query without its output',
      sql: `CREATE TABLE nowhere (id BIGINT, total DOUBLE) WITH ('connector' = 'blackhole')`,
    },
  ],
  format: 'none',
  writes: ['append', 'upsert', 'retract'],
  isSource: false,
  metadata: {},
  writesMetadata: true,
  counts: () => 'nothing',
  sink: () => nowhere,
  encoder: () => null,
};
