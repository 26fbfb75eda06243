#!/usr/bin/env node
// Starts an Apache Kafka of one process for a person who tries things out: `npm run kafka`. It is the broker of the tests. Ctrl-C stops it and removes its data.
// `--fetch` only gets what it is started from; `--apt` installs Java and Maven where they are missing; `--port N` listens there, else on 9092 or on a free port.
import {createServer} from 'node:net';
import {dirname} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {build} from 'esbuild';
import {install} from './setup-kafka.js';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const words = process.argv.slice(2);
const portText = words.includes('--port') ? (words.splice(words.indexOf('--port'), 2)[1] ?? '') : undefined;
const unknown = words.find(word => !['--fetch', '--apt'].includes(word));
if (unknown !== undefined || !/^\d+$/.test(portText ?? '0')) {
  console.error('usage: npm run kafka -- [--port N] [--fetch] [--apt]');
  process.exit(2);
}
try {
  const {archiveClasses, fetchDistribution, missingTools, startBroker} = await testing('src/testing/kafka/command.ts');
  install(missingTools(), words.includes('--apt'));
  await archiveClasses(await fetchDistribution(line => console.log(line)));
  if (!words.includes('--fetch')) await run(startBroker);
  else console.log('Apache Kafka is ready to be started');
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 5;
}

async function run(startBroker) {
  const port = portText !== undefined ? Number(portText) : (await isFree(9092)) ? 9092 : undefined;
  const broker = await startBroker({port, settings: {'auto.create.topics.enable': 'true'}});
  console.log(`Apache Kafka listens on ${broker.bootstrap} (process ${broker.pid}); Ctrl-C stops it and removes its data`);
  await new Promise(stop => ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(name => process.on(name, stop)));
  await broker.stop();
}

function isFree(port) {
  return new Promise(answer => {
    const server = createServer();
    server.once('error', () => answer(false)).listen(port, '127.0.0.1', () => server.close(() => answer(true)));
  });
}

/** A module of the sources, bundled: Node does not load TypeScript. */
async function testing(entry) {
  const outfile = 'node_modules/.cache/weir/kafka.mjs';
  await build({entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning'});
  return import(`${pathToFileURL(outfile).href}?at=${Date.now()}`);
}
