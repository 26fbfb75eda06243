import {beforeAll, describe, expect, test} from 'vitest';
import {createTopics, type NewRecord, produce} from '../../testing/kafka/admin.ts';
import {freshName, sharedBroker} from '../../testing/kafka/shared.ts';
import {typeText} from '../../types/type-text.ts';
import {type InferRequest, inferTable} from './infer.ts';

let bootstrap: string;
beforeAll(async () => void (bootstrap = await sharedBroker()));

async function topicOf(records: readonly NewRecord[], partitions = 1): Promise<string> {
  const name = freshName('infer');
  await createTopics(bootstrap, [{name, partitions}]);
  if (records.length > 0) await produce(bootstrap, name, records);
  return name;
}

async function infer(target: string, kafka: Partial<NonNullable<InferRequest['kafka']>> = {}, more: Partial<InferRequest> = {}) {
  const result = await inferTable({
    target,
    inputFormat: null,
    directory: '/',
    standardInput: {descriptor: 0, isTerminal: false, readAhead: null},
    kafka: {from: null, to: null, settings: new Map(), ...kafka},
    ...more,
  });
  if ('problems' in result) return {problems: result.problems.map(({kind, code}) => [kind, code])};
  const {declared, isEmpty} = result;
  return {
    columns: declared.columns.map(({name, type}) => `${name} ${typeText(type)}`),
    options: new Map(declared.options.map(({key, value}) => [key, value])),
    isEmpty,
  };
}

describe.concurrent('a topic that nobody declared', () => {
  test('has the columns of its messages', async () => {
    const topic = await topicOf([{value: '{"id": 1,\n "name": "a"}'}, {value: null, key: 'k'}, {value: '{"id":2,"price":1.5}'}], 1);
    const {columns, options, isEmpty} = await infer(`kafka://${bootstrap}/${topic}`);
    expect(columns).toEqual(['id BIGINT', 'name STRING', 'price DOUBLE']);
    expect(isEmpty).toBe(false);
    expect(Object.fromEntries(options ?? [])).toEqual({
      format: 'json',
      connector: 'kafka',
      topic,
      'properties.bootstrap.servers': bootstrap,
      'scan.startup.mode': 'earliest-offset',
    });
  });

  test('is looked at where it is read', async () => {
    const old = Array.from({length: 5}, () => ({value: '{"old":1}'}));
    const topic = await topicOf([...old, {value: '{"now":1}'}]);
    expect((await infer(`kafka://${bootstrap}/${topic}`, {from: '-1'})).columns).toEqual(['old BIGINT', 'now BIGINT']);
    expect((await infer(`kafka://${bootstrap}/${topic}?format=raw`)).columns).toEqual(['line STRING']);
  });

  test('and is empty is waited for, unless reading ends at its end', async () => {
    const topic = await topicOf([], 2);
    expect(await infer(`kafka://${bootstrap}/${topic}`, {to: 'end'})).toMatchObject({isEmpty: true});
    const waiting = infer(`kafka://${bootstrap}/${topic}`);
    await produce(bootstrap, topic, [{value: '{"n":1}'}]);
    expect((await waiting).columns).toEqual(['n BIGINT']);
  });

  test('is not waited for any more when it is stopped', async () => {
    const topic = await topicOf([]);
    const stop = new AbortController();
    const waiting = infer(`kafka://${bootstrap}/${topic}`, {}, {stop: stop.signal});
    setTimeout(() => stop.abort(), 200);
    expect(await waiting).toMatchObject({isEmpty: true});
  });

  test('takes settings of the client', async () => {
    const topic = await topicOf([{value: '{"n":1}'}]);
    const settings = new Map([['client.id', 'me']]);
    expect((await infer(`kafka://${bootstrap}/${topic}`, {settings})).options?.get('properties.client.id')).toBe('me');
    expect(await infer(`kafka://${bootstrap}/${topic}`, {settings: new Map([['client.ids', 'me']])})).toEqual({
      problems: [['invalid', 'unknown-option']],
    });
  });

  test('and is not there', async () => {
    expect(await infer(`kafka://${bootstrap}/nobody-made-this`)).toEqual({problems: [['environment', 'no-topic']]});
    expect(await infer('kafka://127.0.0.1:1/x')).toEqual({problems: [['environment', 'kafka-unreachable']]});
  });
});
