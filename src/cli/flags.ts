import type {OptionSpec} from '../base/options.ts';

export type CommandName =
  | 'query'
  | 'run'
  | 'check'
  | 'explain'
  | 'config'
  | 'schema'
  | 'init'
  | 'setup'
  | 'doctor'
  | 'state'
  | JobCommandName
  | 'top'
  | 'completion'
  | 'help'
  | 'version';

/** Commands about jobs that run. */
export type JobCommandName = 'ps' | 'logs' | 'events' | 'pause' | 'resume' | 'stop' | 'start' | 'restart' | 'checkpoint' | 'wait';

/** One flag, in every command that has it; a name may mean something else in another command. Parsers, help, the man page and the environment variables come from this object. */
export interface Flag extends OptionSpec {
  /** Without dashes: `on-error`. With `no-` in front for a switch that turns off what is on by default. */
  readonly name: string;
  readonly short?: string;
  /** What its argument is called; a flag without one is a switch. */
  readonly argument?: string;
  /** What it means without an argument. The next word is its argument only where it looks like one (`takes`). */
  readonly bare?: {readonly means: string; readonly takes: RegExp};
  readonly repeatable?: boolean;
  readonly commands: readonly CommandName[];
  /** The variable that stands in for it. The flag wins. */
  readonly environment?: string;
}

const ofJobs: readonly JobCommandName[] = ['ps', 'logs', 'events', 'pause', 'resume', 'stop', 'start', 'restart', 'checkpoint', 'wait'];
const waiting = ofJobs.filter(name => name !== 'ps' && name !== 'logs' && name !== 'events');
const everywhere: readonly CommandName[] = [
  'query',
  'run',
  'check',
  'explain',
  'config',
  'schema',
  'init',
  'setup',
  'doctor',
  'state',
  ...ofJobs,
  'top',
  'completion',
  'help',
  'version',
];

/** What `-o` takes. */
export const outputFormats = ['table', 'ndjson', 'json', 'csv', 'tsv', 'markdown', 'line', 'raw', 'flink-row'] as const;

export const flags = {
  file: {
    name: 'file',
    short: 'f',
    argument: 'FILE',
    type: 'string',
    commands: ['query', 'explain'],
    help: 'take the SQL from a file, or from standard input when it is -',
  },
  init: {
    name: 'init',
    short: 'i',
    argument: 'FILE',
    type: 'string',
    repeatable: true,
    commands: ['query', 'explain'],
    help: 'a script of definitions (CREATE TABLE, SET) that comes first',
  },
  table: {
    name: 'table',
    short: 't',
    argument: 'NAME=FILE',
    type: 'string',
    repeatable: true,
    commands: ['query', 'explain'],
    help: 'a table of this name that reads a file, as FROM does: -t o=orders.csv',
  },
  variable: {
    name: 'var',
    short: 'v',
    argument: 'NAME=VALUE',
    type: 'string',
    repeatable: true,
    commands: ['query', 'run', 'check', 'explain', 'config', 'state'],
    help: 'the value of :NAME in the SQL; it is bound, never spliced',
  },
  limit: {
    name: 'limit',
    short: 'n',
    argument: 'N',
    type: 'int',
    commands: ['query', 'logs', 'events'],
    help: 'end after N rows of each result; logs and events: the last N lines, 100 by default',
  },
  timeout: {
    name: 'timeout',
    argument: 'TIME',
    type: 'duration',
    commands: ['query', 'run', ...waiting],
    environment: 'WEIR_TIMEOUT',
    help: 'query and run stop reading after this time (30s, 5 min) and end as if the input had ended; the others stop waiting for jobs, and end with 124',
  },
  timeoutFails: {
    name: 'timeout-fails',
    type: 'boolean',
    commands: ['query', 'run'],
    help: 'end with 124 when --timeout was what ended it',
  },
  expect: {
    name: 'expect',
    argument: 'ROWS',
    type: 'string',
    commands: ['query'],
    help: 'end with 4 unless this is what comes out: empty, rows (at least one), or so many rows: 3',
  },
  onError: {
    name: 'on-error',
    argument: 'POLICY',
    type: ['fail', 'skip', 'null'],
    default: 'fail',
    commands: ['query', 'run'],
    environment: 'WEIR_ON_ERROR',
    help: 'what becomes of a record that cannot be read: end there, drop and count it, or make the field NULL',
  },
  maxErrors: {
    name: 'max-errors',
    argument: 'N',
    type: 'int',
    commands: ['query', 'run'],
    environment: 'WEIR_MAX_ERRORS',
    help: 'end with 6 when more than N records were dropped; implies --on-error skip',
  },
  changelog: {
    name: 'changelog',
    type: 'boolean',
    commands: ['query', 'explain'],
    help: 'print each change of a result as it happens, not its final rows',
  },
  output: {
    name: 'output',
    short: 'o',
    argument: 'FORMAT',
    type: outputFormats,
    commands: ['query', 'run', 'ps', 'logs', 'events'],
    environment: 'WEIR_OUTPUT',
    help: 'how rows are printed; table on a terminal, else ndjson (ps: table, ndjson or json)',
  },
  noHeader: {
    name: 'no-header',
    type: 'boolean',
    commands: ['query', 'run'],
    help: 'csv, tsv and table without their line of names',
  },
  inputFormat: {
    name: 'input-format',
    argument: 'FORMAT',
    type: 'string',
    commands: ['query', 'explain'],
    environment: 'WEIR_INPUT_FORMAT',
    help: 'the format of stdin and of files whose name does not tell',
  },
  readFrom: {
    name: 'from',
    argument: 'PLACE',
    type: 'string',
    commands: ['query', 'explain'],
    help: "where FROM 'kafka://…' begins: earliest (the default), latest, -1000 for so many messages before the end, or a time",
  },
  readTo: {
    name: 'to',
    argument: 'PLACE',
    type: 'string',
    commands: ['query', 'explain'],
    help: "where FROM 'kafka://…' ends: end, where the topic ends now, or a time; else it goes on",
  },
  clientSetting: {
    name: 'client-setting',
    short: 'X',
    argument: 'NAME=VALUE',
    type: 'string',
    repeatable: true,
    commands: ['query', 'explain'],
    help: "a setting of Kafka's client for FROM 'kafka://…', by its name in librdkafka or in Java: -X security.protocol=ssl",
  },
  progress: {
    name: 'progress',
    type: 'boolean',
    commands: ['query', 'run'],
    help: 'show progress on standard error though it is no terminal, or though rows are printed to it',
  },
  noProgress: {
    name: 'no-progress',
    type: 'boolean',
    commands: ['query', 'run'],
    help: 'never show progress',
  },
  set: {
    name: 'set',
    argument: 'KEY=VALUE',
    type: 'string',
    repeatable: true,
    commands: ['run', 'check', 'explain', 'config', 'state'],
    help: 'a value of the job file: --set jobs.orders.on-error=skip',
  },
  profile: {
    name: 'profile',
    short: 'p',
    argument: 'NAME',
    type: 'string',
    repeatable: true,
    commands: ['run', 'check', 'explain', 'config', 'state'],
    environment: 'WEIR_PROFILE',
    help: 'lay these profiles of the job file over it, in their order; several with commas: -p prod,large',
  },
  only: {
    name: 'only',
    argument: 'NAME',
    type: 'string',
    repeatable: true,
    commands: ['run', 'check', 'explain', 'config', 'state'],
    help: 'these jobs of the file alone; * stands for any letters',
  },
  exactlyOnce: {
    name: 'exactly-once',
    short: 'e',
    type: 'boolean',
    commands: ['run', 'check'],
    help: 'the same as --guarantee exactly-once',
  },
  guarantee: {
    name: 'guarantee',
    argument: 'PROMISE',
    type: ['none', 'at-least-once', 'exactly-once'],
    commands: ['run', 'check'],
    environment: 'WEIR_GUARANTEE',
    help: 'what jobs promise about their output over crashes and restarts; what cannot be kept is refused',
  },
  batch: {
    name: 'batch',
    short: 'b',
    argument: 'SIZE,WAIT',
    type: 'string',
    commands: ['run', 'check'],
    environment: 'WEIR_BATCH',
    help: 'what one commit covers: so many records at the most, waiting so long at the most: 1000,50ms, or one of the two: 1000 or ,50ms',
  },
  commitInterval: {
    name: 'commit-interval',
    argument: 'TIME',
    type: 'duration',
    commands: ['run', 'check'],
    environment: 'WEIR_COMMIT_INTERVAL',
    help: 'the same as --batch ,TIME',
  },
  untilIdle: {
    name: 'until-idle',
    type: 'boolean',
    commands: ['run'],
    help: 'end when every job has read all that there is, and committed it',
  },
  fresh: {name: 'fresh', type: 'boolean', commands: ['run'], help: 'forget what earlier runs have kept of these jobs'},
  abortOnFailure: {name: 'abort-on-failure', type: 'boolean', commands: ['run'], help: 'stop all jobs when one of them fails for good'},
  stateDirectory: {
    name: 'state-dir',
    argument: 'DIR',
    type: 'string',
    commands: ['run', 'state', 'logs', 'events'],
    environment: 'WEIR_STATE_DIR',
    help: 'the folder of logs and snapshots, a folder a job; by default $XDG_STATE_HOME/weir/PROJECT',
  },
  keepEpochs: {
    name: 'keep-epochs',
    argument: 'N',
    type: 'int',
    commands: ['run'],
    environment: 'WEIR_KEEP_EPOCHS',
    help: 'keep the records and snapshots of the last N commits',
  },
  follow: {name: 'follow', type: 'boolean', commands: ['logs', 'events'], help: 'go on as more happens, until the jobs end; -f for short'},
  since: {
    name: 'since',
    argument: 'TIME',
    type: 'string',
    commands: ['logs', 'events'],
    help: 'only what happened in so long before now (10min, 1h), or since a moment (2026-01-05T10:00:00Z)',
  },
  level: {
    name: 'level',
    argument: 'LEVEL',
    type: ['note', 'warning', 'error'],
    default: 'note',
    commands: ['logs', 'events'],
    help: 'only what is at least so bad',
  },
  logFormat: {
    name: 'log-format',
    argument: 'FORMAT',
    type: ['text', 'json'],
    default: 'text',
    commands: ['run'],
    environment: 'WEIR_LOG_FORMAT',
    help: 'how messages are written to standard error: for people, or a line of JSON each',
  },
  detach: {name: 'detach', short: 'd', type: 'boolean', commands: ['run'], help: 'go on in the background once all jobs run'},
  once: {name: 'once', type: 'boolean', commands: ['top'], help: 'print the screen once, as text'},
  interval: {
    name: 'interval',
    argument: 'TIME',
    type: 'duration',
    default: '500ms',
    commands: ['run', 'top'],
    environment: 'WEIR_INTERVAL',
    help: 'how often the screen looks at the jobs; at least 250ms',
  },
  readOnly: {name: 'read-only', type: 'boolean', commands: ['run', 'top'], help: 'a screen without the keys that change something'},
  ascii: {
    name: 'ascii',
    type: 'boolean',
    commands: ['run', 'top'],
    help: 'a screen of ASCII characters; by itself where the locale is not UTF-8',
  },
  noTui: {name: 'no-tui', type: 'boolean', commands: ['run'], help: 'no full screen: lines only'},
  http: {
    name: 'http',
    argument: 'ADDRESS',
    bare: {means: '127.0.0.1:9464', takes: /^(?:none|\d+|:\d+|localhost|[\w.-]+:\d+|\d+\.\d+\.\d+\.\d+|\[[\da-fA-F:.]+\](?::\d+)?)$/},
    type: 'string',
    default: 'none',
    commands: ['run'],
    environment: 'WEIR_HTTP',
    help: 'serve health (/live, /ready), metrics for Prometheus (/metrics) and the status of jobs (/api/v1/jobs) there; without an ADDRESS at 127.0.0.1:9464',
  },
  report: {
    name: 'report',
    argument: 'FILE',
    type: 'string',
    commands: ['run'],
    environment: 'WEIR_REPORT',
    help: 'write at the end how each job has gone, as JSON: status and why, rows, rejected records, bytes, ns a row, commits (-o is the format of rows)',
  },
  socket: {
    name: 'socket',
    argument: 'PATH',
    type: 'string',
    commands: ['run', ...ofJobs, 'top'],
    environment: 'WEIR_SOCKET',
    help: 'the socket over which jobs that run are asked and told; by default $XDG_RUNTIME_DIR/weir/PROJECT.sock',
  },
  all: {
    name: 'all',
    short: 'a',
    type: 'boolean',
    commands: ['ps', ...waiting.filter(name => name !== 'wait')],
    help: 'all jobs; ps: those that have ended, too',
  },
  until: {
    name: 'until',
    argument: 'STATE',
    type: ['healthy', 'idle', 'paused', 'stopped'],
    default: 'stopped',
    commands: ['wait'],
    help: 'what is waited for',
  },
  syntax: {name: 'syntax', type: 'boolean', commands: ['check'], help: 'stop after parsing'},
  strict: {name: 'strict', type: 'boolean', commands: ['check'], help: 'warnings fail, too'},
  format: {
    name: 'format',
    argument: 'FORMAT',
    type: ['text', 'json', 'github', 'sarif'],
    default: 'text',
    commands: ['check'],
    help: 'how findings are printed: for people, for programs, as lines that GitHub Actions shows beside the code, or for code scanning',
  },
  explainFormat: {
    name: 'format',
    argument: 'FORMAT',
    type: ['text', 'json'],
    default: 'text',
    commands: ['explain'],
    help: 'how the plan is printed',
  },
  configFormat: {
    name: 'format',
    argument: 'FORMAT',
    type: ['yaml', 'json'],
    default: 'yaml',
    commands: ['config'],
    help: 'how the file is printed',
  },
  provenance: {
    name: 'provenance',
    type: 'boolean',
    commands: ['config'],
    help: 'behind each value the file and line that it comes from, and what laid it there',
  },
  from: {name: 'from', argument: 'SQL', type: 'string', commands: ['init'], help: 'a one-liner that the job is made from'},
  code: {name: 'code', type: 'boolean', commands: ['explain'], help: 'the JavaScript that the query becomes'},
  ddl: {name: 'ddl', type: 'boolean', commands: ['explain'], help: 'the CREATE TABLE of every table that was inferred'},
  apt: {name: 'apt', type: 'boolean', commands: ['setup'], help: 'install the system packages that are missing, as root'},
  json: {name: 'json', type: 'boolean', commands: ['doctor', 'version'], help: 'as JSON'},
  color: {
    name: 'color',
    argument: 'WHEN',
    type: ['auto', 'always', 'never'],
    default: 'auto',
    commands: everywhere,
    environment: 'WEIR_COLOR',
    help: 'colour in messages; auto asks the terminal and NO_COLOR',
  },
  quiet: {name: 'quiet', short: 'q', type: 'boolean', commands: everywhere, help: 'errors only: no warnings, notes, progress or summary'},
  verbose: {
    name: 'verbose',
    short: 'V',
    type: 'boolean',
    commands: everywhere,
    help: 'a summary at the end, and the stack of an unexpected error',
  },
  help: {name: 'help', short: 'h', type: 'boolean', commands: everywhere, help: 'help for the command'},
  version: {name: 'version', type: 'boolean', commands: everywhere, help: 'the version'},
} as const satisfies Record<string, Flag>;

export const allFlags: readonly Flag[] = Object.values(flags);

export function flagsOf(command: CommandName): readonly Flag[] {
  return allFlags.filter(flag => flag.commands.includes(command));
}

/** Flags that come with later work: refused by name, so that nobody takes silence for consent. The letter is that of set. */
export const laterFlags: ReadonlySet<string> = new Set(['s', 'event-time', 'flink', 'from', 'to', 'tui', 'wait', 'watch']);
