import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import type {Guarantee} from '../../src/job/delivery.ts';
import type {JobAssignment} from '../../src/job/protocol.ts';
import {JobProcess} from '../../src/testing/torture/job-process.ts';
import {cacheDirectory} from '../data.ts';
import {planOf} from '../in-process.ts';

/** Where jobs of the bench keep their logs. */
export const jobsFolder = join(cacheDirectory, 'jobs');

export interface JobOptions {
  readonly name: string;
  readonly sql: string;
  readonly guarantee: Exclude<Guarantee, 'none'>;
  readonly batchRecords?: number;
  readonly batchWaitMs: number;
}

/** What a job's process is told. It begins anew unless its log is to be gone on with. */
export async function assignmentOf(options: JobOptions, isFresh = true): Promise<JobAssignment> {
  const {name, sql, guarantee, batchRecords = null, batchWaitMs} = options;
  return {
    plan: await planOf(sql),
    directory: '.',
    console: {format: 'ndjson', options: new Map()},
    onError: 'fail',
    maxErrors: null,
    limit: null,
    readAhead: null,
    identity: {project: 'bench', name, slot: {index: 0, count: 1}},
    commit: {
      guarantee,
      directory: resolve(jobsFolder, name),
      batchRecords,
      batchWaitMs,
      fresh: isFresh,
      keepEpochs: 1,
      endHolder: true,
    },
  };
}

/** The process of a job as the supervisor starts it. */
export function startJob(assignment: JobAssignment): JobProcess {
  return new JobProcess(resolve('dist/job.js'), jobsFolder, assignment);
}

/** It runs when this resolves: tables are open, state is restored. */
export async function running(job: JobProcess): Promise<void> {
  if ((await job.answer('running')) === null) throw new Error(faultOf(job));
}

export function faultOf(job: JobProcess): string {
  return `a job ended: ${job.problem?.message ?? job.how ?? '?'} ${job.problem?.detail ?? ''}`;
}

/** It has read, written and committed everything when this resolves. */
export async function stopJob(job: JobProcess): Promise<void> {
  job.tell({kind: 'stop'});
  await job.ended;
  if (job.result === null || job.result.status === 'failed') throw new Error(faultOf(job));
}

/** From the moment a job runs until it is over: a bounded one. CPU time of all its threads; the last look before its end counts. */
export async function costOf(job: JobProcess): Promise<{readonly cpuMs: number; readonly wallMs: number; readonly rows: number}> {
  await running(job);
  const [fromMs, fromCpuMs] = [performance.now(), cpuMsOf(job.pid) ?? 0];
  let cpuMs = fromCpuMs;
  const look = setInterval(() => (cpuMs = cpuMsOf(job.pid) ?? cpuMs), 10);
  await job.answer('ended');
  cpuMs = cpuMsOf(job.pid) ?? cpuMs;
  const wallMs = performance.now() - fromMs;
  clearInterval(look);
  await job.ended;
  if (job.result?.status !== 'done') throw new Error(faultOf(job));
  return {cpuMs: cpuMs - fromCpuMs, wallMs, rows: job.result.rowsIn};
}

/** What the system has counted for a process until now, in steps of 10 ms; null: it is gone. */
export function cpuMsOf(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

/** Bytes of a process that are in memory, shared ones in full; 0: it is gone. */
export function residentBytesOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Processes that it has started and that live. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
