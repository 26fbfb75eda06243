import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {explainPlan, planJson} from './explain.ts';
import {planText} from './plan-fixture.ts';

const folder = 'fixtures/plan';
const divider = '\n=====\n';

/**
 * Each file: a first line `-- query`, `-- query changelog` or `-- script`, the SQL, a line `=====`, the plan as `explain` prints it. ACCEPT=1 writes the plans.
 */
describe('plans', () => {
  const files = readdirSync(folder).filter(file => file.endsWith('.plan'));
  test('there are some', () => expect(files.length).toBeGreaterThan(20));
  test.each(files)('%s', file => {
    const path = join(folder, file);
    const [sql = '', expected = ''] = readFileSync(path, 'utf8').split(divider);
    const header = sql.split('\n')[0] ?? '';
    const result = planText(sql, {mode: header.includes('query') ? 'query' : 'script', changelog: header.includes('changelog')});
    expect(result.problems.filter(problem => problem.severity === 'error')).toEqual([]);
    const {plan} = result;
    const found = `${plan === null ? '' : explainPlan(plan)}${result.explain.map(text => `-- explain\n${text}`).join('')}`;
    if (process.env['ACCEPT'] === '1') writeFileSync(path, `${sql}${divider}${found}`);
    else expect(found).toBe(expected);
    expect(structuredClone(plan)).toEqual(plan);
    expect(isFrozen(plan)).toBe(true);
    expect(() => JSON.parse(planJson(plan!)) as unknown).not.toThrow();
  });
});

function isFrozen(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || value instanceof Map || value instanceof Uint8Array) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

describe('results', () => {
  test('an input stands before its users', () => {
    const {plan} = planText('SELECT channel, COUNT(*) FROM stdin GROUP BY channel', {mode: 'query'});
    for (const [index, node] of plan!.nodes.entries()) {
      if ('input' in node) expect(node.input).toBeLessThan(index);
    }
    expect(plan!.sinks).toEqual([plan!.nodes.length - 1]);
  });

  test('a script without queries has a plan without sinks', () => {
    expect(planText("CREATE TABLE t (a INT) WITH ('connector' = 'print')").plan).toMatchObject({nodes: [], sinks: []});
  });

  test('results on the console are numbered, and an explained one is none', () => {
    const {plan, explain} = planText('SELECT 1; EXPLAIN SELECT 2; SELECT 3');
    expect(plan!.sinks.map(sink => plan!.nodes[sink])).toMatchObject([{target: {ordinal: 1}}, {target: {ordinal: 2}}]);
    expect(explain).toEqual([expect.stringContaining('values (2)')]);
  });

  test('settings are given as they stand', () => {
    const {plan} = planText("SET 'execution.runtime-mode' = 'batch'; SET 'a.b' = 'c'; SET 'pipeline.name' = 'x'; RESET 'a.b'; SELECT 1");
    expect(plan!.settings).toEqual({
      runtimeMode: 'batch',
      timeZone: 'UTC',
      given: [
        ['execution.runtime-mode', 'batch'],
        ['pipeline.name', 'x'],
      ],
    });
  });

  test('automatic is batch where all input ends, and streaming where not', () => {
    const mode = (table: string) =>
      planText(`SET 'execution.runtime-mode' = 'automatic'; CREATE TABLE t (a INT) WITH (${table}); SELECT a, COUNT(*) FROM t GROUP BY a`)
        .plan!;
    const bounded = mode("'connector' = 'filesystem', 'format' = 'json'");
    expect(bounded.settings.runtimeMode).toBe('batch');
    expect(bounded.nodes.at(-1)).toMatchObject({changelog: 'append'});
    const endless = mode("'connector' = 'datagen'");
    expect(endless.settings.runtimeMode).toBe('streaming');
    expect(endless.nodes.at(-1)).toMatchObject({changelog: 'retract'});
  });

  test('a one-liner gives final rows, and each change when asked', () => {
    const sql = 'SELECT channel, COUNT(*) FROM stdin GROUP BY channel';
    expect(planText(sql, {mode: 'query'}).plan!.nodes).toMatchObject([
      {kind: 'scan', bounded: true},
      {emit: 'final'},
      {changelog: 'append'},
    ]);
    expect(planText(sql, {mode: 'query', changelog: true}).plan!.nodes).toMatchObject([
      {kind: 'scan', bounded: false},
      {emit: 'changes'},
      {changelog: 'retract', key: [0]},
    ]);
  });

  test('tables of an initial script count, and its expressions keep no place in the main text', async () => {
    const {parseScript} = await import('../sql/parse.ts');
    const source = {
      name: 'init.sql',
      text: "CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); CREATE VIEW v AS SELECT a + 1 AS b FROM t;",
    };
    const initial = [{source, script: parseScript(source, {lenient: false}).script}];
    const {plan} = planText('SELECT b * 2 FROM v', {mode: 'query', initial});
    const project = plan!.nodes.find(node => node.kind === 'project');
    const [call] = project!.expressions;
    expect(call).toMatchObject({function: '*', span: {start: 7, end: 12}});
    expect(call).toMatchObject({arguments: [{function: '+', span: null}, {value: 2}]});
  });

  test('parameters are values, typed by how they read', () => {
    const parameters = new Map([
      ['n', '7'],
      ['big', '3000000000'],
      ['d', '-1.50'],
      ['zip', '01234'],
      ['s', "x'); DROP TABLE t; --"],
    ]);
    const {plan, problems} = planText('SELECT :n, :big, :d, :zip, :s', {mode: 'query', parameters});
    expect(problems).toEqual([]);
    expect(plan!.nodes[0]).toMatchObject({rows: [[7, 3000000000n, -150n, '01234', "x'); DROP TABLE t; --"]]});
    expect(plan!.nodes[0]!.schema.columns.map(column => column.type)).toEqual([
      {kind: 'INT', nullable: false},
      {kind: 'BIGINT', nullable: false},
      {kind: 'DECIMAL', precision: 3, scale: 2, nullable: false},
      {kind: 'VARCHAR', length: 2147483647, nullable: false},
      {kind: 'VARCHAR', length: 2147483647, nullable: false},
    ]);
  });

  test('a table goes before a column of its name, unless it has no such column', () => {
    const table = "CREATE TABLE r (r ROW<x INT, y STRING>, x BIGINT) WITH ('connector' = 'datagen');";
    const kinds = (sql: string) =>
      planText(`${table} ${sql}`)
        .plan!.nodes.at(-1)!
        .schema.columns.map(({type}) => type.kind);
    expect(kinds('SELECT r.x, r.y, r.r.x, default_catalog.default_database.r.x FROM r')).toEqual(['BIGINT', 'VARCHAR', 'INT', 'BIGINT']);
  });

  test('a view that was created before the mode was set reads no watermarks in batch', () => {
    const sql = `CREATE TABLE t (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'filesystem', 'format' = 'json');
      CREATE VIEW v AS SELECT a FROM t; SET 'execution.runtime-mode' = 'batch'; SELECT a FROM v`;
    expect(planText(sql).plan!.nodes.map(node => node.kind)).toEqual(['scan', 'sink']);
  });

  test('names of every kind are data', () => {
    const names = ['__proto__', 'constructor', 'a`b', "it's", '${x}', 'line\nbreak', '\u2028', 'b"c', 'ünï', ' '];
    const quoted = names.map(name => `\`${name.replaceAll('`', '``')}\``);
    const sql = `CREATE TABLE \`__proto__\` (${quoted.map(name => `${name} INT`).join(', ')}) WITH ('connector' = 'datagen');
      CREATE VIEW \`toString\` AS SELECT * FROM \`__proto__\`;
      SELECT ${quoted.map(name => `v.${name}`).join(', ')}, SUM(${quoted[0]}) AS \`hasOwnProperty\` FROM \`toString\` AS v GROUP BY ${quoted.join(', ')}`;
    const {plan, problems} = planText(sql);
    expect(problems).toEqual([]);
    expect(plan!.nodes.at(-1)!.schema.columns.map(column => column.name)).toEqual([...names, 'hasOwnProperty']);
    expect(explainPlan(plan!)).not.toMatch(/[\u2028\r]/);
    expect(
      explainPlan(plan!)
        .split('\n')
        .every(line => /^[\s│├└]*\S/.test(line) || line === ''),
    ).toBe(true);
    expect(structuredClone(plan)).toEqual(plan);
  });
});
