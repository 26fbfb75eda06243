import {describe, expect, test} from 'vitest';
import {type Around, jobsOf, toldOf} from '../testing/job-files.ts';

type Texts = string | Readonly<Record<string, string>>;

/** What layers make of a job: `[on-error, max-errors, output]`. */
function settings(texts: Texts, job: string, around: Around = {}): readonly unknown[] {
  const spec = jobsOf(texts, around)[job];
  return [spec?.onError, spec?.maxErrors, spec?.output];
}

describe('layers', () => {
  const file = `
defaults: {max-errors: 1, output: csv}
templates:
  careful: {on-error: skip, max-errors: 2}
  loud: {output: raw, max-errors: 3}
  both: {extends: [loud, careful]}
jobs:
  plain: {sql: x}
  one: {extends: careful, sql: x}
  two: {extends: [careful, loud], sql: x}
  other: {extends: [loud, careful], sql: x, on-error: "null"}
  nested: {extends: both, sql: x}
  child: {extends: other, sql: y, max-errors: 9}
  bare: {extends: two, sql: x, max-errors: null, output: null}
profiles:
  debug:
    defaults: {output: json, on-error: skip}
    jobs: {one: {max-errors: 40}, bare: {output: table}, extra: {sql: z}}
  large:
    jobs: {one: {max-errors: 50}, plain: {max-errors: null}}
`;
  const rows: readonly [string, string, Around, readonly unknown[]][] = [
    ['defaults are below', 'plain', {}, [null, 1, 'csv']],
    ['a template goes over them', 'one', {}, ['skip', 2, 'csv']],
    ['of several templates the later wins', 'two', {}, ['skip', 3, 'raw']],
    ['the job itself wins', 'other', {}, ['null', 2, 'raw']],
    ['a template may extend others', 'nested', {}, ['skip', 2, 'raw']],
    ['a job may extend a job', 'child', {}, ['null', 9, 'raw']],
    ['null takes away all that is below', 'bare', {}, ['skip', null, null]],
    ['a profile goes over the job', 'one', {profiles: ['debug']}, ['skip', 40, 'json']],
    ['of several profiles the later wins', 'one', {profiles: ['debug', 'large']}, ['skip', 50, 'json']],
    ['in their order', 'one', {profiles: ['large', 'debug']}, ['skip', 40, 'json']],
    ["a profile's defaults are defaults", 'other', {profiles: ['debug']}, ['null', 2, 'raw']],
    ['a profile gives back what null took', 'bare', {profiles: ['debug']}, ['skip', null, 'table']],
    ['null in a profile', 'plain', {profiles: ['large']}, [null, null, 'csv']],
    ['a profile may bring a job', 'extra', {profiles: ['debug']}, ['skip', 1, 'json']],
    ['--set goes over profiles', 'one', {profiles: ['debug'], settings: ['jobs.one.max-errors=60']}, ['skip', 60, 'json']],
    ['--set of defaults stays below', 'one', {settings: ['defaults.max-errors=60', 'defaults.output=tsv']}, ['skip', 2, 'tsv']],
  ];
  test.each(rows)('%s', (_, job, around, expected) => {
    expect(settings(file, job, around)).toEqual(expected);
  });

  test('the script is inherited, and one kind of it replaces the other', () => {
    const jobs = jobsOf({
      'jobs.yaml':
        'templates: {t: {file: a.sql}}\njobs:\n  a: {extends: t}\n  b: {extends: a, sql: SELECT 2}\n  c: {extends: b, file: c.sql}\n',
      'a.sql': 'SELECT 1',
      'c.sql': 'SELECT 3',
    });
    expect(Object.values(jobs).map(({sql}) => sql.source.text)).toEqual(['SELECT 1', 'SELECT 2', 'SELECT 3']);
  });

  test('maps are merged, lists replaced or appended to', () => {
    const jobs = jobsOf(`
templates: {t: {options: {a.a: 1, b.b: 1}, depends-on: [p]}}
jobs:
  p: {sql: x}
  q: {sql: x}
  r: {extends: t, sql: x, options: {b.b: 2, c.c: 2}, depends-on: [q]}
  s: {extends: t, sql: x, options: {a.a: null}, depends-on+: [q]}
  u: {sql: x, depends-on+: [q]}
`);
    expect(jobs['r']?.options?.source.text).toBe("SET 'a.a' = '1';\nSET 'b.b' = '2';\nSET 'c.c' = '2';\n");
    expect(jobs['s']?.options?.source.text).toBe("SET 'b.b' = '1';\n");
    expect(['r', 's', 'u'].map(name => [...(jobs[name]?.supervision.dependsOn.keys() ?? [])])).toEqual([['q'], ['p', 'q'], ['q']]);
  });

  test('a job in another file, with what that file says of it and no more', () => {
    const files = {
      'jobs.yaml': 'defaults: {output: csv}\njobs:\n  a: {extends: {file: base/base.yaml, job: b}, max-errors: 5}\n',
      'base/base.yaml': 'defaults: {output: raw}\ntemplates: {t: {on-error: skip}}\njobs:\n  b: {extends: t, file: b.sql, max-errors: 1}\n',
      'base/b.sql': 'SELECT 7',
    };
    expect(settings(files, 'a')).toEqual(['skip', 5, 'csv']);
    expect(jobsOf(files)['a']?.sql.source.text).toBe('SELECT 7');
  });

  test('variables of the file reach templates, and ${job} is the job that they became', () => {
    const jobs = jobsOf(
      'vars: {n: 5}\ndefaults: {options: {pipeline.name: "${job}!"}}\ntemplates:\n  t:\n    max-errors: ${vars.n}\njobs:\n  a: {sql: x}\n  b: {extends: t, sql: x}\n',
    );
    expect(jobs['b']?.maxErrors).toBe(5);
    expect(['a', 'b'].map(name => jobs[name]?.options?.source.text)).toEqual([
      "SET 'pipeline.name' = 'a!';\n",
      "SET 'pipeline.name' = 'b!';\n",
    ]);
  });

  test('names with dots are set', () => {
    const jobs = jobsOf('jobs: {a.b: {sql: x}, a: {sql: x}}', {
      settings: ['jobs.a.b.output=csv', 'jobs.a.options.pipeline.name=n', 'defaults.options.x.y=z'],
    });
    expect(jobs['a.b']?.output).toBe('csv');
    expect(jobs['a']?.options?.source.text).toBe("SET 'x.y' = 'z';\nSET 'pipeline.name' = 'n';\n");
  });
});

describe('jobs for a profile', () => {
  const file = 'jobs:\n  a: {sql: x}\n  audit: {sql: x, profiles: [debug, trace]}\n  b: {extends: audit, sql: x}\n';
  test.each([
    ['not there without', {}, ['a', 'b']],
    ['there with one of them', {profiles: ['trace']}, ['a', 'audit', 'b']],
    ['there when named', {named: ['audit']}, ['a', 'audit', 'b']],
  ] as const)('%s', (_, around, expected) => {
    expect(Object.keys(jobsOf(file, around))).toEqual(expected);
  });
  test('a profile that nobody knows', () => {
    expect(toldOf(file, {profiles: ['debgu']})).toEqual(['unknown-profile: there is no profile "debgu"']);
  });
  test('nothing but such jobs', () => {
    expect(toldOf('jobs: {a: {sql: x, profiles: [p]}}')).toEqual(['jobs.yaml:1:1 no-job: every job of jobs.yaml waits for a profile']);
  });
  test('a profile that is not asked for is checked, and nothing in it has to be set', () => {
    expect(toldOf('jobs: {a: {sql: x}}\nprofiles: {p: {vars: {v: "${NONE}"}, jobs: {a: {outptu: csv}}}}')).toEqual([
      'jobs.yaml:2:49 unknown-field: unknown field "outptu" in profiles.p.jobs.a',
    ]);
  });
});

describe('include', () => {
  const files = {
    'jobs.yaml':
      'include: [parts/a.yaml, parts/b.yaml]\nvars: {x: own}\njobs:\n  j: {extends: t, sql: x, options: {v: "${vars.x}${vars.y}${vars.z}"}}\n',
    'parts/a.yaml': 'vars: {x: a, y: a}\ntemplates: {t: {file: a.sql, max-errors: 1, output: csv}}\n',
    'parts/b.yaml': 'include: [c.yaml]\nvars: {y: b}\ntemplates: {t: {max-errors: 2}}\nx-mine: 1\n',
    'parts/c.yaml': 'vars: {y: c, z: "${file:z.txt}"}\n',
    'parts/z.txt': 'zed\n',
    'parts/a.sql': 'SELECT 1',
  };
  test('later files go over earlier ones, the file itself over all; each file has its own folder', () => {
    const {j} = jobsOf(files);
    expect([j?.maxErrors, j?.output, j?.options?.source.text]).toEqual([2, 'csv', "SET 'v' = 'ownbzed';\n"]);
    expect(jobsOf({...files, 'jobs.yaml': files['jobs.yaml'].replace(' sql: x,', '')})['j']?.sql.source.text).toBe('SELECT 1');
  });
});

describe('several files', () => {
  test('each keeps its own defaults and variables; state lies where its own file says', () => {
    const jobs = jobsOf(
      {
        'a.yaml': 'vars: {v: 1}\ndefaults: {output: csv}\njobs: {a: {sql: x}}\n',
        'b/b.yaml': 'vars: {v: 2}\njobs: {b: {sql: x, max-errors: 3, depends-on: [a]}}\n',
      },
      {given: ['a.yaml', 'b/b.yaml']},
    );
    expect([jobs['a']?.output, jobs['b']?.output, jobs['b']?.parameters.get('v')]).toEqual(['csv', null, '2']);
  });

  test('an override goes over the other files', () => {
    const files = {
      'a.yaml': 'vars: {v: 1}\ndefaults: {output: csv}\njobs: {a: {sql: x, max-errors: 1, depends-on: [b]}, b: {sql: x}}\n',
      'c.yaml': 'defaults: {output: raw}\njobs: {c: {sql: x}}\n',
      'a.override.yaml':
        'vars: {v: 2}\ndefaults: {on-error: skip}\njobs: {a: {max-errors: 2, depends-on+: [c]}, c: {output: null}, d: {sql: y}}\n',
    };
    const jobs = jobsOf(files, {given: ['a.yaml', 'c.yaml', 'a.override.yaml']});
    expect(Object.values(jobs).map(({name, onError, output, maxErrors}) => [name, onError, output, maxErrors])).toEqual([
      ['a', 'skip', 'csv', 2],
      ['b', 'skip', 'csv', null],
      ['c', 'skip', null, null],
      ['d', 'skip', 'raw', null],
    ]);
    expect([...(jobs['a']?.supervision.dependsOn.keys() ?? [])]).toEqual(['b', 'c']);
    expect(jobsOf(files, {given: ['a.override.yaml', 'a.yaml', 'c.yaml']})['a']?.maxErrors).toBe(2);
    expect(toldOf(files, {given: ['a.override.yaml']})).toEqual([
      'a.override.yaml:1:1 nothing-to-override: a.override.yaml goes over other files, and there is none',
    ]);
  });
});

describe('what is refused', () => {
  const rows: readonly [string, Texts, readonly string[], Around?][] = [
    [
      'an unknown template',
      'templates: {eos: {}}\njobs: {a: {extends: eso, sql: x}}',
      ['jobs.yaml:2:21 unknown-template: there is no template or job "eso" to extend'],
    ],
    [
      'a circle of templates',
      'templates: {t: {extends: u}, u: {extends: t}}\njobs: {a: {extends: t, sql: x}}',
      ['jobs.yaml:1:43 circle: extends goes in a circle: t → u → t'],
    ],
    ['a job that extends itself', 'jobs: {a: {extends: a, sql: x}}', ['jobs.yaml:1:21 circle: extends goes in a circle: a → a']],
    [
      'a circle over files',
      {
        'jobs.yaml': 'jobs: {a: {extends: {file: b.yaml, job: b}, sql: x}}',
        'b.yaml': 'jobs: {b: {extends: {file: jobs.yaml, job: a}, sql: x}}',
      },
      ['b.yaml:1:21 circle: extends goes in a circle: a → b.yaml b → jobs.yaml a'],
    ],
    [
      'a job that another file does not have',
      {'jobs.yaml': 'jobs: {a: {extends: {file: b.yaml, job: c}}}', 'b.yaml': 'jobs: {b: {sql: x}}'},
      ['jobs.yaml:1:41 unknown-template: b.yaml has no job "c"'],
    ],
    [
      'a template and a job of one name',
      'templates: {t: {}}\njobs: {t: {sql: x}, a: {extends: t, sql: x}}',
      ['jobs.yaml:2:34 unclear-extends: both a template and a job are called "t"'],
    ],
    [
      'more templates than a person writes',
      `templates:\n  t0: {}\n${Array.from({length: 20}, (_, index) => `  t${index + 1}: {extends: [t${index}, t${index}]}\n`).join('')}jobs: {a: {extends: t20, sql: x}}`,
      [expect.stringContaining('too-many-layers: extends leads to more than 200 templates and jobs')],
    ],
    [
      'a circle of includes',
      {'jobs.yaml': 'include: [a.yaml]\njobs: {a: {sql: x}}', 'a.yaml': 'include: [b.yaml]', 'b.yaml': 'include: [a.yaml]'},
      ['b.yaml:1:11 circle: files name each other in a circle: a.yaml → b.yaml → a.yaml'],
    ],
    [
      'jobs in an included file',
      {'jobs.yaml': 'include: [a.yaml]\njobs: {a: {sql: x}}', 'a.yaml': 'jobs: {b: {sql: x}}'},
      ['a.yaml:1:1 unknown-field: unknown field "jobs" in the included file'],
    ],
    [
      'an included file that is not there',
      'include: [none.yaml]\njobs: {a: {sql: x}}',
      ['jobs.yaml:1:11 cannot-read: cannot read none.yaml: there is no such file'],
    ],
    [
      'a variable where files are named',
      'include: ["${X}.yaml"]\njobs: {a: {sql: x}}',
      ['jobs.yaml:1:11 variable-too-early: files are read before variables are known'],
    ],
    [
      'extends in a profile',
      'jobs: {a: {sql: x}}\ntemplates: {t: {}}\nprofiles: {p: {jobs: {a: {extends: t}}}}',
      ['jobs.yaml:3:27 too-late: extends in a profile would have no effect: it is followed before profiles are laid over the file'],
      {profiles: ['p']},
    ],
    [
      'templates in a profile',
      'jobs: {a: {sql: x}}\nprofiles: {p: {templates: {}}}',
      ['jobs.yaml:2:16 unknown-field: unknown field "templates" in profiles.p'],
    ],
    [
      '--set of what was followed before it',
      'jobs: {a: {sql: x}}',
      [
        '--set:1:1 too-late: --set of templates would have no effect: it comes after that',
        '--set:1:1 too-late: --set of extends would have no effect: it comes after that',
      ],
      {settings: ['templates.t.output=csv', 'jobs.a.extends=t']},
    ],
    [
      '--set of a field at the top',
      'jobs: {a: {sql: x}}',
      ['--set:1:1 unknown-field: unknown field "default" in the job file'],
      {settings: ['default.output=csv']},
    ],
    [
      'a list that is appended to a map',
      'templates: {t: {depends-on: {b: done}}}\njobs: {b: {sql: x}, a: {extends: t, sql: x, depends-on+: [b]}}',
      ['jobs.yaml:2:45 bad-job: job "a" appends to depends-on, which is no list there'],
    ],
    [
      'variables that stand for each other',
      'vars: {a: "${vars.b}", b: "${vars.c}", c: "${vars.a}"}\njobs: {a: {sql: x, output: "${vars.a}"}}',
      ['jobs.yaml:1:43 bad-variable: variables stand for each other in a circle: vars.a → vars.b → vars.c → vars.a'],
    ],
    [
      'a job that waits for one that is not there',
      'jobs: {orders: {sql: x}, b: {sql: x, depends-on: {oders: done}}}',
      ['jobs.yaml:1:51 unknown-job: job "b" depends on "oders", and there is no such job'],
    ],
    [
      'a job that waits for one of a profile',
      'jobs: {a: {sql: x, profiles: [p]}, b: {sql: x, depends-on: [a]}}',
      ['jobs.yaml:1:61 unknown-job: job "b" depends on "a", which is not there'],
    ],
    [
      'jobs that wait for each other',
      'jobs: {a: {sql: x, depends-on: [b]}, b: {sql: x, depends-on: {c: done}}, c: {sql: x, depends-on: [a]}, d: {sql: x, depends-on: [a]}}',
      ['jobs.yaml:1:99 circle: jobs wait for each other in a circle: a → b → c → a'],
    ],
  ];
  test.each(rows)('%s', (_, texts, expected, around) => {
    expect(toldOf(texts, around)).toEqual(expected);
  });
});
