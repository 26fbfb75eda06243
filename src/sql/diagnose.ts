import {nearest} from '../base/nearest.ts';
import type {Problem, SourceText, Span} from '../base/problem.ts';
import {quoteName, reservedWords} from './keywords.ts';
import {startsOf} from './matcher.ts';
import {firstWords} from './statements.ts';
import {isName, isWord, kinds, type Token} from './tokens.ts';

/** Why a statement could not be read: at which of its tokens, and what could have stood there. */
export interface Failure {
  readonly source: SourceText;
  readonly tokens: readonly Token[];
  readonly at: number;
  readonly expected: ReadonlySet<string>;
}

/** A failed match in the words of the person who wrote the text. */
export function diagnose(failure: Failure): Problem {
  const token = failure.tokens[failure.at];
  for (const explain of [missingSemicolon, brackets, foreignSyntax, reservedName, reservedBefore, aliasForKeyword, misspelt]) {
    const problem = explain(failure, token);
    if (problem) return problem;
  }
  const message = token ? `${described(failure, token)} cannot stand here` : 'the statement ends too early';
  return problemAt(failure, 'syntax', message, spanOf(failure, failure.at), hintFor(failure));
}

/** A statement that begins with no known word. */
export function unknownStatement(source: SourceText, token: Token): Problem {
  const failure: Failure = {source, tokens: [token], at: 0, expected: new Set()};
  const found = isWord(token) ? nearest(token.value, firstWords) : null;
  const hint = found ? `did you mean "${found}"?` : 'a statement begins with SELECT, INSERT, CREATE, SET or another command';
  return problemAt(failure, 'unknown-statement', `no statement begins with ${described(failure, token)}`, spanOf(failure, 0), hint);
}

function problemAt(failure: Failure, code: string, message: string, span: Span, hint: string | undefined): Problem {
  const place = {kind: 'text', source: failure.source, span} as const;
  return {kind: 'invalid', severity: 'error', code, message, ...(hint === undefined ? {} : {hint}), place};
}

/** The token's place; behind the last one it is the place just after it. */
function spanOf({tokens, source}: Failure, at: number): Span {
  const token = tokens[at];
  if (token) return {start: token.start, end: token.end};
  const end = tokens.at(-1)?.end ?? source.text.length;
  return {start: end, end};
}

function written({source}: Failure, token: Token): string {
  return source.text.slice(token.start, token.end);
}

function described(failure: Failure, token: Token): string {
  const text = written(failure, token);
  if (token.character === kinds.string) return text.length > 40 ? 'this text' : `the text ${text}`;
  if (token.character === kinds.number) return `the number ${text}`;
  if (token.character === kinds.quotedIdentifier) return `the name ${text}`;
  return isWord(token) ? text : `"${text}"`;
}

/** `SELECT … SELECT …`: the first could end where the second begins. */
function missingSemicolon(failure: Failure, token: Token | undefined): Problem | undefined {
  if (
    !token ||
    !failure.expected.has('the end') ||
    !/^(SELECT|INSERT|CREATE|DROP|SET|EXPLAIN|EXECUTE|WITH|ALTER|SHOW|USE|DELETE|BEGIN)$/i.test(token.value)
  )
    return undefined;
  return problemAt(
    failure,
    'missing-semicolon',
    `${written(failure, token)} begins another statement`,
    spanOf(failure, failure.at),
    'write ; between them',
  );
}

/** A bracket that closes nothing, or one that should have been closed before. */
function brackets(failure: Failure, token: Token | undefined): Problem | undefined {
  const open: Token[] = [];
  for (const before of failure.tokens.slice(0, failure.at)) {
    if (isMark(before, '([')) open.push(before);
    else if (isMark(before, ')]')) open.pop();
  }
  const last = open.at(-1);
  if (token && isMark(token, ')]') && !last)
    return problemAt(failure, 'syntax', `this ${token.value} closes nothing`, spanOf(failure, failure.at), 'remove it, or open it before');
  const close = last?.value === '[' ? ']' : ')';
  if (!last || !failure.expected.has(close)) return undefined;
  if (token && !isMark(token, ')];') && ![...clauseWords, 'WITH'].includes(token.value.toUpperCase())) return undefined;
  const message = token
    ? `${described(failure, token)} stands inside a ${last.value} that is still open`
    : `a ${last.value} is still open at the end of the statement`;
  const notes = [
    {message: 'it is opened here', place: {kind: 'text', source: failure.source, span: {start: last.start, end: last.end}}},
  ] as const;
  return {...problemAt(failure, 'syntax', message, spanOf(failure, failure.at), `close it with ${close}`), notes};
}

function isMark(token: Token, marks: string): boolean {
  return token.value.length === 1 && token.end - token.start === 1 && marks.includes(token.value);
}

// ── what other databases write ─────────────────────────────────────────────

const instead: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['::', ['the cast ::', 'write CAST(value AS type)']],
  ['==', ['the operator ==', 'write = instead']],
  ['&&', ['the operator &&', 'write AND']],
  ['<=>', ['the operator <=>', 'write IS NOT DISTINCT FROM']],
  ['>>', ['the operator >>', 'divide by a power of two']],
  ['<<', ['the operator <<', 'multiply by a power of two']],
  ['**', ['the operator **', 'write POWER(a, b)']],
  ['->', ['the operator ->', "read JSON with JSON_VALUE(column, '$.field'); lambdas stand in parentheses of a call only"]],
]);

function foreignSyntax(failure: Failure, token: Token | undefined): Problem | undefined {
  if (!token) return undefined;
  for (const start of [failure.at - 1, failure.at]) {
    for (const length of [3, 2, 1]) {
      const run = failure.tokens.slice(Math.max(0, start), start + length);
      const [first] = run;
      const last = run.at(-1);
      if (!first || !last || run.length < length || last.end - first.start !== run.reduce((sum, part) => sum + part.end - part.start, 0))
        continue;
      const known = instead.get(failure.source.text.slice(first.start, last.end));
      if (known) return problemAt(failure, 'not-supported', `${known[0]} is not supported`, {start: first.start, end: last.end}, known[1]);
    }
  }
  const before = failure.tokens[failure.at - 1];
  if (token.character === kinds.number && before?.value.toUpperCase() === 'TOP') {
    const span = {start: before.start, end: token.end};
    return problemAt(failure, 'not-supported', 'SELECT TOP is not supported', span, `write LIMIT ${token.value} at the end of the query`);
  }
  if (token.value === ')' && failure.tokens[failure.at - 1]?.value === ',') return extraComma(failure);
  if (/^(FROM|WHERE|GROUP|ORDER)$/i.test(token.value) && failure.tokens[failure.at - 1]?.value === ',') return extraComma(failure);
  return undefined;
}

function extraComma(failure: Failure): Problem {
  return problemAt(failure, 'syntax', 'nothing follows this comma', spanOf(failure, failure.at - 1), 'remove the comma');
}

// ── reserved words as names ────────────────────────────────────────────────

/** Reserved words that people use as names of columns, and that also begin something when they stand alone. */
const favouriteNames = new Set(
  'VALUE TIMESTAMP DATE TIME DATETIME YEAR MONTH DAY HOUR MINUTE SECOND ROW ROWS START END COUNT METHOD POSITION RESULT OFFSET INTERVAL CONDITION LANGUAGE SUM MIN MAX AVG RANK PERCENT CURRENT NEXT GROUPS COMMENT PARTITION CHECK MATCH MODULE SHOW STATIC STREAM SYSTEM WINDOW STRING BYTES RAW CONTAINS EQUALS ELEMENT PARAMETER PERIOD RANGE REF SCOPE SEARCH LAG LEAD TRANSLATION UPPER LOWER MOD LEFT RIGHT HASH TABLES VIEWS FUNCTIONS CHAR CHARACTER MODELS CUBE CURSOR CYCLE DEC DYNAMIC EACH EMPTY EXTERNAL FREE FUNCTION GET GLOBAL GRANT HOLD IDENTITY IMPORT INDICATOR INITIAL INTERSECTION LARGE LOCAL MEMBER MERGE MINUS NEW NO NONE NORMALIZE OF OLD OMIT ON ONE ONLY OPEN OUT PATTERN PER PREPARE PROCEDURE RANGE READS RELEASE RETURN RETURNS RUNNING SCROLL SEEK SENSITIVE SKIP SPECIFIC SUBSET TREAT TRIGGER UNIQUE UNKNOWN USER USE UUID VARIANT VARYING VERSIONING'.split(
    ' ',
  ),
);

function reservedName(failure: Failure, token: Token | undefined): Problem | undefined {
  if (!token || !isReservedWord(token) || !wantsName(failure)) return undefined;
  const afterDot = failure.tokens[failure.at - 1]?.value === '.';
  const next = failure.tokens[failure.at + 1];
  const standsAlone =
    !next ||
    /^([,.)=<>;]|<=|>=|<>|!=|\+|-|\*|\/|AS|FROM|IS|IN|LIKE|BETWEEN|AND|OR|NOT|ASC|DESC|INT|STRING|BIGINT|VARCHAR|DOUBLE|TIMESTAMP|DECIMAL|BOOLEAN|FLOAT|DATE|TIME|BYTES|ROW|ARRAY|MAP)$/i.test(
      next.value,
    );
  if (afterDot && clauseWords.includes(token.value.toUpperCase())) {
    return problemAt(
      failure,
      'syntax',
      'a name is missing behind this dot',
      spanOf(failure, failure.at - 1),
      'write the name, or remove the dot',
    );
  }
  if (!afterDot && (!favouriteNames.has(token.value.toUpperCase()) || !standsAlone)) return undefined;
  return reservedProblem(failure, failure.at);
}

/** `SELECT date FROM t`: DATE begins a literal, so the fault shows one token later. */
function reservedBefore(failure: Failure, token: Token | undefined): Problem | undefined {
  const before = failure.tokens[failure.at - 1];
  if (!before || !isReservedWord(before) || !favouriteNames.has(before.value.toUpperCase()) || wantsName(failure)) return undefined;
  const ends =
    !token ||
    /^([,.)=<>]|<=|>=|<>|!=|\+|-|\*|\/|AS|FROM|WHERE|GROUP|ORDER|IS|IN|LIKE|BETWEEN|AND|OR|ASC|DESC|UNION|LIMIT|HAVING)$/i.test(
      token.value,
    );
  return ends ? reservedProblem(failure, failure.at - 1) : undefined;
}

function reservedProblem(failure: Failure, at: number): Problem {
  const token = failure.tokens[at] as Token;
  const word = written(failure, token);
  return problemAt(
    failure,
    'reserved-word',
    `${word} is a reserved word`,
    spanOf(failure, at),
    `as a name write ${quoteName(token.value)}`,
  );
}

function isReservedWord(token: Token): boolean {
  return isWord(token) && !isName(token) && reservedWords.has(token.value.toUpperCase());
}

function wantsName({expected}: Failure): boolean {
  return expected.has('a name');
}

// ── misspelt words ─────────────────────────────────────────────────────────

/** Words that can follow what an unfinished clause looks like: `SELECT a FORM t` reads FORM as a name for `a`. */
const clauseWords = [
  'FROM',
  'WHERE',
  'GROUP',
  'ORDER',
  'HAVING',
  'LIMIT',
  'JOIN',
  'UNION',
  'INNER',
  'LEFT',
  'CROSS',
  'INTERSECT',
  'EXCEPT',
  'WINDOW',
  'OFFSET',
  'VALUES',
  'SELECT',
];

function aliasForKeyword(failure: Failure): Problem | undefined {
  const before = failure.tokens[failure.at - 1];
  if (!before || before.character !== kinds.identifier || before.value.length < 3) return undefined;
  const found = nearest(before.value, clauseWords);
  if (found === null) return undefined;
  return problemAt(
    failure,
    'syntax',
    `${written(failure, before)} cannot stand here`,
    spanOf(failure, failure.at - 1),
    `did you mean "${found}"?`,
  );
}

function misspelt(failure: Failure, token: Token | undefined): Problem | undefined {
  if (!token || !isName(token) || token.character === kinds.quotedIdentifier) return undefined;
  const words = [...failure.expected].filter(kind => /^[A-Z_]{2,}$/.test(kind));
  const found = nearest(token.value, words);
  if (found === null) return undefined;
  return problemAt(
    failure,
    'syntax',
    `${written(failure, token)} cannot stand here`,
    spanOf(failure, failure.at),
    `did you mean "${found}"?`,
  );
}

// ── what is expected ───────────────────────────────────────────────────────

/** Groups of things that are one thing to a reader, from the widest on. Worked out when first needed, from the grammar itself. */
let groups: readonly (readonly [string, ReadonlySet<string>])[] | undefined;

/** What can almost always follow and is almost never what was forgotten: told only when nothing else could stand there. */
const rare = new Set(
  `[ . /*+ -> => ? { YEAR YEARS MONTH MONTHS DAY DAYS HOUR HOURS MINUTE MINUTES SECOND SECONDS UNSIGNED SIGNED IGNORE RESPECT WITHIN STREAM VALUE
  MATCH_RECOGNIZE PIVOT UNPIVOT TABLESAMPLE EXCLUDE REPLACE EXTEND ASOF MINUS NATURAL SEPARATOR ALL SOME ANY DISTINCT ARRAY MULTISET FORMAT COLLATE
  SEMI ANTI SNAPSHOT QUALIFY`.split(/\s+/),
);

/** What is forgotten most, first. */
const usual = [
  ')',
  ']',
  ',',
  '=',
  'AS',
  'BY',
  'FROM',
  'ON',
  'WHERE',
  'JOIN',
  'GROUP',
  'ORDER',
  'LIMIT',
  'AND',
  'WHEN',
  'THEN',
  'END',
  'INTO',
  'VALUES',
  'WITH',
];

function byUse(a: string, b: string): number {
  const place = (kind: string) => (usual.includes(kind) ? usual.indexOf(kind) : usual.length);
  return place(a) - place(b);
}

function hintFor(failure: Failure): string | undefined {
  groups ??= [
    ['an expression', startsOf('expression')],
    ['a table', startsOf('tableFactor')],
    ['a query', startsOf('query')],
    ['a type', startsOf('type')],
    ['', startsOf('tail')],
    ['', startsOf('comparisonTail')],
    ['', startsOf('arithmeticTail')],
    ['a value', startsOf('arithmetic')],
    ['', startsOf('reservedQualifier')],
  ];
  let rest = new Set(failure.expected);
  const things = new Set<string>();
  for (const [name, kinds] of groups) {
    if (![...kinds].every(kind => failure.expected.has(kind))) continue;
    rest = new Set([...rest].filter(kind => !kinds.has(kind)));
    if (name !== '' && !(name === 'a value' && things.has('an expression'))) things.add(name);
  }
  rest.delete('the end');
  const tokens = [...rest].sort(byUse).map(kindText);
  const shown = [...things, ...tokens.filter(text => text !== '')];
  const likely = shown.filter(text => !rare.has(text.replaceAll('"', '')));
  const few = (likely.length > 0 ? likely : shown).slice(0, 5);
  if (few.length === 0) return failure.expected.has('the end') ? 'end the statement before it' : undefined;
  return `expected ${few.length === 1 ? few[0] : `${few.slice(0, -1).join(', ')} or ${few.at(-1)}`}`;
}

/** A kind of token as a reader knows it; nothing for those that have no face. */
function kindText(kind: string): string {
  if (/^<[a-z]+>$/.test(kind) || kind === 'identifier') return '';
  if (/^[A-Z_]+\(?$/.test(kind)) return kind.replace('(', '');
  return /^[a-z]/.test(kind) ? kind : `"${kind}"`;
}
