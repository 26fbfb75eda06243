import {blackholeConnector} from './blackhole/blackhole.ts';
import {datagenConnector} from './datagen/datagen.ts';
import type {ConnectorDefinition} from './define.ts';
import {filesystemConnector} from './filesystem/filesystem.ts';
import {kafkaConnector, upsertKafkaConnector} from './kafka/kafka.ts';
import {printConnector} from './print/print.ts';
import {stdinConnector} from './stdin/stdin.ts';
import {stdoutConnector} from './stdout/stdout.ts';

/** Every connector, in the order in which help lists them. */
export const connectors: readonly ConnectorDefinition[] = [
  stdinConnector,
  stdoutConnector,
  filesystemConnector,
  kafkaConnector,
  upsertKafkaConnector,
  datagenConnector,
  printConnector,
  blackholeConnector,
];

export function findConnector(name: string): ConnectorDefinition | undefined {
  return connectors.find(connector => connector.name === name);
}
