import {describe, expect, test} from 'vitest';
import {type Around, loadTexts} from '../testing/job-files.ts';
import type {JobSpec} from './job-file.ts';
import {printFiles, type PrintRequest} from './print.ts';

type Texts = string | Readonly<Record<string, string>>;

function print(texts: Texts, around: Around = {}, request: Partial<PrintRequest> = {}): string {
  const {files, problems} = loadTexts(texts, around);
  expect(problems).toEqual([]);
  return printFiles(files, {format: 'yaml', provenance: false, isChosen: () => true, ...request});
}

const files = {
  'jobs.yaml': `version: 1
project: shop
include: [parts/base.yaml]
vars:
  least: \${LEAST:-5}
defaults:
  batch: {size: 1000, wait: 50ms}
  limits: {memory: 100MB}
templates:
  eos: {guarantee: exactly-once, commit-interval: 100ms}
jobs:
  orders:
    extends: [eos, kept]
    sql: |
      SELECT '\${X}'
      FROM t
    options: {pipeline.name: "\${job}-\${vars.least}", cost: "$\${5}"}
  totals:
    extends: orders
    file: sql/totals.sql
    parallelism: 2
    depends-on: {orders: healthy}
  audit: {sql: x, profiles: [debug]}
profiles:
  prod:
    defaults: {limits: {memory: 400MB}}
    jobs: {orders: {parallelism: 4}}
`,
  'parts/base.yaml': 'vars: {region: north}\ntemplates: {kept: {keep-epochs: 3}}\nsecrets: {s: {file: s.txt}}\n',
  'parts/s.txt': 'secret',
  'sql/totals.sql': 'SELECT 1',
};

test('everything in its place', () => {
  expect(print(files, {profiles: ['prod']})).toBe(`version: 1
project: shop

vars:
  region: north
  least: 5

secrets:
  s:
    file: parts/s.txt

jobs:
  orders:
    batch:
      size: 1000
    limits:
      memory: 400MB
    guarantee: exactly-once
    commit-interval: 100ms
    keep-epochs: 3
    sql: |
      SELECT '\${X}'
      FROM t
    options:
      pipeline.name: orders-5
      cost: $\${5}
    parallelism: 4
  totals:
    batch:
      size: 1000
    limits:
      memory: 400MB
    guarantee: exactly-once
    commit-interval: 100ms
    keep-epochs: 3
    options:
      pipeline.name: totals-5
      cost: $\${5}
    file: sql/totals.sql
    parallelism: 2
    depends-on:
      orders: healthy
`);
});

test('where each value comes from', () => {
  const text = print(
    files,
    {profiles: ['prod'], settings: ['jobs.orders.output=csv'], variables: {region: 'south'}},
    {provenance: true, isChosen: job => job === 'orders'},
  );
  expect(text).toBe(`version: 1 # jobs.yaml:1
project: shop # jobs.yaml:2

vars:
  region: south # -v
  least: 5 # jobs.yaml:5

secrets:
  s:
    file: parts/s.txt # parts/base.yaml:3

jobs:
  orders:
    batch:
      size: 1000 # jobs.yaml:7 (defaults)
    limits:
      memory: 400MB # jobs.yaml:26 (profile prod)
    guarantee: exactly-once # jobs.yaml:10 (template eos)
    commit-interval: 100ms # jobs.yaml:10 (template eos)
    keep-epochs: 3 # parts/base.yaml:2 (template kept)
    sql: | # jobs.yaml:14
      SELECT '\${X}'
      FROM t
    options:
      pipeline.name: orders-5 # jobs.yaml:17
      cost: $\${5} # jobs.yaml:17
    parallelism: 4 # jobs.yaml:27 (profile prod)
    output: csv # --set jobs.orders.output=csv
`);
});

test('JSON', () => {
  expect(JSON.parse(print('jobs: {a: {sql: x, max-errors: 5}}', {}, {format: 'json'}))).toEqual({jobs: {a: {sql: 'x', 'max-errors': 5}}});
  const two = print({'a.yaml': 'jobs: {a: {sql: x}}', 'b.yaml': 'jobs: {b: {sql: y}}'}, {given: ['a.yaml', 'b.yaml']}, {format: 'json'});
  expect(JSON.parse(two)).toEqual([{jobs: {a: {sql: 'x'}}}, {jobs: {b: {sql: 'y'}}}]);
});

test('several files are several documents', () => {
  expect(print({'a.yaml': 'jobs: {a: {sql: x}}', 'b.yaml': 'jobs: {b: {sql: y}}'}, {given: ['a.yaml', 'b.yaml']})).toBe(
    'jobs:\n  a:\n    sql: x\n---\njobs:\n  b:\n    sql: y\n',
  );
});

describe('what is printed is a job file that means the same', () => {
  /** A job as plain data. */
  const meaning = ({sql, options, parameters, supervision, ...rest}: JobSpec): object => ({
    ...rest,
    sql: sql.source.text,
    options: options?.source.text,
    parameters: [...parameters],
    dependsOn: [...supervision.dependsOn],
    supervision: {...supervision, dependsOn: null},
    usedVariables: null,
    optionValue: null,
    secrets: null,
  });
  const odd = {
    'jobs.yaml': `vars: {n: "7", t: "true", d: "$\${x}$", e: "\${EVIL}"}
jobs:
  a: {sql: "SELECT '\\u0001', '# no comment'\\n", options: {o: "null", p: "1", q: " x ", r: "$$$$", s: "a: b", t: "-"}, on-error: "null"}
  b: {sql: "", options: {o: "\${EVIL}"}, restart: {most: 3 per 5min}, batch: "5,7ms"}
`,
  };
  test.each([
    ['layers', files, {profiles: ['prod']}],
    ['odd texts', odd, {environment: {EVIL: '1\njobs: {pwn: {sql: x}}\n${X} "\''}}],
  ] as const)('%s', (_, texts, around) => {
    const before = loadTexts(texts, around);
    for (const request of [{}, {format: 'json'}, {provenance: true}] as const) {
      const after = loadTexts({...texts, 'jobs.yaml': print(texts, around, request)});
      expect(after.problems).toEqual([]);
      expect(after.files[0]?.jobs.map(meaning)).toEqual(before.files[0]?.jobs.map(meaning));
    }
  });
});
