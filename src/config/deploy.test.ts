import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {parse, parseAllDocuments} from 'yaml';

// The examples of deployment: what they say about weir is true, and what can be run here runs.

const read = (path: string): string => readFileSync(join('fixtures/deploy', path), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'weir-deploy-'));
const weir = [process.execPath, resolve('bin/weir.cjs')] as const;

beforeAll(() => {
  if (!existsSync('dist/cli.cjs')) spawnSync(process.execPath, ['bin/build.js'], {stdio: 'inherit'});
  cpSync('fixtures/readme', directory, {recursive: true});
  const jobs = /```yaml\n# jobs\.yaml\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '';
  writeFileSync(join(directory, 'jobs.yaml'), jobs);
}, 120_000);
afterAll(() => rmSync(directory, {recursive: true}));

function shell(line: string) {
  const npx = `npx() { shift; "${weir[0]}" "${weir[1]}" "$@"; }; set -o pipefail; ${line}`;
  const environment = {...process.env, OUT: '.', GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: directory, XDG_STATE_HOME: directory};
  return spawnSync('bash', ['-c', npx], {cwd: directory, encoding: 'utf8', env: environment});
}

describe('systemd', () => {
  const unit = read('systemd/weir@.service');
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

  test.runIf(spawnSync('systemd-analyze', ['--version']).status === 0)('systemd understands the unit', () => {
    const path = join(directory, 'weir@.service');
    writeFileSync(path, unit.replace('/usr/local/bin/weir', process.execPath).replace(/^Documentation=.*$/m, ''));
    const {stdout, stderr} = spawnSync('systemd-analyze', ['verify', path], {encoding: 'utf8'});
    expect(`${stdout}${stderr}`.split('\n').filter(line => line.includes('weir@'))).toEqual([]);
  });

  test('jobs run in the folders that it makes, and SIGTERM ends them within the time and without a restart', async () => {
    const folders = {state: join(directory, 'lib'), runtime: join(directory, 'run')};
    for (const [folder, mode] of [
      [folders.state, value('StateDirectoryMode')],
      [folders.runtime, value('RuntimeDirectoryMode')],
    ] as const) {
      mkdirSync(join(folder, 'weir'), {recursive: true});
      chmodSync(join(folder, 'weir'), parseInt(mode, 8));
    }
    const jobs = join(directory, 'shop.yaml');
    writeFileSync(
      jobs,
      `project: shop\ndefaults: {guarantee: at-least-once}\njobs:\n  a:\n    sql: |\n      CREATE TABLE access (path STRING) WITH ('connector' = 'filesystem', 'path' = '${directory}/access.ndjson', 'format' = 'json', 'scan.follow' = 'true');\n      CREATE TABLE t (path STRING) WITH ('connector' = 'blackhole');\n      INSERT INTO t SELECT path FROM access;\n`,
    );
    const environment = Object.fromEntries(
      value('Environment')
        .split(' ')
        .map(pair => pair.split('=')),
    );
    expect(environment).toEqual({XDG_STATE_HOME: '/var/lib', XDG_RUNTIME_DIR: '/run'});
    const words = value('ExecStart').replace('/etc/weir/%i.yaml', jobs).split(' ').slice(1);
    const child: ChildProcess = spawn(weir[0], [weir[1], ...words], {
      cwd: join(folders.state, 'weir'),
      stdio: 'ignore',
      env: {...process.env, XDG_STATE_HOME: folders.state, XDG_RUNTIME_DIR: folders.runtime},
    });
    const ended = once(child, 'exit');
    try {
      while (!existsSync(join(folders.runtime, 'weir/shop.sock')) || !existsSync(join(folders.state, 'weir/shop/a/0'))) {
        expect(child.exitCode).toBeNull();
        await wait(20);
      }
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  }, 20_000);

  test('what a restart cannot mend is not tried again', () => {
    expect(value('RestartPreventExitStatus').split(' ')).toEqual([
      String(shell('npx weir --no-such-flag "SELECT 1"').status),
      String(shell('npx weir "SELECT FROM"').status),
    ]);
  });
});

interface Manifest {
  readonly kind: string;
  readonly metadata: {readonly name: string};
  readonly data: Readonly<Record<string, string>>;
  readonly spec: {
    readonly replicas: number;
    readonly selector: {readonly matchLabels: object};
    readonly template: {readonly metadata: {readonly labels: object}; readonly spec: PodSpec};
    readonly volumeClaimTemplates: readonly {readonly metadata: {readonly name: string}}[];
  };
}
interface PodSpec {
  readonly containers: readonly [
    {
      readonly args: readonly string[];
      readonly readinessProbe: {readonly exec: {readonly command: readonly string[]}};
      readonly volumeMounts: readonly {readonly name: string; readonly mountPath: string}[];
    },
  ];
  readonly volumes: readonly {readonly name: string; readonly configMap?: {readonly name: string}}[];
}

describe('kubernetes', () => {
  const documents = parseAllDocuments(read('kubernetes/weir.yaml')).map(document => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
  const [config, set] = documents as [Manifest, Manifest];
  const pod = set.spec.template.spec;
  const [container] = pod.containers;

  test('its parts name each other', () => {
    expect(documents.map(({kind}) => kind)).toEqual(['ConfigMap', 'StatefulSet']);
    expect(set.spec.replicas).toBe(1);
    expect(set.spec.template.metadata.labels).toMatchObject(set.spec.selector.matchLabels);
    const volumes = [...pod.volumes.map(({name}) => name), ...set.spec.volumeClaimTemplates.map(({metadata}) => metadata.name)];
    expect(container.volumeMounts.map(({name}) => name).toSorted()).toEqual(volumes.toSorted());
    expect(pod.volumes.find(({configMap}) => configMap !== undefined)?.configMap?.name).toBe(config.metadata.name);
    const mounts = new Map(container.volumeMounts.map(({name, mountPath}) => [name, mountPath]));
    expect(container.args.at(-1)).toBe(`${mounts.get('jobs')}/${Object.keys(config.data)[0] ?? ''}`);
  });

  test('its job file is right, promises included', () => {
    writeFileSync(join(directory, 'password'), 'x');
    writeFileSync(
      join(directory, 'config-map.yaml'),
      (config.data['jobs.yaml'] ?? '').replace('/run/secrets/kafka/password', join(directory, 'password')),
    );
    const {status, stderr} = shell('npx weir check config-map.yaml');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('totals: INSERT INTO totals: exactly-once');
  });

  test('container and probes ask alike, of the same folder', () => {
    const file = read('container/Containerfile');
    const health = JSON.parse(/^HEALTHCHECK .*CMD (\[.*\])$/m.exec(file)?.[1] ?? '[]') as readonly string[];
    expect(health).toEqual(container.readinessProbe.exec.command);
    expect(JSON.parse(/^CMD (\[.*\])$/m.exec(file)?.[1] ?? '[]')).toEqual(container.args);
    expect(container.volumeMounts).toContainEqual({name: 'state', mountPath: /^ENV XDG_STATE_HOME=(.*)$/m.exec(file)?.[1]});
    expect(
      file
        .match(/^[A-Z]+/gm)
        ?.filter(word => !/^(FROM|WORKDIR|COPY|RUN|USER|ENV|VOLUME|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|CMD)$/.test(word)),
    ).toEqual([]);
    const {status, stderr} = shell(`npx ${health.map(word => `'${word}'`).join(' ')}`);
    expect([status, stderr]).toEqual([5, expect.stringContaining('no jobs run here')]);
  });
});

/** All texts below a key that is `run` or `script`. */
function linesOf(value: unknown, isScript = false): readonly string[] {
  if (typeof value === 'string') return isScript ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(one => linesOf(one, isScript));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => linesOf(one, key === 'run' || key === 'script'));
}

describe.each(['ci/github-actions.yaml', 'ci/gitlab-ci.yaml'])('%s', path => {
  const lines = linesOf(parse(read(path)) as unknown).filter(line => line.startsWith('npx weir'));
  test('has lines to run', () => expect(lines.length).toBeGreaterThan(3));
  test.each(lines)('%s', line => {
    const {status, stderr} = shell(line);
    expect(status, stderr).toBe(0);
  });
});

test('what the pages link to is there', () => {
  const pages = ['README.md', 'src/cli/pages/deployment.ts'].map(page => readFileSync(page, 'utf8')).join('\n');
  const paths = [...pages.matchAll(/fixtures\/deploy\/[\w./@-]*\w/g)].map(([path]) => path);
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter(path => !existsSync(path))).toEqual([]);
});
