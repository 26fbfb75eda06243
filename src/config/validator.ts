// @ts-expect-error: it is written by make-validator.ts, as JavaScript without declarations
import {validate, validateIncluded, validateOverride} from './generated/validator.js';

/** `job-file`: what `weir run` is given; `override`: what is laid over it; `included`: what it includes. */
export type FileKind = 'job-file' | 'override' | 'included';

/** One fault of a document against the schema. */
export interface SchemaFault {
  readonly keyword: string;
  /** Where in the document, as a JSON pointer. */
  readonly instancePath: string;
  /** Where in the schema, as a URI fragment. */
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Present when the fault is about the name of a key. */
  readonly propertyName?: string;
}

interface Validator {
  (document: unknown): boolean;
  readonly errors?: readonly SchemaFault[] | null;
}

const validators = {'job-file': validate, override: validateOverride, included: validateIncluded} as Readonly<Record<FileKind, Validator>>;

/** All faults; none when the document is what it should be. */
export function schemaFaults(document: unknown, kind: FileKind): readonly SchemaFault[] {
  const valid = validators[kind];
  return valid(document) ? [] : (valid.errors ?? []);
}
