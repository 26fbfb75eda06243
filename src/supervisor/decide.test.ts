import {array, assert as check, constantFrom, integer, property, record} from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Problem} from '../base/problem.ts';
import {noStatus, type RunResult} from '../job/contract.ts';
import type {FromJob} from '../job/protocol.ts';
import {decide, type JobCommand, type SupervisorAction, type SupervisorEvent, wakesAtMs} from './decide.ts';
import {defaultSupervision, type SupervisionSpec} from './policy.ts';
import {wordOf} from './report.ts';
import {initialState, type JobSettings, type SupervisorPolicy, type SupervisorState} from './state.ts';

const problem: Problem = {kind: 'data', severity: 'error', code: 'bad-record', message: 'a record is broken'};
const noBroker: Problem = {kind: 'transient', severity: 'error', code: 'no-broker', message: 'nobody answers'};
const noSpace: Problem = {kind: 'environment', severity: 'error', code: 'cannot-write', message: 'the disk is full'};
const done: RunResult = {...noStatus, status: 'done', problem: null, rowsIn: 10, rowsOut: 2, readBytes: 100, totalBytes: 100};

/** Job `a` has a log, `b` depends on nothing, and so on: each test says what it needs. */
interface Setting extends Partial<SupervisorPolicy> {
  readonly jobs?: Readonly<Record<string, Partial<JobSettings> & {readonly watch?: Partial<SupervisionSpec>}>>;
}

const plain: Setting = {jobs: {a: {}, b: {}}};
const logged: Setting = {jobs: {a: {hasLog: true}}};

/** Plays events, one a word or an object, a second apart. `a:running`, `a/1:died`, `pause a`, `+5000` (time goes on). */
function play(script: string, setting: Setting = plain): {state: SupervisorState; last: string[]; all: string[]} {
  const settings = Object.entries(setting.jobs ?? {}).map(([name, {watch, ...more}]): JobSettings => ({
    name,
    processes: 1,
    supervision: {...defaultSupervision, ...watch},
    hasLog: false,
    isFresh: false,
    ...more,
  }));
  let state = initialState(settings, {untilIdle: setting.untilIdle ?? false, abortOnFailure: setting.abortOnFailure ?? false});
  let atMs = 1000;
  let last: string[] = [];
  const all: string[] = [];
  for (const words of script.split(', ')) {
    if (words.startsWith('+')) {
      atMs += Number(words.slice(1));
      continue;
    }
    const event = {...eventOf(words), atMs} as SupervisorEvent;
    const decision = decide(state, event);
    ({state} = decision);
    last = decision.actions.map(shown).filter(text => !text.startsWith('ping'));
    all.push(...last);
  }
  return {state, last, all};
}

function eventOf(words: string): object {
  const ofProcess = /^(\w+)(?:\/(\d))?:(\w+)(?: (.+))?$/.exec(words);
  if (ofProcess === null) {
    const [what = '', ...jobs] = words.split(' ');
    if (what === 'started' || what === 'tick' || what === 'wake') return {kind: what};
    if (what === 'end') return {kind: 'stop', ...(jobs.length === 0 ? {} : {jobs})};
    return {kind: 'command', command: what as JobCommand, jobs};
  }
  const [, job, digit = '0', what = '', more = ''] = ofProcess;
  const of = {job, slot: Number(digit)};
  const tell = (message: FromJob): object => ({kind: 'message', ...of, message});
  switch (what) {
    case 'died':
      return {kind: 'exited', ...of, how: more || 'signal SIGKILL', random: 0.5};
    case 'exit':
      return {kind: 'exited', ...of, how: 'exit code 0', random: 0.5};
    case 'memory':
      return {kind: 'sampled', ...of, memoryBytes: Number(more) * 2 ** 20};
    case 'running':
      return tell({kind: 'running', epoch: 0});
    case 'progress':
      return tell({kind: 'progress', progress: {...noStatus, phase: 'running', rowsIn: 7}});
    case 'problem':
      return tell({kind: 'problem', problem});
    case 'idle': {
      const [round, isIdle, epoch] = more.split(' ');
      return tell({kind: 'idle', round: Number(round), isIdle: isIdle === 'yes', ...(epoch === undefined ? {} : {epoch: Number(epoch)})});
    }
    case 'committed':
      return tell({kind: 'committed', epoch: 1});
    case 'says': {
      const failures: Readonly<Record<string, Problem>> = {data: problem, broker: noBroker, disk: noSpace};
      if (more === 'done' || more === 'stopped') return tell({kind: 'ended', result: {...done, status: more}});
      return tell({kind: 'ended', result: {...done, status: 'failed', problem: failures[more] as Problem}});
    }
    default:
      return tell({kind: what as 'paused' | 'resumed' | 'pong'});
  }
}

function shown(action: SupervisorAction): string {
  if (action.kind === 'finish') return 'finish';
  if (action.kind === 'report') return `${action.problem.severity} ${action.job} ${action.problem.code}`;
  const of = `${action.job}${action.slot === 0 ? '' : `/${action.slot}`}`;
  if (action.kind !== 'send') return `${action.kind} ${of}${action.kind === 'start' && action.isFresh ? ' fresh' : ''}`;
  const {message} = action;
  return message.kind === 'ask-idle' ? `ask ${of} ${message.round}` : `${message.kind} ${of}`;
}

function tableOf(rows: readonly (readonly [string, string, readonly string[], Setting?])[]): void {
  for (const [name, script, expected, setting] of rows) {
    test(name, () => {
      expect(play(script, setting).last).toEqual(expected);
    });
  }
}

describe('starting and ending', () => {
  tableOf([
    ['start', 'started', ['start a', 'start b']],
    ['start twice', 'started, started', []],
    ['two at a time', 'started', ['start a', 'start b'], {jobs: {a: {}, b: {}, c: {}, d: {}}}],
    ['the next when one runs', 'started, a:running', ['start c'], {jobs: {a: {}, b: {}, c: {}, d: {}}}],
    ['the next when one ends', 'started, a:says done, a:exit', ['start c'], {jobs: {a: {}, b: {}, c: {}, d: {}}}],
    ['the next when two cannot be seen to run', 'started, +5000, wake', ['start c', 'start d'], {jobs: {a: {}, b: {}, c: {}, d: {}}}],
    ['processes of one job', 'started, a:running', ['start a/2'], {jobs: {a: {processes: 3}}}],
    ['progress', 'started, a:progress', []],
    ['a rejected record', 'started, a:problem', ['error a bad-record']],
    ['a job ends well', 'started, a:says done, a:exit', []],
    ['the last job ends', 'started, a:says done, a:exit, b:says done, b:exit', ['finish']],
    ['a job fails, the other goes on', 'started, a:says data, a:exit', ['error a bad-record']],
    ['a process dies', 'started, b:died', ['error b job-died']],
    ['a process dies with code 0', 'started, b:exit', ['error b job-died']],
    ['a clean end of all', 'started, end', ['stop a', 'stop b']],
    ['of one', 'started, end b x', ['stop b']],
    ['twice', 'started, end, end', []],
    ['when one has ended', 'started, a:says done, a:exit, end', ['stop b']],
    ['before anything has started', 'end', ['finish']],
    ['words of a job that ended', 'started, a:says done, a:exit, a:problem', []],
    ['an end that is told twice', 'started, a:exit, a:exit', []],
    ['somebody unknown', 'started, x:problem', []],
    [
      'a failure ends all, when asked to',
      'started, a:says data, a:exit',
      ['error a bad-record', 'stop b'],
      {...plain, abortOnFailure: true},
    ],
    [
      'a failed process ends its siblings',
      'started, a:running, a:says data, a:exit',
      ['error a bad-record', 'stop a/1'],
      {jobs: {a: {processes: 2}}},
    ],
  ]);
});

describe('deaths', () => {
  const policy = defaultSupervision.restart;
  const twice: Setting = {jobs: {a: {hasLog: true, watch: {restart: {...policy, mostRestarts: {count: 2, withinMs: 600_000}}}}}};
  const died = 'a:running, a:died';
  tableOf([
    ['one that keeps a log is started again', 'started, a:died', ['warning a job-died'], logged],
    ['not before its wait is over', 'started, a:died, +49, wake', [], logged],
    ['then', 'started, a:died, +50, wake', ['start a'], logged],
    ['the second wait is twice as long', `started, a:died, +50, wake, a:died, +99, wake`, [], logged],
    ['and then over', `started, a:died, +50, wake, a:died, +100, wake`, ['start a'], logged],
    ['after a healthy minute waits begin anew', 'started, a:died, +50, wake, a:running, +60000, a:died, +50, wake', ['start a'], logged],
    ['before that they do not', 'started, a:died, +50, wake, a:running, +59999, a:died, +50, wake', [], logged],
    ['a crash loop ends', `started, ${died}, +50, wake, ${died}, +100, wake, ${died}`, ['error a crash-loop', 'finish'], twice],
    [
      'a cluster that is away is waited for however often',
      `started${', a:running, a:says broker, a:exit, +30000, wake'.repeat(20)}, a:says broker, a:exit`,
      ['warning a no-broker'],
      twice,
    ],
    ['so is a full disk', `started${', a:running, a:says disk, a:exit, +30000, wake'.repeat(20)}`, ['start a'], twice],
    ['deaths of long ago do not count', `started, ${died}, +50, wake, ${died}, +600000, wake, ${died}`, ['warning a job-died'], twice],
    ['bad data stays bad', 'started, a:running, a:says data, a:exit', ['error a bad-record', 'finish'], logged],
    ['what may pass is waited for', 'started, a:says broker, a:exit', ['warning a no-broker'], logged],
    ['a machine that gave it once may give it again', 'started, a:running, a:says disk, a:exit', ['warning a cannot-write'], logged],
    ['and else is asked for by mistake', 'started, a:says disk, a:exit', ['error a cannot-write', 'finish'], logged],
    ['one that was to stop is not started again', 'started, a:running, end, a:died', ['error a job-died', 'finish'], logged],
    ['one that is interrupted with its parent before it knew better', 'started, end, a:died signal SIGINT', ['finish'], logged],
    ['one that is interrupted while nobody wants it to stop', 'started, a:died signal SIGINT', ['warning a job-died'], logged],
    ['a fresh one is fresh until it has run', 'started, a:died, +50, wake', ['start a fresh'], {jobs: {a: {hasLog: true, isFresh: true}}}],
    ['and never after that', `started, ${died}, +50, wake`, ['start a'], {jobs: {a: {hasLog: true, isFresh: true}}}],
    ['an end while it waits for its next start', 'started, a:died, end', ['finish'], logged],
  ]);

  test('the longest wait', () => {
    let script = 'started';
    for (let death = 0; death < 9; death++) script += ', a:died, +30000, wake';
    expect(wakesAtMs(play(`${script}, a:died`, logged).state, 271_000)).toBe(271_000 + 15_000);
  });

  test('who is quarantined can be started by name, and is forgiven', () => {
    const gone = `started, ${died}, +50, wake, ${died}, +100, wake, ${died}`;
    const two: Setting = {jobs: {...twice.jobs, b: {}}};
    expect(wordOf(play(gone, two).state.jobs.get('a') as never)).toBe('quarantined');
    expect(play(`${gone}, start a`, two).last).toEqual(['start a']);
    expect(play(`${gone}, start a, ${died}`, two).last).toEqual(['warning a job-died']);
  });
});

describe('commands', () => {
  const up = 'started, a:running, b:running';
  tableOf([
    ['pause', `${up}, pause a`, ['pause a']],
    ['pause twice', `${up}, pause a, pause a`, []],
    ['pause of one that starts waits until it runs', 'started, pause a', []],
    ['then', 'started, pause a, a:running', ['pause a']],
    ['resume before it has paused waits', `${up}, pause a, resume a`, []],
    ['then', `${up}, pause a, resume a, a:paused`, ['resume a']],
    ['resume', `${up}, pause a, a:paused, resume a`, ['resume a']],
    ['pause again before it has resumed', `${up}, pause a, a:paused, resume a, pause a, a:resumed`, ['pause a']],
    ['stop of a paused one', `${up}, pause a, a:paused, stop a`, ['stop a']],
    ['one that was stopped by name is waited for', 'started, stop a, a:says stopped, a:exit', [], {jobs: {a: {}}}],
    ['and can be started', 'started, stop a, a:says stopped, a:exit, start a', ['start a'], {jobs: {a: {}}}],
    ['until the end of everything', 'started, stop a, a:says stopped, a:exit, end', ['finish'], {jobs: {a: {}}}],
    ['start before it has stopped', `${up}, stop a, start a, a:says stopped, a:exit`, ['start a']],
    ['start of one that runs', `${up}, start a`, []],
    ['start of one that is done', `${up}, a:says done, a:exit, start a`, ['start a']],
    ['restart', `${up}, restart a`, ['stop a']],
    ['then', `${up}, restart a, a:says stopped, a:exit`, ['start a']],
    ['restart of one that ended in the same moment', `${up}, restart a, a:says done, a:exit`, ['start a']],
    ['restart, and then the end', `${up}, restart a, end, a:says stopped, a:exit`, []],
    ['restart of a paused one', `${up}, pause a, a:paused, restart a, a:says stopped, a:exit, a:running`, ['pause a']],
    ['a paused one that dies is paused again', 'started, a:running, pause a, a:paused, a:died, +50, wake, a:running', ['pause a'], logged],
    ['checkpoint', `${up}, checkpoint a b`, ['checkpoint a', 'checkpoint b']],
    ['checkpoint of one that is gone', `${up}, a:died, checkpoint a`, []],
    ['nothing is started once everything ends', `${up}, end, start a`, []],
  ]);
});

describe('dependencies', () => {
  const on = (wanted: 'started' | 'healthy' | 'done'): Setting => ({jobs: {b: {watch: {dependsOn: new Map([['a', wanted]])}}, a: {}}});
  tableOf([
    ['started', 'started', ['start a'], on('started')],
    ['then', 'started, wake', ['start b'], on('started')],
    ['healthy', 'started, wake', [], on('healthy')],
    ['then', 'started, a:running', ['start b'], on('healthy')],
    ['done', 'started, a:running, wake', [], on('done')],
    ['then', 'started, a:running, a:says done, a:exit', ['start b'], on('done')],
    ['lost', 'started, a:running, a:says data, a:exit', ['error a bad-record', 'error b dependency-failed', 'finish'], on('done')],
    ['who was stopped by name may come back', 'started, a:running, stop a, a:says stopped, a:exit', [], on('done')],
    ['dependants end first', 'started, a:running, b:running, end', ['stop b'], on('healthy')],
    ['then the others', 'started, a:running, b:running, end, b:says stopped, b:exit', ['stop a'], on('healthy')],
    ['one that is stopped alone does not wait', 'started, a:running, b:running, stop a', ['stop a'], on('healthy')],
    ['jobs that are not there are not waited for', 'started', ['start b'], {jobs: {b: {watch: {dependsOn: new Map([['x', 'done']])}}}}],
  ]);
});

describe('health', () => {
  const strict: Setting = {jobs: {a: {hasLog: true, watch: {onNotAnswering: 'restart', memoryBytes: 100 * 2 ** 20}}}};
  /** Ticks as they come, so that the supervisor does not take itself for asleep. */
  const seconds = (count: number): string => Array.from({length: count}, () => '+1000, tick').join(', ');
  tableOf([
    ['silence is told once', `started, a:running, b:running, ${seconds(5)}`, ['warning a not-answering', 'warning b not-answering']],
    ['not again', `started, a:running, b:running, ${seconds(6)}`, []],
    ['an answer in time', `started, a:running, b:running, ${seconds(4)}, a:pong, ${seconds(1)}`, ['warning b not-answering']],
    ['an answer after it', `started, a:running, ${seconds(6)}, a:pong, ${seconds(5)}`, ['warning a not-answering'], logged],
    ['one that starts has more time', `started, ${seconds(29)}`, []],
    ['but not for ever', `started, ${seconds(30)}`, ['warning a not-answering', 'warning b not-answering']],
    ['by policy it is ended', `started, a:running, ${seconds(5)}`, ['kill a'], strict],
    ['and started again', `started, a:running, ${seconds(5)}, a:died`, ['warning a not-answering'], strict],
    [
      'one that has said how it ended and does not go is ended',
      `started, a:running, a:says done, ${seconds(5)}`,
      ['kill a'],
      {jobs: {a: {}}},
    ],
    ['which is no failure', `started, a:running, a:says done, ${seconds(5)}, a:died`, ['finish'], {jobs: {a: {}}}],
    ['a supervisor that slept blames nobody', 'started, a:running, b:running, +3600000, tick', []],
    ['too much memory is told', 'started, a:running, a:memory 101', ['warning a memory-limit'], strict],
    ['once', 'started, a:running, a:memory 101, +1000, a:memory 101', [], strict],
    ['and ended', 'started, a:running, a:memory 101, +3000, a:memory 102', ['kill a'], strict],
    ['unless it helped', 'started, a:running, a:memory 101, +2000, a:memory 99, +1000, a:memory 101', [], strict],
    ['and started again', 'started, a:running, a:memory 101, +3000, a:memory 102, a:died', ['warning a memory-limit'], strict],
    ['as much as it may', 'started, a:running, a:memory 100', [], strict],
  ]);
});

describe('until idle', () => {
  const one: Setting = {jobs: {a: {}}, untilIdle: true};
  const two: Setting = {...plain, untilIdle: true};
  const up = 'started, a:running, b:running';
  tableOf([
    ['nobody is asked before all run', 'started, a:running', [], two],
    ['then', up, ['ask a 1', 'ask b 1'], two],
    ['one job: one yes is the end', 'started, a:running, a:idle 1 yes 5', ['stop a'], one],
    ['no', 'started, a:running, a:idle 1 no 5', [], one],
    ['asked again', 'started, a:running, a:idle 1 no 5, +100, wake', ['ask a 2'], one],
    ['two jobs: asked once more at once', `${up}, a:idle 1 yes 5, b:idle 1 yes 7`, ['ask a 2', 'ask b 2'], two],
    ['nothing has changed', `${up}, a:idle 1 yes 5, b:idle 1 yes 7, a:idle 2 yes 5, b:idle 2 yes 7`, ['stop a', 'stop b'], two],
    ['something has', `${up}, a:idle 1 yes 5, b:idle 1 yes 7, a:idle 2 yes 5, b:idle 2 yes 8`, ['ask a 3', 'ask b 3'], two],
    ['one says no', `${up}, a:idle 1 yes 5, b:idle 1 no 7`, [], two],
    ['an answer to an earlier round', `${up}, a:idle 1 yes 5, b:idle 0 yes 7`, [], two],
    ['a paused job is not asked', `${up}, pause a`, ['pause a'], two],
    [
      'one that dies meanwhile has not agreed',
      'started, a:running, a:died, +50, wake',
      ['start a'],
      {jobs: {a: {hasLog: true}}, untilIdle: true},
    ],
    ['when one ends, the others are asked again', `${up}, a:says done, a:exit`, ['ask b 2'], two],
    [
      'whoever waits for the end of an idle one gets it',
      'started, a:running, a:idle 1 yes 5',
      ['stop a'],
      {jobs: {a: {}, b: {watch: {dependsOn: new Map([['a', 'done']])}}}, untilIdle: true},
    ],
    [
      'and starts',
      'started, a:running, a:idle 1 yes 5, a:says stopped, a:exit',
      ['start b'],
      {jobs: {a: {}, b: {watch: {dependsOn: new Map([['a', 'done']])}}}, untilIdle: true},
    ],
  ]);

  test('an idle end is a good end', () => {
    const {state, last} = play('started, a:running, a:idle 1 yes 5, a:says stopped, a:exit', one);
    expect([last, wordOf(state.jobs.get('a') as never)]).toEqual([['finish'], 'done']);
  });
});

test('what is known at the end', () => {
  const {state} = play('started, a:says done, a:exit, end, +8, b:died exit code 1');
  expect(state).toMatchObject({isStopping: true, isFinished: true});
  expect(state.jobs.get('a')?.processes).toMatchObject([
    {ending: 'done', problem: null, startedMs: 1000, endedMs: 1000, status: {rowsIn: 10}},
  ]);
  expect(state.jobs.get('b')?.processes).toMatchObject([{ending: 'failed', result: null, endedMs: 1008, problem: {code: 'job-died'}}]);
});

test('states are never changed in place', () => {
  const before = play('started, a:running', logged).state;
  const copy = structuredClone(before);
  for (const words of ['pause a', 'a:died', 'tick', 'end']) decide(before, {...eventOf(words), atMs: 9000} as SupervisorEvent);
  expect(before).toEqual(copy);
});

test('whatever happens, once everything is to end and every process is gone, it is finished; and none is started twice', () => {
  const words = [
    'running',
    'died',
    'exit',
    'says done',
    'says data',
    'says broker',
    'says stopped',
    'paused',
    'resumed',
    'pong',
    'idle 1 yes 1',
  ];
  const commands = ['pause', 'resume', 'stop', 'start', 'restart', 'checkpoint'];
  const event = record({job: constantFrom('a', 'b', 'c'), word: constantFrom(...words, ...commands), wait: integer({min: 0, max: 9000})});
  const setting: Setting = {
    jobs: {a: {hasLog: true}, b: {hasLog: true, watch: {dependsOn: new Map([['a', 'healthy']])}}, c: {}},
    untilIdle: true,
  };
  check(
    property(array(event, {maxLength: 40}), events => {
      const script = events.map(({job, word, wait}) => `+${wait}, ${commands.includes(word) ? `${word} ${job}` : `${job}:${word}`}, wake`);
      const {state, all} = play(['started', ...script, 'end', ...['b', 'c', 'a'].map(job => `${job}:died`), 'wake'].join(', '), setting);
      expect(state.isFinished).toBe(true);
      expect(all.filter(text => text === 'finish')).toHaveLength(1);
      for (const job of ['a', 'b', 'c']) {
        const ends = script.concat('died').filter(text => new RegExp(`${job}:(died|exit)`).test(text)).length;
        expect(all.filter(text => text === `start ${job}`).length).toBeLessThanOrEqual(ends + 1);
      }
    }),
    {numRuns: 500},
  );
});
