import {mkdtempSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import type {SupervisedJob} from '../supervisor/supervise.ts';
import type {ProjectPlaces} from './places.ts';
import {takeFolders} from './supervised-jobs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'weir-folders-'));
afterAll(() => rmSync(scratch, {recursive: true}));

const places = {project: 'shop', stateDirectory: join(scratch, 'shop'), socket: ''} satisfies ProjectPlaces;

function job(name: string, processes: number, more: {readonly fresh?: boolean; readonly keepsNothing?: boolean} = {}): SupervisedJob {
  const assignments = Array.from({length: processes}, (_, slot) => ({
    commit: more.keepsNothing === true ? null : {directory: join(places.stateDirectory, name, String(slot)), fresh: more.fresh ?? false},
  }));
  return {name, assignments} as unknown as SupervisedJob;
}

const folders = (): readonly string[] => readdirSync(join(places.stateDirectory, 'orders')).sort();

test('a folder a process, and nothing where nothing is kept', async () => {
  expect(await takeFolders([job('orders', 3, {keepsNothing: true})], places)).toBeNull();
  expect(readdirSync(scratch)).toEqual([]);
  const lock = await takeFolders([job('orders', 3), job('other', 1, {keepsNothing: true})], places);
  expect([folders(), statSync(join(places.stateDirectory, 'orders', '2')).mode & 0o777]).toEqual([['0', '1', '2'], 0o700]);
  await expect(takeFolders([job('orders', 3)], places)).rejects.toThrow(`process ${process.pid} runs`);
  await lock?.release();
});

test('another number of processes is refused, unless all is forgotten', async () => {
  for (const count of [2, 4])
    await expect(takeFolders([job('orders', count)], places)).rejects.toThrow(`has run as 3 processes, and is now to run as ${count}`);
  expect(folders()).toEqual(['0', '1', '2']);
  await (await takeFolders([job('orders', 3)], places))?.release();
  writeFileSync(join(places.stateDirectory, 'orders', '2', 'log'), 'old');
  await (await takeFolders([job('orders', 2, {fresh: true})], places))?.release();
  expect(folders()).toEqual(['0', '1']);
});

test('a folder that cannot be made', async () => {
  writeFileSync(join(scratch, 'file'), '');
  await expect(takeFolders([job('orders', 1)], {...places, stateDirectory: join(scratch, 'file', 'x')})).rejects.toThrow(
    'cannot make the folder',
  );
});
