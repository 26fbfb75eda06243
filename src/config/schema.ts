/**
 * The job file's JSON Schema: the single source of what a job file may hold. The validator is compiled from it when weir is built; help, the man page and the
 * schema for editors are written from it.
 */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

const duration = '[0-9]+ ?(ms|s|min|m|h|d)';
/** What texts with units look like; a fault against one of these is told in its own words. */
export const patterns = {
  duration: `^${duration}$`,
  size: '^[0-9]+ ?([kKmMgGtT]?[bB])$',
  batch: `^([1-9][0-9]*(, ?${duration})?|, ?${duration})$`,
  rate: `^[0-9]+ per ${duration}$`,
} as const;

/** Names of jobs, templates and options: a letter first, so that no name means something to JavaScript (`__proto__`). */
const name: JsonSchema = {pattern: '^[A-Za-z][A-Za-z0-9_.-]*$'};
/** As in `:NAME` of SQL and `${vars.NAME}`. */
const variableName: JsonSchema = {pattern: '^[A-Za-z][A-Za-z0-9_]*$'};
const scalar: JsonSchema = {type: ['string', 'number', 'boolean']};

function durationSetting(description: string, more: Pick<JsonSchema, 'default' | 'examples'> = {}): JsonSchema {
  return {type: 'string', description, pattern: patterns.duration, ...more};
}

const batch: JsonSchema = {
  type: ['object', 'string', 'integer'],
  description: 'what one commit covers at the most: {size: RECORDS, wait: TIME}, or in short "RECORDS,TIME", "RECORDS" or ",TIME"',
  examples: ['1000,50ms', {size: 1000, wait: '50ms'}],
  pattern: patterns.batch,
  minimum: 1,
  properties: {
    size: {type: 'integer', description: 'the most records of one commit', minimum: 1},
    wait: durationSetting('how long a record waits for its commit at the most', {examples: ['50ms']}),
  },
  additionalProperties: false,
};

const restart: JsonSchema = {
  type: 'object',
  description: 'when a job that died is started again: {backoff: {initial, max}, healthy-after, most}',
  properties: {
    backoff: {
      type: 'object',
      description: 'waits before it is started again, drawn from 0 to a bound that doubles from death to death',
      properties: {
        initial: durationSetting('the first bound', {default: '100ms'}),
        max: durationSetting('the bound that is not exceeded', {default: '30s'}),
      },
      additionalProperties: false,
    },
    'healthy-after': durationSetting('after running for so long a job counts as healthy, and bounds begin anew', {default: '1min'}),
    most: {
      type: 'string',
      description: 'more restarts than these put the job into quarantine, where it stays until it is started by hand',
      pattern: patterns.rate,
      default: '10 per 10min',
    },
  },
  additionalProperties: false,
};

const limits: JsonSchema = {
  type: 'object',
  description: 'what a job may use: {memory: SIZE}; one that holds more is told, then ended',
  properties: {
    memory: {
      type: 'string',
      description: 'of its process; KB, MB and GB are powers of 1024, as in Flink',
      pattern: patterns.size,
      examples: ['100MB'],
    },
  },
  additionalProperties: false,
};

const dependsOn: JsonSchema = {
  type: ['object', 'array'],
  description: 'jobs that come first: {NAME: started | healthy | done}, or a list of names, which have to be started',
  examples: [{orders: 'healthy'}, ['orders']],
  propertyNames: name,
  items: {type: 'string'},
  additionalProperties: {enum: ['started', 'healthy', 'done']},
};

const settings: Readonly<Record<string, JsonSchema>> = {
  options: {
    type: 'object',
    description: "SET options, as in SQL: 'execution.runtime-mode': batch; values may hold ${secret:NAME}",
    propertyNames: name,
    additionalProperties: scalar,
  },
  'on-error': {
    type: 'string',
    description: 'what becomes of a record that cannot be read',
    enum: ['fail', 'skip', 'null'],
    default: 'fail',
  },
  'max-errors': {type: 'integer', description: 'fail when more records than this were dropped; implies on-error: skip', minimum: 0},
  output: {
    type: 'string',
    description: 'how rows of bare queries are printed',
    enum: ['table', 'ndjson', 'json', 'csv', 'tsv', 'markdown', 'line', 'raw', 'flink-row'],
  },
  guarantee: {
    type: 'string',
    description: 'what holds over crashes and restarts',
    enum: ['none', 'at-least-once', 'exactly-once'],
  },
  batch,
  'commit-interval': durationSetting('another word for batch.wait', {examples: ['100ms']}),
  parallelism: {type: 'integer', description: 'how many processes run the job, each with a part of the partitions', minimum: 1, default: 1},
  'keep-epochs': {type: 'integer', description: 'keep the records and snapshots of so many of the last commits', minimum: 1},
  restart,
  limits,
  'on-not-answering': {
    type: 'string',
    description: 'what becomes of a job that has not answered for five seconds',
    enum: ['show', 'restart'],
    default: 'show',
  },
  'depends-on': dependsOn,
  'depends-on+': {type: 'array', description: 'more jobs for a list of depends-on that is already there', items: {type: 'string'}},
};

const extendsSetting: JsonSchema = {
  type: ['string', 'array', 'object'],
  description: 'templates or jobs that this begins as; of several the later ones win; {file, job} is a job of another file',
  examples: ['exactly', ['exactly', 'large'], {file: 'base.yaml', job: 'orders'}],
  items: {
    type: ['string', 'object'],
    required: ['file', 'job'],
    properties: {file: {type: 'string'}, job: {type: 'string'}},
    additionalProperties: false,
  },
  required: ['file', 'job'],
  properties: {
    file: {type: 'string', description: 'a job file; its path starts in the folder of this file'},
    job: {type: 'string', description: 'the name of a job there'},
  },
  additionalProperties: false,
};

const script: Readonly<Record<string, JsonSchema>> = {
  sql: {type: 'string', description: 'the script'},
  file: {type: 'string', description: 'the script, in a file; its path starts in the folder of the job file'},
};

const version: JsonSchema = {description: 'of this format: 1', enum: [1]};
const include: JsonSchema = {
  type: 'array',
  description: 'files with vars, secrets and templates for this one; what this file says itself wins',
  items: {type: 'string'},
};
const vars: JsonSchema = {
  type: 'object',
  description: 'values for ${vars.NAME} in this file and for :NAME in the SQL of its jobs; -v replaces them',
  propertyNames: variableName,
  additionalProperties: scalar,
};
const secrets: JsonSchema = {
  type: 'object',
  description:
    'values for ${secret:NAME} in options, each from a file or from the environment: {file: PATH} or {env: NAME}; they are never printed',
  examples: [{'kafka-password': {file: '/run/secrets/kafka'}}],
  propertyNames: name,
  additionalProperties: {$ref: '#/$defs/secret'},
};
const templates: JsonSchema = {
  type: 'object',
  description: 'settings, by name, for the jobs that extend them',
  propertyNames: name,
  additionalProperties: {$ref: '#/$defs/template'},
};
const jobs: JsonSchema = {
  type: 'object',
  description: 'the jobs, by name; each runs in a process of its own',
  minProperties: 1,
  propertyNames: name,
  additionalProperties: {$ref: '#/$defs/job'},
};
const profiles: JsonSchema = {
  type: 'object',
  description: 'vars, secrets, defaults and jobs that -p NAME lays over those of the file; of several the later ones win',
  propertyNames: name,
  additionalProperties: {$ref: '#/$defs/profile'},
};

const jobProfiles: JsonSchema = {
  type: 'array',
  description: 'the job is there only with one of these profiles, or when --only names it',
  items: {type: 'string'},
};
const project: JsonSchema = {type: 'string', description: 'a name for all jobs of the file', pattern: '^[A-Za-z][A-Za-z0-9_.-]*$'};
const stateDirectory: JsonSchema = {
  type: 'string',
  description: 'where the state of jobs lies; its path starts in the folder of the job file',
};

/** What may stand in several places is defined once, under its key. */
function references(keys: readonly string[]): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(keys.map(key => [key, {$ref: `#/$defs/${key}`}]));
}

const settingKeys = Object.keys(settings);
const file: Readonly<Record<string, JsonSchema>> = {
  version,
  project,
  'state-dir': stateDirectory,
  ...references(['include', 'vars', 'secrets', 'defaults', 'templates', 'jobs', 'profiles']),
};
const ownUse: Readonly<Record<string, JsonSchema>> = {'^x-': {description: 'for your own use; ignored'}};

export const jobFileSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'weir job file',
  type: 'object',
  description: 'jobs for weir run',
  required: ['jobs'],
  properties: file,
  patternProperties: ownUse,
  additionalProperties: false,
  $defs: {
    ...settings,
    ...script,
    extends: extendsSetting,
    include,
    vars,
    secrets,
    templates,
    jobs,
    profiles,
    defaults: {
      type: 'object',
      description: 'settings for every job that does not have its own',
      properties: references(settingKeys),
      additionalProperties: false,
    },
    template: {type: 'object', properties: references(['extends', 'sql', 'file', ...settingKeys]), additionalProperties: false},
    job: {
      type: 'object',
      properties: {...references(['extends']), profiles: jobProfiles, ...references(['sql', 'file', ...settingKeys])},
      additionalProperties: false,
    },
    profile: {
      type: 'object',
      properties: {
        ...references(['vars', 'secrets', 'defaults']),
        jobs: {
          type: 'object',
          description: 'settings that go over those of jobs, or jobs that are there with this profile only',
          propertyNames: name,
          additionalProperties: {$ref: '#/$defs/job'},
        },
      },
      additionalProperties: false,
    },
    secret: {
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      properties: {
        file: {type: 'string', description: 'the file that holds it; a line end behind it does not count'},
        env: {type: 'string', description: 'the variable that holds it', pattern: '^[A-Za-z_][A-Za-z0-9_]*$'},
      },
      additionalProperties: false,
    },
    /** What `include` names. */
    included: {
      type: 'object',
      properties: {version, ...references(['include', 'vars', 'secrets', 'templates'])},
      patternProperties: ownUse,
      additionalProperties: false,
    },
    /** What is laid over other files: as a job file, and nothing is required of it. */
    override: {type: 'object', properties: file, patternProperties: ownUse, additionalProperties: false},
  },
};

/** What holds at a place of a file of some kind; undefined where nothing is defined. */
export function schemaAt(kind: 'job-file' | 'included' | 'override', path: readonly (string | number)[]): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>(
    (schema, step) => {
      if (schema === undefined) return undefined;
      if (typeof step === 'number') return referred(schema.items);
      const {properties = {}, additionalProperties} = schema;
      if (Object.hasOwn(properties, step)) return referred(properties[step]);
      return typeof additionalProperties === 'object' ? referred(additionalProperties) : undefined;
    },
    kind === 'job-file' ? jobFileSchema : jobFileSchema.$defs?.[kind],
  );
}

function referred(schema: JsonSchema | undefined): JsonSchema | undefined {
  return schema?.$ref === undefined ? schema : jobFileSchema.$defs?.[schema.$ref.replace('#/$defs/', '')];
}

/** Where a null means something other than "back to the default", and is worth a question. */
const neverNull: ReadonlySet<string> = new Set(['on-error', 'jobs', 'job', 'version', 'secret', 'profile', 'included', 'override']);

/** The schema for an editor: whatever has a default may be null as well. */
export function editorSchema(): JsonSchema {
  return {...jobFileSchema, properties: nullableAll(file), $defs: nullableAll(jobFileSchema.$defs ?? {})};
}

function nullableAll(properties: Readonly<Record<string, JsonSchema>>): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => [key, neverNull.has(key) ? withNullables(schema) : nullable(withNullables(schema))]),
  );
}

function withNullables(schema: JsonSchema): JsonSchema {
  const {properties, additionalProperties} = schema;
  return {
    ...schema,
    ...(properties === undefined ? {} : {properties: nullableAll(properties)}),
    ...(typeof additionalProperties === 'object' && additionalProperties.$ref === undefined
      ? {additionalProperties: nullable(withNullables(additionalProperties))}
      : {}),
  };
}

function nullable(schema: JsonSchema): JsonSchema {
  return {
    ...schema,
    ...(schema.type === undefined ? {} : {type: [schema.type, 'null'].flat()}),
    ...(schema.enum === undefined ? {} : {enum: [...schema.enum, null]}),
  };
}

/** Keys that later versions will read: refused by name, so that nobody believes they had an effect. */
export const laterKeys: ReadonlySet<string> = new Set([
  'alerts',
  'breaker',
  'on-bad-record',
  'poison',
  'renamed-from',
  'state',
  'telemetry',
]);

/** Keys that are called otherwise, and what to write. */
export const otherKeys: ReadonlyMap<string, string> = new Map([
  ['retry', 'write restart: {backoff: {initial: 100ms, max: 30s}}'],
  ['restarts', 'write restart: {most: "10 per 10min"}'],
  ['command', 'a secret comes from a file or from the environment, never from a command'],
  ['checkpoint-interval', 'write commit-interval: 100ms'],
]);
