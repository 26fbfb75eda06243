import {Ajv2020} from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import {jobFileSchema} from './schema.ts';

/**
 * The text of a module that exports a validator for each kind of file, compiled from the schema: no schema compiler is loaded at run time. All faults are told, not
 * only the first.
 */
export function make(): string {
  const ajv = new Ajv2020({allErrors: true, allowUnionTypes: true, inlineRefs: false, messages: false, code: {source: true, esm: true}});
  // The package is CommonJS: what is imported is its exports object, with the function under `default`.
  const write = standalone as unknown as {readonly default: (ajv: Ajv2020, exported: Record<string, string>) => string};
  ajv.addSchema(JSON.parse(JSON.stringify(jobFileSchema, withoutWords)) as object, 'job-file');
  return `${write.default(ajv, {validate: 'job-file', validateIncluded: 'job-file#/$defs/included', validateOverride: 'job-file#/$defs/override'})}\n`;
}

/** What is written for people decides nothing. */
function withoutWords(key: string, value: unknown): unknown {
  return ['title', 'description', 'default', 'examples'].includes(key) ? undefined : value;
}
