import fc from 'fast-check';
import {grammar as ohmGrammar} from 'ohm-js';
import {describe, expect, test} from 'vitest';
import {kindNames} from './generated/recipe.ts';
import {grammarText} from './grammar.ts';
import {lex} from './lexer.ts';
import {matchText, type Branch} from './matcher.ts';
import {characterOf} from './tokens.ts';

const kinds = kindNames.split(' ');
const character = (kind: string | undefined) => characterOf(kind ?? '') ?? '';
const before = (kind: string) => kinds[kinds.indexOf(kind) - 1];
const bare = kinds
  .filter(kind => /^CURRENT_\w+|^USER$/.test(kind) && kinds.indexOf(kind) < kinds.indexOf('reserved'))
  .sort((a, b) => kinds.indexOf(a) - kinds.indexOf(b));
const classes: Readonly<Record<string, string>> = {
  '<name>': `"${character('identifier')}".."${character(before('reserved-function'))}"`,
  '<function>': `"${character('reserved-function')}".."${character(before('reserved'))}"`,
  '<bare>': `"${character(bare[0])}".."${character(before('reserved'))}"`,
};

/** The same grammar in ohm's own matcher. */
const reference = ohmGrammar(
  grammarText.replaceAll(/"([^"]*)"/g, (_, terminal: string) => classes[terminal] ?? `"${characterOf(terminal) ?? '\uffff'}"`),
);

const tokenString = (sql: string): string =>
  lex({name: 'q', text: sql})
    .tokens.map(token => token.character)
    .join('');

interface OhmNode {
  readonly ruleName?: string;
  readonly children?: readonly OhmNode[];
}
/** The rules of a tree in order, without tokens. */
function ohmRules(node: OhmNode): unknown[] {
  return (node.children ?? []).flatMap(child => {
    if (child.ruleName === 'any') return [];
    return child.ruleName === undefined ? ohmRules(child) : [[child.ruleName, ...ohmRules(child)]];
  });
}
function ourRules(branch: Branch): unknown[] {
  return branch.parts.flatMap(part => (part.rule === '' ? [] : [[part.rule, ...ourRules(part)]]));
}
/** Ohm keeps the columns of a repetition apart, we keep its order. */
const sorted = (rules: readonly unknown[]): unknown[] =>
  rules.map(rule =>
    Array.isArray(rule) ? [rule[0], ...sorted(rule.slice(1)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))] : rule,
  );

function agree(text: string, rule: string): void {
  const ohm = reference.match(text, rule) as unknown as {succeeded(): boolean; getRightmostFailurePosition(): number; _cst: OhmNode};
  const ours = matchText(text, rule);
  expect(ours.tree !== null).toBe(ohm.succeeded());
  if (ours.tree) expect(sorted(ourRules(ours.tree))).toEqual(sorted(ohmRules(ohm._cst)));
  else expect(ours.at).toBe(ohm.getRightmostFailurePosition());
}

describe('the matcher means what ohm means', () => {
  const texts: readonly [string, string][] = [
    [
      'SELECT a, COUNT(*) AS n FROM t, u LEFT JOIN v ON x = y WHERE a IN (1, 2) AND NOT b GROUP BY a HAVING n > 1 ORDER BY n DESC LIMIT 3',
      'queryStatement',
    ],
    [
      "SELECT CASE WHEN a BETWEEN 1 AND 2 THEN TRIM(BOTH 'x' FROM y) ELSE CAST(b AS ROW<c INT>) END FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' DAY))",
      'queryStatement',
    ],
    ['WITH a AS (SELECT 1 UNION ALL SELECT 2) SELECT * FROM ((a)) JOIN', 'queryStatement'],
    ['SELECT a FROM t WHERE b = AND c', 'queryStatement'],
    ["CREATE TABLE t (a INT, b AS a + 1, WATERMARK FOR ts AS ts, PRIMARY KEY (a) NOT ENFORCED) WITH ('x' = 'y') LIKE u", 'createStatement'],
    ['CREATE TABLE t (a INT, b AS a +, c INT)', 'createStatement'],
    ['ALTER TABLE t ADD (a INT FIRST, b STRING AFTER a)', 'alterStatement'],
    ['SET a.b-c = 1 2 3', 'setStatement'],
    ['SELECT * FROM t MATCH_RECOGNIZE (PATTERN (a{2,3}) DEFINE a AS TRUE) AS m', 'queryStatement'],
  ];
  test.each(texts)('%s', (sql, rule) => agree(tokenString(sql), rule));

  test('for texts with tokens taken out, doubled or replaced', () => {
    const chosen = fc.constantFrom(...texts).map(([sql, rule]) => [tokenString(sql), rule] as const);
    const change = fc.record({at: fc.nat(60), remove: fc.nat(2), add: fc.array(fc.nat(kinds.length - 1), {maxLength: 2})});
    fc.assert(
      fc.property(chosen, change, ([text, rule], {at, remove, add}) => {
        const place = at % text.length;
        agree(text.slice(0, place) + add.map(kind => character(kinds[kind])).join('') + text.slice(place + remove), rule);
      }),
      {numRuns: 300, seed: 7},
    );
  });
});
