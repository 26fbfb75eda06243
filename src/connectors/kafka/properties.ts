import {didYouMean} from '../../base/nearest.ts';
import type {Problem} from '../../base/problem.ts';
import {invalid} from '../options.ts';
import type {KafkaSettings} from './client.ts';

/** `properties.*` of a table, which Flink gives to the Java client: as settings of librdkafka. */
export interface Properties {
  readonly consumer: KafkaSettings;
  readonly producer: KafkaSettings;
  /** Settings that say where the cluster is and who asks: all that a third client needs. */
  readonly common: KafkaSettings;
  readonly problems: readonly Problem[];
}

const prefix = 'properties.';

/** Settings of librdkafka that a table may give: those of both kinds of client, of consumers, of producers. */
const commonNames = new Set(
  `allow.auto.create.topics api.version.fallback.ms api.version.request api.version.request.timeout.ms bootstrap.servers broker.address.family broker.address.ttl
  broker.version.fallback client.dns.lookup client.id client.rack connections.max.idle.ms debug enable.metrics.push enable.random.seed
  enable.sasl.oauthbearer.unsecure.jwt enable.ssl.certificate.verification https.ca.location https.ca.pem log.connection.close log_level max.in.flight
  max.in.flight.requests.per.connection message.copy.max.bytes message.max.bytes metadata.broker.list metadata.max.age.ms
  metadata.recovery.rebootstrap.trigger.ms metadata.recovery.strategy receive.message.max.bytes reconnect.backoff.max.ms reconnect.backoff.ms
  retry.backoff.max.ms retry.backoff.ms sasl.kerberos.keytab sasl.kerberos.kinit.cmd sasl.kerberos.min.time.before.relogin sasl.kerberos.principal
  sasl.kerberos.service.name sasl.mechanism sasl.mechanisms sasl.oauthbearer.assertion.algorithm sasl.oauthbearer.assertion.claim.aud
  sasl.oauthbearer.assertion.claim.exp.seconds sasl.oauthbearer.assertion.claim.iss sasl.oauthbearer.assertion.claim.jti.include
  sasl.oauthbearer.assertion.claim.nbf.seconds sasl.oauthbearer.assertion.claim.sub sasl.oauthbearer.assertion.file
  sasl.oauthbearer.assertion.jwt.template.file sasl.oauthbearer.assertion.private.key.file sasl.oauthbearer.assertion.private.key.passphrase
  sasl.oauthbearer.assertion.private.key.pem sasl.oauthbearer.client.credentials.client.id sasl.oauthbearer.client.credentials.client.secret
  sasl.oauthbearer.client.id sasl.oauthbearer.client.secret sasl.oauthbearer.config sasl.oauthbearer.extensions sasl.oauthbearer.grant.type
  sasl.oauthbearer.metadata.authentication.type sasl.oauthbearer.method sasl.oauthbearer.scope sasl.oauthbearer.sub.claim.name
  sasl.oauthbearer.token.endpoint.url sasl.password sasl.username security.protocol socket.connection.setup.timeout.ms socket.keepalive.enable
  socket.max.fails socket.nagle.disable socket.receive.buffer.bytes socket.send.buffer.bytes socket.timeout.ms ssl.ca.certificate.stores ssl.ca.location
  ssl.ca.pem ssl.certificate.location ssl.certificate.pem ssl.cipher.suites ssl.crl.location ssl.curves.list ssl.endpoint.identification.algorithm
  ssl.engine.id ssl.engine.location ssl.key.location ssl.key.password ssl.key.pem ssl.keystore.location ssl.keystore.password ssl.providers
  ssl.sigalgs.list topic.metadata.propagation.max.ms topic.metadata.refresh.fast.interval.ms topic.metadata.refresh.interval.ms
  topic.metadata.refresh.sparse`.split(/\s+/),
);
const consumerNames = new Set(
  `check.crcs coordinator.query.interval.ms fetch.error.backoff.ms fetch.max.bytes fetch.message.max.bytes fetch.min.bytes fetch.queue.backoff.ms
  fetch.wait.max.ms group.id heartbeat.interval.ms isolation.level max.partition.fetch.bytes max.poll.interval.ms queued.max.messages.kbytes
  queued.min.messages session.timeout.ms`.split(/\s+/),
);
const producerNames = new Set(
  `acks batch.num.messages batch.size compression.codec compression.level compression.type delivery.timeout.ms enable.gapless.guarantee
  enable.idempotence linger.ms message.send.max.retries message.timeout.ms partitioner queue.buffering.max.kbytes queue.buffering.max.messages
  queue.buffering.max.ms queuing.strategy request.required.acks request.timeout.ms retries sticky.partitioning.linger.ms
  transaction.timeout.ms`.split(/\s+/),
);

/** Names of the Java client for which librdkafka has others. */
const javaNames: ReadonlyMap<string, string> = new Map([
  ['fetch.max.wait.ms', 'fetch.wait.max.ms'],
  ['max.request.size', 'message.max.bytes'],
  ['receive.buffer.bytes', 'socket.receive.buffer.bytes'],
  ['send.buffer.bytes', 'socket.send.buffer.bytes'],
  ['sasl.oauthbearer.token.endpoint', 'sasl.oauthbearer.token.endpoint.url'],
]);

/** What the Java client, Flink or weir sees to in its own way: a value changes nothing here. */
const withoutEffect = new Set(
  `auto.commit.interval.ms auto.offset.reset client.id.prefix commit.offsets.on.checkpoint default.api.timeout.ms enable.auto.commit exclude.internal.topics
  interceptor.classes key.deserializer key.serializer max.block.ms max.poll.records metric.reporters metrics.num.samples metrics.recording.level
  metrics.sample.window.ms partition.assignment.strategy partition.discovery.interval.ms partitioner.class value.deserializer value.serializer
  register.consumer.metrics security.providers`.split(/\s+/),
);
/** What only weir can give a value to, with why. */
const owned: ReadonlyMap<string, string> = new Map([
  ['transactional.id', `the job's name makes it; 'sink.transactional-id-prefix' changes how it begins`],
  ['group.instance.id', 'partitions are not shared out by a group'],
  ['enable.partition.eof', 'it is always on'],
]);

export const secretProperty = /password|secret|jaas|\.pem$|private\.key|passphrase|sasl\.oauthbearer\.config/;

/** Problems name the option as it was written; values are not shown, because some are secrets. */
export function propertiesOf(options: ReadonlyMap<string, string>): Properties {
  const problems: Problem[] = [];
  const settings = new Map<string, string>();
  for (const [option, value] of options) {
    if (!option.startsWith(prefix)) continue;
    const translated = translate(option.slice(prefix.length), value, options);
    if (isSettings(translated)) for (const [name, text] of translated) settings.set(name, text);
    else problems.push(...translated);
  }
  const pick = (...names: readonly ReadonlySet<string>[]): KafkaSettings =>
    Object.fromEntries([...settings].filter(([name]) => names.some(known => known.has(name))));
  return {consumer: pick(commonNames, consumerNames), producer: pick(commonNames, producerNames), common: pick(commonNames), problems};
}

type Translated = ReadonlyMap<string, string> | readonly Problem[];

function isSettings(translated: Translated): translated is ReadonlyMap<string, string> {
  return translated instanceof Map;
}

function translate(name: string, value: string, options: ReadonlyMap<string, string>): Translated {
  const option = prefix + name;
  const reason = owned.get(name);
  if (reason !== undefined) return [invalid('contradiction', `option "${option}" cannot be given`, 'leave it out', reason)];
  if (withoutEffect.has(name)) return new Map();
  if (name === 'sasl.jaas.config') return login(option, value);
  if (name.startsWith('ssl.truststore.') || name === 'ssl.keystore.type' || name === 'ssl.keystore.location') {
    return store(name, option, value, options);
  }
  if (name === 'ssl.endpoint.identification.algorithm' && value.trim() === '') return new Map([[name, 'none']]);
  if (name === 'buffer.memory') return new Map([['queue.buffering.max.kbytes', String(Math.max(1, Math.floor(Number(value) / 1024)))]]);
  const own = javaNames.get(name) ?? name;
  if (commonNames.has(own) || consumerNames.has(own) || producerNames.has(own)) return new Map([[own, value]]);
  const known = [...commonNames, ...consumerNames, ...producerNames, ...javaNames.keys()].map(one => prefix + one);
  const hint = didYouMean(option, known) ?? 'names are those of librdkafka, and those of the Java client that mean the same';
  return [invalid('unknown-option', `Kafka's client has no setting "${option}"`, hint)];
}

const loginModule = /^\s*[\w.]*\.(\w+)\s+(?:required|requisite|sufficient|optional)\s+(.*?);?\s*$/s;
const loginValue = /(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+))/g;

/** The Java client's way to say user and password. */
function login(option: string, value: string): Translated {
  const match = loginModule.exec(value);
  if (match === null || !['PlainLoginModule', 'ScramLoginModule'].includes(match[1] as string)) {
    return [
      invalid(
        'not-supported',
        `option "${option}" can hold a PlainLoginModule or a ScramLoginModule only`,
        `give 'properties.sasl.username' and 'properties.sasl.password', or the settings of librdkafka for other ways to log in`,
      ),
    ];
  }
  const values = new Map(
    [...(match[2] as string).matchAll(loginValue)].map(found => [
      found[1],
      (found[2]?.replaceAll(/\\(.)/g, '$1') ?? found[3] ?? found[4]) as string,
    ]),
  );
  const [user, password] = [values.get('username'), values.get('password')];
  if (user === undefined || password === undefined) {
    return [invalid('bad-option', `option "${option}" names no user or no password`, `write username="…" password="…"`)];
  }
  return new Map([
    ['sasl.username', user],
    ['sasl.password', password],
  ]);
}

/** Java's key stores are files that librdkafka cannot read, unless they are PKCS#12 (keys) or PEM (authorities). */
function store(name: string, option: string, value: string, options: ReadonlyMap<string, string>): Translated {
  if (name.endsWith('.type') || name === 'ssl.truststore.password') return new Map();
  const isTrust = name.startsWith('ssl.truststore.');
  if (name === 'ssl.truststore.certificates') return new Map([['ssl.ca.pem', value]]);
  const type = options.get(`${prefix}ssl.${isTrust ? 'truststore' : 'keystore'}.type`)?.toUpperCase() ?? typeOfName(value);
  if (isTrust && type === 'PEM') return new Map([['ssl.ca.location', value]]);
  if (!isTrust && type === 'PKCS12') return new Map([['ssl.keystore.location', value]]);
  if (!isTrust && type === 'PEM') {
    return new Map([
      ['ssl.certificate.location', value],
      ['ssl.key.location', value],
    ]);
  }
  const hint = isTrust
    ? `keytool -exportcert -rfc writes a PEM file: name it in 'properties.ssl.ca.location'`
    : `keytool -importkeystore -deststoretype PKCS12 makes a store that can be read; say 'properties.ssl.keystore.type' = 'PKCS12'`;
  return [invalid('not-supported', `option "${option}" names a store of Java's own kind, which only Java can read`, hint)];
}

function typeOfName(path: string): string {
  return /\.pem$|\.crt$/i.test(path) ? 'PEM' : /\.p12$|\.pfx$/i.test(path) ? 'PKCS12' : 'JKS';
}
