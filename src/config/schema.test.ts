import {Ajv2020} from 'ajv/dist/2020.js';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {stringify} from 'yaml';
import {loadTexts} from '../testing/job-files.ts';
import {plainData} from './config-node.ts';
import {editorSchema, jobFileSchema, type JsonSchema, laterKeys, otherKeys, patterns} from './schema.ts';
import {starterFile} from './starter.ts';
import {schemaFaults} from './validator.ts';
import {readYaml} from './yaml-file.ts';

function dataOf(text: string): unknown {
  const {root, problems} = readYaml({name: 'f.yaml', text}, '.');
  expect(problems).toEqual([]);
  return root === null ? null : plainData(root);
}

describe('the schema for editors', () => {
  const ajv = new Ajv2020({allErrors: true, allowUnionTypes: true});
  const validate = ajv.compile(JSON.parse(JSON.stringify(editorSchema())) as object);

  test('is a schema of its draft, and takes what runs', () => {
    expect(ajv.validateSchema(editorSchema() as object)).toBe(true);
    expect(validate(dataOf(starterFile)), JSON.stringify(validate.errors)).toBe(true);
  });

  test('null is back to the default, but no job and no policy', () => {
    const job = {sql: 'x', batch: null, limits: {memory: null}, options: {a: null}, 'depends-on': null, extends: null, profiles: null};
    expect(
      validate({jobs: {a: job}, vars: null, defaults: {output: null}, templates: {t: {sql: null}}}),
      JSON.stringify(validate.errors),
    ).toBe(true);
    expect(validate({jobs: {a: null}})).toBe(false);
    expect(validate({jobs: {a: {sql: 'x', 'on-error': null}}})).toBe(false);
    expect(loadTexts(stringify({jobs: {a: job}, vars: null, defaults: {output: null}, templates: {t: {sql: null}}})).problems).toEqual([]);
  });

  test('every field says what it is; examples and defaults hold', () => {
    const bare: string[] = [];
    const visit = (schema: JsonSchema, path: string): void => {
      for (const example of [...(schema.examples ?? []), ...(schema.default === undefined ? [] : [schema.default])]) {
        const {description: _, examples: __, default: ___, ...rules} = schema;
        const check = new Ajv2020({allowUnionTypes: true, strict: false}).compile({...rules, $defs: jobFileSchema.$defs} as object);
        expect([path, example, check(example)]).toEqual([path, example, true]);
      }
      for (const [key, property] of Object.entries(schema.properties ?? {})) {
        const resolved = property.$ref === undefined ? property : jobFileSchema.$defs?.[property.$ref.replace('#/$defs/', '')];
        if (resolved?.description === undefined) bare.push(`${path}.${key}`);
        if (property.$ref === undefined) visit(property, `${path}.${key}`);
      }
    };
    visit(jobFileSchema, 'file');
    for (const [name, schema] of Object.entries(jobFileSchema.$defs ?? {})) visit(schema, name);
    expect(bare).toEqual([]);
  });

  test('what comes later and what is called otherwise is no field', () => {
    const fields = Object.values(jobFileSchema.$defs ?? {}).flatMap(({properties = {}}) => Object.keys(properties));
    for (const key of [...laterKeys, ...otherKeys.keys()]) expect(fields).not.toContain(key);
  });
});

/** Texts that fit a pattern of the schema. */
const texts: Readonly<Record<string, fc.Arbitrary<string>>> = {
  [patterns.duration]: fc.constantFrom('0ms', '50ms', '5 s', '1min', '2h', '1d'),
  [patterns.size]: fc.constantFrom('1B', '100MB', '2 gb'),
  [patterns.batch]: fc.constantFrom('1000,50ms', '7', ', 1min'),
  [patterns.rate]: fc.constantFrom('10 per 10min', '0 per 1s'),
  '^[A-Za-z][A-Za-z0-9_.-]*$': fc.constantFrom('a', 'Orders-2', 'x.y_z'),
  '^[A-Za-z][A-Za-z0-9_]*$': fc.constantFrom('a', 'Least_2'),
  '^[A-Za-z_][A-Za-z0-9_]*$': fc.constantFrom('HOME', '_x'),
};

/** Any value that a schema accepts. */
function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const resolved = schema.$ref === undefined ? schema : (jobFileSchema.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? schema);
  if (resolved.enum !== undefined) return fc.constantFrom(...resolved.enum);
  const types = [resolved.type ?? 'string'].flat();
  return fc.oneof(...types.map(type => ofType(type, resolved)));
}

function ofType(type: string, schema: JsonSchema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'integer':
      return fc.integer({min: schema.minimum ?? 0, max: 1e9});
    case 'number':
      return fc.oneof(
        fc.integer(),
        fc.double({noNaN: true, noDefaultInfinity: true}).filter(value => !Object.is(value, -0)),
      );
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(schema.items === undefined ? fc.string() : valueOf(schema.items), {maxLength: 3});
    case 'object':
      return objectOf(schema);
    default:
      return schema.pattern === undefined ? fc.string({unit: 'grapheme', maxLength: 20}) : (texts[schema.pattern] ?? fc.string());
  }
}

function objectOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const {properties, additionalProperties, propertyNames, required = []} = schema;
  const least = schema.minProperties ?? 0;
  const fits = (value: object): boolean =>
    Object.keys(value).length >= least && Object.keys(value).length <= (schema.maxProperties ?? Infinity);
  const named =
    typeof additionalProperties === 'object'
      ? fc.dictionary(texts[propertyNames?.pattern ?? ''] ?? fc.constant('a'), valueOf(additionalProperties), {minKeys: least, maxKeys: 3})
      : fc.constant({});
  const known = Object.fromEntries(
    Object.entries(properties ?? {}).map(([key, property]) => [key, fc.constant(null).chain(() => valueOf(property))]),
  );
  return fc
    .tuple(fc.record(known, {requiredKeys: [...required]}), named)
    .map(([own, more]) => ({...own, ...more}))
    .filter(fits);
}

test('whatever the schema accepts is the same after it was written and read, and is told without a fault', () => {
  fc.assert(
    fc.property(valueOf(jobFileSchema), data => {
      const wanted = JSON.parse(JSON.stringify(data)) as unknown;
      expect(schemaFaults(wanted, 'job-file')).toEqual([]);
      expect(dataOf(stringify(wanted))).toEqual(wanted);
      expect(dataOf(JSON.stringify(wanted, null, 2))).toEqual(wanted);
    }),
    {numRuns: 60},
  );
});

test('whatever the schema accepts is loaded without an exception, with everything that is wrong at its place', () => {
  fc.assert(
    fc.property(valueOf(jobFileSchema), data => {
      const {problems} = loadTexts(stringify(JSON.parse(JSON.stringify(data))), {profiles: ['a']});
      for (const {code, place, message} of problems)
        expect([code, message, place !== undefined || code === 'unknown-profile']).toEqual([code, message, true]);
    }),
    {numRuns: 60},
  );
});
