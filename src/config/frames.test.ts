import {expect, test} from 'vitest';
import {type Around, framesOf} from '../testing/job-files.ts';

// One frame for each kind of fault that a person meets: what is wrong, where, and what to do.

const files = {
  'jobs.yaml': `include: [parts/none.yaml, parts/a.yaml]
vars:
  a: \${NONE}
  b: \${vars.c}
  c: \${vars.b}
secrets:
  s: {command: pass}
templates:
  t: {extends: u}
  u: {extends: t, commit-interval: 5}
jobs:
  a: {extends: tt, sql: x}
  b: {extends: t, sql: x, output: "\${secret:s}"}
  c:
    sql: x
    file: y.sql
    batch: "5,1s"
    commit-interval: 2s
    options: {o: "\${secret:z}", p: "\${file:none.txt}"}
  d: {extends: {file: parts/b.yaml, job: x}}
  e: {sql: x, on-error: null}
profiles:
  p: {jobs: {a: {extends: t}}}
`,
  'parts/a.yaml': 'vars: {x: 1}\njobs: {}\n',
  'parts/b.yaml': 'jobs: {y: {sql: x}}\n',
};

function frames(texts: string | Readonly<Record<string, string>>, around: Around = {}): string {
  return `\n${framesOf(texts, around)}\n`;
}

test('all kinds at once, by place', () => {
  expect(frames(files, {profiles: ['p', 'q'], settings: ['templates.t.output=csv', 'jobs.e.otput=csv']})).toMatchInlineSnapshot(`
    "
    error[too-late]: --set of templates would have no effect: it comes after that
     --> --set:1:1
      |
    1 | templates.t.output=csv
      | ^^^^^^^^^^^^^^^^^^
      = help: set a value of defaults, of vars or of a job

    error[unknown-field]: unknown field "otput" in jobs.e
     --> --set:1:8
      |
    1 | jobs.e.otput=csv
      |        ^^^^^
      = help: did you mean "output"?

    error[unknown-field]: unknown field "jobs" in the included file
     --> parts/a.yaml:2:1
      |
    2 | jobs: {}
      | ^^^^
      = help: fields here are version, include, vars, secrets, templates

    error[cannot-read]: cannot read parts/none.yaml: there is no such file
     --> jobs.yaml:1:11
      |
    1 | include: [parts/none.yaml, parts/a.yaml]
      |           ^^^^^^^^^^^^^^^

    error[bad-variable]: variable "NONE" is not set
     --> jobs.yaml:3:6
      |
    3 |   a: \${NONE}
      |      ^^^^^^^
      = help: set it in the environment: NONE=… weir …, or give a default: \${NONE:-…}

    error[bad-variable]: variables stand for each other in a circle: vars.b → vars.c → vars.b
     --> jobs.yaml:5:6
      |
    5 |   c: \${vars.b}
      |      ^^^^^^^^^

    error[unknown-field]: unknown field "command" in secrets.s
     --> jobs.yaml:7:7
      |
    7 |   s: {command: pass}
      |       ^^^^^^^
      = help: a secret comes from a file or from the environment, never from a command

    error[circle]: extends goes in a circle: t → u → t
      --> jobs.yaml:10:16
       |
    10 |   u: {extends: t, commit-interval: 5}
       |                ^
       = help: take one of them out of the circle

    error[no-unit]: templates.u.commit-interval is 5, and has no unit
      --> jobs.yaml:10:36
       |
    10 |   u: {extends: t, commit-interval: 5}
       |                                    ^
       = help: say the unit: 5ms or 5s

    error[unknown-template]: there is no template or job "tt" to extend
      --> jobs.yaml:12:16
       |
    12 |   a: {extends: tt, sql: x}
       |                ^^
       = help: there are: t, u, a, b, c, d, e

    error[bad-variable]: a secret cannot stand here
      --> jobs.yaml:13:35
       |
    13 |   b: {extends: t, sql: x, output: "\${secret:s}"}
       |                                   ^^^^^^^^^^^^^
       = help: it can in values of options:, and of WITH (…) and SET in SQL

    error[bad-job]: job "c" has both sql and file
      --> jobs.yaml:16:5
       |
    16 |     file: y.sql
       |     ^^^^
       = help: keep one of them

    error[bad-job]: job "c" says with batch and with commit-interval how long records wait for their commit
      --> jobs.yaml:18:5
       |
    18 |     commit-interval: 2s
       |     ^^^^^^^^^^^^^^^
       = help: keep one of them: they mean the same

    error[bad-variable]: there is no secret "z"
      --> jobs.yaml:19:18
       |
    19 |     options: {o: "\${secret:z}", p: "\${file:none.txt}"}
       |                  ^^^^^^^^^^^^^
       = help: add it under secrets: {z: {file: PATH}} or {env: NAME}

    error[bad-variable]: cannot read none.txt: there is no such file
      --> jobs.yaml:19:36
       |
    19 |     options: {o: "\${secret:z}", p: "\${file:none.txt}"}
       |                                    ^^^^^^^^^^^^^^^^^^

    error[unknown-template]: parts/b.yaml has no job "x"
      --> jobs.yaml:20:42
       |
    20 |   d: {extends: {file: parts/b.yaml, job: x}}
       |                                          ^
       = help: there are: y

    error[wrong-type]: jobs.e.on-error is empty, and must be a text
      --> jobs.yaml:21:25
       |
    21 |   e: {sql: x, on-error: null}
       |                         ^^^^
       = help: for the policy write "null" in quotes; without the key it is fail

    error[too-late]: extends in a profile would have no effect: it is followed before profiles are laid over the file
      --> jobs.yaml:23:18
       |
    23 |   p: {jobs: {a: {extends: t}}}
       |                  ^^^^^^^
       = help: say it in the job itself
    "
  `);
});

test('what shows only when everything else is right', () => {
  const jobs = `jobs:
  a: {sql: x, depends-on: {c: healthy}}
  b: {sql: x, depends-on: [a, audit, n]}
  c: {sql: x, depends-on: [b]}
  audit: {sql: x, profiles: [debug]}
`;
  expect(frames(jobs)).toMatchInlineSnapshot(`
    "
    error[circle]: jobs wait for each other in a circle: a → c → b → a
     --> jobs.yaml:3:28
      |
    3 |   b: {sql: x, depends-on: [a, audit, n]}
      |                            ^
      = help: take one of them out of the circle

    error[unknown-job]: job "b" depends on "audit", which is not there
     --> jobs.yaml:3:31
      |
    3 |   b: {sql: x, depends-on: [a, audit, n]}
      |                               ^^^^^
      = help: call with -p debug

    error[unknown-job]: job "b" depends on "n", and there is no such job
     --> jobs.yaml:3:38
      |
    3 |   b: {sql: x, depends-on: [a, audit, n]}
      |                                      ^
      = help: there are: a, b, c
    "
  `);
});

test('what a file is not', () => {
  expect(
    [
      'jobs: {a: {sql: x, max-errors: ${N}}}',
      'jobs:\n  a: {sql: x}\n  a: {sql: y}\n',
      'jobs: &j {a: *j}',
      'jobs: {a: {sql: !env X}}',
      'jobs: {a: {sql: *none}}',
    ]
      .map(text => frames(text))
      .join(''),
  ).toMatchInlineSnapshot(`
    "
    error[bad-yaml]: "\${" cannot stand within { } or [ ] without quotes
     --> jobs.yaml:1:32
      |
    1 | jobs: {a: {sql: x, max-errors: \${N}}}
      |                                ^^
      = help: put the value in quotes, which keep it a text, or write it in a line of its own

    error[duplicate-key]: this key stands twice in the same map
     --> jobs.yaml:3:3
      |
    3 |   a: {sql: y}
      |   ^
      = help: keep one of the two: which of them would count is not clear to a reader

    error[bad-yaml]: an alias stands inside what it stands for
     --> jobs.yaml:1:14
      |
    1 | jobs: &j {a: *j}
      |              ^
      = help: write out what is meant: such a file could fill the memory of any machine

    error[bad-yaml]: unresolved tag: !env
     --> jobs.yaml:1:17
      |
    1 | jobs: {a: {sql: !env X}}
      |                 ^^^^
      = help: write it without the tag: a job file needs none

    error[bad-yaml]: there is no anchor "&none" before this alias
     --> jobs.yaml:1:17
      |
    1 | jobs: {a: {sql: *none}}
      |                 ^^^^^
    "
  `);
});
