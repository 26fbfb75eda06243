import {type ChildProcess, spawn} from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {createServer, type Server} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {clusterId, type Distribution, distribution} from './distribution.ts';

/** A broker of one's own: Apache Kafka in one process, on loopback alone, with its data in a temporary folder. */
export interface Broker {
  /** `127.0.0.1:PORT`. The same after a restart. */
  readonly bootstrap: string;
  /** Where a proxy has to send what clients send to its own port; null unless `advertisedPort` was given. */
  readonly proxiedPort: number | null;
  /** Of the process that runs now. */
  readonly pid: number;
  readonly folder: string;
  /** Ends it in order, else by force, and removes its data. */
  stop(): Promise<void>;
  /** SIGKILL. Its data stay. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** Ends it in order, if it runs, and starts it again with the same data on the same ports. */
  restart(): Promise<void>;
}

export interface BrokerOptions {
  /** Adds a second listener that tells its clients to connect to this port of loopback, where a proxy listens. */
  readonly advertisedPort?: number;
  /** The port to listen on; a free one when absent. */
  readonly port?: number;
  /** Settings of the broker that go over ours. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A broker that is measured is compiled with all optimizations; others start in half the time without. */
  readonly isMeasured?: boolean;
  /** It ends when this process is gone, however that went. By default this one. */
  readonly ownerPid?: number;
  /** It lives on when the process that started it ends (but not its owner). */
  readonly outlives?: boolean;
}

/** A broker that takes requests. Needs its distribution (`npm run kafka -- --fetch`). */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const from = distribution();
  for (let attempt = 1; ; attempt++) {
    const broker = new LocalBroker(from, options, await freePorts(3));
    try {
      await broker.start();
      return broker;
    } catch (error) {
      await broker.stop();
      // Somebody has taken a port since it was found free.
      if (options.port !== undefined || attempt === 3 || !/BindException|already in use/.test(String(error))) throw error;
    }
  }
}

/** Lets the JVM write down which classes a broker loads, so that those after it start in a third of the time. Not vital: without, they take 3 s. */
export async function archiveClasses(from: Distribution): Promise<void> {
  if (existsSync(from.classes)) return;
  const temporary = `${from.classes}.${process.pid}`;
  const broker = new LocalBroker(from, {isMeasured: true}, await freePorts(3), [`-XX:ArchiveClassesAtExit=${temporary}`]);
  try {
    await broker.start();
  } finally {
    await broker.stop();
  }
  if (existsSync(temporary)) renameSync(temporary, from.classes);
}

/** How long a broker may take to start and to end, on a machine that is busy with other things. */
const startLimitMs = 60_000;
const stopLimitMs = 30_000;

class LocalBroker implements Broker {
  readonly bootstrap: string;
  readonly proxiedPort: number | null;
  readonly folder = mkdtempSync(join(tmpdir(), 'weir-kafka-'));
  readonly #words: readonly string[];
  readonly #options: BrokerOptions;
  #process: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();

  constructor(from: Distribution, options: BrokerOptions, ports: readonly number[], jvmOptions: readonly string[] = []) {
    const [free, controllerPort, proxiedPort] = ports as [number, number, number];
    const port = options.port ?? free;
    this.#options = options;
    this.bootstrap = `127.0.0.1:${port}`;
    this.proxiedPort = options.advertisedPort === undefined ? null : proxiedPort;
    const data = join(this.folder, 'data');
    mkdirSync(data);
    copyFileSync(from.bootstrap, join(data, 'bootstrap.checkpoint'));
    writeFileSync(join(data, 'meta.properties'), `version=1\ncluster.id=${clusterId}\nnode.id=1\ndirectory.id=d2VpcnNvbmx5LWZvbGRlcg\n`);
    const settings = {
      ...settingsOf(data, {port, controllerPort, proxiedPort, advertisedPort: options.advertisedPort}),
      ...options.settings,
    };
    writeFileSync(
      join(this.folder, 'server.properties'),
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    this.#words = [
      '-Xms128m',
      '-Xmx512m',
      '-XX:+UseSerialGC',
      ...(options.isMeasured === true ? [] : ['-XX:TieredStopAtLevel=1']),
      ...(existsSync(from.classes) ? [`-XX:SharedArchiveFile=${from.classes}`] : []),
      ...jvmOptions,
      '-Djava.net.preferIPv4Stack=true',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-cp',
      from.classPath,
      'kafka.Kafka',
      join(this.folder, 'server.properties'),
    ];
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async start(): Promise<void> {
    const log = join(this.folder, 'broker.log');
    const output = openSync(log, 'w');
    // In a group of its own: an interrupt at the terminal is for its owner, who ends it.
    const child = spawn('java', this.#words, {stdio: ['ignore', output, output], detached: true});
    closeSync(output);
    this.#process = child;
    this.#ended = new Promise(done => child.once('exit', () => done()).once('error', () => done()));
    if (child.pid !== undefined) watch(this.#options.ownerPid ?? process.pid, child.pid, this.folder);
    if (this.#options.outlives === true) child.unref();
    for (const deadline = performance.now() + startLimitMs; !readFileSync(log, 'utf8').includes('Kafka Server started'); await wait(20)) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
        throw new Error(`the broker does not start:\n${readFileSync(log, 'utf8').split('\n').slice(-20).join('\n')}`);
      }
    }
  }

  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.folder, {recursive: true, force: true});
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#ended;
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.#end();
    await this.start();
  }

  async #end(): Promise<void> {
    this.#signal('SIGCONT');
    this.#signal('SIGTERM');
    const limit = new AbortController();
    const late = wait(stopLimitMs, undefined, {signal: limit.signal}).then(
      () => this.#signal('SIGKILL'),
      () => {},
    );
    await this.#ended;
    limit.abort();
    await late;
  }

  #signal(name: NodeJS.Signals): void {
    const child = this.#process;
    if (child !== null && child.exitCode === null && child.signalCode === null) child.kill(name);
  }
}

/** A shell that outlives its maker: when the owner is gone, so are the broker and its data. Without the data there is nothing left to end. */
function watch(owner: number, broker: number, folder: string): void {
  const script = [
    `broker=${broker}`,
    `while kill -0 ${owner} && [ -d "$1" ]; do kill -0 $broker || broker=; sleep 1; done`,
    '[ -d "$1" ] || exit 0',
    'if [ -n "$broker" ]; then kill -KILL $broker; sleep 1; fi',
    'rm -rf "$1"',
  ].join('; ');
  spawn('/bin/sh', ['-c', script, 'watch', folder], {stdio: 'ignore', detached: true}).unref();
}

interface Ports {
  readonly port: number;
  readonly controllerPort: number;
  readonly proxiedPort: number;
  readonly advertisedPort: number | undefined;
}

/** One node that is all there is: small, quick to answer, and taking any time stamp. It listens on loopback, nowhere else. */
function settingsOf(data: string, {port, controllerPort, proxiedPort, advertisedPort}: Ports): Record<string, string> {
  const proxied = advertisedPort === undefined ? '' : `,PROXIED://127.0.0.1:${proxiedPort}`;
  const advertised = advertisedPort === undefined ? '' : `,PROXIED://127.0.0.1:${advertisedPort}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `CONTROLLER://127.0.0.1:${controllerPort},PLAIN://127.0.0.1:${port}${proxied}`,
    'advertised.listeners': `PLAIN://127.0.0.1:${port}${advertised}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,PROXIED:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAIN',
    'log.dirs': data,
    'num.partitions': '1',
    'auto.create.topics.enable': 'false',
    'offsets.topic.num.partitions': '4',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '500',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
    'log.retention.ms': '-1',
    'log.message.timestamp.after.max.ms': '9223372036854775807',
    'log.index.size.max.bytes': '1048576',
    'log.cleaner.dedupe.buffer.size': '8388608',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'background.threads': '2',
    // A broker that was killed is taken for alive as long as this, and its successor waits.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '300',
  };
}

/** Ports of loopback that nobody listens on; held until all are found, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  for (let index = 0; index < count; index++) {
    const server = createServer();
    await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no free port');
    servers.push(server);
    ports.push(address.port);
  }
  await Promise.all(servers.map(server => new Promise(done => server.close(done))));
  return ports;
}
