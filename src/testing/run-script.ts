import {systemClock} from '../base/clock.ts';
import type {Sink} from '../flow/sink.ts';
import type {RunOptions} from '../job/contract.ts';
import {prepare} from '../job/prepare.ts';
import type {Plan} from '../plan/plan.ts';

/** Standard output of a run in this process. */
export class CollectedSink implements Sink {
  text = '';
  readonly full = false;
  readonly closedByReader = false;
  async open(): Promise<void> {}
  write(bytes: Uint8Array): void {
    this.text += Buffer.from(bytes).toString();
  }
  async drain(): Promise<void> {}
  async flush(): Promise<void> {}
  async close(): Promise<void> {}
}

const standardInput = {descriptor: 0, isTerminal: false, readAhead: null};

/** The plan of a script whose paths start in a directory. Rejects with what is wrong with it. */
export async function planOfScript(sql: string, directory: string): Promise<Plan> {
  const {plan, problems} = await prepare({
    source: {name: 'test.sql', text: sql},
    mode: 'script',
    initial: [],
    bindings: new Map(),
    parameters: new Map(),
    changelog: false,
    timeZone: 'UTC',
    inputFormat: null,
    directory,
    standardInput,
  });
  if (plan === null) throw new Error(problems.map(({message}) => message).join('\n'));
  return plan;
}

/** What a run needs, with nothing asked for: the first bad record ends it, it keeps nothing, nobody stops it, and what it says is dropped. */
export function optionsOfRun(plan: Plan, directory: string): RunOptions {
  return {
    plan,
    clock: systemClock,
    directory,
    standardInput,
    standardOutput: new CollectedSink(),
    standardError: new CollectedSink(),
    console: {format: 'ndjson', options: new Map()},
    onError: 'fail',
    maxErrors: null,
    limit: null,
    stop: new AbortController().signal,
    onProblem: () => undefined,
  };
}
