import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';

/** A command as a person would type it, and what to do with its standard output. */
export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly standardInput?: string;
}

/** One finished run of a whole process, all of its threads. */
export interface Run {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakMb: number;
  readonly output: string;
  readonly exitCode: number;
}

/** A machine's own certificates make every start of Node parse all of them (some 30 ms), which says nothing of anybody here. */
const environment = {...process.env};
delete environment['NODE_EXTRA_CA_CERTS'];

/** Runs a command to its end. CPU time is what the operating system counted for it (user and system); output may be dropped to keep this process out of the way. */
export async function run(command: Command, keepOutput: boolean): Promise<Run> {
  // A real pipe behind the command, where it is read: what Node gives a child is a socket, which not every program can open by its name.
  const from = command.standardInput === undefined ? '</dev/null' : `<'${command.standardInput}'`;
  const script = `set -o pipefail; TIMEFORMAT='%R %U %S'; ${keepOutput ? `{ time "$0" "$@" ${from}; } | cat` : `time "$0" "$@" ${from} >/dev/null`}`;
  const child = spawn('bash', ['-c', script, command.file, ...command.args], {stdio: ['ignore', 'pipe', 'pipe'], env: environment});
  const pieces: Buffer[] = [];
  let errors = '';
  let peakMb = 0;
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  const watch = setInterval(() => (peakMb = Math.max(peakMb, peakOfChildren(child.pid))), 15);
  const exitCode = await new Promise<number>(resolve => child.on('close', code => resolve(code ?? 1)));
  clearInterval(watch);
  const timing = /([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(errors);
  if (timing === null || exitCode !== 0) throw new Error(`${command.name} failed with ${exitCode}:\n${errors.slice(-2000)}`);
  const [wall, user, system] = timing.slice(1).map(Number) as [number, number, number];
  return {cpuMs: (user + system) * 1000, wallMs: wall * 1000, peakMb, output: Buffer.concat(pieces).toString('utf8'), exitCode};
}

/** The largest resident size so far of a process that a shell started, whatever shells stand between, in MB. */
function peakOfChildren(shell: number | string | undefined): number {
  try {
    const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return Math.max(0, ...children.map(child => Math.max(peakOf(child), peakOfChildren(child))));
  } catch {
    return 0; // It ended between two looks.
  }
}

function peakOf(pid: string): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export interface Measured {
  readonly name: string;
  /** CPU time of the whole process for the larger input, less that for the smaller, by row. */
  readonly nsPerRow: number;
  /** The same of the time on the wall. */
  readonly wallNsPerRow: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakMb: number;
}

export interface Contender {
  readonly name: string;
  /** The command over the smaller and over the larger input, and how many rows the larger has more. */
  readonly small: Command;
  readonly large: Command;
  readonly rowsBetween: number;
}

/** Runs all contenders in turn, round after round, so that a change of the machine's speed meets all of them alike; medians. */
export async function compare(contenders: readonly Contender[], rounds: number): Promise<readonly Measured[]> {
  const runs = contenders.map(() => ({small: [] as Run[], large: [] as Run[]}));
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      runs[index]?.small.push(await run(contender.small, false));
      runs[index]?.large.push(await run(contender.large, false));
    }
  }
  return contenders.map((contender, index) => {
    const {small, large} = runs[index] as {small: Run[]; large: Run[]};
    const between = (what: 'cpuMs' | 'wallMs') => median(large.map((one, round) => one[what] - (small[round] as Run)[what]));
    return {
      name: contender.name,
      nsPerRow: (between('cpuMs') * 1e6) / contender.rowsBetween,
      wallNsPerRow: (between('wallMs') * 1e6) / contender.rowsBetween,
      cpuMs: median(large.map(one => one.cpuMs)),
      wallMs: median(large.map(one => one.wallMs)),
      peakMb: Math.max(...large.map(one => one.peakMb)),
    };
  });
}
