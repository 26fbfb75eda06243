import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync, chmodSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import {tmpdir, userInfo} from 'node:os';
import {join} from 'node:path';
import {assert as check, asyncProperty, object, oneof, string, uint8Array} from 'fast-check';
import {afterAll, afterEach, describe, expect, test} from 'vitest';
import {noStatus} from '../../job/contract.ts';
import type {FromJob, ToJob} from '../../job/protocol.ts';
import {decide, type SupervisorEvent} from '../decide.ts';
import {defaultSupervision} from '../policy.ts';
import {initialState, type SupervisorState} from '../state.ts';
import type {Supervision} from '../supervise.ts';
import {ask} from './client.ts';
import {mostLineBytes, type ControlAnswer, type ControlRequest} from './messages.ts';
import {type ControlServer, serveControl} from './serve.ts';
import {listen} from './socket.ts';

const scratch = mkdtempSync(join(tmpdir(), 'weir-control-'));
afterAll(() => rmSync(scratch, {recursive: true}));
const servers: ControlServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
let sockets = 0;
const newPath = (): string => join(scratch, 'run', `${++sockets}.sock`);

/** The supervisor's decisions with jobs that answer at once, or say nothing when they are called `mute`. */
class PlayedSupervision implements Supervision {
  state: SupervisorState;
  readonly ended = new Promise<SupervisorState>(() => undefined);
  readonly #listeners = new Set<(state: SupervisorState) => void>();
  #atMs = 1;
  constructor(names: readonly string[], hasLog = true) {
    const settings = names.map(name => ({name, processes: 1, supervision: defaultSupervision, hasLog, isFresh: false}));
    this.state = initialState(settings, {untilIdle: false, abortOnFailure: false});
  }
  begin(): void {
    this.happen({kind: 'started'});
  }
  onChange(listener: (state: SupervisorState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  command: Supervision['command'] = (command, jobs) => this.happen({kind: 'command', command, jobs});
  askIdle(jobs: readonly string[]): number {
    this.happen({kind: 'ask-idle', jobs});
    return this.state.round.number;
  }
  stop(): void {
    this.happen({kind: 'stop'});
  }
  kill = (): void => undefined;
  happen(what: SupervisorEvent extends infer E ? (E extends SupervisorEvent ? Omit<E, 'atMs'> : never) : never): void {
    const {state, actions} = decide(this.state, {...what, atMs: this.#atMs++});
    this.state = state;
    for (const listener of this.#listeners) listener(state);
    for (const action of actions) {
      if (action.kind === 'start') this.happen({kind: 'spawned', job: action.job, slot: 0, pid: 1000 + this.#atMs});
      if (action.kind === 'start') this.say(action.job, {kind: 'running', epoch: 0});
      if (action.kind === 'send' && !action.job.startsWith('mute')) setImmediate(() => this.#answer(action.job, action.message));
    }
  }
  say(job: string, message: FromJob): void {
    this.happen({kind: 'message', job, slot: 0, message});
  }
  die(job: string): void {
    this.happen({kind: 'exited', job, slot: 0, how: 'signal SIGKILL', random: 0});
  }
  #answer(job: string, message: ToJob): void {
    if (message.kind === 'pause') this.say(job, {kind: 'paused'});
    if (message.kind === 'resume') this.say(job, {kind: 'resumed'});
    if (message.kind === 'checkpoint') this.say(job, {kind: 'committed', epoch: 42});
    if (message.kind === 'ask-idle') this.say(job, {kind: 'idle', round: message.round, isIdle: true, epoch: 3});
    if (message.kind !== 'stop') return;
    this.say(job, {kind: 'ended', result: {...noStatus, status: 'stopped', problem: null}});
    this.happen({kind: 'exited', job, slot: 0, how: 'exit code 0', random: 0});
  }
}

async function serve(supervision: PlayedSupervision, path = newPath()): Promise<string> {
  servers.push(
    await serveControl({
      path,
      project: 'shop',
      pid: 4711,
      supervision,
      redact: (job, text) => text.replaceAll('hunter2', `<secret of ${job}>`),
    }),
  );
  supervision.begin();
  return path;
}

async function answers(path: string, request: ControlRequest, stop?: AbortSignal): Promise<string[]> {
  const heard: ControlAnswer[] = [];
  await ask({path, request, onAnswer: answer => void heard.push(answer), ...(stop === undefined ? {} : {stop})});
  return heard.slice(1).map(answer => {
    if (answer.kind === 'job') return `${answer.job}: ${answer.before} ${answer.state} ${answer.epoch ?? '-'}`;
    if (answer.kind === 'status') return `${answer.status.job} ${answer.status.state}`;
    return answer.kind === 'problem' ? `${answer.problem.code}: ${answer.problem.message}` : answer.kind;
  });
}

/** Sends bytes as they are, and gives what comes back until the peer hangs up. */
function raw(path: string, bytes: Uint8Array | string): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(path);
    let text = '';
    socket.on('data', part => (text += part.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.write(bytes);
  });
}

describe('asking and telling', () => {
  test('who is there', async () => {
    const path = await serve(new PlayedSupervision(['a', 'b']));
    const heard: ControlAnswer[] = [];
    expect(await ask({path, request: {command: 'status'}, onAnswer: answer => void heard.push(answer)})).toBe(true);
    expect(heard[0]).toEqual({kind: 'project', project: 'shop', pid: 4711});
    expect(heard.slice(1)).toMatchObject([
      {kind: 'status', status: {job: 'a', state: 'running', rowsIn: 0}},
      {kind: 'status', status: {job: 'b', state: 'running'}},
    ]);
  });

  test('each command, until it is done', async () => {
    const path = await serve(new PlayedSupervision(['orders', 'other', 'totals']));
    expect(await answers(path, {command: 'pause', jobs: ['o*']})).toEqual(['orders: running paused -', 'other: running paused -']);
    expect(await answers(path, {command: 'pause', jobs: ['orders']})).toEqual(['orders: paused paused -']);
    expect(await answers(path, {command: 'wait', until: 'paused', jobs: ['orders']})).toEqual(['orders: paused paused -']);
    expect(await answers(path, {command: 'resume', jobs: null})).toEqual([
      'totals: running running -',
      'orders: paused running -',
      'other: paused running -',
    ]);
    expect(await answers(path, {command: 'checkpoint', jobs: ['totals']})).toEqual(['totals: running running 42']);
    expect(await answers(path, {command: 'wait', until: 'idle', jobs: null})).toHaveLength(3);
    expect(await answers(path, {command: 'restart', jobs: ['totals']})).toEqual(['totals: running running -']);
    expect(await answers(path, {command: 'stop', jobs: ['totals']})).toEqual(['totals: running stopped -']);
    expect(await answers(path, {command: 'start', jobs: ['totals']})).toEqual(['totals: stopped running -']);
    expect(await answers(path, {command: 'wait', until: 'healthy', jobs: null})).toHaveLength(3);
    expect(await answers(path, {command: 'stop', jobs: null})).toHaveLength(3);
  });

  test('a job that cannot come there any more', async () => {
    const supervision = new PlayedSupervision(['mute', 'other'], false);
    const path = await serve(supervision);
    const waiting = answers(path, {command: 'pause', jobs: ['mute']});
    await answers(path, {command: 'status'});
    supervision.die('mute');
    expect(await waiting).toEqual([
      'mute: running failed -',
      expect.stringMatching(/^not-reached: job "mute" is failed: the process of job "mute" ended/),
    ]);
  });

  test('a wait that is ended leaves what was asked for as it is', async () => {
    const supervision = new PlayedSupervision(['mute']);
    const path = await serve(supervision);
    const stop = new AbortController();
    const waiting = ask({path, request: {command: 'stop', jobs: ['mute']}, onAnswer: () => undefined, stop: stop.signal});
    await answers(path, {command: 'status'});
    stop.abort();
    expect(await waiting).toBe(false);
    expect(supervision.state.jobs.get('mute')?.wish).toBe('stop');
  });

  test('what is not there, and what cannot be', async () => {
    const path = await serve(new PlayedSupervision(['a'], false));
    expect(await answers(path, {command: 'pause', jobs: ['a', 'b']})).toEqual(['unknown-job: no job that runs has the name "b"']);
    for (const name of ['../a', '/etc/passwd', 'a/../a', '__proto__', 'constructor', '%61'])
      expect(await answers(path, {command: 'stop', jobs: [name]})).toEqual([`unknown-job: no job that runs has the name "${name}"`]);
    expect(await answers(path, {command: 'checkpoint', jobs: ['a']})).toEqual(['keeps-no-log: job "a" commits nothing']);
    expect(await answers(path, {command: 'status'})).toEqual(['a running']);
  });

  test('a supervisor that is gone', async () => {
    const supervision = new PlayedSupervision(['mute']);
    const path = await serve(supervision);
    const waiting = answers(path, {command: 'stop', jobs: ['mute']});
    await answers(path, {command: 'status'});
    await servers.pop()?.close();
    expect(await waiting).toEqual([]);
    await expect(answers(path, {command: 'status'})).rejects.toThrow('no supervisor answers');
    expect(existsSync(path)).toBe(false);
  });
});

describe('strangers', () => {
  const refusal = (line: string): string => (JSON.parse(line) as {problem: {code: string; message: string}}).problem.message;
  test.each([
    ['no JSON', 'pause', 'it is no JSON'],
    ['nothing', '', 'it is no JSON'],
    ['a list', '[]', 'it is no object'],
    ['null', 'null', 'it is no object'],
    ['no command', '{}', 'there is no such command'],
    ['another command', '{"command":"exec","jobs":null}', 'there is no such command'],
    ['a name of every object', '{"command":"constructor","jobs":null}', 'there is no such command'],
    ['a key too many', '{"command":"status","path":"/etc/passwd"}', 'it has a key that means nothing'],
    ['__proto__', '{"command":"stop","jobs":["a"],"__proto__":{"x":1}}', 'it has a key that means nothing'],
    ['jobs of another kind', '{"command":"stop","jobs":"a"}', '"jobs" is no list of names'],
    ['no jobs', '{"command":"stop","jobs":[]}', '"jobs" is no list of names'],
    ['jobs that are left out', '{"command":"stop"}', '"jobs" is no list of names'],
    ['jobs that are no texts', '{"command":"stop","jobs":[{"toString":1}]}', '"jobs" is no list of names'],
    ['a long name', JSON.stringify({command: 'stop', jobs: ['a'.repeat(300)]}), '"jobs" is no list of names'],
    ['another state', '{"command":"wait","until":"rich","jobs":null}', '"until" is no state to wait for'],
  ])('%s', async (_, line, expected) => {
    const supervision = new PlayedSupervision(['a']);
    const path = await serve(supervision);
    const [first = '', second] = (await raw(path, `${line}\n`)).split('\n');
    expect(refusal(first)).toBe(`the request cannot be read: ${expected}`);
    expect(second).toBe('{"kind":"end"}');
    expect(supervision.state.jobs.get('a')?.wish).toBe('run');
  });

  test('whatever bytes come, nobody is told anything but that they are wrong, and the next one is served', async () => {
    const path = await serve(new PlayedSupervision(['a']));
    const bytes = oneof(
      uint8Array({maxLength: 200}).map(data => Buffer.concat([data, Buffer.from('\n')])),
      string().map(text => Buffer.from(`${JSON.stringify(text)}\n`)),
      object().map(data => Buffer.from(`${JSON.stringify(data)}\n`)),
    );
    await check(
      asyncProperty(bytes, async data => {
        const [first = ''] = (await raw(path, data)).split('\n');
        expect(JSON.parse(first)).toMatchObject({kind: 'problem', problem: {code: 'bad-request'}});
      }),
      {numRuns: 200},
    );
    expect(await answers(path, {command: 'status'})).toEqual(['a running']);
  });

  test('a line without an end is not kept, however much of it comes', async () => {
    const path = await serve(new PlayedSupervision(['a']));
    const before = process.memoryUsage().rss;
    expect(refusal((await raw(path, Buffer.alloc(50 * 2 ** 20, 'x'))).split('\n')[0] ?? '')).toBe('the request is too long');
    expect(refusal((await raw(path, `${'é'.repeat(mostLineBytes / 2 + 1)}\n`)).split('\n')[0] ?? '')).toBe('the request is too long');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
    expect(await answers(path, {command: 'status'})).toEqual(['a running']);
  });

  test('a second request of a connection is not heard', async () => {
    const supervision = new PlayedSupervision(['a']);
    const path = await serve(supervision);
    await raw(path, '{"command":"status"}\n{"command":"stop","jobs":null}\n');
    expect(supervision.state.jobs.get('a')?.wish).toBe('run');
  });

  test('a secret is in no answer', async () => {
    const supervision = new PlayedSupervision(['a', 'b'], false);
    const path = await serve(supervision);
    const message = 'login with hunter2 was refused';
    const problem = {kind: 'environment', severity: 'error', code: 'x', message, hint: 'hunter2', detail: 'hunter2'} as const;
    supervision.say('a', {kind: 'ended', result: {...noStatus, status: 'failed', problem}});
    supervision.happen({kind: 'exited', job: 'a', slot: 0, how: 'exit code 0', random: 0});
    const all = [
      await raw(path, '{"command":"status"}\n'),
      await raw(path, '{"command":"pause","jobs":["a"]}\n'),
      await raw(path, '{"command":"wait","until":"healthy","jobs":["a"]}\n'),
    ].join('');
    expect(all).toContain('login with <secret of a> was refused');
    expect(all).not.toContain('hunter2');
  });
});

describe('the socket', () => {
  const mode = (path: string): number => statSync(path).mode & 0o777;

  test("is its owner's alone", async () => {
    const path = join(scratch, 'new', 'weir', 'x.sock');
    await serve(new PlayedSupervision(['a']), path);
    expect([mode(path), mode(join(scratch, 'new', 'weir')), mode(join(scratch, 'new'))]).toEqual([0o600, 0o700, 0o700]);
  });

  test.runIf(userInfo().uid === 0)('cannot be reached by another user', async () => {
    chmodSync(scratch, 0o755);
    const path = await serve(new PlayedSupervision(['a']));
    const script = `require('node:net').connect(${JSON.stringify(path)}).on('connect', () => process.exit(0)).on('error', error => { console.log(error.code); process.exit(1); })`;
    const as = (uid: number): string => spawnSync(process.execPath, ['-e', script], {uid, gid: uid, cwd: '/', encoding: 'utf8'}).stdout;
    expect([as(0), as(65_534)]).toEqual(['', 'EACCES\n']);
    chmodSync(join(scratch, 'run'), 0o755); // The socket itself keeps others out, too.
    expect(as(65_534)).toBe('EACCES\n');
    chmodSync(join(scratch, 'run'), 0o700);
  });

  test.each<[string, (folder: string) => void, string]>([
    ['that its group can write to', folder => (mkdirSync(folder), chmodSync(folder, 0o770)), 'others can write to it'],
    ['that everybody can write to', folder => (mkdirSync(folder), chmodSync(folder, 0o1777)), 'others can write to it'],
    ['that is a link', folder => symlinkSync(scratch, folder), 'it is no folder'],
    ['that is a file', folder => writeFileSync(folder, ''), 'it is no folder'],
  ])('is not opened in a folder %s', async (name, make, why) => {
    const folder = join(scratch, name.replaceAll(' ', '-'));
    make(folder);
    await expect(listen(join(folder, 'x.sock'), () => undefined)).rejects.toThrow(why);
  });

  test('whose path is too long', async () => {
    await expect(listen(join(scratch, 'x'.repeat(120)), () => undefined)).rejects.toThrow('longer than');
  });

  test('replaces one that a dead supervisor has left', async () => {
    const path = newPath();
    mkdirSync(join(scratch, 'run'), {recursive: true, mode: 0o700});
    // A socket whose file stays although nobody listens: its name was taken from it.
    const dead = createServer();
    await new Promise<void>(resolve => {
      dead.listen(`${path}.dead`, () => resolve());
    });
    const {linkSync} = await import('node:fs');
    linkSync(`${path}.dead`, path);
    await new Promise(resolve => {
      dead.close(resolve);
    });
    expect(existsSync(path)).toBe(true);
    await serve(new PlayedSupervision(['a']), path);
    expect(await answers(path, {command: 'status'})).toEqual(['a running']);
  });

  test('is not taken from one that lives, nor from a file', async () => {
    const path = await serve(new PlayedSupervision(['a']));
    await expect(serve(new PlayedSupervision(['b']), path)).rejects.toThrow(
      `process 4711 runs the jobs of this project already: it listens at ${path}`,
    );
    expect(await answers(path, {command: 'status'})).toEqual(['a running']);
    const file = join(scratch, 'run', 'file.sock');
    writeFileSync(file, 'kept');
    await expect(serve(new PlayedSupervision(['b']), file)).rejects.toThrow(/no socket|ENOTSOCK|EADDRINUSE/);
    expect(existsSync(file)).toBe(true);
  });
});
