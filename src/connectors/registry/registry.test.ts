import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {type Problem, ProblemError} from '../../base/problem.ts';
import {FakeRegistry} from './fixtures/fake-registry.ts';
import {registryOf, SchemaRegistry} from './registry.ts';

let server: FakeRegistry;
beforeAll(async () => void (server = await FakeRegistry.start()));
afterAll(() => server.stop());
beforeEach(() => {
  server.schemas.clear();
  server.subjects.clear();
  server.asked.length = 0;
  server.trouble = [];
  server.refusal = () => null;
  server.authorization = null;
});

const told: Problem[] = [];
beforeEach(() => void (told.length = 0));

function client(options: Readonly<Record<string, string>> = {}): SchemaRegistry {
  return new SchemaRegistry(new Map(Object.entries({url: server.url, ...options})), '/', problem => told.push(problem));
}

async function problemOf(call: Promise<unknown>): Promise<Problem | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0];
    throw error;
  }
}

test('only formats that keep their schemas have one', () => {
  const context = {directory: '/', tell: () => {}};
  expect(registryOf('avro-confluent', new Map([['url', server.url]]), context)).not.toBeNull();
  expect(registryOf('avro', new Map(), context)).toBeNull();
  expect(registryOf(null, new Map(), context)).toBeNull();
});

describe('a schema of a number', () => {
  test('is there', async () => {
    server.add(7, {type: 'string'});
    expect(await client().schema(7)).toEqual(['{"type":"string"}']);
    expect(server.asked).toEqual(['GET /schemas/ids/7']);
  });

  test('is not there: that is a reason, and no trouble', async () => {
    expect(await client().schema(8)).toEqual({reason: `the schema registry at ${server.url} has no schema of this number`});
  });

  test('refers to others, which come before it', async () => {
    server.add(1, 'one');
    server.add(2, 'two', {references: [{name: 'one', subject: 'the one', version: 1}]});
    server.add(3, 'three', {
      references: [
        {name: 'two', subject: 'two', version: 1},
        {name: 'one', subject: 'the one', version: 1},
      ],
    });
    server.subjects.set('the one', [1]);
    server.subjects.set('two', [2]);
    expect(await client().schema(3)).toEqual(['one', 'two', 'three']);
    expect(server.asked).toContain('GET /subjects/the%20one/versions/1');
  });

  test('refers to what is not there', async () => {
    server.add(3, 'x', {references: [{name: 'y', subject: 'y', version: 4}]});
    expect(await client().schema(3)).toEqual({reason: 'it refers to version 4 of "y", which the schema registry does not have'});
  });

  test('is of another kind', async () => {
    server.add(3, 'syntax = "proto3";', {schemaType: 'PROTOBUF'});
    expect(await client().schema(3)).toEqual({reason: 'it is a schema of "PROTOBUF", and not of Avro'});
  });
});

describe('a registry in trouble', () => {
  test('is asked again, and it is told once', async () => {
    server.add(7, 'x');
    server.trouble = [503, 'cut', 429];
    expect(await client().schema(7)).toEqual(['x']);
    expect(server.asked.length).toBe(4);
    expect(told).toMatchObject([{severity: 'warning', code: 'registry-trouble', detail: 'something is wrong'}]);
  });

  test('another address answers at once', async () => {
    server.add(7, 'x');
    expect(await client({url: `http://127.0.0.1:1,${server.url}/`}).schema(7)).toEqual(['x']);
    expect(told).toEqual([]);
  });

  test('whoever stops waits no longer', async () => {
    const waiting = client({url: 'http://127.0.0.1:1'});
    const failed = problemOf(waiting.schema(7));
    await waiting.close();
    expect(await failed).toMatchObject({
      kind: 'transient',
      code: 'registry-unreachable',
      message: 'the schema registry at http://127.0.0.1:1 cannot be reached',
    });
  });

  test('what is no registry says so', async () => {
    server.add(7, 'x');
    expect(await problemOf(client({url: `${server.url}/nowhere`}).schema(7))).toMatchObject({
      kind: 'environment',
      code: 'registry-unreachable',
      message: `what answers at ${server.url}/nowhere is no schema registry`,
    });
  });
});

describe('who may ask', () => {
  const basic = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
  const withUser = () => server.url.replace('http://', 'http://ann:secret@');

  test.each([
    [basic, {'basic-auth.user-info': 'ann:secret'}],
    [basic, {'properties.basic.auth.user.info': 'ann:secret'}],
    ['Bearer t0ken', {'bearer-auth.token': 't0ken'}],
  ])('%s', async (authorization, options) => {
    server.add(7, 'x');
    server.authorization = authorization;
    expect(await client(options as Readonly<Record<string, string>>).schema(7)).toEqual(['x']);
  });

  test('user and password in the address, which nobody is told', async () => {
    server.add(7, 'x');
    server.authorization = basic;
    expect(await client({url: withUser()}).schema(7)).toEqual(['x']);
    expect(JSON.stringify(await client({url: withUser()}).schema(8))).not.toContain('secret');
  });

  test('nobody else', async () => {
    server.authorization = basic;
    const problem = await problemOf(client({'basic-auth.user-info': 'ann:wrong'}).schema(7));
    expect(problem).toMatchObject({kind: 'environment', code: 'registry-refused', detail: 'Unauthorized'});
    expect(JSON.stringify(problem)).not.toContain('wrong');
  });
});

describe('a schema is registered', () => {
  test('under its subject, and has a number', async () => {
    expect(await client().register('orders-value', '"string"')).toBe(1);
    expect(await client().register('orders-value', '"int"')).toBe(2);
    expect(await client().register('orders-key', '"string"')).toBe(1);
    expect(server.subjects).toEqual(
      new Map([
        ['orders-value', [1, 2]],
        ['orders-key', [1]],
      ]),
    );
  });

  test('and refused in the words of the registry', async () => {
    server.refusal = () => ({status: 409, message: 'READER_FIELD_MISSING_DEFAULT_VALUE: total'});
    expect(await problemOf(client().register('a', '"string"'))).toMatchObject({
      kind: 'invalid',
      code: 'incompatible-schema',
      detail: 'READER_FIELD_MISSING_DEFAULT_VALUE: total',
    });
    server.refusal = () => ({status: 422, message: 'Invalid schema'});
    expect(await problemOf(client().register('a', '"string"'))).toMatchObject({code: 'schema-refused', detail: 'Invalid schema'});
  });

  test('or must be there already', async () => {
    const strict = () => client({'auto.register.schemas': 'false'});
    expect(await problemOf(strict().register('a', '"string"'))).toMatchObject({kind: 'environment', code: 'no-schema'});
    await client().register('a', '"string"');
    expect(await strict().register('a', '"string"')).toBe(1);
  });
});
