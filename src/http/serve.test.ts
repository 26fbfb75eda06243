import {request as httpRequest} from 'node:http';
import {connect, type Socket} from 'node:net';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {noStatus} from '../job/contract.ts';
import {parseMetrics} from '../testing/http/metrics-parser.ts';
import {inputNamed, sampleWith, supervisedJobs} from '../testing/http/supervised.ts';
import {type HttpService, serveHttp} from './serve.ts';

const problem = {kind: 'data', severity: 'error', code: 'x', message: 'row "hunter2" is bad'} as const;
const status = {...noStatus, sample: sampleWith([inputNamed('orders', 2)])};
let state = supervisedJobs({});
let service: HttpService;

beforeAll(async () => {
  service = await serveHttp({
    address: {host: '127.0.0.1', port: 0},
    project: 'shop',
    clock: {now: () => 1_060_000},
    state: () => state,
    redact: (_, text) => text.replaceAll('hunter2', '‹secret›'),
  });
});
afterAll(() => service.close());

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

function ask(
  path: string,
  options: {readonly method?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string} = {},
): Promise<Reply> {
  const {port} = new URL(service.url);
  return new Promise((resolve, reject) => {
    const asked = httpRequest(
      {host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers: options.headers, agent: false},
      response => {
        let text = '';
        response.setEncoding('utf8').on('data', piece => (text += piece));
        response.on('end', () => resolve({status: response.statusCode ?? 0, headers: response.headers, text}));
      },
    );
    asked.on('error', reject);
    asked.end(options.body);
  });
}

/** Writes bytes and gives everything that comes back until the connection ends. */
function talk(write: (socket: Socket) => void): Promise<string> {
  const {port} = new URL(service.url);
  return new Promise(resolve => {
    let heard = '';
    const socket = connect(Number(port), '127.0.0.1', () => write(socket));
    socket.on('data', bytes => (heard += String(bytes)));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}

describe('health', () => {
  test('is ready only when every job is', async () => {
    state = supervisedJobs({a: {}, b: {phase: 'starting'}, c: {phase: 'paused'}, d: {phase: 'down', ending: 'done'}});
    expect(await ask('/live')).toMatchObject({status: 200, text: 'live\n'});
    expect(await ask('/ready')).toMatchObject({
      status: 503,
      text: 'ready: a: running\nnot ready: b: starting\nready: c: paused\nready: d: done\n',
    });
    expect((await ask('/ready/a')).status).toBe(200);
    expect((await ask('/ready/b')).status).toBe(503);
    expect((await ask('/ready/e')).status).toBe(404);
    state = supervisedJobs({a: {}, c: {phase: 'paused'}});
    expect((await ask('/ready')).status).toBe(200);
    state = {...state, isStopping: true};
    expect(await ask('/ready')).toMatchObject({status: 503, text: expect.stringMatching(/^stopping\n/)});
  });

  test.each([
    ['failed', {phase: 'down', ending: 'failed'}],
    ['quarantined', {phase: 'down', ending: 'quarantined'}],
    ['stopped', {phase: 'down', ending: 'stopped'}],
    ['restarting', {phase: 'down', attempts: 2}],
    ['not answering', {isNotAnswering: true}],
    ['waiting', {phase: 'down'}],
  ] as const)('is not ready when a job is %s', async (word, process) => {
    state = supervisedJobs({a: process});
    expect(await ask('/ready')).toMatchObject({status: 503, text: `not ready: a: ${word}\n`});
  });

  test('finds a job whose name needs quoting in a path', async () => {
    state = supervisedJobs({'a b/c%': {}});
    expect((await ask('/ready/a%20b%2Fc%25')).status).toBe(200);
    expect((await ask('/ready/a%zz')).status).toBe(404);
  });
});

describe('what is served', () => {
  test('is metrics in either format', async () => {
    state = supervisedJobs({a: {status}});
    const prometheus = await ask('/metrics');
    expect(prometheus.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(parseMetrics(prometheus.text, 'prometheus').size).toBeGreaterThan(20);
    const open = await ask('/metrics?x=1', {headers: {accept: 'application/openmetrics-text'}});
    expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(parseMetrics(open.text, 'openmetrics').size).toBeGreaterThan(20);
  });

  test('is the status of jobs, without texts and secrets', async () => {
    state = supervisedJobs({a: {status: {...noStatus, sample: sampleWith([inputNamed('hunter2', 1)])}, problem}, b: {}});
    const all = await ask('/api/v1/jobs');
    expect(all.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(all.text)).toMatchObject({
      project: 'shop',
      jobs: [{job: 'a', state: 'running', rowsIn: 0, problem: 'weir logs shows it'}, {job: 'b'}],
    });
    expect(all.text).not.toContain('hunter2');
    expect(JSON.parse((await ask('/api/v1/jobs/b')).text)).toMatchObject({job: 'b', rowsIn: 7});
    expect((await ask('/api/v1/jobs/c')).status).toBe(404);
  });

  test('is a dashboard, and rules that alert', async () => {
    expect(JSON.parse((await ask('/grafana.json')).text)).toMatchObject({title: 'weir', panels: expect.any(Array)});
    expect(await ask('/alerts.yml')).toMatchObject({status: 200, text: expect.stringContaining('WeirJobDown')});
  });

  test('is nothing else', async () => {
    for (const path of ['/x', '/metrics/', '/api/v1/jobs/a/b', '/../live', '//live', '/LIVE', '/api'])
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    expect(await ask('/')).toMatchObject({status: 200, text: expect.stringContaining('/metrics')});
  });

  test('has headers of its own kind, and HEAD has no body', async () => {
    const head = await ask('/live', {method: 'HEAD'});
    expect(head).toMatchObject({status: 200, text: ''});
    expect(head.headers).toMatchObject({'content-length': '5', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store'});
    expect(Object.keys(head.headers).filter(name => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('a bad client', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('cannot %s', async method => {
    const reply = await ask('/live', {method});
    expect(reply).toMatchObject({status: 405, headers: {allow: 'GET, HEAD'}});
  });

  test('cannot send a body', async () => {
    expect((await ask('/live', {headers: {'content-length': '3'}, body: 'abc'})).status).toBe(413);
    expect((await ask('/live', {headers: {'transfer-encoding': 'chunked'}, body: 'abc'})).status).toBe(413);
  });

  test('cannot ask under a name that leads here: a page of a stranger could', async () => {
    expect((await ask('/live', {headers: {host: 'evil.example.org'}})).status).toBe(421);
    for (const host of ['localhost', 'localhost:1', '127.0.0.1:9464', '[::1]:9464'])
      expect([host, (await ask('/live', {headers: {host}})).status]).toEqual([host, 200]);
    expect(await talk(socket => socket.write('GET /live HTTP/1.1\r\n\r\n'))).toMatch(/^HTTP\/1.1 400 /);
  });

  test('with very many headers, a very long path or no HTTP at all is refused, and the others are served', async () => {
    expect(await talk(socket => socket.write(`GET /live HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`))).toMatch(
      /^HTTP\/1.1 4\d\d /,
    );
    expect((await ask(`/${'x'.repeat(2000)}`)).status).toBe(414);
    expect(await talk(socket => socket.write('\0\u0001\u0002 hello\r\n\r\n'))).toMatch(/^HTTP\/1.1 400 /);
    expect(await talk(socket => socket.end())).toBe('');
    expect((await ask('/live')).status).toBe(200);
  });

  test('that is slow is cut off', async () => {
    const begunMs = performance.now();
    expect(await talk(socket => socket.write('GET /live HTTP/1.1\r\nHost: lo'))).toMatch(/^(HTTP\/1.1 4\d\d |$)/);
    expect(performance.now() - begunMs).toBeLessThan(9000);
  }, 15_000);
});

test('an address that is taken, or is none of this machine, is told', async () => {
  const {port} = new URL(service.url);
  const begin = (host: string, at: number) =>
    serveHttp({address: {host, port: at}, project: 'p', clock: {now: () => 0}, state: () => state, redact: (_, text) => text});
  await expect(begin('127.0.0.1', Number(port))).rejects.toThrow('something listens there already');
  await expect(begin('192.0.2.1', 0)).rejects.toThrow('this machine has no such address');
});
