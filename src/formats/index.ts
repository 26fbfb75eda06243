import {avro} from './avro/avro.ts';
import {avroConfluent} from './avro/avro-confluent.ts';
import {debeziumAvroConfluent} from './avro/debezium-avro-confluent.ts';
import {changelogJson} from './changelog-json/changelog-json.ts';
import {csv} from './csv/csv.ts';
import {debeziumJson} from './debezium-json/debezium-json.ts';
import type {FormatDefinition} from './define.ts';
import {json} from './json/json.ts';
import {raw} from './raw/raw.ts';

/** Every format, in the order in which help lists them. */
export const formats: readonly FormatDefinition[] = [
  json,
  csv,
  raw,
  changelogJson,
  debeziumJson,
  avro,
  avroConfluent,
  debeziumAvroConfluent,
];

export function findFormat(name: string): FormatDefinition | undefined {
  return formats.find(format => format.name === name);
}
