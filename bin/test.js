#!/usr/bin/env node
// Everything that must hold, in one command: build, format, lint, types, tests, the independent cases, the speed gate.
// What tests need of the machine (the native Kafka client, Apache Kafka) is set up on the way, with system packages when root runs it.
import {spawnSync} from 'node:child_process';
import {readFileSync, rmSync} from 'node:fs';
import {dirname} from 'node:path';
import {fileURLToPath} from 'node:url';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const report = 'node_modules/.cache/weir/vitest.json';
rmSync(report, {force: true});

/** In order of cost: the cheapest fault is told first.
 * @type {readonly (readonly [name: string, command: string, args: string[]])[]} */
const steps = [
  ['build', 'node', ['bin/build.js']],
  ['format', 'npx', ['--no-install', 'oxfmt', '--check']],
  ['lint', 'npx', ['--no-install', 'oxlint', '--type-aware', '--deny-warnings']],
  ['types', 'npx', ['--no-install', 'tsc', '--noEmit']],
  ['Kafka client', 'node', ['bin/setup-kafka.js', '--apt']],
  ['terminal', 'node', ['bin/terminal.js', '--apt']],
  ['Kafka broker', 'node', ['bin/kafka.js', '--fetch', '--apt']],
  ['tests', 'npx', ['--no-install', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]],
  ['conformance', 'node', ['dist/conformance.js']],
  ['speed gate', 'node', ['dist/bench.js', '--gate']],
];

const failed = [];
for (const [name, command, args] of steps) {
  const startedMs = Date.now();
  console.log(`\n── ${name}`);
  const {status} = spawnSync(command, args, {stdio: 'inherit'});
  console.log(`── ${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  if (status !== 0) failed.push(name);
  if (status !== 0 && name === 'build') break;
}

const counts = testCounts();
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
console.log(`\n${counts.passed} passed, ${counts.failed + failed.filter(name => name !== 'tests').length} failed`);
process.exitCode = failed.length === 0 && counts.passed > 0 ? 0 : 1;

function testCounts() {
  try {
    const {numPassedTests, numFailedTests} = JSON.parse(readFileSync(report, 'utf8'));
    return {passed: numPassedTests, failed: numFailedTests};
  } catch {
    return {passed: 0, failed: 1};
  }
}
