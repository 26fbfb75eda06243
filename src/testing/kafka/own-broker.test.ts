import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createTopics, produce, readAll} from './admin.ts';
import {type Broker, startBroker} from './broker.ts';

describe('a broker of one’s own', () => {
  let broker: Broker;
  beforeAll(async () => void (broker = await startBroker()));
  afterAll(() => broker.stop());
  const values = async (): Promise<(string | null)[]> => (await readAll(broker.bootstrap, 't')).map(({value}) => value);

  test('keeps what it has when it is killed, and comes back on the same port', async () => {
    await createTopics(broker.bootstrap, [{name: 't'}]);
    await produce(broker.bootstrap, 't', [{value: '1'}, {value: '2'}]);
    const killed = broker.pid;
    await broker.kill();
    await broker.restart();
    expect(broker.pid).not.toBe(killed);
    expect(await values()).toEqual(['1', '2']);
  });

  test('answers nothing while it is frozen', async () => {
    broker.freeze();
    const reading = values();
    const isEarly = await Promise.race([reading.then(() => true), new Promise(done => setTimeout(() => done(false), 300))]);
    broker.thaw();
    expect(isEarly).toBe(false);
    expect(await reading).toEqual(['1', '2']);
  });

  test('leaves nothing behind', async () => {
    const {pid, folder} = broker;
    await broker.stop();
    expect(existsSync(folder)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

test('a broker ends with its owner, and its data with it', async () => {
  const owner = spawn('sleep', ['60']);
  const broker = await startBroker({ownerPid: owner.pid as number, outlives: true});
  owner.kill('SIGKILL');
  for (let tries = 0; existsSync(broker.folder) && tries < 1000; tries++) await new Promise(again => setTimeout(again, 10));
  expect(existsSync(broker.folder)).toBe(false);
});
