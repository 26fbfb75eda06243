import {existsSync, readFileSync} from 'node:fs';
import {parse as parseYaml} from 'yaml';
import {parseExpression, parseScript} from '../../sql/parse.ts';
import {isRefusal, readJson, Tally, type Judgement} from './family.ts';

interface ParserCase {
  readonly test: string;
  readonly kind: 'sql' | 'expr';
  readonly sql: string;
  readonly accept: boolean;
  /** Settings of the parser that differ from its defaults: another dialect, another conformance level. */
  readonly config?: readonly string[];
}

/** Families of accept and reject cases, by file. Calcite's own grammar is wider than Flink's, and quotes names with double quotes. */
const files = {
  'sql-parser/flink': 'flink-FlinkSqlParserImplTest',
  'sql-parser/flink-materialized': 'flink-MaterializedTableStatementParserTest',
  'sql-parser/calcite': 'calcite-SqlParserTest',
} as const;
const exceptionsFile = 'fixtures/conformance/parser-exceptions.yaml';

/**
 * What must be accepted is accepted or refused by name, what must be rejected is rejected. `skipped`: cases of another dialect by their settings, and
 * the committed exceptions.
 */
export function judgeParser(corpusDirectory: string): readonly Judgement[] {
  const exceptions = readExceptions();
  return Object.entries(files).map(([family, file]) => {
    const tally = new Tally(family);
    const {cases} = readJson(corpusDirectory, 'sql-parser', `${file}.json`) as {cases: readonly ParserCase[]};
    for (const each of cases)
      tally.add(`${each.test}: ${each.sql}`, isOfAnotherDialect(each) || exceptions.has(each.sql) ? {kind: 'skipped'} : judge(each, file));
    return tally.judgement();
  });
}

function judge(each: ParserCase, file: string): ReturnType<typeof verdict> {
  const isCalcite = file.startsWith('calcite') && !each.config?.some(setting => setting.includes('BACK_TICK'));
  const source = {name: each.test, text: isCalcite ? withBackTicks(each.sql) : each.sql};
  if (each.kind === 'expr' || each.config?.includes('expression()')) {
    const {problems} = parseExpression(source, {lenient: false});
    return verdict(each, problems, false);
  }
  const {script, problems} = parseScript(source, {lenient: false});
  return verdict(
    each,
    problems,
    script.statements.some(({statement}) => statement.kind === 'other-statement'),
  );
}

function verdict(each: ParserCase, problems: Parameters<typeof isRefusal>[0], other: boolean): Parameters<Tally['add']>[1] {
  const [first] = problems;
  if (!each.accept) return first ? {kind: 'passed'} : {kind: 'failed', why: 'accepted'};
  if (!first) return {kind: other ? 'refused' : 'passed'};
  return isRefusal(problems) ? {kind: 'refused'} : {kind: 'failed', why: `${first.code}: ${first.message}`};
}

function isOfAnotherDialect({config = []}: ParserCase): boolean {
  return config.some(setting => /^with(Dialect|Conformance)\((?!SqlConformanceEnum\.DEFAULT)/.test(setting));
}

/** `"a""b"` as `` `a"b` ``, outside of texts and comments. */
function withBackTicks(sql: string): string {
  return sql.replaceAll(/'(?:[^']|'')*'|--.*|\/\*[\s\S]*?\*\/|"((?:[^"]|"")*)"/g, (whole, name: string | undefined) =>
    name === undefined ? whole : `\`${name.replaceAll('""', '"').replaceAll('`', '``')}\``,
  );
}

/** The texts that are let off, each in a group with its reason. */
export function readExceptions(): ReadonlySet<string> {
  if (!existsSync(exceptionsFile)) return new Set();
  const groups = parseYaml(readFileSync(exceptionsFile, 'utf8')) as readonly {
    readonly reason: string;
    readonly cases: readonly string[];
  }[];
  return new Set(groups.flatMap(group => group.cases));
}
