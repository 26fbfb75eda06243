import {decode} from './programs/decode.ts';
import {filter} from './programs/filter.ts';
import {gate} from './programs/gate.ts';
import {group} from './programs/group.ts';
import {kafka} from './programs/kafka.ts';
import {kafkaBatches} from './programs/kafka-batches.ts';
import {kafkaLatency} from './programs/kafka-latency.ts';
import {jobsCrowd} from './programs/jobs-crowd.ts';
import {jobsIsolation} from './programs/jobs-isolation.ts';
import {jobsMemory} from './programs/jobs-memory.ts';
import {jobsPause} from './programs/jobs-pause.ts';
import {jobsRecovery} from './programs/jobs-recovery.ts';
import {jobsScale} from './programs/jobs-scale.ts';
import {memory} from './programs/memory.ts';
import {oneLiner} from './programs/one-liner.ts';
import {start} from './programs/start.ts';
import {nexmark} from './programs/nexmark.ts';
import {state} from './programs/state.ts';
import {window} from './programs/window.ts';
import {printMachine} from './report.ts';
import type {Options} from './settings.ts';

/** One program for each row of the table of figures. */
const programs: Readonly<Record<string, (options: Options) => boolean | Promise<boolean>>> = {
  group,
  filter,
  decode,
  start,
  'one-liner': oneLiner,
  memory,
  window,
  state,
  nexmark,
  kafka,
  'kafka-latency': kafkaLatency,
  'kafka-batches': kafkaBatches,
  'jobs-recovery': jobsRecovery,
  'jobs-memory': jobsMemory,
  'jobs-isolation': jobsIsolation,
  'jobs-scale': jobsScale,
  'jobs-crowd': jobsCrowd,
  'jobs-pause': jobsPause,
};

/** `npm run bench [-- NAME …] [--rows N] [--rounds N] [--full] [--gate [--accept]]`. Exits 1 when a bar is missed. */
async function main(words: readonly string[]): Promise<void> {
  printMachine();
  if (words.includes('--gate')) {
    process.exitCode = (await gate(words.includes('--accept'))) ? 0 : 1;
    return;
  }
  const options = {
    rows: numberAfter(words, '--rows', 3_000_000),
    rounds: numberAfter(words, '--rounds', 5),
    isFull: words.includes('--full'),
  };
  const wanted = words.filter(word => word in programs);
  let met = true;
  for (const [name, program] of Object.entries(programs)) {
    if (wanted.length === 0 || wanted.includes(name)) met = (await program(options)) && met;
  }
  process.exitCode = met ? 0 : 1;
}

function numberAfter(words: readonly string[], flag: string, otherwise: number): number {
  const at = words.indexOf(flag);
  return at < 0 ? otherwise : Number(words[at + 1]);
}

await main(process.argv.slice(2));
