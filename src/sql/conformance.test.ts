import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {corpusDirectory, jsonFiles, readJson} from '../testing/conformance/family.ts';
import {judgeParser, readExceptions} from '../testing/conformance/parser.ts';
import {withoutSpans} from '../testing/without-spans.ts';
import {parseExpression, parseScript} from './parse.ts';
import {printExpression, printStatement} from './print.ts';

const corpus = corpusDirectory();
if (corpus === null)
  console.log('the independent parser cases are not beside the project (WEIR_CONFORMANCE names their folder): these tests are skipped');

const strict = {lenient: false};

interface ParserCase {
  readonly sql: string;
  readonly kind: 'sql' | 'expr';
}

function parserCases(directory: string): readonly ParserCase[] {
  return jsonFiles(join(directory, 'sql-parser')).flatMap(
    file => (readJson(directory, 'sql-parser', file) as {cases: readonly ParserCase[]}).cases,
  );
}

interface Case {
  readonly setup?: readonly string[];
  readonly run?: readonly string[];
}

/** Every statement of the end-to-end cases and of nexmark, but those that are no SQL as they stand there: an escape of Java's, a placeholder, and the query of nexmark that Flink refuses too for a reserved word. */
function statements(directory: string): string[] {
  const cases = ['flink-testprograms', 'flink-itcase-stream', 'flink-itcase-batch'].flatMap(family =>
    jsonFiles(join(directory, family))
      .flatMap(file => readJson(directory, family, file) as readonly Case[])
      .flatMap(({setup = [], run = []}) => [...setup, ...run]),
  );
  const nexmark = join(directory, 'nexmark', 'queries');
  const queries = readdirSync(nexmark).map(file => readFileSync(join(nexmark, file), 'utf8'));
  return [...cases, ...queries].filter(sql => !/\\u00|<explicit>|\$\{|nexmark_q23/.test(sql));
}

/** What is lost when the statements or the expression of a text are printed and read again. */
function lost(sql: string, kind: 'sql' | 'expr'): string[] {
  const source = {name: 'q', text: sql};
  if (kind === 'expr') {
    const {expression} = parseExpression(source, strict);
    if (!expression) return [];
    const again = parseExpression({name: 'q', text: printExpression(expression)}, strict);
    return same(again.expression, expression) ? [] : [sql];
  }
  return parseScript(source, strict).script.statements.flatMap(({statement}) => {
    const again = parseScript({name: 'q', text: printStatement(statement)}, strict);
    return same(
      again.script.statements.map(each => each.statement),
      [statement],
    )
      ? []
      : [sql];
  });
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(withoutSpans(a)) === JSON.stringify(withoutSpans(b));

describe.skipIf(corpus === null)('independent cases', () => {
  const directory = corpus ?? '';

  test('every accept is accepted or refused by name, every reject is rejected, but for the exceptions', () => {
    const judgements = judgeParser(directory);
    expect(judgements.flatMap(({failures}) => failures)).toEqual([]);
    const read = (file: string) => (readJson(directory, 'sql-parser', file) as {cases: readonly ParserCase[]}).cases;
    for (const [index, file] of [
      'flink-FlinkSqlParserImplTest.json',
      'flink-MaterializedTableStatementParserTest.json',
      'calcite-SqlParserTest.json',
    ].entries()) {
      const {passed = 0, refused = 0, skipped = 0} = judgements[index] ?? {};
      expect(passed + refused).toBe(read(file).length - skipped);
      expect(skipped).toBeLessThanOrEqual(index < 2 ? 0 : 75);
    }
  });

  test('the exceptions are few, and none is left over', () => {
    const texts = parserCases(directory).map(({sql}) => sql);
    // Blocks of pages are named by page and line; the others stand there themselves.
    const [pages, own] = [true, false].map(isPage => [...readExceptions()].filter(name => /\.md:\d+$/.test(name) === isPage));
    expect(own?.length).toBeLessThanOrEqual(6);
    expect(pages?.length).toBeLessThanOrEqual(3);
    expect(own?.filter(sql => !texts.includes(sql))).toEqual([]);
  });

  test('every statement of the end-to-end cases and of nexmark is read', () => {
    const faults = statements(directory).flatMap(sql =>
      parseScript({name: 'q', text: sql}, strict).problems.map(({message}) => `${message}: ${sql}`),
    );
    expect(faults).toEqual([]);
  });

  test('everything that is read is printed as what is read the same', () => {
    const texts = [...statements(directory).map(sql => ({sql, kind: 'sql' as const})), ...parserCases(directory)];
    expect(texts.length).toBeGreaterThan(2000);
    expect(texts.flatMap(({sql, kind}) => lost(sql, kind))).toEqual([]);
  });
});
