import {join} from 'node:path';
import {parseScript} from '../../sql/parse.ts';
import {isRefusal, readJson, Tally, why, type Judgement} from './family.ts';

interface Snippets {
  readonly snippets: readonly {readonly file: string; readonly line: number; readonly sql: string}[];
}

/** Blocks of public documentation: they parse, or what does not is told by name. Blocks with placeholders are no SQL and are skipped. */
export function judgeSnippets(corpus: string): Judgement {
  const tally = new Tally('flink-docs-sql');
  for (const file of ['flink-docs.json', 'flink-sql-cookbook.json']) {
    for (const {file: page, line, sql} of (readJson(corpus, 'flink-docs-sql', file) as Snippets).snippets) {
      const name = `${join(page)}:${line}`;
      if (/\.\.\.|…|\[[A-Za-z_ ]+\]|\$\{|^\s*(Flink SQL>|\+[-+]|\|)/m.test(sql)) {
        tally.add(name, {kind: 'skipped'});
        continue;
      }
      const {problems} = parseScript({name, text: sql}, {lenient: false});
      const errors = problems.filter(problem => problem.severity === 'error');
      if (errors.length === 0) tally.add(name, {kind: 'passed'});
      else tally.add(name, isRefusal(errors) ? {kind: 'refused'} : {kind: 'failed', why: why(errors)});
    }
  }
  return tally.judgement();
}
