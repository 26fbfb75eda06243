import {expect, test} from 'vitest';
import type {Problem, SourceText} from './problem.ts';
import {renderProblem, renderProblems} from './render-problem.ts';

function problemAt(source: SourceText, wanted: string, more: Partial<Problem> = {}): Problem {
  const start = source.text.indexOf(wanted);
  return {
    kind: 'invalid',
    severity: 'error',
    code: 'unknown-column',
    message: 'table "orders" has no column "usr_id"',
    place: {kind: 'text', source, span: {start, end: start + wanted.length}},
    ...more,
  };
}

const script = {name: 'q.sql', text: 'CREATE TABLE orders (user_id INT);\r\n\r\nSELECT\r\n\tusr_id FROM orders'};

test('a frame names the place, shows the line and marks what is meant', () => {
  const problem = problemAt(script, 'usr_id', {
    detail: 'it has one column',
    hint: 'did you mean "user_id"?',
    notes: [{message: '"orders" was created here', place: {kind: 'text', source: script, span: {start: 13, end: 19}}}],
  });
  expect(`${renderProblem(problem, {color: false})}\n`).toBe(`error[unknown-column]: table "orders" has no column "usr_id"
 --> q.sql:4:2
  |
4 |   usr_id FROM orders
  |   ^^^^^^
  = it has one column
  = help: did you mean "user_id"?
note: "orders" was created here
 --> q.sql:1:14
  |
1 | CREATE TABLE orders (user_id INT);
  |              ^^^^^^
`);
});

test('wide characters take two cells each, and the column counts characters', () => {
  const source = {name: '<query>', text: "SELECT '世界🎉' x, usr_id"};
  expect(renderProblem(problemAt(source, 'usr_id'), {color: false}).split('\n').slice(1)).toEqual([
    ' --> <query>:1:17',
    '  |',
    "1 | SELECT '世界🎉' x, usr_id",
    '  |                    ^^^^^^',
  ]);
});

test('a place behind the last character has a caret of its own', () => {
  const source = {name: '<query>', text: 'SELECT\n'};
  const problem = problemAt(source, 'SELECT', {place: {kind: 'text', source, span: {start: 99, end: 99}}});
  expect(renderProblem(problem, {color: false}).split('\n').slice(1)).toEqual([' --> <query>:2:1', '  |', '2 |', '  | ^']);
});

test('a span over several lines is marked to the end of its first line', () => {
  const source = {name: 'q', text: 'SELECT (a\n+ b) c'};
  expect(renderProblem(problemAt(source, '(a\n+ b)'), {color: false}).split('\n').slice(3)).toEqual(['1 | SELECT (a', '  |        ^^']);
});

test('data has a worded place and no frame', () => {
  const problem = problemAt(script, 'usr_id', {place: {kind: 'data', where: 'orders.ndjson, line 12'}});
  expect(renderProblem(problem, {color: false}).split('\n')[1]).toBe(' --> orders.ndjson, line 12');
});

test('what a stranger wrote cannot steer the terminal, write lines, or reorder text', () => {
  const source = {name: 'a\nb.sql', text: "SELECT '\u001b[2J\u202e\u2028\u0007' usr_id"};
  const problem = problemAt(source, 'usr_id', {message: 'no \u001b[31m\n"\u0000"', hint: 'first\nsecond \u0085'});
  const text = renderProblem(problem, {color: false});
  expect(text.split('\n')).toEqual([
    'error[unknown-column]: no \\e[31m\\n"\\0"',
    ' --> a\\nb.sql:1:18',
    '  |',
    "1 | SELECT '\\e[2J\\u{202e}\\u{2028}\\u{0007}' usr_id",
    `  | ${' '.repeat("SELECT '\\e[2J\\u{202e}\\u{2028}\\u{0007}' ".length)}^^^^^^`,
    '  = help: first',
    '          second \\u{0085}',
  ]);
});

test('a long line is cut around the place', () => {
  const source = {name: 'q', text: `SELECT '${'x'.repeat(500)}', usr_id, '${'y'.repeat(500)}'`};
  const lines = renderProblem(problemAt(source, 'usr_id'), {color: false}).split('\n');
  expect(lines[3]).toMatch(/^1 \| …x+', usr_id, 'y+…$/);
  expect((lines[3] as string).length).toBeLessThan(130);
  expect((lines[4] as string).indexOf('^')).toBe((lines[3] as string).indexOf('usr_id'));
});

test('colour only when asked for', () => {
  expect(renderProblem(problemAt(script, 'usr_id'), {color: false})).not.toContain('\u001b');
  expect(renderProblem(problemAt(script, 'usr_id'), {color: true})).toContain('\u001b[1;31merror[unknown-column]\u001b[0m');
});

test('several problems: warnings first, the count last', () => {
  const warning = problemAt(script, 'user_id', {severity: 'warning', code: 'unused'});
  const text = renderProblems([problemAt(script, 'usr_id'), warning, problemAt(script, 'orders')], {color: false});
  expect(
    text
      .split('\n')
      .filter(line => /^(error|warning)/.test(line))
      .map(line => line.split(':')[0]),
  ).toEqual(['warning[unused]', 'error[unknown-column]', 'error[unknown-column]']);
  expect(text.split('\n').at(-1)).toBe('2 errors, 1 warning');
});
