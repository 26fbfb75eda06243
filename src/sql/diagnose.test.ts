import {describe, expect, test} from 'vitest';
import {parseScript} from './parse.ts';

/** `code @ text under the caret: hint`, one for each problem. */
function told(text: string, lenient = false): string[] {
  return parseScript({name: 'q', text}, {lenient}).problems.map(({code, hint, place}) => {
    const {start, end} = place?.kind === 'text' ? place.span : {start: 0, end: 0};
    return `${code} @ ${text.slice(start, end)}: ${hint ?? ''}`;
  });
}

describe('faults in plain words', () => {
  test.each([
    ['SELCT a FROM t', 'unknown-statement @ SELCT: did you mean "SELECT"?'],
    ['SELECT a FORM t', 'syntax @ FORM: did you mean "FROM"?'],
    ['SELECT a FROM t WEHRE b = 1', 'syntax @ WEHRE: did you mean "WHERE"?'],
    ['SELECT a, FROM t', 'syntax @ ,: remove the comma'],
    ['SELECT (a + b FROM t', 'syntax @ FROM: close it with )'],
    ['SELECT a + b) FROM t', 'syntax @ ): remove it, or open it before'],
    ['SELECT a FROM t ORDER a', 'syntax @ a: expected BY'],
    ['SELECT a FROM t WHERE', 'syntax @ : expected an expression'],
    ['SELECT a FROM', 'syntax @ : expected a table'],
    ['INSERT INTO t UPDATE', 'syntax @ UPDATE: expected a query or PARTITION'],
    ['CREATE TABLE t (a INT, b', 'syntax @ : expected a type or AS'],
    ['CREATE TABLE t (a, b)', 'column-type @ (a, b): write a type behind each name, as in (a INT, b STRING)'],
    ['SELECT CAST(a AS)', 'syntax @ ): expected a type'],
    ['SELECT a SELECT b', 'missing-semicolon @ SELECT: write ; between them'],
    ['SELECT value FROM t', 'reserved-word @ value: as a name write `value`'],
    ['SELECT t.timestamp FROM t', 'reserved-word @ timestamp: as a name write `timestamp`'],
    ['SELECT a, date FROM t', 'reserved-word @ date: as a name write `date`'],
    ['SELECT count FROM t', 'reserved-word @ count: as a name write `count`'],
    ['CREATE TABLE t (start INT)', 'reserved-word @ start: as a name write `start`'],
    ['SELECT a::INT', 'not-supported @ ::: write CAST(value AS type)'],
    ['SELECT a FROM t WHERE a == 1', 'not-supported @ ==: write = instead'],
    ['SELECT TOP 5 a FROM t', 'not-supported @ TOP 5: write LIMIT 5 at the end of the query'],
    ['SELECT "a" FROM t', 'double-quotes @ "a": write \'a\' for a text or `a` for a name'],
    ['SELECT ? FROM t', 'not-supported @ ?: write :name and bind it with -v name=value'],
    ['SELECT a.b. FROM t', 'syntax @ .: write the name, or remove the dot'],
    ['SELECT a FROM t constructor constructor', 'syntax @ constructor: expected ",", WHERE, JOIN, GROUP or ORDER'],
    ["SELECT 'a' 'b'", "adjacent-texts @ 'b': write || between them, or a comma"],
    ['EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;', 'no-end @ EXECUTE: write END; behind its last INSERT'],
    ['BEGIN STATEMENT SET; SELECT 2; END', 'set-insert @ SELECT: put it before or behind the set'],
  ])('%s', (text, expected) => {
    expect(told(text)).toEqual([expected]);
  });

  test.each([
    ['SELECT a FROM t WHERE a != 1', 'not-portable @ !=: write <> instead of !='],
    ['SELECT a FROM t LIMIT 5, 10', 'not-portable @ LIMIT 5, 10: write LIMIT 10 OFFSET 5 instead of LIMIT 5 , 10'],
    ['SELECT a FROM t OFFSET 5 LIMIT 10', 'not-portable @ OFFSET 5 LIMIT 10: write LIMIT 10 OFFSET 5 instead of OFFSET 5 LIMIT 10'],
    ['SELECT a MINUS SELECT b', 'not-portable @ MINUS: write EXCEPT instead of MINUS'],
    ['SELECT INTERVAL 5 DAYS', "not-supported @ INTERVAL 5 DAYS: write INTERVAL '5' DAY"],
  ])('a script may not say %s, a one-liner may', (text, expected) => {
    expect(told(text)).toEqual([expected]);
    expect(told(text, true)).toEqual([]);
  });

  test('every statement tells its own first fault', () => {
    expect(told("SELECT 1; SELCT 2; SELECT 'x' FRM t; SET 'a' =; SELECT a != b, c != d")).toEqual([
      'unknown-statement @ SELCT: did you mean "SELECT"?',
      'syntax @ FRM: did you mean "FROM"?',
      'syntax @ : expected a text in single quotes',
      'not-portable @ !=: write <> instead of !=',
      'not-portable @ !=: write <> instead of !=',
    ]);
  });

  test('so does every statement of a set', () => {
    expect(told('EXECUTE STATEMENT SET BEGIN INSERT INTO a SELCT 1; INSERT INTO b SELECT 2; INSERT c SELECT 3; END; SELECT')).toEqual([
      'syntax @ SELCT: did you mean "SELECT"?',
      'syntax @ c: expected INTO or OVERWRITE',
      'syntax @ : expected an expression or "*"',
    ]);
  });

  test('an open bracket is shown too', () => {
    const {problems} = parseScript({name: 'q', text: 'SELECT f(a FROM t'}, {lenient: false});
    expect(problems[0]?.notes?.[0]).toMatchObject({message: 'it is opened here', place: {span: {start: 8, end: 9}}});
  });
});
