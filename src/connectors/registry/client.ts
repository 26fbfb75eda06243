import type {request as Request} from 'node:http';
import {createRequire} from 'node:module';
import {fail, type Problem, ProblemError} from '../../base/problem.ts';
import type {FoundSchema} from './registry.ts';
import type {RegistrySettings} from './settings.ts';

/** An answer that takes longer is none. */
const answerMs = 10_000;
/** Waits between attempts: together some seconds, in which a registry is started anew. */
const waitsMs: readonly number[] = [100, 200, 400, 800, 1600, 3200];
/** Schemas that refer to others, which refer to others, and so on. */
const mostReferences = 100;
const mostBytes = 16 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Reference {
  readonly subject: string;
  readonly version: number;
}

/** Talks to a schema registry over HTTP: the two questions that tables have. */
export class RegistryClient {
  readonly #settings: RegistrySettings;
  readonly #tell: (problem: Problem) => void;
  readonly #closing = new AbortController();
  #isTroubled = false;
  /** Which of the addresses answered last. */
  #current = 0;

  constructor(settings: RegistrySettings, tell: (problem: Problem) => void) {
    this.#settings = settings;
    this.#tell = tell;
  }

  async schema(id: number): Promise<FoundSchema> {
    const {status, body} = await this.#ask('GET', `/schemas/ids/${id}`);
    if (status === 404) return {reason: `the schema registry at ${this.#url} has no schema of this number`};
    return this.#withReferences(body);
  }

  async register(subject: string, schema: string, mayRegister: boolean): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}`;
    const {status, body} = await this.#ask('POST', mayRegister ? `${path}/versions` : path, {schema});
    if (status < 300 && typeof body['id'] === 'number') return body['id'];
    const detail = messageOf(body, status);
    if (status === 404 && !mayRegister) {
      throw fail(
        'environment',
        'no-schema',
        `the schema registry at ${this.#url} does not have the table's schema under subject "${subject}"`,
        {
          detail,
          hint: `register it, or leave out 'auto.register.schemas' = 'false'`,
        },
      );
    }
    throw fail(
      'invalid',
      status === 409 ? 'incompatible-schema' : 'schema-refused',
      `the schema registry at ${this.#url} does not take the table's schema under subject "${subject}"`,
      {detail, hint: `change the table's columns or its option "schema" so that they fit what is registered, or give another "subject"`},
    );
  }

  /** Whoever still waits gets an error. */
  close(): void {
    this.#closing.abort();
  }

  get #url(): string {
    return this.#settings.urls[this.#current] as string;
  }

  async #withReferences(body: Answer['body']): Promise<FoundSchema> {
    const texts: string[] = [];
    const known = new Set<string>();
    const add = async (one: Answer['body']): Promise<string | null> => {
      const type = one['schemaType'] ?? 'AVRO';
      if (type !== 'AVRO') return `it is a schema of ${JSON.stringify(type)}, and not of Avro`;
      for (const {subject, version} of referencesOf(one)) {
        const name = `${subject}/${version}`;
        if (known.has(name)) continue;
        if (known.size >= mostReferences) return `it refers to more than ${mostReferences} others`;
        known.add(name);
        const answer = await this.#ask('GET', `/subjects/${encodeURIComponent(subject)}/versions/${version}`);
        if (answer.status === 404) return `it refers to version ${version} of "${subject}", which the schema registry does not have`;
        const reason = await add(answer.body);
        if (reason !== null) return reason;
      }
      if (typeof one['schema'] !== 'string') return 'the schema registry answered without a schema';
      texts.push(one['schema']);
      return null;
    };
    const reason = await add(body);
    return reason === null ? texts : {reason};
  }

  /** Asks until there is an answer that means something. */
  async #ask(method: 'GET' | 'POST', path: string, content?: Readonly<Record<string, unknown>>): Promise<Answer> {
    const {urls} = this.#settings;
    for (let attempt = 0; ; attempt++) {
      const url = this.#url;
      let trouble: string;
      try {
        const answer = await this.#request(url, method, path, content);
        if (answer.status < 500 && answer.status !== 429) {
          this.#refuse(answer, url);
          this.#isTroubled = false;
          return answer;
        }
        trouble = messageOf(answer.body, answer.status);
      } catch (error) {
        if (error instanceof ProblemError) throw error;
        trouble = textOf(error);
        if (isForGood(error)) throw unreachable(url, trouble);
      }
      // The others are asked at once.
      this.#current = (this.#current + 1) % urls.length;
      if ((attempt + 1) % urls.length !== 0) continue;
      const waitMs = waitsMs[Math.floor(attempt / urls.length)];
      if (waitMs === undefined || this.#closing.signal.aborted) throw unreachable(url, trouble);
      this.#hear(url, trouble);
      await this.#wait(waitMs);
    }
  }

  /** What no second attempt would change. */
  #refuse({status, body}: Answer, url: string): void {
    if (status === 401 || status === 403) {
      throw fail('environment', 'registry-refused', `the schema registry at ${url} does not let us in`, {
        detail: messageOf(body, status),
        hint: `check 'basic-auth.user-info' or 'bearer-auth.token', and what that user may do`,
      });
    }
    const isOurs = typeof body['error_code'] === 'number' || status < 300;
    if (isOurs) return;
    throw fail('environment', 'registry-unreachable', `what answers at ${url} is no schema registry`, {
      detail: messageOf(body, status),
      hint: `check option "url"`,
    });
  }

  #hear(url: string, detail: string): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    const message = `waiting for the schema registry at ${url}`;
    this.#tell({kind: 'transient', severity: 'warning', code: 'registry-trouble', message, detail});
  }

  #wait(waitMs: number): Promise<void> {
    const {signal} = this.#closing;
    return new Promise(resolve => {
      const timer = setTimeout(done, waitMs);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }

  #request(url: string, method: string, path: string, content?: Readonly<Record<string, unknown>>): Promise<Answer> {
    const {authorization, tls} = this.#settings;
    const text = content === undefined ? null : JSON.stringify(content);
    const settings = {
      method,
      agent: false,
      timeout: answerMs,
      signal: this.#closing.signal,
      headers: {
        accept: 'application/vnd.schemaregistry.v1+json, application/json',
        ...(authorization === null ? {} : {authorization}),
        ...(text === null ? {} : {'content-type': 'application/vnd.schemaregistry.v1+json', 'content-length': Buffer.byteLength(text)}),
      },
    };
    return new Promise((resolve, reject) => {
      const asked = requestOf(url)(url + path, {...settings, ...tls});
      asked.on('error', reject);
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
      asked.on('response', response => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > mostBytes) asked.destroy(new Error(`an answer of more than ${mostBytes} bytes`));
          else chunks.push(chunk);
        });
        response.on('end', () => resolve({status: response.statusCode ?? 0, body: bodyOf(Buffer.concat(chunks).toString())}));
      });
      asked.end(text ?? undefined);
    });
  }
}

/** Node's HTTP takes some milliseconds to load, which a process without registries does not have to spend. */
function requestOf(url: string): typeof Request {
  const load = createRequire(import.meta.url);
  return (load(url.startsWith('https:') ? 'node:https' : 'node:http') as {readonly request: typeof Request}).request;
}

function bodyOf(text: string): Answer['body'] {
  try {
    const body = JSON.parse(text) as unknown;
    return typeof body === 'object' && body !== null ? (body as Answer['body']) : {};
  } catch {
    return {};
  }
}

function messageOf(body: Answer['body'], status: number): string {
  const {message} = body;
  return typeof message === 'string' && message !== '' ? message : `it answers with status ${status}`;
}

function referencesOf(body: Answer['body']): readonly Reference[] {
  const {references} = body;
  if (!Array.isArray(references)) return [];
  return (references as readonly Partial<Reference>[]).flatMap(({subject, version}) =>
    typeof subject === 'string' && typeof version === 'number' ? [{subject, version}] : [],
  );
}

/** A certificate that is not trusted now is not trusted in a second either, and a name that does not exist does not come about. */
function isForGood(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO|^ENOTFOUND$/.test(code);
}

function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(textOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function unreachable(url: string, detail: string): ProblemError {
  const hint = 'check that it runs, and option "url"; certificates: "ssl.truststore.location"';
  return fail('transient', 'registry-unreachable', `the schema registry at ${url} cannot be reached`, {detail, hint});
}
