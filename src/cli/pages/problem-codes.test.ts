import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {lastingCodes} from '../../supervisor/restart.ts';
import {problemCodes} from './problem-codes.ts';

// A code is written where its problem is made, in one of these ways.

const word = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*';
const waysToWriteOne = [
  `\\bcode(?:: | = )(?:[^'\\n]*[?] )?'(${word})'(?: : '(${word})')?[,;}]`,
  `\\bfail\\(\\s*'(?:usage|invalid|data|environment|transient|bug)',\\s*(?:[^'\\n]* [?] )?(?:'read' [?] )?'(${word})'(?: : '(${word})')?,`,
  `\\b(?:\\w*\\.error|\\w*\\.warning|invalid|fault|\\w*[pP]roblem|problemAt)\\(\\s*(?:\\w+, )?(?:[^'\\n]* [?] )?'(${word})'(?: : '(${word})')?,`,
  `=== 'read' [?] '(${word})' : '(${word})'`,
  `\\badvisor\\.(?:at|in)\\(\\s*(?:[\\w.!]+,\\s*){1,2}'(${word})',`,
].map(pattern => new RegExp(pattern, 'g'));
/** First arguments of the same functions that are no codes. */
const others = new Set(['read', 'write', 'cut', 'gzip', 'zstd', 'code', 'error', 'warning']);

const sources = readdirSync('src', {recursive: true, encoding: 'utf8'})
  .filter(file => file.endsWith('.ts') && !/\.test\.ts$|generated|kernel\/wasm|^testing\/|^cli\/(flags|pages\/)/.test(file))
  .map(file => readFileSync(`src/${file}`, 'utf8'));
const written = new Set(
  sources
    .flatMap(text => waysToWriteOne.flatMap(pattern => [...text.matchAll(pattern)].flatMap(match => match.slice(1))))
    .filter(code => code !== undefined && !others.has(code)),
);

test('codes are found where they are written', () => {
  for (const code of [
    'bad-argument',
    'unknown-column',
    'syntax',
    'cannot-write',
    'record-too-large',
    'duplicate-key',
    'bad-yaml',
    'unknown-option',
    'sum-wraps',
    'growing-state',
  ])
    expect(written).toContain(code);
  expect(written.size).toBeGreaterThan(100);
});

test('every code is explained', () => {
  expect([...written].filter(code => !problemCodes.has(code)).sort()).toEqual([]);
});

test('nothing is explained that no problem has', () => {
  const text = sources.join('\n');
  expect([...problemCodes.keys()].filter(code => !text.includes(`'${code}'`))).toEqual([]);
});

test('what decides about restarts is a code that there is', () => {
  expect([...lastingCodes].filter(code => !problemCodes.has(code))).toEqual([]);
});

test('an explanation says what is and what to do, shortly', () => {
  for (const [code, {meaning, action}] of problemCodes) {
    expect(meaning.length + action.length, code).toBeLessThan(200);
    expect(`${meaning} ${action}`, code).not.toMatch(/\.$|\. /);
    expect(action, code).toMatch(/^(?:[a-z-]|SET |CAST )/);
  }
});
