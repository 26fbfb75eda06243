import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {isIP} from 'node:net';
import type {Clock} from '../base/clock.ts';
import {fail} from '../base/problem.ts';
import {type JobReport, redactReport, reportJobs, wordOf} from '../supervisor/report.ts';
import type {SupervisorState} from '../supervisor/state.ts';
import {addressText, type HttpAddress, isLoopback} from './address.ts';
import {alertRules} from './alert-rules.ts';
import {grafanaDashboard} from './dashboard.ts';
import {metricFamilies} from './families.ts';
import {metricsText, metricsType} from './metrics-text.ts';
import {isReady} from './ready.ts';

export interface HttpOptions {
  readonly address: HttpAddress;
  readonly project: string;
  readonly clock: Clock;
  /** What is known now. */
  readonly state: () => SupervisorState;
  /** Takes secrets of a job out of a text that is about it. */
  readonly redact: (job: string, text: string) => string;
}

export interface HttpService {
  /** Where it listens: the port is one that was free where any was asked for. */
  readonly url: string;
  close(): Promise<void>;
}

/** Probes and scrapers are few: a stranger who opens more connections waits. */
const mostConnections = 64;
/** A request has no body and few headers. */
const mostHeaderBytes = 8192;
const requestWithinMs = 5000;
/** Whoever does not read its answer is cut off. */
const silentMs = 10_000;
const longestPath = 1024;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Serves what probes, Prometheus and people ask of a supervisor. It can change nothing. Throws an environment problem when the address cannot be had. */
export async function serveHttp(options: HttpOptions): Promise<HttpService> {
  const server = createServer(
    {
      maxHeaderSize: mostHeaderBytes,
      headersTimeout: requestWithinMs,
      requestTimeout: requestWithinMs,
      keepAliveTimeout: requestWithinMs,
      connectionsCheckingInterval: 1000,
      requireHostHeader: true,
    },
    (request, response) => void respond(request, response, options),
  );
  server.maxConnections = mostConnections;
  server.setTimeout(silentMs, socket => socket.destroy());
  server.on('clientError', (_, socket) => {
    // It may have gone, or have had an answer: then there is nobody to tell.
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  const {host, port} = options.address;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: unknown) => {
    throw cannotListen(options.address, error);
  });
  server.unref();
  const bound = server.address();
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
  return {
    url: `http://${addressText({host, port: actual})}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function cannotListen(address: HttpAddress, error: unknown) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: 'something listens there already',
    EACCES: 'that is not allowed',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'there is no such host',
  };
  return fail('environment', 'cannot-listen', `health and metrics cannot be served at ${addressText(address)}: ${why[code] ?? code}`, {
    hint: 'name another address with --http, or leave it out with --http none',
  });
}

async function respond(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cache-Control', 'no-store');
  const {method} = request;
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return send(request, response, plain(405, 'only GET and HEAD are answered'));
  }
  const {headers, url = ''} = request;
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
    return send(request, response, plain(413, 'a request has no body here'));
  if (!isOwnHost(headers.host, options.address)) return send(request, response, plain(421, 'the request is for another host'));
  if (url.length > longestPath) return send(request, response, plain(414, 'the path is too long'));
  try {
    send(request, response, await answer(url, headers.accept, options));
  } catch {
    // What went wrong may hold anything: it is nobody's business outside.
    send(request, response, plain(500, 'this cannot be told now'));
  }
}

function send(request: IncomingMessage, response: ServerResponse, {status, type, text}: Answer): void {
  const bytes = Buffer.from(text);
  const isRefused = status === 405 || status === 413 || status === 414 || status === 421;
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    // What else comes on a connection whose request was not one of ours is not read.
    ...(isRefused ? {Connection: 'close'} : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/**
 * A page in a browser can ask under a name of its own that leads to this machine, and would be allowed to read what it gets. An address has no such owner, and neither
 * has the name that was chosen.
 */
function isOwnHost(header: string | undefined, address: HttpAddress): boolean {
  if (!isLoopback(address)) return true;
  const host = (header ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === address.host || isIP(host) !== 0;
}

async function answer(url: string, accept: string | undefined, options: HttpOptions): Promise<Answer> {
  const path = url.replace(/[?#].*$/s, '');
  const state = options.state();
  if (path === '/') return plain(200, index);
  if (path === '/live') return plain(200, 'live');
  if (path === '/ready') return readiness(state, [...state.jobs.keys()]);
  if (path === '/metrics') return metrics(state, accept, options);
  if (path === '/api/v1/jobs') return json(200, {project: options.project, jobs: reports(state, options)});
  if (path === '/grafana.json') return json(200, grafanaDashboard());
  if (path === '/alerts.yml') return {status: 200, type: 'application/yaml; charset=utf-8', text: alertRules()};
  const [, kind, encoded] = /^\/(ready|api\/v1\/jobs)\/([^/]+)$/.exec(path) ?? [];
  const name = decoded(encoded);
  if (kind === undefined || name === null) return plain(404, `there is nothing at this path\n\n${index}`);
  if (!state.jobs.has(name)) return plain(404, 'there is no such job');
  if (kind === 'ready') return readiness(state, [name]);
  return json(
    200,
    reports(state, options).find(({job}) => job === name),
  );
}

const index = `/live          200 while the supervisor answers
/ready         200 when every job is connected and restored, else 503; /ready/JOB for one
/metrics       for Prometheus, or as OpenMetrics
/grafana.json  a dashboard of these metrics, to be imported
/alerts.yml    rules for Prometheus
/api/v1/jobs   what weir ps -o json tells; /api/v1/jobs/JOB for one`;

function readiness(state: SupervisorState, names: readonly string[]): Answer {
  const jobs = names.flatMap(name => state.jobs.get(name) ?? []);
  const lines = jobs.map(job => `${isReady(job) ? 'ready' : 'not ready'}: ${job.settings.name}: ${wordOf(job)}`);
  if (state.isStopping) return plain(503, ['stopping', ...lines].join('\n'));
  return plain(jobs.every(isReady) ? 200 : 503, lines.join('\n'));
}

async function metrics(state: SupervisorState, accept: string | undefined, {project, clock, redact}: HttpOptions): Promise<Answer> {
  const type = metricsType(accept);
  return {status: 200, type, text: await metricsText(metricFamilies(state, {project, nowMs: clock.now(), redact}), type)};
}

/** A problem may speak of data and of SQL: that is for the logs, and who may read them. */
function reports(state: SupervisorState, {redact}: HttpOptions): readonly JobReport[] {
  return reportJobs(state).map(report => redactReport({...report, problem: report.problem === null ? null : 'weir logs shows it'}, redact));
}

function decoded(text: string | undefined): string | null {
  try {
    return text === undefined ? null : decodeURIComponent(text);
  } catch {
    return null;
  }
}

function plain(status: number, text: string): Answer {
  return {status, type: 'text/plain; charset=utf-8', text: `${text}\n`};
}

function json(status: number, value: unknown): Answer {
  return {status, type: 'application/json; charset=utf-8', text: `${JSON.stringify(value)}\n`};
}
