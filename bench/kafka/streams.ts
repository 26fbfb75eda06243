import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {cacheDirectory} from '../data.ts';
import type {Command} from '../measure.ts';
import type {Peer} from '../peers.ts';

const folder = join(cacheDirectory, 'streams');

/** Kafka Streams, from Maven's central repository into the bench's cache, with the program of bench/kafka/StreamsPeer.java. */
export function kafkaStreams(): Peer | null {
  const [jars, classes] = [join(folder, 'lib'), join(folder, 'classes')];
  if (!existsSync(jars)) {
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
    const options = ['-B', '-q', '-f', 'bench/kafka/pom.xml', `-DoutputDirectory=${resolve(jars)}`, '-DincludeScope=runtime'];
    if (spawnSync('mvn', [...options, goal], {stdio: 'ignore'}).status !== 0) return null;
  }
  mkdirSync(classes, {recursive: true});
  const {status} = spawnSync('javac', ['-cp', join(jars, '*'), '-d', classes, 'bench/kafka/StreamsPeer.java'], {stdio: 'ignore'});
  if (status !== 0) return null;
  const java = /version "([\d.]+)/.exec(spawnSync('java', ['-version'], {encoding: 'utf8'}).stderr)?.[1] ?? '?';
  return {name: 'Kafka Streams', file: 'java', version: `4.1.1, Java ${java}, state in memory, changelog on, no cache, input by key`};
}

export interface StreamsWork {
  readonly bootstrap: string;
  readonly query: 'filter' | 'group';
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  readonly guarantee: 'at-least-once' | 'exactly-once';
}

export function streamsCommand({bootstrap, query, from, to, rows, guarantee}: StreamsWork): Command {
  const state = resolve(folder, 'state');
  const classPath = [join(folder, 'classes'), join(folder, 'lib', '*')].join(':');
  const promise = guarantee === 'exactly-once' ? 'exactly_once_v2' : 'at_least_once';
  const words = [bootstrap, query, from, to, String(rows), promise, to, state];
  return {
    name: 'Kafka Streams',
    file: 'java',
    args: ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', classPath, 'StreamsPeer', ...words],
  };
}
