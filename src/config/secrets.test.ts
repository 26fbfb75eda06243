import {describe, expect, test} from 'vitest';
import type {Problem} from '../base/problem.ts';
import {renderProblem} from '../base/render-problem.ts';
import {type Around, framesOf, jobsOf, loadTexts, toldOf} from '../testing/job-files.ts';
import {printFiles} from './print.ts';
import {redact, redactProblem} from './redact.ts';

const canary = 'Hunter2\'s "secret"\\ $x';

const file = `
secrets:
  password: {file: secrets/password}
  token: {env: TOKEN}
  absent: {file: secrets/none}
  unset: {env: NONE}
  blank: {file: secrets/blank}
defaults:
  options: {properties.token: "\${secret:token}"}
jobs:
  a:
    sql: SELECT 1
    options: {properties.password: "user:\${secret:password}", pipeline.name: "\${TOKEN}"}
`;
const files = {'jobs.yaml': file, 'secrets/password': `${canary}\n`, 'secrets/blank': '\n'};
const around: Around = {environment: {TOKEN: 'tok-123456'}};

describe('what a secret stands for', () => {
  test('in options, and in values of options in the SQL', () => {
    const {a} = jobsOf(files, around);
    expect(a?.options?.source.text).toContain(`'user:${canary.replaceAll("'", "''")}'`);
    expect(a?.options?.source.text).toContain("'tok-123456'");
    expect(a?.optionValue?.('<${secret:token}>')).toBe('<tok-123456>');
    expect([...(a?.secrets ?? [])]).toEqual([
      ['password', canary],
      ['token', 'tok-123456'],
    ]);
  });

  test('one that cannot be read matters to whoever asks for it', () => {
    const {a} = jobsOf(files, around);
    expect(() => a?.optionValue?.('${secret:absent}')).toThrow(
      'secret "absent" cannot be read: cannot read secrets/none: there is no such file',
    );
    expect(() => a?.optionValue?.('${secret:unset}')).toThrow('secret "unset" cannot be read: variable "NONE" is not set');
    expect(() => a?.optionValue?.('${secret:blank}')).toThrow('secret "blank" cannot be read: secrets/blank is empty');
    expect(() => a?.optionValue?.('${secret:pasword}')).toThrow('there is no secret "pasword"');
  });

  test('in a profile, and from a file of its own folder', () => {
    const texts = {
      'jobs.yaml':
        'include: [parts/s.yaml]\njobs: {a: {sql: x, options: {o: "${secret:s}"}}}\nprofiles: {p: {secrets: {s: {file: null, env: S}}}}',
      'parts/s.yaml': 'secrets: {s: {file: s.txt}}',
      'parts/s.txt': 'from the file',
    };
    expect(jobsOf(texts)['a']?.secrets.get('s')).toBe('from the file');
    expect(jobsOf(texts, {profiles: ['p'], environment: {S: 'from outside'}})['a']?.secrets.get('s')).toBe('from outside');
  });
});

test.each([
  ['secrets: {s: {command: ls}}\njobs: {a: {sql: x}}', 'jobs.yaml:1:15 unknown-field: unknown field "command" in secrets.s'],
  ['secrets: {s: {file: a, env: B}}\njobs: {a: {sql: x}}', 'jobs.yaml:1:11 wrong-value: secrets.s can only be one of these'],
  ['secrets: {s: {}}\njobs: {a: {sql: x}}', 'jobs.yaml:1:11 wrong-value: secrets.s holds nothing'],
  ['secrets: {s: hunter2}\njobs: {a: {sql: x}}', 'jobs.yaml:1:14 wrong-type: secrets.s is a text, and must be a map'],
  ['secrets: {s: {env: S}}\njobs: {a: {sql: x, output: "${secret:s}"}}', 'jobs.yaml:2:28 bad-variable: a secret cannot stand here'],
  ['secrets: {s: {env: S}}\nvars: {v: "${secret:s}"}\njobs: {a: {sql: x}}', 'jobs.yaml:2:11 bad-variable: a secret cannot stand here'],
  ['jobs: {a: {sql: x, options: {o: "${secret:s}"}}}', 'jobs.yaml:1:33 bad-variable: there is no secret "s"'],
])('%s is refused', (text, expected) => {
  const told = toldOf(text, {environment: {S: 'sssssss'}});
  expect(told.filter(line => !line.includes('has nothing'))).toEqual([expected]);
});

describe('the canary', () => {
  const forms = [canary, canary.replaceAll("'", "''"), JSON.stringify(canary).slice(1, -1), encodeURIComponent(canary), 'tok-123456'];
  const clean = (text: string): void => {
    for (const form of forms) expect(text).not.toContain(form);
    expect(text).not.toContain('Hunter2');
  };

  test('is in no printed file', () => {
    const loaded = loadTexts(files, around);
    for (const request of [
      {format: 'yaml', provenance: false},
      {format: 'yaml', provenance: true},
      {format: 'json', provenance: false},
    ] as const) {
      const text = printFiles(loaded.files, {...request, isChosen: () => true});
      clean(text);
      expect(text).toContain('user:‹secret password›');
      expect(text).toContain('‹secret token›');
    }
  });

  test('is in no problem of the file, not even where the file itself gives it away', () => {
    const wrong = file.replace(
      'sql: SELECT 1',
      'sql: SELECT 1\n    output: ${TOKEN}\n    guarantee: tok-123456\n    max-errors: "tok-123456"',
    );
    const frames = framesOf({...files, 'jobs.yaml': wrong}, around);
    clean(frames);
    expect(frames).toContain('jobs.a.output cannot be "‹secret token›"');
    expect(frames).toContain('guarantee: ••••••••••\n');
    expect(frames.match(/^error/gm)).toHaveLength(3);
  });

  test('is in no problem that others have with its values', () => {
    const secrets = new Map([
      ['password', canary],
      ['token', 'tok-123456'],
    ]);
    const source = {name: 'options of a', text: `SET 'x' = '${canary.replaceAll("'", "''")}';`};
    const place = {kind: 'text', source, span: {start: 0, end: 3}} as const;
    const problem: Problem = {
      kind: 'invalid',
      severity: 'error',
      code: 'c',
      message: `option "x" cannot be "${canary}"`,
      detail: JSON.stringify({canary}),
      hint: `https://x/?p=${encodeURIComponent(canary)}`,
      place,
      notes: [{message: canary, place: {kind: 'data', where: canary}}],
    };
    clean(renderProblem(redactProblem(problem, secrets), {color: false}));
    clean(JSON.stringify(redactProblem(problem, secrets)));
  });

  test('of several lines, each that says enough', () => {
    const key = '-----BEGIN-----\nabcdefghijkl\nshort\n-----END-----\n';
    expect(redact('at abcdefghijkl, short', new Map([['key', key]]))).toBe('at ‹secret key›, short');
  });

  test('what holds another secret is told as the longer one, and characters of patterns are letters', () => {
    const secrets = new Map([
      ['short', 'a.b*'],
      ['long', 'xa.b*x'],
    ]);
    expect(redact('xa.b*x a.b* aXb a.bb', secrets)).toBe('‹secret long› ‹secret short› aXb a.bb');
    expect(redact('nothing', new Map())).toBe('nothing');
  });
});
