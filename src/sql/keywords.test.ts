import {describe, expect, test} from 'vitest';
import {isReserved, quoteName} from './keywords.ts';
import {parseScript} from './parse.ts';

/** Refused as names of columns by Flink 2.3, bare and behind a dot. */
const refused =
  'datetime value timestamp day month year hour minute second time date row rows start end count method position result offset window at system language order interval condition table to from sum min max avg rank percent current limit next group groups statement sql trigger comment partition default check column constraint match module permute prev running seek show similar skip static stream subset system_time then tinyint trim translate upsert values varying versioning watermark without explain describe bytes string raw'.split(
    ' ',
  );
/** Taken as names of columns, although lists of keywords hold them. */
const taken =
  'key name state id type data source version map model metadata first last nulls json overwrite plan quarter week session tumble hop descriptor temporary catalog database function1'.split(
    ' ',
  );

const problemsOf = (text: string) => parseScript({name: 'q', text}, {lenient: false}).problems;

describe('reserved words', () => {
  test.each(refused)('%s needs back-ticks', word => {
    expect(isReserved(word)).toBe(true);
    expect(quoteName(word)).toBe(`\`${word}\``);
    expect(problemsOf(`SELECT x.${word} FROM x`)).not.toEqual([]);
    expect(problemsOf(`CREATE TABLE t (${word} INT)`)).not.toEqual([]);
    expect(problemsOf(`SELECT ${word} FROM x`)).not.toEqual([]);
    expect(problemsOf(`SELECT x.\`${word}\`, \`${word}\` AS \`${word}\` FROM x`)).toEqual([]);
  });

  test.each(refused)('behind a dot the message for %s gives the exact spelling', word => {
    const clause = /^(order|from|limit|group|offset|window|values)$/.test(word);
    expect(problemsOf(`SELECT x.${word}`)[0]).toMatchObject(
      clause ? {code: 'syntax'} : {code: 'reserved-word', hint: `as a name write \`${word}\``},
    );
  });

  test.each(taken)('%s does not', word => {
    expect(isReserved(word)).toBe(false);
    expect(problemsOf(`SELECT ${word}, x.${word} AS ${word} FROM x AS ${word} WHERE ${word} = 1`)).toEqual([]);
    expect(problemsOf(`CREATE TABLE ${word}(${word} INT); INSERT INTO ${word} (a) SELECT 1`)).toEqual([]);
  });

  test('user and true are read as what they are when they stand alone', () => {
    expect(problemsOf('SELECT user, true, unknown')).toEqual([]);
    for (const word of ['user', 'true', 'unknown']) expect(problemsOf(`SELECT x.${word} FROM x`)[0]).toMatchObject({code: 'reserved-word'});
  });
});
