import {spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {delimiter, join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, describe, expect, test} from 'vitest';
import {clientPlaces} from '../../connectors/kafka/client.ts';
import type {ClientReport} from './doctor.ts';

interface Need {
  readonly name: string;
  readonly apt: string;
}

/** The script is plain JavaScript, which the compiler does not read. */
interface Script {
  cacheKey(machine: Readonly<Record<'abi' | 'platform' | 'architecture' | 'libc' | 'ssl', string>>): string;
  cacheFolder(environment: Readonly<Record<string, string>>, home: string): string;
  homePlace(home: string): string;
  missingFeatures(features: readonly string[]): readonly string[];
  decideInstall(facts: {
    readonly missing: readonly Need[];
    readonly apt: boolean;
    readonly isRoot: boolean;
    readonly hasApt: boolean;
  }): object;
  decideClient(facts: {readonly loads: boolean; readonly features: readonly string[]; readonly isCached: boolean}): string;
  nodeVersionOfHeader(text: string): string;
  reasonOf(text: string): string;
  probe(folder: string): {readonly loads: boolean; readonly reason: string | null};
  readonly needs: readonly Need[];
}

const path = resolve('bin/setup-kafka.js');
const script = (await import(pathToFileURL(path).href)) as Script;
const scratch = mkdtempSync(join(tmpdir(), 'weir-setup-'));
afterAll(() => rmSync(scratch, {recursive: true}));

describe('decisions', () => {
  const zstd = {name: 'zstd', apt: 'libzstd-dev'};
  const make = {name: 'make', apt: 'make'};

  test('a built client fits a machine by what it links with', () => {
    const machine = {abi: '115', platform: 'linux', architecture: 'x64', libc: 'glibc2.36', ssl: '3'};
    expect(script.cacheKey(machine)).toBe('kafka-javascript-1.10.1-abi115-linux-x64-glibc2.36-ssl3');
    expect(script.cacheFolder({XDG_CACHE_HOME: '/c'}, '/home/a')).toBe('/c/weir/native');
    expect(script.cacheFolder({XDG_CACHE_HOME: ''}, '/home/a')).toBe('/home/a/.cache/weir/native');
  });

  test('what is missing is installed by root who asked for it, and told to all others', () => {
    const facts = {missing: [make, zstd], apt: true, isRoot: true, hasApt: true};
    expect(script.decideInstall({...facts, missing: []})).toEqual({do: 'nothing'});
    expect(script.decideInstall(facts)).toEqual({do: 'install', packages: ['make', 'libzstd-dev']});
    expect(script.decideInstall({...facts, apt: false})).toEqual({
      do: 'tell',
      line: 'run: apt-get install -y --no-install-recommends make libzstd-dev',
    });
    expect(script.decideInstall({...facts, isRoot: false})).toEqual({
      do: 'tell',
      line: 'run: sudo apt-get install -y --no-install-recommends make libzstd-dev',
    });
    expect(script.decideInstall({...facts, hasApt: false})).toEqual({
      do: 'tell',
      line: "install with your system's package manager: make, zstd (with their headers)",
    });
  });

  test('a client without one of the features is not good enough', () => {
    const features = ['gzip', 'ssl', 'sasl_gssapi', 'zstd', 'oidc'];
    expect(script.decideClient({loads: true, features, isCached: false})).toBe('nothing');
    expect(script.decideClient({loads: true, features: ['ssl', 'oidc', 'zstd'], isCached: false})).toBe('build');
    expect(script.decideClient({loads: false, features: [], isCached: true})).toBe('copy');
    expect(script.decideClient({loads: false, features: [], isCached: false})).toBe('build');
    expect(script.missingFeatures(['zstd'])).toEqual(['ssl', 'sasl_gssapi', 'oidc']);
  });

  test('headers are of the Node that runs', () => {
    expect(script.nodeVersionOfHeader('#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 19\n#define NODE_PATCH_VERSION 2\n')).toBe(
      '20.19.2',
    );
  });

  test('why a client does not load', () => {
    expect(script.reasonOf('/a.js:1\nthrow err;\n\nError: Could not locate the bindings file. Tried:\n → /b')).toBe(
      'it has not been built on this machine',
    );
    expect(script.reasonOf('Error: libssl.so.1.1: cannot open shared object file\n  at x')).toBe(
      'libssl.so.1.1: cannot open shared object file',
    );
    expect(script.reasonOf('Error: it\nwas compiled using\nNODE_MODULE_VERSION 108')).toBe('it was built for another version of Node.js');
    expect(script.reasonOf('Segmentation fault\n')).toBe('it ended its process');
  });

  test('the command looks where the script installs', () => {
    expect(clientPlaces()[1]).toBe(join(script.homePlace(homedir()), 'place.js'));
  });

  test('the version is the one that is locked', () => {
    const {optionalDependencies, allowScripts, files} = JSON.parse(readFileSync('package.json', 'utf8')) as {
      optionalDependencies: Record<string, string>;
      allowScripts: Record<string, boolean>;
      files: string[];
    };
    expect(script.cacheKey({abi: '', platform: '', architecture: '', libc: '', ssl: ''})).toContain(
      `kafka-javascript-${optionalDependencies['@confluentinc/kafka-javascript']}-`,
    );
    expect(allowScripts['@confluentinc/kafka-javascript']).toBe(false);
    expect(readFileSync('.npmrc', 'utf8')).toContain('ignore-scripts=true');
    expect(files).toContain('bin/setup-kafka.js');
  });
});

describe('the script', () => {
  /** A weir of its own, whose dependency is the built one of this machine, without what was built. */
  function place(name: string, withClient: boolean): string {
    const root = join(scratch, name);
    mkdirSync(join(root, 'bin'), {recursive: true});
    cpSync(path, join(root, 'bin/setup-kafka.js'));
    writeFileSync(join(root, 'package.json'), '{"type": "module"}');
    const target = join(root, 'node_modules');
    for (const dependency of withClient ? ['@confluentinc/kafka-javascript', 'bindings', 'file-uri-to-path', 'nan'] : []) {
      const isSource = (file: string): boolean => !/kafka-javascript\/(build|deps)$/.test(file);
      cpSync(join('node_modules', dependency), join(target, dependency), {recursive: true, filter: isSource});
    }
    return root;
  }

  function run(
    root: string,
    words: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): {code: number | null; out: string; err: string} {
    const env = {...process.env, HOME: join(root, 'home'), XDG_CACHE_HOME: join(root, 'cache'), ...environment};
    const {status, stdout, stderr} = spawnSync(process.execPath, [join(root, 'bin/setup-kafka.js'), ...words], {encoding: 'utf8', env});
    return {code: status, out: stdout, err: stderr};
  }

  test('what is kept is copied back', () => {
    const root = place('kept', true);
    const {cache} = JSON.parse(run(root, ['--report']).out) as ClientReport;
    const built = 'node_modules/@confluentinc/kafka-javascript/build';
    for (const file of ['Release/confluent-kafka-javascript.node', 'deps/librdkafka.so.1', 'deps/librdkafka++.so.1']) {
      cpSync(join(built, file), join(cache, file), {dereference: true});
    }
    const ended = run(root, []);
    expect([ended.code, ended.err]).toEqual([0, '']);
    expect(ended.out).toMatch(/^native Kafka client: librdkafka 2\.15\.1, copied from the cache, /);
    expect(ended.out).toContain('ssl, sasl_gssapi, zstd, oidc (all there)');
    expect(run(root, []).out).toContain('it was there');
    expect(readdirSync(join(root, 'node_modules/@confluentinc/kafka-javascript')).filter(name => name.startsWith('build'))).toEqual([
      'build',
    ]);
    expect(JSON.parse(run(root, ['--report']).out)).toMatchObject({
      loads: true,
      librdkafka: '2.15.1',
      missingFeatures: [],
      isCached: true,
      reason: null,
    });
  });

  test('what is missing is told in one line, and nothing is left behind', () => {
    const root = place('bare', true);
    // A machine with Node, and nothing else.
    const ended = run(root, [], {PATH: join(root, 'nothing') + delimiter});
    expect(ended.code).toBe(5);
    expect(ended.err).toBe(
      `error: missing: ${script.needs.map(({name}) => name).join(', ')}\ninstall with your system's package manager: ${script.needs
        .map(({name}) => name)
        .join(', ')} (with their headers)\n`,
    );
    expect(existsSync(join(root, 'cache'))).toBe(false);
    expect(JSON.parse(run(root, ['--report']).out)).toMatchObject({loads: false, librdkafka: null, isCached: false});
  });

  test('arguments that it does not know', () => {
    expect(run(place('words', false), ['--aptt'])).toEqual({
      code: 2,
      out: '',
      err: 'error: unknown argument --aptt; usage: setup-kafka [--apt] [--verbose]\n',
    });
  });

  test('a client that takes its process down is one that does not load', () => {
    const folder = join(scratch, 'broken/lib');
    mkdirSync(folder, {recursive: true});
    writeFileSync(join(folder, 'rdkafka.js'), 'process.abort()');
    expect(script.probe(join(scratch, 'broken'))).toMatchObject({loads: false, reason: 'it ended its process'});
  });
});
