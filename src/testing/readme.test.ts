import {execFileSync, spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createTopics, produce, readAll} from './kafka/admin.ts';
import {freshName, sharedBroker} from './kafka/shared.ts';

/** Every console block of the README runs as it stands, over the files of fixtures/readme, and prints just what the page says. */
interface Block {
  readonly line: string;
  readonly output: string;
}

const readme = readFileSync('README.md', 'utf8');
const blocks: readonly Block[] = [...readme.matchAll(/```console\n\$ ([\s\S]*?)```/g)].map(([, body]) => {
  const [line, ...output] = (body as string).split('\n');
  return {line: line as string, output: output.join('\n')};
});
/** Files that the page shows, by the name in their first line. */
const files: ReadonlyMap<string, string> = new Map(
  [...readme.matchAll(/```(?:yaml|sql)\n(?:#|--) (\S+)\n([\s\S]*?)```/g)].map(([, name, body]) => [name as string, body as string]),
);

const directory = mkdtempSync(join(tmpdir(), 'weir-readme-'));

beforeAll(() => {
  if (!existsSync('dist/cli.cjs')) execFileSync(process.execPath, ['bin/build.js']);
  cpSync('fixtures/readme', directory, {recursive: true});
  for (const [name, text] of files) writeFileSync(join(directory, name), text);
});
afterAll(() => rmSync(directory, {recursive: true, force: true}));

function shell(line: string): {readonly output: string; readonly errors: string; readonly status: number | null} {
  const {stdout, stderr, status} = spawnSync(
    'bash',
    ['-c', `set -o pipefail; weir() { "${process.execPath}" "${resolve('bin/weir.cjs')}" "$@"; }; ${line}`],
    {
      cwd: directory,
      encoding: 'utf8',
      env: {...process.env, LANG: 'C.UTF-8', OUT: '.'},
    },
  );
  return {output: stdout, errors: stderr, status};
}

describe('README', () => {
  test('has blocks to run', () => {
    expect(blocks.length).toBeGreaterThan(5);
  });

  test.each(blocks)('$line', ({line, output}) => {
    const {output: printed, errors, status} = shell(line);
    expect(status, errors).toBe(0);
    if (process.env['ACCEPT'] === '1')
      writeFileSync(
        'README.md',
        readFileSync('README.md', 'utf8').replace(`$ ${line}\n${output}`, () => `$ ${line}\n${printed}`),
      );
    else expect(printed).toBe(output);
  });

  test('the job file runs', () => {
    const {output, errors, status} = shell('weir run jobs.yaml');
    expect(status, errors).toBe(0);
    expect(readFileSync(join(directory, 'slow.csv'), 'utf8')).toBe('/cart,120\n/stock,950\n');
    expect(output.trim().split('\n')).toHaveLength(3);
  });

  test('the script over topics runs', async () => {
    const bootstrap = await sharedBroker();
    const [orders, totals] = [freshName('orders'), freshName('totals')];
    await createTopics(bootstrap, [{name: orders}, {name: totals}]);
    const amounts = [10, 20.5, 200];
    await produce(
      bootstrap,
      orders,
      amounts.map((amount, id) => ({value: JSON.stringify({id, customer: id < 2 ? 'Anna' : 'Bas', amount})})),
    );
    const script = (files.get('orders.sql') ?? '')
      .replaceAll('localhost:9092', bootstrap)
      .replace("'topic' = 'orders'", `'topic' = '${orders}'`)
      .replace("'topic' = 'totals'", `'topic' = '${totals}'`);
    writeFileSync(join(directory, 'orders.sql'), script);
    const {errors, status} = shell('weir run orders.sql --exactly-once --batch 1000,50ms --until-idle --state-dir kafka-state');
    expect(status, errors).toBe(0);
    const rows = (await readAll(bootstrap, totals)).map(({value}) => JSON.parse(value ?? '') as unknown);
    expect(rows.slice(-2)).toEqual([
      {customer: 'Anna', n: 2, total: 30.5},
      {customer: 'Bas', n: 1, total: 200},
    ]);
    const one = shell(`weir --from -1000 --to end "SELECT customer, amount FROM 'kafka://${bootstrap}/${orders}' WHERE amount > 100"`);
    expect(one).toMatchObject({status: 0, output: '{"customer":"Bas","amount":200.0}\n'});
  });
});
