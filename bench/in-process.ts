import {batchRows} from '../src/flow/batch.ts';
import {systemClock} from '../src/base/clock.ts';
import type {Sink} from '../src/flow/sink.ts';
import {assemble, type Parts} from '../src/job/open.ts';
import {prepare} from '../src/job/prepare.ts';
import type {Plan} from '../src/plan/plan.ts';

/** A plan running in this process, step by step, so that single steps and images of state can be timed. */
export interface Running {
  readonly plan: Plan;
  readonly parts: Parts;
}

const standardInput = {descriptor: -1, isTerminal: true, readAhead: null};

/** Takes what it is given and forgets it. */
const nowhere: Sink = {
  open: async () => {},
  write: () => {},
  full: false,
  drain: async () => {},
  flush: async () => {},
  closedByReader: false,
  close: async () => {},
};

export async function planOf(sql: string): Promise<Plan> {
  const {plan, problems} = await prepare({
    source: {name: 'bench', text: sql},
    mode: 'script',
    initial: [],
    bindings: new Map(),
    parameters: new Map(),
    changelog: false,
    timeZone: 'UTC',
    inputFormat: null,
    directory: '.',
    standardInput,
  });
  if (plan === null) throw new Error(problems.map(problem => problem.message).join('; '));
  return plan;
}

export function start(plan: Plan): Running {
  const parts = assemble({
    plan,
    clock: systemClock,
    directory: '.',
    standardInput,
    standardOutput: nowhere,
    standardError: nowhere,
    console: {format: 'ndjson', options: new Map()},
    onError: 'fail',
    maxErrors: null,
    limit: null,
    stop: new AbortController().signal,
    onProblem: problem => {
      throw new Error(problem.message);
    },
  });
  return {plan, parts};
}

/** Runs to the end of all input; gives how long each step took, in milliseconds: taking and decoding a batch, or one step of the engine. */
export async function runThrough({parts}: Running): Promise<Float64Array> {
  const {engine, memory, inputs, sources, outputs} = parts;
  for (const source of sources) await source.open(null);
  for (const output of outputs) await output.sink.open();
  const times: number[] = [];
  const timed = <T>(act: () => T): T => {
    const before = performance.now();
    const result = act();
    times.push(performance.now() - before);
    return result;
  };
  const live = new Set(inputs);
  while (timed(() => engine.step()));
  while (live.size > 0) {
    for (const input of live) {
      const mark = memory.mark();
      const taken = timed(() => input.take(batchRows));
      if (taken === 'rows') input.engineInput.push();
      else if (taken === 'ended') {
        input.engineInput.end();
        live.delete(input);
      }
      while (timed(() => engine.step()));
      memory.release(mark);
    }
  }
  if (!engine.finished) throw new Error('the engine did not finish');
  return Float64Array.from(times).sort();
}
