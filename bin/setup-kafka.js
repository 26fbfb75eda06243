#!/usr/bin/env node
// Builds the native Kafka client from the sources inside its package, and keeps what it built outside node_modules: the next `npm ci` only copies it back.
// Nothing is downloaded but system packages, and those only with --apt. `weir setup kafka` and `npm run setup` are this file.
import {execFileSync, spawnSync} from 'node:child_process';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {createRequire} from 'node:module';
import {homedir} from 'node:os';
import {basename, delimiter, dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const packageName = '@confluentinc/kafka-javascript';
const packageVersion = '1.10.1';
const addonName = 'confluent-kafka-javascript.node';

/** Each is there only if its headers were when the client was built; without them it builds all the same, and fails on the first topic that needs them. */
export const requiredFeatures = ['ssl', 'sasl_gssapi', 'zstd', 'oidc'];

/** What building takes, by how it is found: a command that answers, or a header that the compiler finds. */
export const needs = [
  {name: 'a C++ compiler', command: 'g++', apt: 'g++'},
  {name: 'make', command: 'make', apt: 'make'},
  {name: 'Python 3', command: 'python3', apt: 'python3'},
  {name: 'OpenSSL', header: 'openssl/ssl.h', apt: 'libssl-dev'},
  {name: 'zlib', header: 'zlib.h', apt: 'zlib1g-dev'},
  {name: 'zstd', header: 'zstd.h', apt: 'libzstd-dev'},
  {name: 'SASL', header: 'sasl/sasl.h', apt: 'libsasl2-dev'},
  {name: 'curl', header: 'curl/curl.h', apt: 'libcurl4-openssl-dev'},
];

/** Ends the command with the exit code of a machine that does not give what is needed. */
export class SetupError extends Error {}

// ── Decisions, from facts alone ──

/**
 * What a built client fits to, as the name of a folder.
 * @param {{abi: string, platform: string, architecture: string, libc: string, ssl: string}} machine
 */
export function cacheKey({abi, platform, architecture, libc, ssl}) {
  return `${basename(packageName)}-${packageVersion}-abi${abi}-${platform}-${architecture}-${libc}-ssl${ssl}`;
}

/**
 * Where built clients are kept.
 * @param {Record<string, string | undefined>} environment
 * @param {string} home
 */
export function cacheFolder(environment, home) {
  return join(environment.XDG_CACHE_HOME || join(home, '.cache'), 'weir', 'native');
}

/** Where the client is put when weir's own folder has none or is not to be written. The command looks there, too. @param {string} home */
export function homePlace(home) {
  return join(home, '.local', 'share', 'weir', 'kafka');
}

/** @param {readonly string[]} features */
export function missingFeatures(features) {
  return requiredFeatures.filter(feature => !features.includes(feature));
}

/**
 * The line that installs what is missing.
 * @param {readonly string[]} packages
 * @param {boolean} isRoot
 */
export function aptLine(packages, isRoot) {
  return `${isRoot ? '' : 'sudo '}apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/**
 * What is to be done about things that are missing: install them, or tell a person how.
 * @param {{missing: readonly {name: string, apt: string}[], apt: boolean, isRoot: boolean, hasApt: boolean}} facts
 * @returns {{do: 'nothing'} | {do: 'install', packages: readonly string[]} | {do: 'tell', line: string}}
 */
export function decideInstall({missing, apt, isRoot, hasApt}) {
  if (missing.length === 0) return {do: 'nothing'};
  const packages = missing.map(need => need.apt);
  if (!hasApt)
    return {
      do: 'tell',
      line: `install with your system's package manager: ${missing.map(need => need.name).join(', ')} (with their headers)`,
    };
  if (apt && isRoot) return {do: 'install', packages};
  return {do: 'tell', line: `run: ${aptLine(packages, isRoot)}`};
}

/**
 * What to do for a client that works, by what is there.
 * @param {{loads: boolean, features: readonly string[], isCached: boolean}} facts
 * @returns {'nothing' | 'copy' | 'build'}
 */
export function decideClient({loads, features, isCached}) {
  if (loads && missingFeatures(features).length === 0) return 'nothing';
  return isCached ? 'copy' : 'build';
}

/** The version in a header of Node's: `20.19.2`. @param {string} text */
export function nodeVersionOfHeader(text) {
  const part = name => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
  return `${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
}

// ── Facts ──

function machine() {
  const {glibcVersionRuntime} = process.report.getReport().header;
  return {
    abi: process.versions.modules,
    platform: process.platform,
    architecture: process.arch,
    libc: process.platform === 'linux' ? (glibcVersionRuntime ? `glibc${glibcVersionRuntime}` : 'musl') : 'system',
    ssl: sslMajor(),
  };
}

/** Of the system's library, which is the one that the client is linked with: not Node's own. */
function sslMajor() {
  const known = spawnSync('ldconfig', ['-p'], {
    encoding: 'utf8',
    env: {...process.env, PATH: `${process.env.PATH}${delimiter}/sbin${delimiter}/usr/sbin`},
  });
  const majors = [...(known.error === undefined ? known.stdout : '').matchAll(/libssl\.so\.(\d+)/g)].map(match => Number(match[1]));
  return majors.length === 0 ? '0' : String(Math.max(...majors));
}

const isRoot = () => process.getuid?.() === 0;
const answers = (command, args = ['--version']) => spawnSync(command, args, {stdio: 'ignore'}).status === 0;

function compilerFinds(header) {
  return (
    spawnSync('g++', ['-E', '-x', 'c', '-'], {
      input: `#include <stddef.h>\n#include <stdio.h>\n#include <${header}>\n`,
      stdio: ['pipe', 'ignore', 'ignore'],
    }).status === 0
  );
}

function missingNeeds() {
  const hasCompiler = answers('g++');
  return needs.filter(need => (need.command === undefined ? !hasCompiler || !compilerFinds(need.header) : !answers(need.command)));
}

/** The prefix whose include/node belongs to the Node that runs this: so nothing has to be fetched. */
function nodeHeaders() {
  const prefixes = [process.env.npm_config_nodedir, dirname(dirname(realpathSync(process.execPath))), '/usr', '/usr/local'];
  return prefixes.find(prefix => {
    const header = prefix && join(prefix, 'include/node/node_version.h');
    return header && existsSync(header) && nodeVersionOfHeader(readFileSync(header, 'utf8')) === process.versions.node;
  });
}

function nodeGyp() {
  const inNpm = 'node_modules/node-gyp/bin/node-gyp.js';
  const npm = (process.env.PATH ?? '')
    .split(delimiter)
    .map(folder => join(folder, 'npm'))
    .find(path => existsSync(path));
  const paths = [
    process.env.npm_config_node_gyp,
    npm && join(dirname(dirname(realpathSync(npm))), inNpm),
    join(dirname(dirname(realpathSync(process.execPath))), 'lib/node_modules/npm', inNpm),
    '/usr/share/nodejs/node-gyp/bin/node-gyp.js',
    '/usr/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js',
  ];
  return paths.find(path => path && existsSync(path));
}

/** The package's folder, as a module in this place finds it; null when it is not installed there. */
function packageFolder(place) {
  try {
    return dirname(createRequire(place).resolve(`${packageName}/package.json`));
  } catch {
    return null;
  }
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * What the client says of itself, in a process of its own: a client that does not fit may take its process down.
 * @returns {{loads: boolean, version: string | null, features: readonly string[], reason: string | null}}
 */
export function probe(folder) {
  const program = `const client = require(${JSON.stringify(join(folder, 'lib/rdkafka.js'))}); console.log(JSON.stringify({version: client.librdkafkaVersion, features: client.features}))`;
  const {status, stdout, stderr} = spawnSync(process.execPath, ['-e', program], {encoding: 'utf8'});
  if (status === 0) return {loads: true, ...JSON.parse(stdout), reason: null};
  return {loads: false, version: null, features: [], reason: reasonOf(stderr)};
}

/** Why a client does not load, from what Node printed. @param {string} text */
export function reasonOf(text) {
  const reason = /^(?:\w*Error): (.*)$/m.exec(text)?.[1];
  if (reason === undefined) return 'it ended its process';
  if (reason.startsWith('Could not locate the bindings file')) return 'it has not been built on this machine';
  if (text.includes('NODE_MODULE_VERSION')) return 'it was built for another version of Node.js';
  return reason;
}

/** Both places, the one that works first, else the one that setup would use. */
function findClient() {
  const own = packageFolder(fileURLToPath(import.meta.url));
  const home = packageFolder(join(homePlace(homedir()), 'place.js'));
  const found = [own, home].filter(folder => folder !== null).map(folder => ({folder, ...probe(folder)}));
  const target = own !== null && isWritable(own) ? own : home;
  return (
    found.find(client => client.loads) ??
    found.find(client => client.folder === target) ??
    found[0] ?? {folder: null, loads: false, version: null, features: [], reason: 'the package is not installed'}
  );
}

/** What `weir doctor` shows. */
export function report() {
  const client = findClient();
  const entry = join(cacheFolder(process.env, homedir()), cacheKey(machine()));
  const headers = nodeHeaders();
  return {
    package: packageName,
    packageVersion,
    folder: client.folder,
    loads: client.loads,
    reason: client.loads ? null : client.reason,
    librdkafka: client.version,
    features: client.features,
    missingFeatures: client.loads ? missingFeatures(client.features) : [],
    cache: entry,
    isCached: existsSync(entry),
    missingForBuild: [
      ...missingNeeds().map(need => need.name),
      ...(headers === undefined ? [`the headers of Node.js ${process.versions.node}`] : []),
    ],
  };
}

// ── Work ──

/** Installs system packages, or says the one line that does. Lists are fetched once. @param {readonly {name: string, apt: string}[]} missing @param {boolean} apt */
export function install(missing, apt) {
  const decision = decideInstall({missing, apt, isRoot: isRoot(), hasApt: answers('apt-get')});
  if (decision.do === 'nothing') return;
  const names = missing.map(need => need.name).join(', ');
  if (decision.do === 'tell') throw new SetupError(`missing: ${names}\n${decision.line}`);
  console.log(`installing ${decision.packages.join(' ')} …`);
  const env = {...process.env, DEBIAN_FRONTEND: 'noninteractive'};
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...decision.packages],
  ]) {
    const {status, stdout, stderr} = spawnSync('apt-get', args, {encoding: 'utf8', env});
    if (status !== 0) throw new SetupError(`apt-get ${args[0]} failed: ${lastLines(`${stdout}${stderr}`, 3)}`);
  }
}

const lastLines = (text, count) => text.trimEnd().split('\n').slice(-count).join('\n');

/** The folder to set up. Where weir's own dependencies are missing or not to be written, it is the home folder's, made here. */
function targetFolder() {
  const own = packageFolder(fileURLToPath(import.meta.url));
  if (own !== null && isWritable(own)) return own;
  const place = homePlace(homedir());
  const present = packageFolder(join(place, 'place.js'));
  if (present !== null && JSON.parse(readFileSync(join(present, 'package.json'), 'utf8')).version === packageVersion) return present;
  mkdirSync(place, {recursive: true});
  if (own === null) {
    writeFileSync(join(place, 'package.json'), '{"private": true}\n');
    console.log(`installing ${packageName}@${packageVersion} into ${place} …`);
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', place, `${packageName}@${packageVersion}`];
    const {status, stderr} = spawnSync('npm', args, {encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe']});
    if (status !== 0) throw new SetupError(`npm ${args.join(' ')} failed: ${lastLines(stderr, 3)}`);
  } else {
    copySources(own, place);
  }
  return packageFolder(join(place, 'place.js'));
}

/** The package and what it needs to be built and loaded, into `<place>/node_modules`. */
function copySources(from, place) {
  const require = createRequire(join(from, 'package.json'));
  const bindings = require.resolve('bindings/package.json');
  const folders = {
    [packageName]: from,
    nan: dirname(require.resolve('nan/package.json')),
    bindings: dirname(bindings),
    'file-uri-to-path': dirname(createRequire(bindings).resolve('file-uri-to-path/package.json')),
  };
  for (const [name, folder] of Object.entries(folders)) {
    const isSource = path => path !== join(folder, 'build') && path !== join(folder, 'node_modules');
    cpSync(folder, join(place, 'node_modules', name), {recursive: true, filter: isSource});
  }
}

/** Puts a kept client where the package looks for it: whole, or not at all. */
function copyFromCache(entry, folder) {
  const build = join(folder, 'build');
  const fresh = `${build}.${process.pid}.new`;
  cpSync(entry, fresh, {recursive: true});
  rmSync(build, {recursive: true, force: true});
  renameSync(fresh, build);
}

/** Builds beside the cache, keeps what is needed to run, and leaves nothing else behind. */
function build(folder, entry, {apt, verbose}) {
  install(missingNeeds(), apt);
  const headers = nodeHeaders();
  if (headers === undefined)
    throw new SetupError(
      `missing: the headers of Node.js ${process.versions.node}\nset npm_config_nodedir to the folder that has include/node/node.h of this version`,
    );
  const gyp = nodeGyp();
  if (gyp === undefined) throw new SetupError('missing: node-gyp, which comes with npm\nset npm_config_node_gyp to its bin/node-gyp.js');
  mkdirSync(dirname(entry), {recursive: true});
  const work = mkdtempSync(join(dirname(entry), '.build-'));
  try {
    copySources(folder, work);
    const sources = join(work, 'node_modules', packageName);
    console.log('building the native Kafka client (about a minute) …');
    // MAKEFLAGS has to be empty: with jobs of its own, gyp's Makefile compiles before it has configured.
    const env = {...process.env, CKJS_LINKING: 'dynamic', BUILD_LIBRDKAFKA: '1', MAKEFLAGS: ''};
    const {status, stdout, stderr} = spawnSync(process.execPath, [gyp, 'rebuild', `--nodedir=${headers}`], {
      cwd: sources,
      env,
      encoding: 'utf8',
      maxBuffer: 256 << 20,
      stdio: verbose ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    if (status !== 0) throw new SetupError(`the client does not build here${verbose ? '' : `:\n${lastLines(`${stdout}${stderr}`, 40)}`}`);
    const built = probe(sources);
    if (!built.loads) throw new SetupError(`the client was built, but does not load: ${built.reason}`);
    const missing = missingFeatures(built.features);
    if (missing.length > 0) throw new SetupError(`the client was built without ${missing.join(', ')}`);
    keep(join(sources, 'build'), entry, work);
  } finally {
    rmSync(work, {recursive: true, force: true});
  }
}

/** 4 MB of 120: the addon and its two libraries, without symbols. */
function keep(built, entry, work) {
  const kept = join(work, 'kept');
  const extension = process.platform === 'darwin' ? ['.1.dylib'] : ['.so.1'];
  const files = [`Release/${addonName}`, ...extension.flatMap(end => [`deps/librdkafka${end}`, `deps/librdkafka++${end}`])];
  for (const file of files) cpSync(realpathSync(join(built, file)), join(kept, file));
  if (process.platform === 'linux') execFileSync('strip', ['--strip-unneeded', ...files.map(file => join(kept, file))]);
  rmSync(entry, {recursive: true, force: true});
  try {
    renameSync(kept, entry);
  } catch (error) {
    if (!existsSync(entry)) throw error; // Else another one was quicker, and built the same.
  }
}

function setUp(options) {
  const startedMs = Date.now();
  const entry = join(cacheFolder(process.env, homedir()), cacheKey(machine()));
  const folder = targetFolder();
  let client = probe(folder);
  let how = 'it was there';
  for (
    let step = decideClient({...client, isCached: existsSync(entry)});
    step !== 'nothing';
    step = decideClient({...client, isCached: false})
  ) {
    if (step === 'build') build(folder, entry, options);
    copyFromCache(entry, folder);
    client = probe(folder);
    how = step === 'build' ? 'built' : 'copied from the cache';
    if (step === 'build' && decideClient({...client, isCached: false}) !== 'nothing')
      throw new SetupError(`the client does not load: ${client.reason}`);
  }
  console.log(`native Kafka client: librdkafka ${client.version}, ${how}, ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  console.log(
    `  features  ${requiredFeatures.join(', ')} (all there); also ${client.features.filter(feature => !requiredFeatures.includes(feature)).join(', ')}`,
  );
  console.log(`  used from ${folder}`);
  console.log(`  kept in   ${entry}`);
}

function main(words) {
  const unknown = words.find(word => !['--apt', '--verbose', '-V', '--report'].includes(word));
  if (unknown !== undefined) {
    console.error(`error: unknown argument ${unknown}; usage: setup-kafka [--apt] [--verbose]`);
    return 2;
  }
  if (words.includes('--report')) {
    console.log(JSON.stringify(report()));
    return 0;
  }
  if (process.platform === 'win32') {
    console.error('error: the native Kafka client is not set up on Windows');
    return 5;
  }
  try {
    setUp({apt: words.includes('--apt'), verbose: words.includes('--verbose') || words.includes('-V')});
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError) && !(error instanceof Error && 'code' in error)) throw error;
    console.error(`error: ${error.message}`);
    return 5;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href)
  process.exitCode = main(process.argv.slice(2));
