/**
 * The job file's JSON Schema: the single source of what a job file may hold. The validator is compiled from it when weir is built; help and the man page are
 * written from its descriptions.
 */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly pattern?: string;
  readonly minProperties?: number;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** Names of jobs, variables and options: a letter first, so that no name means something to JavaScript (`__proto__`). */
const name: JsonSchema = {pattern: '^[A-Za-z][A-Za-z0-9_.-]*$'};
/** As in `:NAME` of SQL and `${vars.NAME}`. */
const variableName: JsonSchema = {pattern: '^[A-Za-z][A-Za-z0-9_]*$'};
const scalar: JsonSchema = {type: ['string', 'number', 'boolean']};

const settings: Readonly<Record<string, JsonSchema>> = {
  options: {
    type: 'object',
    description: "SET options, as in SQL: 'execution.runtime-mode': batch",
    propertyNames: name,
    additionalProperties: scalar,
  },
  'on-error': {type: 'string', description: 'what becomes of a record that cannot be read', enum: ['fail', 'skip', 'null']},
  'max-errors': {type: 'integer', description: 'fail when more records than this were dropped; implies on-error: skip', minimum: 0},
  output: {
    type: 'string',
    description: 'how rows of bare queries are printed',
    enum: ['table', 'ndjson', 'json', 'csv', 'tsv', 'raw', 'flink-row'],
  },
};

export const jobFileSchema: JsonSchema = {
  type: 'object',
  description: 'a weir job file',
  required: ['jobs'],
  properties: {
    version: {description: 'of this format: 1', enum: [1]},
    project: {type: 'string', description: 'a name for all jobs of the file', pattern: '^[A-Za-z][A-Za-z0-9_.-]*$'},
    vars: {
      type: 'object',
      description: 'values for ${vars.NAME} in this file and for :NAME in the SQL of its jobs; -v replaces them',
      propertyNames: variableName,
      additionalProperties: scalar,
    },
    defaults: {$ref: '#/$defs/defaults'},
    jobs: {
      type: 'object',
      description: 'the jobs, by name; each runs in a process of its own',
      minProperties: 1,
      propertyNames: name,
      additionalProperties: {$ref: '#/$defs/job'},
    },
  },
  patternProperties: {'^x-': {description: 'for your own use; ignored'}},
  additionalProperties: false,
  $defs: {
    defaults: {
      type: 'object',
      description: 'settings for every job that does not have its own',
      properties: settings,
      additionalProperties: false,
    },
    job: {
      type: 'object',
      properties: {
        sql: {type: 'string', description: 'the script'},
        file: {type: 'string', description: 'the script, in a file; its path starts in the folder of the job file'},
        ...settings,
      },
      additionalProperties: false,
    },
  },
};

/** Keys that later versions will read: refused by name, so that nobody believes they had an effect. */
export const laterKeys: ReadonlySet<string> = new Set([
  'alerts',
  'batch',
  'breaker',
  'commit-interval',
  'depends-on',
  'extends',
  'guarantee',
  'include',
  'limits',
  'on-bad-record',
  'parallelism',
  'profiles',
  'renamed-from',
  'restart',
  'retry',
  'secrets',
  'state',
  'telemetry',
  'templates',
]);
