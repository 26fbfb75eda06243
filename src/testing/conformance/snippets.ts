import {join} from 'node:path';
import type {Problem} from '../../base/problem.ts';
import {parseScript} from '../../sql/parse.ts';
import {isRefusal, readJson, Tally, why, type Judgement, type Verdict} from './family.ts';
import {readExceptions} from './parser.ts';

interface Snippets {
  readonly snippets: readonly {readonly file: string; readonly line: number; readonly sql: string}[];
}

/** Placeholders and templates (`…`, `[name]`, `hintName: …`), prompts, tables of output: not the text of statements. */
const isTemplate =
  /\.\.\.|\. \. \.|…|(?<!ARRAY)\[\s*[A-Za-z_(. ]+|\{[a-zA-Z_ ]+\}|\$\{|<[a-z]+_[a-z_]+>|table_name\d|table_path|view_name|^\s*(Flink SQL>|beeline>|\+[-+]|\||hintName|-+>|={3,}|curl |.*jshell)/m;

/** What a block of SQL begins with; others are a clause, a function call or rows cut out of a page. */
const statementWords =
  /^\s*(--.*\n\s*|\/\*[\s\S]*?\*\/\s*)*\(*\s*(SELECT|WITH|VALUES|CREATE|INSERT|SET|RESET|EXECUTE|BEGIN|END|EXPLAIN|DESCRIBE|DESC|DROP|ALTER|SHOW|USE|LOAD|UNLOAD|ADD|REMOVE|ANALYZE|CALL|DELETE|UPDATE|TRUNCATE|COMPILE|STOP|HELP|QUIT|CLEAR|TABLE)\b/i;

/**
 * Blocks of public documentation: they parse, or what does not is told by name. Pages often leave out the semicolon between statements, so a block is also read
 * paragraph by paragraph.
 */
export function judgeSnippets(corpus: string): Judgement {
  const tally = new Tally('flink-docs-sql');
  const exceptions = readExceptions();
  for (const file of ['flink-docs.json', 'flink-sql-cookbook.json']) {
    for (const {file: page, line, sql} of (readJson(corpus, 'flink-docs-sql', file) as Snippets).snippets) {
      const name = `${join(page)}:${line}`;
      const isSkipped = isTemplate.test(sql) || !statementWords.test(sql) || exceptions.has(name);
      tally.add(name, isSkipped ? {kind: 'skipped'} : judgeBlock(sql));
    }
  }
  return tally.judgement();
}

function judgeBlock(sql: string): Verdict {
  const whole = errorsOf(sql);
  if (whole.length === 0) return {kind: 'passed'};
  if (isRefusal(whole)) return {kind: 'refused'};
  const apart = sql.split(/\n\s*\n/).flatMap(errorsOf);
  if (apart.length === 0) return {kind: 'passed'};
  return isRefusal(apart) ? {kind: 'refused'} : {kind: 'failed', why: why(whole)};
}

function errorsOf(text: string): readonly Problem[] {
  return parseScript({name: 'block', text}, {lenient: false}).problems.filter(problem => problem.severity === 'error');
}
