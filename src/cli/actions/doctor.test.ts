import {cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {readLog} from '../../commit/read-log.ts';
import {clientFinding, type ClientReport, logFinding, memoryFinding, stateFinding} from './doctor.ts';

const client: ClientReport = {
  packageVersion: '1.10.1',
  folder: '/w/node_modules/client',
  loads: true,
  reason: null,
  librdkafka: '2.15.1',
  features: ['ssl', 'zstd'],
  missingFeatures: [],
  cache: '/c',
  isCached: true,
  missingForBuild: [],
};

test('the client of Kafka', () => {
  expect(clientFinding(client)).toEqual({name: 'Kafka client', status: 'ok', value: 'librdkafka 2.15.1 (ssl, zstd), kept in /c'});
  expect(clientFinding({...client, missingFeatures: ['oidc']})).toMatchObject({status: 'warning', value: 'librdkafka 2.15.1 without oidc'});
  const absent = {...client, loads: false, reason: 'the package is not installed', isCached: false, missingForBuild: ['make']};
  expect(clientFinding(absent)).toMatchObject({
    status: 'warning',
    value: 'not there: the package is not installed; building it lacks make',
  });
  expect(clientFinding({...absent, isCached: true}).value).toBe('not there: the package is not installed');
  expect(clientFinding(null)).toMatchObject({status: 'warning'});
});

test('memory', () => {
  expect(memoryFinding(2 ** 30).status).toBe('ok');
  expect(memoryFinding(2 ** 28)).toMatchObject({status: 'warning', value: 'only 256 MiB of address space can be had'});
});

test('the folder of state is made in the nearest folder that is there', () => {
  const asked: string[] = [];
  const finding = stateFinding('/none/of/these', folder => asked.push(folder) > 0);
  expect([finding.status, asked]).toEqual(['ok', ['/']]);
  expect(stateFinding('/none/of/these', () => false)).toMatchObject({status: 'error', value: '/ is not to be written'});
});

test('the log of a job', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-doctor-'));
  try {
    cpSync('fixtures/cli/state/orders/0', folder, {recursive: true});
    expect(logFinding({...(await readLog(folder)), name: 'orders/0'})).toEqual({
      name: 'log orders/0',
      status: 'ok',
      value: 'commit 7, 4 records in 1.42K bytes: whole',
    });
    const path = join(folder, readdirSync(folder)[0] as string);
    const bytes = readFileSync(path);
    bytes[300] = (bytes[300] as number) ^ 1;
    writeFileSync(path, bytes);
    expect(logFinding({...(await readLog(folder)), name: 'orders/0'})).toMatchObject({
      status: 'error',
      value: expect.stringContaining('damaged at byte'),
    });
  } finally {
    rmSync(folder, {recursive: true});
  }
});
