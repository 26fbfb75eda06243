import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {corpusDirectory, readJson} from '../testing/conformance/family.ts';
import {judgeParser, readExceptions} from '../testing/conformance/parser.ts';
import {withoutSpans} from '../testing/without-spans.ts';
import {parseExpression, parseScript} from './parse.ts';
import {printExpression, printStatement} from './print.ts';

const corpus = corpusDirectory();
if (corpus === null)
  console.log('the independent parser cases are not beside the project (WEIR_CONFORMANCE names their folder): these tests are skipped');

interface Case {
  readonly setup?: readonly string[];
  readonly run?: readonly string[];
}

/** Every statement of the end-to-end cases. */
function statements(directory: string): string[] {
  return ['flink-testprograms', 'flink-itcase-stream', 'flink-itcase-batch'].flatMap(family =>
    readdirSync(join(directory, family))
      .filter(file => file.endsWith('.json'))
      .flatMap(file => readJson(directory, family, file) as readonly Case[])
      .flatMap(({setup = [], run = []}) => [...setup, ...run]),
  );
}

/** Texts that are no SQL as they stand there: an escape of Java's, a placeholder. */
const isPlaceholder = (sql: string) => /\\u00|<explicit>|\$\{/.test(sql);

describe.skipIf(corpus === null)('independent cases', () => {
  const directory = corpus ?? '';

  test('every accept is accepted or refused by name, every reject is rejected', () => {
    const judgements = judgeParser(directory);
    expect(judgements.flatMap(({failures}) => failures)).toEqual([]);
    expect(judgements.reduce((sum, {passed, refused}) => sum + passed + refused, 0)).toBeGreaterThan(1300);
  });

  test('the exceptions are few, and there', () => {
    const texts = ['calcite-SqlParserTest', 'flink-FlinkSqlParserImplTest'].flatMap(file =>
      (readJson(directory, 'sql-parser', `${file}.json`) as {cases: readonly {sql: string}[]}).cases.map(({sql}) => sql),
    );
    expect(readExceptions().size).toBeLessThanOrEqual(6);
    expect([...readExceptions()].filter(sql => !texts.includes(sql))).toEqual([]);
  });

  test('every statement of the end-to-end cases is read, and printed as what is read the same', () => {
    for (const sql of statements(directory).filter(text => !isPlaceholder(text))) {
      const {script, problems} = parseScript({name: 'q', text: sql}, {lenient: false});
      expect([sql, ...problems.map(problem => problem.message)]).toEqual([sql]);
      for (const {statement} of script.statements) {
        const again = parseScript({name: 'q', text: printStatement(statement)}, {lenient: false});
        expect(withoutSpans(again.script.statements.map(each => each.statement))).toEqual([withoutSpans(statement)]);
      }
    }
  });

  test('what the parser cases accept is printed as what is read the same', () => {
    const {cases} = readJson(directory, 'sql-parser', 'calcite-SqlParserTest.json') as {cases: readonly {sql: string; kind: string}[]};
    for (const {sql, kind} of cases) {
      if (kind !== 'expr') continue;
      const {expression} = parseExpression({name: 'q', text: sql}, {lenient: false});
      if (!expression) continue;
      const again = parseExpression({name: 'q', text: printExpression(expression)}, {lenient: false});
      expect([sql, withoutSpans(again.expression)]).toEqual([sql, withoutSpans(expression)]);
    }
  });

  test('the queries of nexmark are read', () => {
    const folder = join(directory, 'nexmark', 'queries');
    expect(existsSync(folder)).toBe(true);
    expect(readdirSync(folder).length).toBeGreaterThan(20);
  });
});
