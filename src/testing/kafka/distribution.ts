import {execFile, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

/** What a broker is started from: jars of Apache Kafka, the first records of a new cluster, and (where the JVM could make it) an archive of loaded classes. */
export interface Distribution {
  readonly folder: string;
  /** For `java -cp`. Always in the same order, or the archive does not fit. */
  readonly classPath: string;
  /** What a new cluster begins with: the versions of its features. */
  readonly bootstrap: string;
  /** Starts a broker in 1 s instead of 3; may be absent. */
  readonly classes: string;
}

export interface Tool {
  readonly name: string;
  readonly apt: string;
}

/** Without these there is no broker. */
export function missingTools(): readonly Tool[] {
  const tools: Tool[] = [];
  if (javaVersion() === null) tools.push({name: 'Java 17 or later', apt: 'default-jre-headless'});
  if (!isFetched() && spawnSync('mvn', ['--version'], {stdio: 'ignore'}).status !== 0) tools.push({name: 'Maven', apt: 'maven'});
  return tools;
}

function isFetched(): boolean {
  const java = javaVersion();
  return java !== null && existsSync(describe(java).bootstrap);
}

/** The distribution that is here; an error that says what to run when there is none. */
export function distribution(): Distribution {
  const java = javaVersion();
  if (java === null) throw new Error('no broker: Java 17 or later is not here; run "npm run kafka -- --fetch --apt"');
  const found = describe(java);
  if (!existsSync(found.bootstrap)) throw new Error('no broker: its jars are not here; run "npm run kafka -- --fetch"');
  return found;
}

/** Gets the jars through Maven, unless they are here, and prepares what makes brokers start quickly. `say` is told what takes long. */
export async function fetchDistribution(say: (line: string) => void): Promise<Distribution> {
  const java = javaVersion();
  if (java === null) throw new Error('Java 17 or later is not here');
  const target = describe(java);
  if (existsSync(target.bootstrap)) return target;
  mkdirSync(dirname(target.folder), {recursive: true});
  const work = mkdtempSync(join(dirname(target.folder), '.fetch-'));
  try {
    say('fetching Apache Kafka through Maven …');
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
    const options = ['-B', '-q', '-f', pomFile(), `-DoutputDirectory=${join(work, 'lib')}`, '-DincludeScope=runtime'];
    await call('mvn', [...options, goal], 'Maven could not fetch Apache Kafka');
    await format(work);
    rmSync(target.folder, {recursive: true, force: true});
    renameSync(work, target.folder);
  } catch (error) {
    if (!existsSync(target.bootstrap)) throw error; // Else another one was quicker.
  } finally {
    rmSync(work, {recursive: true, force: true});
  }
  return describe(java);
}

/** Formatting takes a JVM of its own: done once, its result is copied for every broker. */
async function format(work: string): Promise<void> {
  const settings = join(work, 'format.properties');
  const lines = [
    'process.roles=broker,controller',
    'node.id=1',
    'controller.quorum.voters=1@127.0.0.1:1',
    'listeners=CONTROLLER://127.0.0.1:1,PLAIN://127.0.0.1:2',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT',
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAIN',
    `log.dirs=${join(work, 'formatted')}`,
  ];
  writeFileSync(settings, lines.join('\n'));
  const classPath = classPathOf(join(work, 'lib'));
  const options = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', classPath, 'kafka.tools.StorageTool'];
  await call('java', [...options, 'format', '-t', clusterId, '-c', settings], 'the format of a new cluster could not be made');
  renameSync(join(work, 'formatted', 'bootstrap.checkpoint'), join(work, 'bootstrap.checkpoint'));
  rmSync(join(work, 'formatted'), {recursive: true});
}

/** Any 16 bytes will do: brokers of ours never meet. */
export const clusterId = 'd2VpcnNvd24tY2x1c3Rlcg';

async function call(command: string, words: readonly string[], fault: string): Promise<void> {
  try {
    await promisify(execFile)(command, words, {maxBuffer: 64 << 20});
  } catch (error) {
    const {stdout, stderr} = error as {readonly stdout?: string; readonly stderr?: string};
    const said = `${stdout ?? ''}${stderr ?? ''}`.split('\n').filter(line => line.trim() !== '');
    throw new Error(`${fault}: ${said.find(line => line.includes('ERROR')) ?? said[0] ?? String(error)}`, {cause: error});
  }
}

function describe(java: string): Distribution {
  const mark = createHash('sha256').update(readFileSync(pomFile())).digest('hex').slice(0, 12);
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'weir', 'kafka', `${mark}-java${java}`);
  return {
    folder,
    classPath: existsSync(join(folder, 'lib')) ? classPathOf(join(folder, 'lib')) : '',
    bootstrap: join(folder, 'bootstrap.checkpoint'),
    classes: join(folder, 'classes.jsa'),
  };
}

function classPathOf(folder: string): string {
  return readdirSync(folder)
    .sort()
    .map(jar => join(folder, jar))
    .join(':');
}

function pomFile(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== '/'; folder = dirname(folder)) {
    const file = join(folder, 'fixtures/kafka/pom.xml');
    if (existsSync(file)) return file;
  }
  throw new Error('fixtures/kafka/pom.xml is not here');
}

/** `17.0.15`; null when there is none that Kafka runs on. */
function javaVersion(): string | null {
  const version = /version "([\d.]+)/.exec(spawnSync('java', ['-version'], {encoding: 'utf8'}).stderr ?? '')?.[1];
  return version !== undefined && Number(version.split('.')[0]) >= 17 ? version : null;
}
