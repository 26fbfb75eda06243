import type {Problem} from '../../base/problem.ts';
import {createCatalog} from '../../connectors/catalog.ts';
import {planScript} from '../../plan/plan-script.ts';
import {parseScript} from '../../sql/parse.ts';
import {withoutMetadata} from './metadata.ts';
import {isRefusal, readJson, Tally, why, type Judgement, type Verdict} from './family.ts';

interface ModeCase {
  readonly file: string;
  readonly test: string;
  readonly sql: string;
  /** Of the whole query; NONE for an INSERT. */
  readonly root: string;
  /** Indent, operator, mode; the root first. */
  readonly nodes: readonly (readonly [number, string, string])[];
}

interface ModeCases {
  readonly cases: readonly ModeCase[];
  /** CREATE statements by file; some only describe a table, after `--`. */
  readonly setup: Readonly<Record<string, readonly string[]>>;
}

/** What the rows of a query do, against what another planner found. Left out: cases whose tables are not given, or given twice. */
export function judgeChangelogModes(corpus: string): Judgement {
  const tally = new Tally('flink-changelog-mode');
  const {cases, setup} = readJson(corpus, 'flink-changelog-mode', 'cases.json') as ModeCases;
  for (const one of cases) tally.add(`${one.file.split('/').at(-1)} ${one.test}`, judged(one, setup[one.file] ?? []));
  return tally.judgement();
}

function judged(one: ModeCase, setup: readonly string[]): Verdict {
  const tables = tablesOf(one.sql, setup);
  if (tables === null) return {kind: 'skipped'};
  // A Java aggregate, in whose place any other does the same to the kinds of changes.
  const sql = one.sql.replaceAll(/\bweightedAvg\((\w+),[^()]*\)/gi, 'MAX($1)');
  const source = {name: 'case.sql', text: `${tables.map(table => `${table};\n`).join('')}EXPLAIN CHANGELOG_MODE ${sql};`};
  const {script, problems: parsed} = parseScript(source, {lenient: false});
  const catalog = createCatalog({directory: '.', externals: new Map()});
  const request = {source, script, catalog, parameters: new Map(), mode: 'script', changelog: false, timeZone: 'UTC'} as const;
  const planned = parsed.length > 0 ? {explain: [], problems: parsed} : planScript(request);
  const [text] = planned.explain;
  if (text === undefined) {
    if (planned.problems.some(({code}) => code === 'unknown-table')) return {kind: 'skipped'};
    if (planned.problems.some(isNeverRun)) return {kind: 'skipped'};
    return {kind: isRefusal(planned.problems) ? 'refused' : 'failed', why: why(planned.problems)};
  }
  // Of an INSERT, what comes to the table; a delete that names the key alone is a delete.
  const expected = (one.root === 'NONE' ? (one.nodes[1]?.[2] ?? '') : one.root).replace('PD', 'D');
  const found = / · (I(?:,UB)?(?:,UA)?(?:,D)?)(?: ·|$)/m.exec(text)?.[1] ?? 'nothing';
  return found === expected ? {kind: 'passed'} : {kind: 'failed', why: `${found} instead of ${expected}`};
}

/** Upstream's planner lets a text be compared with a number, and its code is then refused: such a query is planned there, and never run. */
function isNeverRun({code, message}: Problem): boolean {
  return code === 'wrong-argument' && /does not compare (?:STRING|VARCHAR|CHAR)\S* with (?:INT|BIGINT|DOUBLE)/.test(message);
}

const created = /^\s*CREATE\s+(?:TEMPORARY\s+)?(?:TABLE|VIEW)\s+(?:IF\s+NOT\s+EXISTS\s+)?`?(\w+)/i;
const described = /^--\s*add\w+\[\(([^\]]*)\)\]\s*(\w+)\(([\s\S]*)\)\s*$/;

/** The statements that make the tables of a query and of the views that it reads, in our spelling. */
function tablesOf(sql: string, setup: readonly string[]): readonly string[] | null {
  const byName = new Map<string, string[]>();
  for (const statement of setup) {
    const name = created.exec(statement)?.[1] ?? described.exec(statement)?.[2];
    if (name === undefined) continue;
    byName.set(name, [...(byName.get(name) ?? []), statement]);
  }
  const needed = new Set<string>();
  const visit = (text: string): void => {
    for (const [name, statements] of byName) {
      if (needed.has(name) || !new RegExp(`\\b${name}\\b`).test(text)) continue;
      needed.add(name);
      for (const statement of statements) visit(statement);
    }
  };
  visit(sql);
  if ([...needed].some(name => byName.get(name)!.length > 1)) return null;
  const order = setup.filter(statement => needed.has(created.exec(statement)?.[1] ?? described.exec(statement)?.[2] ?? ''));
  return order.map(inOurWords);
}

const typeNames: Readonly<Record<string, string>> = {Int: 'INT', Long: 'BIGINT', String: 'STRING', Boolean: 'BOOLEAN', Double: 'DOUBLE'};

/** A test table of another project as a table of files with the same changes. */
function inOurWords(statement: string): string {
  const description = described.exec(statement);
  if (description !== null) {
    const types = description[1]!.split(',').map(type => typeNames[type.trim()] ?? 'STRING');
    const names = description[3]!.split(',').map(name => name.trim().replace(/^'/, ''));
    const columns = names.map((name, index) => {
      const [plain, attribute] = name.split('.');
      if (attribute === 'proctime') return `${plain} AS PROCTIME()`;
      if (attribute === 'rowtime') return `${plain} TIMESTAMP(3), WATERMARK FOR ${plain} AS ${plain}`;
      return `${plain} ${types[index] ?? 'STRING'}`;
    });
    return `CREATE TABLE ${description[2]} (${columns.join(', ')}) WITH (${optionsOf('I')})`;
  }
  const options = /\bWITH\s*\((?![\s\S]*\bWITH\s*\()([\s\S]*)\)\s*;?\s*$/i.exec(statement);
  if (options === null) return statement;
  const given = new Map([...options[1]!.matchAll(/'([^']+)'\s*=\s*'([^']*)'/g)].map(([, key, value]) => [key!, value!]));
  if (given.get('connector') === 'print') return statement;
  const written = given.get('sink-insert-only') === 'false' ? (/PRIMARY\s+KEY/i.test(statement) ? 'I,UA,D' : 'I,UB,UA,D') : 'I';
  const mode = given.get('sink-changelog-mode-enforced') ?? given.get('changelog-mode') ?? written;
  return `${withoutMetadata(statement.slice(0, options.index))} WITH (${optionsOf(mode)})`;
}

function optionsOf(mode: string): string {
  return `'connector' = 'filesystem', 'path' = 'in', 'format' = 'changelog-json', 'changelog-json.changelog-mode' = '${mode}'`;
}
