import {cpSync, existsSync, mkdirSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {CommitPoint} from '../../flow/delivery.ts';
import type {Broker} from '../kafka/broker.ts';
import type {ApiName, FaultProxy} from '../kafka/proxy.ts';
import type {PlainHarm, Step} from './harms.ts';
import type {JobProcess} from './job-process.ts';
import {fileBytes, logBytes, losePower, loseRecord, sizesOf, stateFolder, tearTail, unsynced} from './log-files.ts';
import type {Patient} from './patient.ts';
import {surroundingNames} from './surroundings.ts';
import type {Random} from './workload.ts';

/** Whom harm is done to, and what of its world can be spoiled. */
export interface Ward {
  readonly patient: Patient;
  readonly random: Random;
  readonly folder: string;
  /** Null: it has nothing to do with Kafka. */
  readonly kafka: {readonly broker: Broker; readonly proxy: FaultProxy} | null;
  /** The file that it writes; null: it writes elsewhere. */
  readonly output: string | null;
  /** A process works for so long at the most before something is done to it. */
  readonly workMs: number;
}

/** How long something may take to come about that is bound to. */
const comingMs = 8000;

/** Does it to the job. True: it came about, so that it counts. */
export async function inflict(ward: Ward, step: Step): Promise<boolean> {
  if (step.harm === 'point') return crash(ward, step.point, step.count ?? ward.random.between(1, 6));
  if (step.harm === 'drop') return dropReply(ward, step.api);
  if (step.harm === 'power-loss') return endMachine(ward, step.point ?? null, step.count ?? 1);
  return plain[step.harm](ward);
}

async function crash({patient}: Ward, point: CommitPoint, count: number): Promise<boolean> {
  const job = await patient.start({crashAt: {point, count}, mayDie: true});
  if (job === null) return false;
  await Promise.race([job.ended, wait(comingMs, undefined, {ref: false})]);
  if (job.isAlive) await patient.kill(job);
  else if (!job.hasFired) patient.explainEnd(job);
  return job.hasFired;
}

/** A process that has run for a moment, and still does. */
async function atWork({patient, random, workMs}: Ward): Promise<JobProcess | null> {
  const job = await patient.living();
  if (job === null) return null;
  await Promise.race([job.ended, wait(random.between(10, workMs))]);
  if (job.isAlive) return job;
  patient.explainEnd(job);
  return null;
}

const plain: Readonly<Record<PlainHarm, (ward: Ward) => Promise<boolean>>> = {
  async kill(ward) {
    const job = await atWork(ward);
    if (job === null) return false;
    await ward.patient.kill(job);
    return job.how === 'signal SIGKILL';
  },

  async zombie(ward) {
    const {patient} = ward;
    const zombie = await atWork(ward);
    if (zombie === null || !(await isStopped(zombie))) return false;
    const successor = await patient.start({overtakes: true});
    zombie.signal('SIGCONT');
    // Its successor has ended it before it came to run.
    await Promise.race([zombie.ended, wait(2000, undefined, {ref: false})]);
    if (!zombie.isAlive) return successor !== null && zombie.how === 'signal SIGKILL';
    patient.fail('a zombie lives on beside its successor');
    await patient.kill(zombie);
    return true;
  },

  async moved(ward) {
    const {patient, folder} = ward;
    const zombie = await atWork(ward);
    if (zombie === null || !(await isStopped(zombie))) return false;
    const {commit} = patient.assignment;
    if (commit === null) return false;
    const directory = stateFolder(folder, patient.starts);
    copyLog(commit.directory, directory);
    patient.assignment = {...patient.assignment, commit: {...commit, directory}};
    const successor = await patient.start({overtakes: true});
    // As long as its successor has committed nothing, a zombie may take over again: nobody can tell who of the two is the later one.
    const hasCommitted = successor !== null && (await goesOn(ward));
    zombie.signal('SIGCONT');
    await Promise.race([zombie.ended, wait(2 * comingMs, undefined, {ref: false})]);
    if (zombie.isAlive) {
      patient.fail('the broker does not stop a zombie');
      await patient.kill(zombie);
    }
    return hasCommitted && zombie.problem?.code === 'fenced';
  },

  async freeze(ward) {
    const job = await atWork(ward);
    if (job === null || !(await isStopped(job))) return false;
    await wait(ward.random.between(100, 1500));
    job.signal('SIGCONT');
    return goesOn(ward);
  },

  async stop(ward) {
    const job = await atWork(ward);
    if (job === null) return false;
    job.tell({kind: 'stop'});
    await ward.patient.gone(job);
    if (job.result?.status === 'stopped') return true;
    ward.patient.explainEnd(job);
    return false;
  },

  async pause(ward) {
    const job = await atWork(ward);
    if (job === null || (await ward.patient.ask(job, 'pause')) === null) return false;
    await wait(ward.random.between(0, 100));
    return (await ward.patient.ask(job, 'resume')) !== null && goesOn(ward);
  },

  async clock(ward) {
    const everyMs = ward.random.between(20, 100);
    const job = await ward.patient.start({isWorse: true, environment: {[surroundingNames.clockJumps]: String(everyMs)}});
    if (job === null) return false;
    await Promise.race([job.ended, wait(10 * everyMs)]);
    if (job.isAlive) return goesOn(ward);
    ward.patient.explainEnd(job);
    return false;
  },

  async 'full-output'(ward) {
    const job = await atWork(ward);
    if (job === null || ward.output === null) return false;
    job.limitFiles(fileBytes(ward.output) + ward.random.between(0, 4096));
    return endsOfFullDisk(ward, job);
  },

  async 'full-log'(ward) {
    const {patient, output, random} = ward;
    const job = await atWork(ward);
    if (job === null) return false;
    const log = () => logBytes(patient.directory) + random.between(0, 60);
    if (output === null) {
      job.limitFiles(log());
      return endsOfFullDisk(ward, job);
    }
    // Its output may be larger than its log: while it is paused, only the log is written.
    if ((await patient.ask(job, 'pause')) === null) return false;
    job.limitFiles(log());
    job.tell({kind: 'checkpoint'});
    return endsOfFullDisk(ward, job);
  },

  async 'torn-tail'(ward) {
    const job = await atWork(ward);
    if (job === null) return false;
    await ward.patient.kill(job);
    return (await tearTail(ward.patient.directory, ward.random)) !== null && (await ward.patient.start()) !== null;
  },

  async 'lost-record'(ward) {
    const job = await atWork(ward);
    if (job === null) return false;
    await ward.patient.kill(job);
    return (await loseRecord(ward.patient.directory, ward.random)) !== null && (await ward.patient.start()) !== null;
  },

  async cut(ward) {
    const {kafka} = ward;
    if ((await atWork(ward)) === null || kafka === null || kafka.proxy.connections === 0) return false;
    kafka.proxy.cut();
    return comesBack(ward);
  },

  async delay(ward) {
    const {kafka, random} = ward;
    if ((await atWork(ward)) === null || kafka === null) return false;
    const asked = kafka.proxy.requests('fetch') + kafka.proxy.requests('endTxn') + kafka.proxy.requests('produce');
    kafka.proxy.delayReplies(random.between(5, 400));
    await wait(800);
    kafka.proxy.delayReplies(0);
    const hasAsked = kafka.proxy.requests('fetch') + kafka.proxy.requests('endTxn') + kafka.proxy.requests('produce') > asked;
    return (await comesBack(ward)) && hasAsked;
  },

  async 'net-freeze'(ward) {
    const {kafka, random} = ward;
    if ((await atWork(ward)) === null || kafka === null || kafka.proxy.connections === 0) return false;
    kafka.proxy.freeze();
    await wait(random.between(100, 2000));
    kafka.proxy.thaw();
    return comesBack(ward);
  },

  async stray(ward) {
    const {kafka, random, patient} = ward;
    // Whether a call was slow must not be told by a clock that can be set.
    const jumps = {[surroundingNames.clockJumps]: String(-random.between(20, 100))};
    if (random.below(2) === 0 && (await patient.start({isWorse: true, environment: jumps})) === null) return false;
    const job = await atWork(ward);
    if (job === null || kafka === null) return false;
    const {proxy} = kafka;
    const request = await within(proxy.strayNextRequest('endTxn'), comingMs);
    if (request === null) return false;
    const inits = proxy.requests('initProducerId');
    const offsets = proxy.requests('txnOffsetCommit');
    // At any time, or just when the next transaction is about to end.
    if (random.below(2) === 0) await wait(random.between(0, 1500));
    else await until(() => proxy.requests('txnOffsetCommit') > offsets || !job.isAlive, comingMs);
    await request.deliver();
    const hasRetired = await until(() => proxy.requests('initProducerId') > inits || !job.isAlive, comingMs);
    if (!hasRetired) patient.fail('a producer whose request went astray goes on with the same epoch');
    return comesBack(ward);
  },

  async 'broker-freeze'(ward) {
    const {kafka, random} = ward;
    if ((await atWork(ward)) === null || kafka === null) return false;
    kafka.broker.freeze();
    await wait(random.between(200, 2500));
    kafka.broker.thaw();
    return comesBack(ward);
  },

  async 'broker-restart'(ward) {
    if ((await atWork(ward)) === null || ward.kafka === null) return false;
    await ward.kafka.broker.restart();
    return comesBack(ward);
  },

  async 'broker-kill'(ward) {
    if ((await atWork(ward)) === null || ward.kafka === null) return false;
    await ward.kafka.broker.kill();
    await ward.kafka.broker.restart();
    return comesBack(ward);
  },
};

/** The process ends, and with it the machine. At a moment of a commit it counts even if everything happens to be on the disk. */
async function endMachine(ward: Ward, point: CommitPoint | null, count: number): Promise<boolean> {
  const {patient, random, folder, output} = ward;
  if (patient.job?.isAlive === true) await patient.kill(patient.job);
  const outputs = output === null ? [] : [output];
  const ledger = join(folder, 'synced');
  rmSync(ledger, {force: true});
  const unsafe = {ledger, before: sizesOf(patient.directory, outputs), state: patient.directory, outputs};
  const environment = {[surroundingNames.ledger]: ledger, [surroundingNames.slowSync]: String(random.between(5, 40))};
  const crashAt = point === null ? {} : {crashAt: {point, count}, mayDie: true};
  const job = await patient.start({isWorse: true, environment, ...crashAt});
  if (job === null) return false;
  if (point === null && (await atWork(ward)) === null) return false;
  await until(() => (point === null && unsynced(unsafe).length > 0) || !job.isAlive, comingMs);
  await patient.kill(job);
  const isSpoiled = losePower(unsafe, random) > 0;
  return (isSpoiled || job.hasFired) && (await patient.start()) !== null;
}

async function dropReply(ward: Ward, api: ApiName): Promise<boolean> {
  const {kafka, patient} = ward;
  if (kafka === null) return false;
  // Its clients take up their work at a start, so that one is needed for what they ask for only then.
  if (api === 'initProducerId' && patient.job?.isAlive === true) await patient.kill(patient.job);
  else if (api !== 'initProducerId' && (await atWork(ward)) === null) return false;
  const dropped = kafka.proxy.dropNextReply(api).then(() => true);
  if (api === 'initProducerId') await patient.start();
  const hasDropped = await within(dropped, comingMs);
  kafka.proxy.heal();
  return (await comesBack(ward)) && hasDropped !== null;
}

/** It lives on, and commits. */
async function goesOn({patient}: Ward): Promise<boolean> {
  const {job, measures} = patient;
  if (job === null || measures === null) return false;
  const hasCommitted = await Promise.race([measures.nextCommit(comingMs), job.ended.then(() => false)]);
  if (hasCommitted) return true;
  if (job.isAlive) patient.fail('the job lives, and commits nothing more');
  else patient.explainEnd(job);
  return false;
}

/** The broker is well again: the job commits, or ends, and the next one does. */
async function comesBack({patient, kafka}: Ward): Promise<boolean> {
  const {measures} = patient;
  if (measures === null || kafka === null) return false;
  const fromMs = performance.now();
  while (patient.fault === null && performance.now() - fromMs < recoveryMs) {
    const job = await patient.living();
    if (job === null) continue;
    if (await Promise.race([measures.nextCommit(recoveryMs), job.ended.then(() => false)])) return true;
    if (!job.isAlive) patient.explainEnd(job);
  }
  patient.fail(`nothing was committed within ${recoveryMs / 1000} s after the broker was well again`);
  return false;
}

const recoveryMs = 30_000;

async function endsOfFullDisk({patient}: Ward, job: JobProcess): Promise<boolean> {
  await Promise.race([job.ended, wait(comingMs, undefined, {ref: false})]);
  if (job.isAlive) {
    await patient.kill(job);
    return false;
  }
  if (job.problem?.kind === 'environment') return true;
  patient.explainEnd(job);
  return false;
}

async function isStopped(job: JobProcess): Promise<boolean> {
  job.signal('SIGSTOP');
  return until(() => job.look()?.state === 'T', 1000);
}

async function until(condition: () => boolean, mostMs: number): Promise<boolean> {
  for (const limitMs = performance.now() + mostMs; !condition(); await wait(1)) if (performance.now() > limitMs) return false;
  return true;
}

async function within<Result>(what: Promise<Result>, mostMs: number): Promise<Result | null> {
  return Promise.race([what, wait(mostMs, null, {ref: false})]);
}

/** Its files alone: the lock of a folder is not there in another one. */
function copyLog(from: string, to: string): void {
  if (existsSync(to)) rmSync(to, {recursive: true});
  mkdirSync(to);
  for (const name of readdirSync(from).filter(one => one.endsWith('.log'))) cpSync(join(from, name), join(to, name));
}
