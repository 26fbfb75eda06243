// @ts-expect-error: it is written by make-validator.ts, as JavaScript without declarations
import {validate as generated} from './generated/validator.js';

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

/** All faults; none when the document is a job file. */
export function schemaFaults(document: unknown): readonly SchemaFault[] {
  const validate = generated as {(document: unknown): boolean; errors?: readonly SchemaFault[] | null};
  return validate(document) ? [] : (validate.errors ?? []);
}
