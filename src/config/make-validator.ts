import {Ajv} from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import {jobFileSchema} from './schema.ts';

/** The text of a module that exports `validate`, compiled from the schema: no schema compiler is loaded at run time. All faults are told, not only the first. */
export function make(): string {
  const ajv = new Ajv({allErrors: true, allowUnionTypes: true, code: {source: true, esm: true}});
  // The package is CommonJS: what is imported is its exports object, with the function under `default`.
  const write = standalone as unknown as {readonly default: (ajv: Ajv, exported: Record<string, string>) => string};
  ajv.addSchema(jobFileSchema, 'job-file');
  return `${write.default(ajv, {validate: 'job-file'})}\n`;
}
