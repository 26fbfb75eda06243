import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, describe, expect, test} from 'vitest';
import {ProblemError} from '../base/problem.ts';
import {ask} from '../supervisor/control/client.ts';
import {parseRequest} from '../supervisor/control/messages.ts';
import {type ControlServer, serveControl} from '../supervisor/control/serve.ts';
import {decide, type SupervisorEvent} from '../supervisor/decide.ts';
import {Journal} from '../supervisor/journal.ts';
import {defaultSupervision} from '../supervisor/policy.ts';
import {initialState, type SupervisorState} from '../supervisor/state.ts';
import type {Supervision} from '../supervisor/supervise.ts';
import {LocalSource} from './local-source.ts';
import {RemoteSource} from './remote-source.ts';
import type {StatusSource} from './source.ts';

const scratch = mkdtempSync(join(tmpdir(), 'weir-tui-'));
afterAll(() => rmSync(scratch, {recursive: true}));
const servers: ControlServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const clock = {now: () => 1_000_000};
const longPlan = 'sink "quoted"\n'.repeat(5000);

type Happening = SupervisorEvent extends infer E ? (E extends SupervisorEvent ? Omit<E, 'atMs'> : never) : never;

/** The supervisor's decisions, with jobs that do at once what they are told. */
class PlayedSupervision implements Supervision {
  state: SupervisorState;
  readonly ended = new Promise<SupervisorState>(() => undefined);
  readonly #listeners = new Set<(state: SupervisorState) => void>();
  #atMs = 1;

  constructor(...names: readonly string[]) {
    const settings = names.map(name => ({name, processes: 1, supervision: defaultSupervision, hasLog: name !== 'lax', isFresh: false}));
    this.state = initialState(settings, {untilIdle: false, abortOnFailure: false});
  }

  begin = (): void => this.#happen({kind: 'started'});
  stop = (): void => this.#happen({kind: 'stop'});
  kill = (): void => undefined;
  askIdle = (): number => 0;
  command: Supervision['command'] = (command, jobs) => this.#happen({kind: 'command', command, jobs});

  onChange(listener: (state: SupervisorState) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #happen(what: Happening): void {
    const {state, actions} = decide(this.state, {...what, atMs: this.#atMs++});
    this.state = state;
    for (const listener of this.#listeners) listener(state);
    for (const action of actions) {
      if (action.kind === 'start') {
        this.#happen({kind: 'spawned', job: action.job, slot: 0, pid: 4000 + this.#atMs});
        this.#happen({kind: 'message', job: action.job, slot: 0, message: {kind: 'running', epoch: 0}});
      }
      if (action.kind === 'send') {
        const {job, message} = action;
        const say = (said: 'paused' | 'resumed'): void => this.#happen({kind: 'message', job, slot: 0, message: {kind: said}});
        if (message.kind === 'pause') setImmediate(() => say('paused'));
        if (message.kind === 'resume') setImmediate(() => say('resumed'));
        if (message.kind === 'checkpoint')
          setImmediate(() => this.#happen({kind: 'message', job, slot: 0, message: {kind: 'committed', epoch: 42}}));
      }
    }
  }
}

function played(): {supervision: PlayedSupervision; journal: Journal; describe: () => Promise<{plan: string; config: null}>} {
  const supervision = new PlayedSupervision('orders', 'lax');
  const journal = new Journal(clock);
  supervision.onChange(state => journal.look(state));
  supervision.begin();
  return {supervision, journal, describe: async () => ({plan: longPlan, config: null})};
}

const redact = (_: string, text: string): string => text;

function local(): StatusSource {
  return new LocalSource({...played(), project: 'shop', pid: 7, redact, clock});
}

let sockets = 0;

async function remote(): Promise<StatusSource> {
  const path = join(scratch, 'run', `${++sockets}.sock`);
  servers.push(await serveControl({...played(), path, project: 'shop', pid: 7, redact}));
  const source = new RemoteSource(() => [path, join(scratch, 'nobody.sock')], clock);
  await source.snapshot();
  return source;
}

const orders = {project: 'shop', job: 'orders'};

describe.each([
  ['in this process', async () => local()],
  ['behind a socket', remote],
] as const)('a supervisor %s', (_, make) => {
  test('says what its jobs do', async () => {
    const source = await make();
    expect(await source.snapshot()).toMatchObject({
      atMs: 1_000_000,
      supervisors: [
        {
          project: 'shop',
          pid: 7,
          jobs: [
            {job: 'orders', state: 'running'},
            {job: 'lax', state: 'running'},
          ],
        },
      ],
    });
  });

  test('does what it is told, and says so', async () => {
    const source = await make();
    expect(await source.tell('pause', [orders])).toEqual([{text: 'orders: from running to paused', isBad: false}]);
    expect(await source.tell('pause', [orders])).toEqual([{text: 'orders: paused already', isBad: false}]);
    expect(await source.tell('resume', [orders])).toEqual([{text: 'orders: from paused to running', isBad: false}]);
    expect(await source.tell('checkpoint', [orders])).toEqual([{text: 'orders: commit 42', isBad: false}]);
    expect(await source.tell('checkpoint', [{project: 'shop', job: 'lax'}])).toMatchObject([{isBad: true}]);
  });

  test('gives plans of any length', async () => {
    expect(await (await make()).describe(orders)).toEqual({plan: longPlan, config: null});
  });

  test('tells what happened', async () => {
    const source = await make();
    const entries = await source.journal(orders, 0);
    expect(entries.map(({text}) => text.replace(/\d+/, 'N'))).toEqual(['starting', 'running: process N']);
    expect(await source.journal(orders, entries.at(-1)?.number ?? 0)).toEqual([]);
  });
});

describe('what is wrong', () => {
  test('nobody listens', async () => {
    const source = new RemoteSource(() => [join(scratch, 'nobody.sock')], clock);
    await expect(source.snapshot()).rejects.toThrow(ProblemError);
    await expect(source.describe(orders)).rejects.toThrow(ProblemError);
  });

  test('a job that is not there', async () => {
    const path = join(scratch, 'run', 'x.sock');
    servers.push(await serveControl({...played(), path, project: 'shop', pid: 7, redact}));
    for (const request of [
      {command: 'describe', job: 'zzz'},
      {command: 'journal', job: 'zzz', after: 0},
    ] as const) {
      const heard: unknown[] = [];
      await ask({path, request, onAnswer: answer => void heard.push(answer)});
      expect(heard[1]).toMatchObject({kind: 'problem', problem: {code: 'unknown-job'}});
    }
  });

  test.each([
    '{"command":"describe"}',
    '{"command":"describe","job":7}',
    '{"command":"describe","job":"a","more":1}',
    '{"command":"journal","job":"a"}',
    '{"command":"journal","job":"a","after":-1}',
    '{"command":"journal","job":"a","after":"1"}',
    '{"command":"journal","job":"","after":1}',
  ])('%s is no request', line => {
    expect(() => parseRequest(line)).toThrow(/cannot be read/);
  });
});
