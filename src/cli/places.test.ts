import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {type Flag, flags} from './flags.ts';
import {Options} from './options.ts';
import {knownSockets, placesOf, processDirectory, type ProjectPlaces} from './places.ts';
import type {World} from './world.ts';

const scratch = mkdtempSync(join(tmpdir(), 'weir-places-'));
afterAll(() => rmSync(scratch, {recursive: true}));

function world(environment: Readonly<Record<string, string>>): World {
  return {environment: {HOME: '/home/ann', ...environment}, directory: '/desk'} as unknown as World;
}

function places(
  files: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  given: readonly (readonly [Flag, string])[] = [],
  named: {project?: string; stateDirectory?: string} = {},
): ProjectPlaces {
  const options = new Options(new Map(given.map(([flag, value]) => [flag, [value]])), environment);
  return placesOf(files, {project: named.project ?? null, stateDirectory: named.stateDirectory ?? null}, options, world(environment));
}

test('by default things lie in the home of the user', () => {
  expect(places(['jobs/shop.yaml'])).toEqual({
    project: 'shop',
    stateDirectory: '/home/ann/.local/state/weir/shop',
    socket: '/home/ann/.local/state/weir/.run/shop.sock',
  });
});

test('where the system says another place, there', () => {
  const environment = {XDG_STATE_HOME: '/state', XDG_RUNTIME_DIR: '/run/user/1'};
  expect(places(['a.sql', 'b.sql'], environment)).toEqual({
    project: 'a',
    stateDirectory: '/state/weir/a',
    socket: '/run/user/1/weir/a.sock',
  });
  expect(places(['a.sql'], {XDG_STATE_HOME: 'state', XDG_RUNTIME_DIR: ''}).socket).toBe('/home/ann/.local/state/weir/.run/a.sock');
});

test('a flag beats a variable, which beats the job file', () => {
  const named = {project: 'shop', stateDirectory: 'kept'};
  expect(places(['a.yaml'], {}, [], named)).toMatchObject({project: 'shop', stateDirectory: '/desk/kept'});
  expect(places(['a.yaml'], {WEIR_STATE_DIR: '/v'}, [], named).stateDirectory).toBe('/v');
  expect(places(['a.yaml'], {WEIR_STATE_DIR: '/v'}, [[flags.stateDirectory, 'f']], named).stateDirectory).toBe('/desk/f');
  expect(places(['a.yaml'], {}, [[flags.socket, 's.sock']], named).socket).toBe('/desk/s.sock');
});

describe('however a script is called, what it keeps stays in its folder', () => {
  test.each([
    ['...sql', '_'],
    ['.sql', '_sql'],
    ['..', '_'],
    ['a b$(c).sql', 'a_b__c_'],
    ['-rf.sql', '_rf'],
    ['-', 'stdin'],
    ['ä.sql', '_'],
  ])('%s', (file, project) => {
    expect(places([file], {XDG_STATE_HOME: '/s'}).stateDirectory).toBe(`/s/weir/${project}`);
  });
  test('jobs too', () => {
    expect(processDirectory('/s/weir/shop', '..', 3)).toBe('/s/weir/shop/_/3');
    expect(processDirectory('/s/weir/shop', 'orders.v2', 0)).toBe('/s/weir/shop/orders.v2/0');
  });
});

test('sockets that may be there', () => {
  const environment = {XDG_RUNTIME_DIR: scratch};
  const none = new Options(new Map(), environment);
  expect(knownSockets(none, world(environment))).toEqual([]);
  mkdirSync(join(scratch, 'weir'), {mode: 0o700});
  for (const name of ['b.sock', 'a.sock', 'other']) writeFileSync(join(scratch, 'weir', name), '');
  expect(knownSockets(none, world(environment))).toEqual([join(scratch, 'weir', 'a.sock'), join(scratch, 'weir', 'b.sock')]);
  const one = new Options(new Map([[flags.socket, ['x.sock']]]), environment);
  expect(knownSockets(one, world(environment))).toEqual(['/desk/x.sock']);
});
