import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {planText} from '../plan/plan-fixture.ts';
import {generatedCode} from './compile.ts';

/** The code of a few queries, as a person sees it. `ACCEPT=1` writes it anew; the review is the diff. */
const table = `CREATE TABLE bids (auction BIGINT, price BIGINT, channel STRING, paid BOOLEAN) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');\n`;
const queries: Readonly<Record<string, string>> = {
  'filter-and-project': `SELECT auction, price * 2 AS twice, UPPER(channel) AS loud FROM bids WHERE price > 100 AND channel LIKE 'Goo%' AND paid`,
  'group-by-number': `SET 'execution.runtime-mode' = 'batch'; SELECT auction, COUNT(*), SUM(price), MAX(price) FROM bids GROUP BY auction`,
  'group-by-text-changes': `SELECT channel, COUNT(*), SUM(price) FROM bids GROUP BY channel`,
  'two-levels': `SELECT bids, COUNT(*), COUNT(DISTINCT most) FROM (SELECT auction, COUNT(*) AS bids, MAX(price) AS most FROM bids GROUP BY auction) GROUP BY bids HAVING COUNT(*) > 1`,
  'two-users': `CREATE TABLE a (p BIGINT) WITH ('connector' = 'print'); CREATE TABLE b (c STRING) WITH ('connector' = 'print');
    EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT price FROM bids WHERE price > 10; INSERT INTO b SELECT channel FROM bids WHERE paid; END;`,
};

function codeOf(sql: string, ddl = table): string {
  const {plan, problems} = planText(ddl + sql);
  if (plan === null) throw new Error(problems.map(problem => problem.message).join('; '));
  return generatedCode(plan)
    .map(({name, text, legend}) => {
      const meanings = [...legend].map(([bound, meaning]) => `//   ${bound}: ${JSON.stringify(meaning)}\n`).join('');
      return `// ${name}, where\n${meanings}${text}`;
    })
    .join('\n');
}

for (const [name, sql] of Object.entries(queries)) {
  test(`code of ${name}`, () => {
    const file = `fixtures/compile/${name}.js`;
    const found = `// ${sql.replaceAll(/\s+/g, ' ')}\n\n${codeOf(sql)}`;
    if (process.env['ACCEPT'] === '1') {
      mkdirSync('fixtures/compile', {recursive: true});
      writeFileSync(file, found);
    }
    expect(found).toBe(readFileSync(file, 'utf8'));
  });
}

const onlyCode = (sql: string, ddl: string): string => {
  const {plan, problems} = planText(ddl + sql);
  if (plan === null) throw new Error(problems.map(problem => problem.message).join('; '));
  return generatedCode(plan)
    .map(({text}) => text)
    .join('\n');
};

test('names and texts of the user never become code', () => {
  const harmless = onlyCode(`SELECT a, UPPER(a) AS b, COUNT(*) FROM t WHERE a <> 'x' AND a LIKE 'y%' GROUP BY a`, declared('t', 'a'));
  for (const evil of [
    'x\'); process.exit(1); ("',
    '${process.exit(1)}',
    '`',
    '__proto__',
    '\u2028 alert()',
    '*/ //',
    '\\u0041',
    'constructor',
  ]) {
    const text = `'${evil.replaceAll("'", "''")}'`;
    const like = `'y${evil.replaceAll("'", "''").replaceAll(/[_\\%]/g, '')}%'`;
    const name = `\`${evil.replaceAll('`', '``')}\``;
    const code = onlyCode(
      `SELECT ${name}, UPPER(${name}) AS b, COUNT(*) FROM ${name} WHERE ${name} <> ${text} AND ${name} LIKE ${like} GROUP BY ${name}`,
      declared(name, name),
    );
    expect(code).toBe(harmless);
  }
});

function declared(table: string, column: string): string {
  return `CREATE TABLE ${table} (${column} STRING) WITH ('connector' = 'filesystem', 'path' = 'x', 'format' = 'json');\n`;
}

test('the text depends on the shape of the query alone', () => {
  const first = onlyCode('SELECT auction + 1 FROM bids WHERE price > 100', table);
  expect(onlyCode('SELECT auction + 9000 FROM bids WHERE price > -5', table)).toBe(first);
  expect(onlyCode('SELECT auction + 1 FROM bids WHERE price >= 100', table)).not.toBe(first);
});

test('no function grows with the number of columns', () => {
  const items = (count: number): string => Array.from({length: count}, (_, at) => `auction * ${at} + price AS c${at}`).join(', ');
  const sums = (count: number): string => Array.from({length: count}, (_, at) => `SUM(auction * ${at} + price) AS c${at}`).join(', ');
  for (const sql of [`SELECT ${items(300)} FROM bids`, `SELECT channel, ${sums(300)} FROM bids GROUP BY channel`]) {
    const longest = Math.max(
      ...onlyCode(sql, table)
        .split(/^function |^return function /m)
        .map(text => text.length),
    );
    // V8 optimises functions of up to 60 KB of bytecode, which a text of this length does not reach.
    expect(longest).toBeLessThan(60_000);
  }
});
