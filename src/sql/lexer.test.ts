import {describe, expect, test} from 'vitest';
import {lex} from './lexer.ts';
import {kindOf} from './tokens.ts';

const tokensOf = (text: string) =>
  lex({name: 'q', text}).tokens.map(({character, value}) => `${character === ';' ? ';' : kindOf(character)} ${value}`);
const problemsOf = (text: string) =>
  lex({name: 'q', text}).problems.map(({code, place}) => `${code} ${place?.kind === 'text' ? place.span.start : -1}`);

describe('tokens', () => {
  test('words keep their case and know whether they are reserved', () => {
    expect(tokensOf('select Level, `sel``ect` from größe_1')).toEqual([
      'SELECT select',
      'identifier Level',
      ', ,',
      'quoted-identifier sel`ect',
      'FROM from',
      'identifier größe_1',
    ]);
  });

  test('texts with doubled quotes, other alphabets and escapes by number', () => {
    expect(tokensOf(`'it''s' '' '\u2028"\`\${x}' U&'d\\0061t\\+000061' U&'!0061!!' UESCAPE '!' X'0aFF'`)).toEqual([
      "<string> it's",
      '<string> ',
      '<string> \u2028"`${x}',
      '<string> data',
      '<string> a!',
      '<binary> 0aFF',
    ]);
  });

  test('numbers', () => {
    expect(tokensOf('1 1.5 .5 1. 1e3 2.5E-3').map(token => token.slice(9))).toEqual(['1', '1.5', '.5', '1.', '1e3', '2.5E-3']);
    expect(tokensOf('0.5e1.1')).toEqual(['<number> 0.5e1', '<number> .1']);
  });

  test('a parameter cannot follow an operand, a colon can', () => {
    expect(tokensOf("a = :limit AND JSON_OBJECT('k':v)").slice(2, 3)).toEqual(['<parameter> limit']);
    expect(tokensOf("JSON_OBJECT('k':v)").slice(2)).toEqual(['<string> k', ': :', 'identifier v', ') )']);
  });

  test('comments are set aside, hints are tokens', () => {
    const {comments, tokens} = lex({name: 'q', text: "-- one\nSELECT /* two */ a // three\n FROM t /*+ OPTIONS('a'='b') */"});
    expect(comments).toHaveLength(3);
    expect(tokens.map(({value}) => value)).toEqual(['SELECT', 'a', 'FROM', 't', '/*+', 'OPTIONS', '(', 'a', '=', 'b', ')', '*/']);
  });

  test('spans count UTF-16 units', () => {
    const [, name] = lex({name: 'q', text: "'😀' `b`"}).tokens;
    expect(name).toMatchObject({start: 5, end: 8});
  });
});

describe('what is no token', () => {
  test.each([
    ["SELECT 'abc", 'unclosed-quote 7'],
    ['SELECT `abc', 'unclosed-quote 7'],
    ['SELECT /* abc', 'unclosed-comment 7'],
    ['SELECT "abc"', 'double-quotes 7'],
    ["SELECT X'0g'", 'binary-digits 7'],
    ["SELECT U&'\\00zz'", 'unicode-escape 7'],
    ["SELECT U&'a' UESCAPE 'a'", 'unicode-escape 7'],
    ['SELECT ``', 'empty-name 7'],
    ['SELECT @a', 'unknown-character 7'],
  ])('%s', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test('reading goes on behind it', () => {
    expect(problemsOf('SELECT @a; SELECT "b"; SELECT #')).toEqual(['unknown-character 7', 'double-quotes 18', 'unknown-character 30']);
  });
});
