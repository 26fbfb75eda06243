import {describe, expect, test} from 'vitest';
import type {Problem} from '../../base/problem.ts';
import {githubLines} from './github.ts';
import {sarifText} from './sarif.ts';

const source = {name: 'sql/a b.sql', text: "SELECT '\u{1F600}', amont\nFROM t"};
const at = (start: number, end: number): Problem['place'] => ({kind: 'text', source, span: {start, end}});
const unknown: Problem = {
  kind: 'invalid',
  severity: 'error',
  code: 'unknown-column',
  message: 'column "amont" not found: 100 %',
  hint: 'did you mean "amount"?',
};
const column: Problem = {...unknown, place: at(13, 18)} as Problem;

describe('github', () => {
  const lines = (...problems: readonly Problem[]): string => githubLines(problems, '/repo/jobs', '/repo');

  test('a finding names its file from the top of the repository, with characters counted as people do', () => {
    expect(lines(column)).toBe(
      '::error file=jobs/sql/a b.sql,line=1,col=13,endColumn=17,title=unknown-column::column "amont" not found: 100 %25%0Ahelp: did you mean "amount"?\n',
    );
  });
  test('one over several lines has no columns, one without a place no file, one in data says where', () => {
    expect(lines({...unknown, place: at(0, 21)} as Problem)).toMatch(/line=1,endLine=2,title=/);
    expect(lines({...unknown, severity: 'warning'})).toMatch(/^::warning title=unknown-column::column/);
    expect(lines({...unknown, place: {kind: 'data', where: 'x.csv, line 2'}})).toMatch(/::x\.csv, line 2: column/);
  });
  test('what separates properties is escaped in them', () => {
    const place: Problem['place'] = {kind: 'text', source: {name: '/tmp/x,y:z', text: 'a'}, span: {start: 0, end: 1}};
    expect(lines({...unknown, place})).toContain('file=/tmp/x%2Cy%3Az,line=1,col=1,endColumn=1,');
  });
});

test('sarif: results point to their rules and places', () => {
  const other: Problem = {...column, code: 'no-such-code', severity: 'warning', place: at(0, 6)} as Problem;
  const log = JSON.parse(sarifText([column, other, column], '/repo', '/repo', '1.2.3')) as {
    version: string;
    runs: {tool: {driver: {rules: object[]; semanticVersion: string}}; results: object[]}[];
  };
  expect(log.version).toBe('2.1.0');
  const [run] = log.runs;
  expect(run?.tool.driver.semanticVersion).toBe('1.2.3');
  expect(run?.tool.driver.rules).toMatchObject([
    {id: 'unknown-column', shortDescription: {text: expect.any(String)}},
    {id: 'no-such-code'},
  ]);
  expect(run?.results).toMatchObject([
    {
      ruleIndex: 0,
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: {uri: 'sql/a%20b.sql'},
            region: {startLine: 1, startColumn: 13, endLine: 1, endColumn: 18},
          },
        },
      ],
    },
    {ruleIndex: 1, level: 'warning'},
    {ruleIndex: 0},
  ]);
});
