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

interface TimedTable {
  readonly columns: string;
  readonly rows: readonly unknown[];
  readonly format?: string;
}

/** The changes of a query over tables whose rows come one each second, one of each table in turn, in steps of one row; those of its only sink. */
async function changesOver(
  sql: string,
  tables: Readonly<Record<string, TimedTable>>,
  restart: DriveOptions['restart'],
): Promise<readonly string[]> {
  const one = plainCase(sql, tables);
  const {plan, problems} = await prepareCase(one, directory);
  expect(problems.filter(({severity}) => severity === 'error')).toEqual([]);
  if (plan === null) throw new Error('no plan');
  let seconds = 0;
  const results = drive({
    plan,
    clock: {now: () => seconds * 1000},
    input: readInput(plan, directory, () => 1 << 20, 'reject'),
    batchRows: 1,
    stepRows: 2048,
    restart,
    skipsBadRows: false,
    onPush: () => void seconds++,
  });
  const columns = plan.nodes[plan.sinks[0]!]!.schema.columns;
  return (results[0] ?? []).map(({kind, row}) => rowText(kind, row, columns, 'UTC'));
}

/** The same over words. */
function changes(sql: string, list: readonly string[], restart: DriveOptions['restart']): Promise<readonly string[]> {
  return changesOver(sql, {words: {columns: 'word STRING, came AS PROCTIME()', rows: list.map(word => ({word}))}}, restart);
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

const restarts = ['never', 'full', 'changes'] as const;
const after3 = "SET 'table.exec.state.ttl' = '3 s';";
const firstOf = (order: string): string =>
  `${after3} SELECT word FROM (SELECT word, ROW_NUMBER() OVER (PARTITION BY word ORDER BY came ${order}) AS n FROM words) WHERE n = 1;`;

test.each(restarts)('the first row of a key is forgotten so long after it came (restart: %s)', async restart => {
  expect(await changes(firstOf('ASC'), words, restart)).toEqual(['+I[a]', '+I[b]', '+I[c]', '+I[a]', '+I[b]']);
});

test.each(restarts)('the last row of a key is kept as long as others take its place (restart: %s)', async restart => {
  expect(await changes(firstOf('DESC'), [...words, 'a', 'a', 'b'], restart)).toEqual([
    '+I[a]',
    '+I[b]',
    '-U[a]',
    '+U[a]',
    '+I[c]',
    '-U[c]',
    '+U[c]',
    '+I[a]',
    '+I[b]',
    '-U[a]',
    '+U[a]',
    '-U[a]',
    '+U[a]',
    '-U[a]',
    '+U[a]',
    '+I[b]',
  ]);
});

test.each(restarts)('a partition is forgotten whose ranking has not changed for so long (restart: %s)', async restart => {
  const values = [
    ['a', 5],
    ['b', 1],
    ['a', 7],
    ['a', 1],
    ['b', 3],
    ['a', 6],
    ['a', 2],
    ['c', 1],
    ['a', 1],
  ];
  const sql = `${after3} SELECT word, v FROM (SELECT word, v, ROW_NUMBER() OVER (PARTITION BY word ORDER BY v DESC) AS n FROM t) WHERE n <= 2;`;
  const rows = values.map(([word, v]) => ({word, v}));
  expect(await changesOver(sql, {t: {columns: 'word STRING, v INT', rows}}, restart)).toEqual([
    '+I[a, 5]',
    '+I[b, 1]',
    '+I[a, 7]',
    // 1 is not among the two; b's 1 was forgotten before 3 came, and a's before 6 came.
    '+I[b, 3]',
    '+I[a, 6]',
    '+I[a, 2]',
    '+I[c, 1]',
  ]);
});

const sides = (left: readonly number[], right: readonly number[]): Readonly<Record<string, TimedTable>> => ({
  l: {columns: 'id INT, a INT', rows: left.map((id, index) => ({id, a: index + 1}))},
  r: {columns: 'id INT, b INT', rows: right.map((id, index) => ({id, b: index + 1}))},
});

test.each(restarts)('rows of a join are forgotten by themselves, without a word (restart: %s)', async restart => {
  // Left rows come at 1, 3, 5, 7 s; right ones at 2, 4, 6, 8 s.
  const tables = sides([1, 2, 1, 9], [1, 2, 1, 1]);
  const all = ['+I[1, 1, 1]', '+I[2, 2, 2]', '+I[1, 3, 1]', '+I[1, 1, 3]', '+I[1, 3, 3]', '+I[1, 1, 4]', '+I[1, 3, 4]'];
  const sql = 'SELECT l.id, a, b FROM l JOIN r ON l.id = r.id;';
  expect([...(await changesOver(sql, tables, restart))].sort()).toEqual([...all].sort());
  expect(await changesOver(`SET 'table.exec.state.ttl' = '4 s'; ${sql}`, tables, restart)).toEqual([
    '+I[1, 1, 1]',
    '+I[2, 2, 2]',
    '+I[1, 3, 1]',
    '+I[1, 3, 3]',
    '+I[1, 3, 4]',
  ]);
});

test.each(restarts)('a hint says how long each side of a join is kept (restart: %s)', async restart => {
  const tables = sides([1, 2, 1, 9], [1, 2, 1, 1]);
  const sql = "SELECT /*+ STATE_TTL('x' = '1 h', 'r' = '2 s') */ x.id, a, b FROM l AS x JOIN r ON x.id = r.id;";
  expect(await changesOver(sql, tables, restart)).toEqual([
    '+I[1, 1, 1]',
    '+I[2, 2, 2]',
    // The right row of 2 s is gone at 5 s; the left ones stay.
    '+I[1, 1, 3]',
    '+I[1, 3, 3]',
    '+I[1, 1, 4]',
    '+I[1, 3, 4]',
  ]);
});

test.each(restarts)(
  'an outer join pads a row whose partner was forgotten, and takes no padding back of a row that was (restart: %s)',
  async restart => {
    const tables = sides([1, 1, 1, 1], [1, 9, 9, 1]);
    const sql = `${after3} SELECT l.id, a, b FROM l LEFT JOIN r ON l.id = r.id;`;
    expect(await changesOver(sql, tables, restart)).toEqual([
      '+I[1, 1, null]',
      '-D[1, 1, null]',
      '+I[1, 1, 1]',
      '+I[1, 2, 1]',
      // At 5 s the right row of 2 s is gone.
      '+I[1, 3, null]',
      '+I[1, 4, null]',
      // At 8 s the left row of 5 s is gone, and its padding stays.
      '-D[1, 4, null]',
      '+I[1, 4, 4]',
    ]);
  },
);

test.each(restarts)('a semi join remembers a key as long as right rows of it come (restart: %s)', async restart => {
  const sql = `${after3} SELECT id, a FROM l WHERE id IN (SELECT id FROM r);`;
  expect(await changesOver(sql, sides([1, 1, 1, 1, 1], [1, 1, 9, 9]), restart)).toEqual([
    '+I[1, 1]',
    '+I[1, 2]',
    // The right row of 4 s stood for that of 2 s as well.
    '+I[1, 3]',
  ]);
});

const changing = (rows: readonly (readonly [op: string, id: number, v: number])[]): Readonly<Record<string, TimedTable>> => ({
  t: {
    columns: 'id INT NOT NULL, v INT, PRIMARY KEY (id) NOT ENFORCED',
    format: 'changelog-json',
    rows: rows.map(([op, id, v]) => ({op, data: {id, v}})),
  },
});

test.each(restarts)('a join of rows that are taken back finds what is not forgotten (restart: %s)', async restart => {
  const tables = {
    ...changing([
      ['+I', 1, 1],
      ['+I', 2, 2],
      ['-D', 1, 1],
      ['-D', 2, 2],
      ['+I', 1, 5],
    ]),
    r: {columns: 'id INT, b INT', rows: [1, 9, 1, 2, 1].map((id, b) => ({id, b}))},
  };
  const sql = `SET 'table.exec.state.ttl' = '4 s'; SELECT t.id, v, b FROM t JOIN r ON t.id = r.id;`;
  expect(await changesOver(sql, tables, restart)).toEqual(['+I[1, 1, 0]', '-D[1, 1, 0]', '+I[1, 5, 2]', '+I[1, 5, 4]']);
});

test.each(restarts)(
  'changes by key are made anew of what is not forgotten; an update that changes nothing keeps it (restart: %s)',
  async restart => {
    const tables = changing([
      ['+I', 1, 1],
      ['+I', 2, 1],
      ['+U', 1, 1],
      ['+U', 1, 2],
      ['+U', 2, 2],
      ['-D', 1, 2],
      ['-D', 2, 2],
      ['+I', 3, 1],
      ['+I', 4, 1],
      ['+I', 4, 2],
      ['-D', 3, 1],
    ]);
    const repeating = "SET 'table.exec.source.cdc-events-duplicate' = 'true';";
    expect(await changesOver(`${repeating} ${after3} SELECT id, v FROM t;`, tables, restart)).toEqual([
      '+I[1, 1]',
      '+I[2, 1]',
      '-U[1, 1]',
      '+U[1, 1]',
      '-U[1, 1]',
      '+U[1, 2]',
      '+I[2, 2]',
      '-D[1, 2]',
      '-D[2, 2]',
      '+I[3, 1]',
      '+I[4, 1]',
      '-U[4, 1]',
      '+U[4, 2]',
    ]);
  },
);

test.each(restarts)('rows that meet in a key are forgotten with it (restart: %s)', async restart => {
  const sql = `${after3} CREATE TABLE counts (word STRING, n BIGINT NOT NULL, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'print');
    INSERT INTO counts SELECT /*+ STATE_TTL('words' = '1 h') */ word, COUNT(*) FROM words GROUP BY word ON CONFLICT DO DEDUPLICATE;`;
  expect(await changes(sql, ['a', 'b', 'b', 'b', 'b', 'c'], restart)).toEqual([
    '+I[a, 1]',
    '+U[b, 1]',
    '+U[a, 1]',
    '+I[b, 2]',
    '-D[b, 2]',
    '+I[b, 3]',
    '-D[b, 3]',
    '+I[b, 4]',
    // At 6 s nobody remembers that a has 1.
    '+I[c, 1]',
  ]);
});

test('a hint that names nothing is told', async () => {
  const one = plainCase("SELECT /*+ STATE_TTL('w' = '1 h') */ word, COUNT(*) AS n FROM words GROUP BY word;", {
    words: {columns: 'word STRING'},
  });
  const {problems} = await prepareCase(one, directory);
  expect(problems.map(({message}) => message)).toEqual(['hint STATE_TTL names "w", which is nothing that FROM reads']);
});
