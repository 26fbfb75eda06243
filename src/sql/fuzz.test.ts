import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {withoutSpans} from '../testing/without-spans.ts';
import {kindNames} from './generated/recipe.ts';
import {parseExpression, parseScript} from './parse.ts';
import {printStatement} from './print.ts';

const strict = {lenient: false};
const words = kindNames.split(' ').filter(kind => !kind.startsWith('<'));
const token = fc.oneof(
  fc.constantFrom(...words.map(word => word.replace(/\($/, ''))),
  fc.constantFrom(
    'a',
    '`b c`',
    "'text'",
    '1',
    '1.5',
    ':p',
    "X'00'",
    ';',
    '"q"',
    '@',
    '/*+',
    '*/',
    '--\n',
    '((',
    '))',
    '$',
    '😀',
    "U&'\\00e9'",
  ),
);

/** Every problem has a code, a place inside the text, and one line of message. */
function isTold(text: string): void {
  const {problems} = parseScript({name: 'q', text}, strict);
  const untold = problems.filter(({code, message, place, severity}) => {
    const {start, end} = place?.kind === 'text' ? place.span : {start: -1, end: -1};
    return !(
      /^[a-z-]+$/.test(code) &&
      severity === 'error' &&
      /^\S.*[^.]$/s.test(message) &&
      start >= 0 &&
      end >= start &&
      end <= text.length
    );
  });
  expect(untold).toEqual([]);
}

describe('any text gives problems, never an exception', () => {
  test('random tokens', () => {
    const statement = fc.tuple(
      fc.constantFrom('SELECT', 'INSERT INTO', 'CREATE TABLE', 'ALTER', 'SHOW', 'EXECUTE STATEMENT SET BEGIN', ''),
      fc.array(token, {maxLength: 15}),
    );
    fc.assert(
      fc.property(statement, ([first, tokens]) => isTold([first, ...tokens].join(' '))),
      {numRuns: 1000, seed: 3},
    );
  });

  test('random characters', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom(...'"\'`-/*+:;.,()[]{}<>=!|&\\\n\u2028 aeU0.'.split('')),
            fc.constantFrom('é', '😀', '\ud800', '\u0000'),
          ),
          maxLength: 40,
        }),
        text => isTold(text),
      ),
      {numRuns: 500, seed: 4},
    );
  });

  test('a good statement with a piece cut out', () => {
    const text =
      "CREATE TABLE t (a INT, b AS CASE WHEN a > 1 THEN 'x' ELSE f(a, b => 2)[1] END) WITH ('k' = 'v'); INSERT INTO t SELECT a, SUM(b) OVER (PARTITION BY c ORDER BY d) FROM t JOIN u ON t.a = u.a WHERE a BETWEEN 1 AND 2 OR b IN (SELECT 1)";
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(12), (at, length) => isTold(text.slice(0, at) + text.slice(at + length))),
      {numRuns: 500, seed: 5},
    );
  });
});

describe('depth', () => {
  const codes = (text: string) => parseScript({name: 'q', text}, strict).problems.map(problem => problem.code);
  test.each([
    ['parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['parentheses that stay open', `SELECT ${'('.repeat(10_000)}`],
    ['subqueries', `SELECT * FROM ${'(SELECT * FROM '.repeat(5_000)}t${')'.repeat(5_000)}`],
    ['calls', `SELECT ${'f('.repeat(5_000)}1${')'.repeat(5_000)}`],
    ['CASE', `SELECT ${'CASE WHEN a THEN '.repeat(5_000)}1${' END'.repeat(5_000)}`],
    ['types', `CREATE TABLE t (a ${'ARRAY<'.repeat(10_000)}INT${'>'.repeat(10_000)})`],
    ['signs', `SELECT ${'- '.repeat(10_000)}1`],
    ['NOT', `SELECT ${'NOT '.repeat(10_000)}TRUE`],
    ['sums', `SELECT 1${' + 1'.repeat(10_000)}`],
    ['brackets', `SELECT a${'['.repeat(10_000)}`],
    ['UNION', `SELECT 1${' UNION ALL SELECT 1'.repeat(5_000)}`],
    ['joins', `SELECT 1 FROM t${', t'.repeat(5_000)}`],
    ['items', `SELECT a${'[1]'.repeat(10_000)}`],
  ])('of %s is refused and does not overflow', (_, text) => {
    expect(codes(text)).toEqual(['too-deep']);
  });

  test('what people write is not too deep', () => {
    expect(codes(`SELECT ${'('.repeat(100)}1${')'.repeat(100)}, 1${' + 1'.repeat(400)} WHERE`)).toEqual(
      ['missing-from'].slice(1).concat('syntax'),
    );
    expect(codes(`SELECT * FROM ${'(SELECT * FROM '.repeat(60)}t${')'.repeat(60)}`)).toEqual([]);
    expect(codes(`SELECT * FROM t WHERE a IN (${Array.from({length: 20_000}, (_, index) => index).join(', ')})`)).toEqual([]);
  });

  test('nesting costs no more than its length', () => {
    const nested = (depth: number) => `SELECT ${"TRIM(f('a', x => (".repeat(depth)}1${')))'.repeat(depth)} FROM t`;
    expect(codes(nested(40))).toEqual([]);
    expect(codes(`${nested(40)} WHERE`)).toEqual(['syntax']);
  });
});

describe('text stays text', () => {
  const awkward = [
    "it's",
    '`',
    '"',
    '${x}',
    '`${x}`',
    '\u2028',
    '\u2029',
    '__proto__',
    'constructor',
    'toString',
    '*/',
    '/*',
    '--',
    ';',
    '\\',
    "\\'",
    '😀',
    '\n',
    '\r\n',
    '\t',
    "'; DROP TABLE t; --",
    '</script>',
  ];
  const asName = (text: string) => `\`${text.replaceAll('`', '``')}\``;
  const asText = (text: string) => `'${text.replaceAll("'", "''")}'`;
  test.each(awkward)('%j in every name and literal', text => {
    const [name, value] = [asName(text), asText(text)];
    const sql = `SELECT ${name}.${name} AS ${name}, ${value}, ${name}(${name} => ${value}), CAST(a AS ROW<${name} INT ${value}>), DATE ${value} FROM ${value} AS ${name} (${name}), ${name}.${name} /*+ OPTIONS(${value} = ${value}) */;
      CREATE TABLE ${name} (${name} INT COMMENT ${value}, ${name} STRING METADATA FROM ${value}) COMMENT ${value} PARTITIONED BY (${name}) WITH (${value} = ${value});
      CREATE VIEW ${name} (${name}) AS SELECT 1;
      SET ${value} = ${value};
      INSERT INTO ${value} WITH ${name} AS (SELECT 1) SELECT 1`;
    const first = parseScript({name: 'q', text: sql}, strict);
    expect(first.problems).toEqual([]);
    const again = parseScript(
      {name: 'q', text: first.script.statements.map(({statement}) => printStatement(statement)).join(';\n')},
      strict,
    );
    expect(again.problems).toEqual([]);
    expect(withoutSpans(again.script)).toEqual(
      withoutSpans({statements: first.script.statements.map(({statement}) => ({statement, comments: []}))}),
    );
    expect(parseExpression({name: 'q', text: value}, strict).expression).toMatchObject({kind: 'string', value: text});
    expect(parseExpression({name: 'q', text: name}, strict).expression).toMatchObject({kind: 'column', parts: [{name: text}]});
  });
});
