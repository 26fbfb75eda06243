import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {rowText} from '../types/row-text.ts';
import {plainCase} from './case.ts';
import {drive, type DriveOptions} from './drive.ts';
import {readInput} from './oracles.ts';
import {prepareCase} from './run-case.ts';

const directory = mkdtempSync(join(tmpdir(), 'weir-ttl-'));
afterAll(() => rmSync(directory, {recursive: true, force: true}));

/** The changes of a query over words that come one each second, in steps of one row. */
async function changes(sql: string, words: readonly string[], restart: DriveOptions['restart']): Promise<readonly string[]> {
  const one = plainCase(sql, {words: {columns: 'word STRING', rows: words.map(word => ({word}))}});
  const {plan, problems} = await prepareCase(one, directory);
  expect(problems.filter(({severity}) => severity === 'error')).toEqual([]);
  if (plan === null) throw new Error('no plan');
  let seconds = 0;
  const scan = plan.nodes.findIndex(node => node.kind === 'scan');
  const rows = readInput(plan, directory, () => 1 << 20, 'reject').get(scan) ?? [];
  const clock = {now: () => seconds * 1000};
  const results = drive({
    plan,
    clock,
    input: new Map([[scan, rows]]),
    batchRows: 1,
    stepRows: 2048,
    restart,
    skipsBadRows: false,
    onPush: () => void seconds++,
  });
  const columns = plan.nodes[plan.sinks[0]!]!.schema.columns;
  return (results[0] ?? []).map(({kind, row}) => rowText(kind, row, columns, 'UTC'));
}

const words = ['a', 'b', 'a', 'c', 'c', 'a', 'b', 'a'];

test.each(['never', 'full', 'changes'] as const)('a group that has not changed for so long begins anew (restart: %s)', async restart => {
  const sql =
    "SET 'table.exec.state.ttl' = '3 s'; SELECT word, COUNT(*) AS n, COUNT(DISTINCT word) AS d, LISTAGG(word) AS l FROM words GROUP BY word;";
  expect(await changes(sql, words, restart)).toEqual([
    '+I[a, 1, 1, a]',
    '+I[b, 1, 1, b]',
    '-U[a, 1, 1, a]',
    '+U[a, 2, 1, a,a]',
    '+I[c, 1, 1, c]',
    '-U[c, 1, 1, c]',
    '+U[c, 2, 1, c,c]',
    '+I[a, 1, 1, a]',
    '+I[b, 1, 1, b]',
    '-U[a, 1, 1, a]',
    '+U[a, 2, 1, a,a]',
  ]);
});

test('a hint goes before the setting; a result that is the same is told again, as the group was kept', async () => {
  const sql = "SET 'table.exec.state.ttl' = '1 s'; SELECT /*+ STATE_TTL('words' = '1 h') */ word, MIN(word) AS l FROM words GROUP BY word;";
  expect(await changes(sql, ['a', 'b', 'a'], 'never')).toEqual(['+I[a, a]', '+I[b, b]', '-U[a, a]', '+U[a, a]']);
});
