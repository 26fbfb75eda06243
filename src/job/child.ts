import {appendFileSync} from 'node:fs';
import {isatty} from 'node:tty';
import {systemClock, systemStopwatch} from '../base/clock.ts';
import {DescriptorSink} from '../connectors/output/descriptor-sink.ts';
import {RunControl} from './control.ts';
import type {Reach} from '../flow/delivery.ts';
import {HeapWatch} from '../telemetry/heap.ts';
import {JobMeter} from './meter.ts';
import type {FromJob, JobAssignment, ToJob} from './protocol.ts';
import {runPlan} from './run.ts';

/**
 * The process of one job. It is told its plan by its parent, over IPC, and loads neither grammar nor planner. A terminal's Ctrl-C reaches every process of the
 * group, but only the parent decides what it means: this one stops at the parent's word, or when the parent is gone.
 */
const stop = new AbortController();
/** Of rejected records the parent is told these; of all others only their number, with the progress. */
const mostProblems = 20;
/** So long a job may take for a clean end once its parent is gone. */
const orphanMs = 500;
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => {
  stop.abort();
  // A reader that does not read would keep it for ever, and nobody is left who could end it.
  setTimeout(() => process.exit(1), orphanMs).unref();
});
const crashPoint = process.env['WEIR_CRASH_AT'];
const control = new RunControl(message => void tell(message));
process.on('message', (message: ToJob) => obey(message));

function obey(message: ToJob): void {
  switch (message.kind) {
    case 'start':
      void run(message.assignment);
      return;
    case 'stop':
      stop.abort();
      return;
    case 'pause':
      control.pause();
      return;
    case 'resume':
      control.resume();
      return;
    case 'checkpoint':
      control.checkpoint();
      return;
    case 'ask-idle':
      control.askIdle(message.round);
      return;
    case 'ping':
      void tell({kind: 'pong'});
      control.look();
  }
}

async function run(assignment: JobAssignment): Promise<void> {
  const {readAhead, ...rest} = assignment;
  let problems = 0;
  const heap = new HeapWatch();
  const result = await runPlan({
    ...rest,
    clock: systemClock,
    standardInput: {descriptor: 0, isTerminal: isatty(0), readAhead},
    standardOutput: new DescriptorSink({descriptor: 1, name: 'standard output', ownsDescriptor: false}),
    standardError: new DescriptorSink({descriptor: 2, name: 'standard error', ownsDescriptor: false}),
    stop: stop.signal,
    control,
    meter: new JobMeter({clock: systemClock, stopwatch: systemStopwatch, heap: () => heap.read()}),
    ...(crashPoint === undefined ? {} : {reach: crashAt(crashPoint)}),
    owner: {processId: process.pid, end: assignment.commit?.endHolder === true ? endNow : null},
    onProgress: progress => void tell({kind: 'progress', progress}),
    onProblem: problem => {
      if (++problems <= mostProblems) void tell({kind: 'problem', problem});
    },
  });
  await tell({kind: 'ended', result});
  if (process.connected) process.disconnect();
}

/** Ends the process at the n-th time that a moment of a commit comes, and says before in a file that it was there: `sent:3:/tmp/fired`. For tests of recovery. */
function crashAt(text: string): Reach {
  const [point, count, file] = text.split(':');
  let left = Number(count);
  return reached => {
    if (reached !== point || --left !== 0) return;
    appendFileSync(file as string, `${point}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
}

/** A predecessor that holds the job's folder and does not go by itself. */
function endNow(processId: number): void {
  // Other numbers mean groups of processes, or all that there are.
  if (processId > 1) process.kill(processId, 'SIGKILL');
}

/** Resolves when the message has been handed to the system. A parent that is gone hears nothing, and that stops the job anyway. */
function tell(message: FromJob): Promise<void> {
  return new Promise(resolve => {
    if (!process.connected || process.send === undefined) {
      resolve();
      return;
    }
    process.send(message, undefined, undefined, () => resolve());
  });
}
