import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {type Problem, ProblemError} from '../../base/problem.ts';
import {emptyBytes, loadClient} from './client.ts';

const scratch = mkdtempSync(join(tmpdir(), 'weir-client-'));
afterAll(() => rmSync(scratch, {recursive: true}));

/** A folder with a client that does this when it is loaded. */
function place(name: string, program: string | null): string {
  const folder = join(scratch, name, 'node_modules/@confluentinc/kafka-javascript/lib');
  mkdirSync(folder, {recursive: true});
  if (program !== null) writeFileSync(join(folder, 'rdkafka.js'), program);
  return join(scratch, name, 'place.js');
}

async function problemOf(places: readonly string[]): Promise<Problem> {
  try {
    await loadClient(places);
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0] as Problem;
    throw error;
  }
  throw new Error('it has loaded');
}

const unbuilt = place('unbuilt', "throw new Error('Could not locate the bindings file. Tried:\\n → /a\\n → /b')");

// These come first: what has been loaded once is not loaded again.
describe('a client that is not to be had is one problem', () => {
  test.each([
    ['absent', place('absent', null), 'the package @confluentinc/kafka-javascript is not installed'],
    ['not built', unbuilt, 'it is installed, but has not been built on this machine'],
    [
      'of another libc',
      place('libc', 'throw new Error("/lib/libc.so.6: version `GLIBC_2.38\' not found (required by x.node)")'),
      "it was built for another system: /lib/libc.so.6: version `GLIBC_2.38' not found (required by x.node)",
    ],
    [
      'of another OpenSSL',
      place('ssl', "throw new Error('libssl.so.1.1: cannot open shared object file: No such file or directory')"),
      'it was built for another system: libssl.so.1.1: cannot open shared object file: No such file or directory',
    ],
    [
      'of another Node',
      place(
        'node',
        "throw new Error('The module x.node\\nwas compiled against a different Node.js version using\\nNODE_MODULE_VERSION 108.')",
      ),
      'it was built for another version of Node.js',
    ],
  ])('%s', async (_, where, detail) => {
    expect(await problemOf([where])).toEqual({
      kind: 'environment',
      severity: 'error',
      code: 'no-kafka-client',
      message: 'Kafka tables need the native client',
      detail,
      hint: 'run "weir setup kafka"',
    });
  });

  test('one that does not load says more than a place without one', async () => {
    const absent = place('absent', null);
    const detail = 'it is installed, but has not been built on this machine';
    expect((await problemOf([absent, unbuilt])).detail).toBe(detail);
    expect((await problemOf([unbuilt, absent])).detail).toBe(detail);
  });
});

test('the client loads, from the first place that has it, with every feature', async () => {
  const client = await loadClient([unbuilt, import.meta.url]);
  expect(client.features).toEqual(expect.arrayContaining(['ssl', 'sasl_gssapi', 'zstd', 'lz4', 'snappy', 'gzip', 'oidc']));
  expect(client.librdkafkaVersion).toBe('2.15.1');
  expect(await loadClient()).toBe(client);
  expect(emptyBytes).toHaveLength(0);
});
