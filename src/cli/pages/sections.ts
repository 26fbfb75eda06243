import type {OptionSpecs} from '../../base/options.ts';
import {jobFileSchema, type JsonSchema} from '../../config/schema.ts';
import type {ConnectorDefinition} from '../../connectors/define.ts';
import {connectors} from '../../connectors/index.ts';
import type {FormatDefinition} from '../../formats/define.ts';
import {formats} from '../../formats/index.ts';
import type {FunctionDefinition} from '../../functions/define.ts';
import {functions} from '../../functions/index.ts';
import type {CommandDefinition} from '../commands/define.ts';
import {commands} from '../commands/index.ts';
import {bindingsFor, keyText} from '../../tui/keys.ts';
import {exitCodes} from '../exit-codes.ts';
import {allFlags, type Flag, flagsOf} from '../flags.ts';
import {type Block, code, heading, paragraph, type Section, type Term, terms} from './page.ts';
import {synopsis} from './short-help.ts';

export const synopsisSection: Section = {title: 'Synopsis', blocks: [code(synopsis.join('\n'))]};

export const commandsSection: Section = {
  title: 'Commands',
  blocks: [terms(commands.map(command => ({term: usageOf(command), text: command.summary})))],
};

export function commandSections(command: CommandDefinition): readonly Section[] {
  return [
    {title: `weir ${usageOf(command)}`, blocks: [paragraph(command.summary), ...command.description.map(paragraph)]},
    {title: 'Flags', blocks: [terms(flagsOf(command.name).map(flagTerm))]},
    examplesSection([command]),
  ];
}

export const flagsSection: Section = {
  title: 'Flags',
  blocks: [paragraph('A letter means the same in every command. Each flag says which commands have it.'), terms(allFlags.map(flagOfAll))],
};

/** A flag with the commands that have it. */
export function flagOfAll(flag: Flag): Term {
  return {...flagTerm(flag), text: `${flagText(flag)} (${flag.commands.length === commands.length ? 'all' : flag.commands.join(', ')})`};
}

export function examplesSection(list: readonly CommandDefinition[]): Section {
  const examples = list.flatMap(command => command.examples);
  return {title: 'Examples', blocks: [terms(examples.map(({summary, line}) => ({term: `${summary}:`, text: '', code: line})))]};
}

export const descriptionSection: Section = {
  title: 'Description',
  blocks: [
    paragraph(
      'weir runs SQL over streams: over files, pipes and Kafka topics, in one process for a query that was typed, in a process a job under a supervisor for scripts and job files. The dialect is that of Flink SQL.',
    ),
    paragraph(
      'An operand with white space in it is SQL, and any other first operand is a command. What a command does stands on a page of its own: weir help run and man weir-run are the same text.',
    ),
    paragraph('Rows go to standard output, everything else to standard error.'),
  ],
};

export const filesSection: Section = {
  title: 'Files',
  blocks: [
    terms([
      {
        term: '$XDG_STATE_HOME/weir/PROJECT',
        text: 'logs of jobs, a folder a job and in it a folder a process; ~/.local/state where the variable is not set',
      },
      {
        term: '$XDG_RUNTIME_DIR/weir/PROJECT.sock',
        text: 'the socket of a weir run; below the logs of all projects (.run) where the variable is not set',
      },
      {term: '$XDG_CACHE_HOME/weir/native', text: 'the Kafka client that weir setup kafka has built'},
    ]),
  ],
};

export const sqlSection: Section = {
  title: 'SQL',
  blocks: [
    paragraph(
      'The dialect is that of Apache Flink: a script that weir check accepts, and that has none of what is ours below, runs there unchanged. What is not there is refused by its name, with what to write instead where there is something.',
    ),
    heading('Statements'),
    paragraph(
      "CREATE TABLE with columns, METADATA columns, computed columns, PRIMARY KEY … NOT ENFORCED, WATERMARK, PARTITIONED BY and WITH (…); CREATE VIEW; INSERT INTO and INSERT OVERWRITE; EXECUTE STATEMENT SET; SET 'key' = 'value'; EXPLAIN; queries. Several statements are separated by semicolons.",
    ),
    heading('Queries'),
    paragraph(
      'SELECT with WHERE, GROUP BY (GROUPING SETS, ROLLUP, CUBE), HAVING, QUALIFY, ORDER BY and LIMIT; DISTINCT; WITH; VALUES; UNION, INTERSECT and EXCEPT, with and without ALL; subqueries in any expression, IN and EXISTS; joins by ON, USING, NATURAL or comma; UNNEST and LATERAL; OVER and named windows; Top-N and deduplication by ROW_NUMBER.',
    ),
    heading('Time'),
    paragraph(
      'TUMBLE, HOP, CUMULATE and SESSION as table functions and in GROUP BY, by event time (WATERMARK FOR ts AS ts - INTERVAL …) and by processing time (PROCTIME()); joins of windows, of intervals, and with what a table was at the time of a row (FOR SYSTEM_TIME AS OF); ORDER BY the time of a stream. Windows close by the watermark. A row behind it is late, and is counted.',
    ),
    heading('Changes'),
    paragraph(
      'A query over a stream gives changes: +I a row is there, -U and +U what it was and what it is now, -D it is gone. Formats and connectors say which they can take. --changelog shows those of a one-liner. Groups are forgotten after table.exec.state.ttl, or a STATE_TTL hint; weir explain says what each part of a query keeps.',
    ),
    heading('Ours, in queries that are typed'),
    paragraph(
      "FROM stdin; FROM 'FILE', a glob, a folder or kafka://HOST:PORT/TOPIC; :NAME parameters (-v NAME=VALUE; these in files, too); != for <>; GROUP BY 1.",
    ),
  ],
};

export const functionsSection: Section = {
  title: 'Functions',
  blocks: [...new Set(functions.map(familyOf))].flatMap(family => [
    heading(family),
    terms(functions.filter(definition => familyOf(definition) === family).map(functionTerm)),
  ]),
};

function familyOf(definition: FunctionDefinition): string {
  return definition.kind === 'aggregate' ? 'aggregate' : definition.family;
}

export function functionTerm(definition: FunctionDefinition): Term {
  const aliases = definition.aliases === undefined ? '' : ` Also ${definition.aliases.join(', ')}.`;
  const [example] = definition.examples;
  return {term: definition.syntax, text: `${sentence(definition.summary)}${aliases}`, code: `${example.sql}  →  ${example.gives}`};
}

export const formatsSection: Section = {title: 'Formats', blocks: formats.flatMap(formatBlocks)};

export function formatBlocks(format: FormatDefinition): readonly Block[] {
  return [
    heading(format.name),
    paragraph(sentence(format.summary)),
    ...(Object.keys(format.options).length === 0 ? [] : [terms(optionTerms(format.options, `${format.name}.`))]),
  ];
}

export const connectorsSection: Section = {title: 'Connectors', blocks: connectors.flatMap(connectorBlocks)};

export function connectorBlocks(connector: ConnectorDefinition): readonly Block[] {
  return [
    heading(connector.name),
    paragraph(sentence(connector.summary)),
    ...(Object.keys(connector.options).length === 0 ? [] : [terms(optionTerms(connector.options, ''))]),
    code(connector.examples[0].sql.replace(/\s+WITH \(/, '\nWITH (')),
  ];
}

function optionTerms(options: OptionSpecs, prefix: string): readonly Term[] {
  return Object.entries(options).map(([name, spec]) => {
    const kind = Array.isArray(spec.type) ? spec.type.join(' | ') : String(spec.type);
    const more = [
      spec.ignored === true ? 'without effect here' : '',
      spec.required === true ? 'required' : '',
      spec.default === undefined ? '' : `default ${spec.default === '' ? 'empty' : spec.default}`,
    ];
    return {term: `'${prefix}${name}'`, text: `${spec.help} (${[kind, ...more].filter(Boolean).join(', ')})`};
  });
}

export const outputSection: Section = {
  title: 'Output',
  blocks: [
    paragraph('Rows go to standard output, everything else to standard error. -o says how rows look:'),
    terms([
      {
        term: 'table',
        text: 'for people: written when the input has ended. Without -o, a result that changes while input comes is a table on the terminal that changes, too',
      },
      {term: 'ndjson', text: 'one JSON object a line; changes carry "op"'},
      {term: 'json', text: 'one array of objects'},
      {term: 'csv, tsv', text: 'values with separators, names in the first line'},
      {term: 'markdown', text: 'a table for a page or a comment'},
      {term: 'line', text: 'a line a value, for wide rows'},
      {term: 'raw', text: 'the text of one column, a line each'},
      {term: 'flink-row', text: "Flink's own text: +I[1, abc]"},
    ]),
    paragraph(
      'A reader that goes away, as head does, ends the command, and that is no error. Rows are written when 64 KB have come together or input pauses.',
    ),
  ],
};

export const keysSection: Section = {
  title: 'Keys',
  blocks: [
    paragraph('On the full screen of weir top, and of weir run on a terminal:'),
    terms(bindingsFor(false).map(binding => ({term: keyText(binding), text: sentence(binding.summary)}))),
  ],
};

export const jobFileSection: Section = {
  title: 'Job file',
  blocks: [
    code(
      "version: 1\nvars: {least: 100}\nsecrets: {password: {file: /run/secrets/kafka}}\ndefaults: {on-error: skip, batch: '1000,50ms'}\ntemplates:\n  exactly: {guarantee: exactly-once, limits: {memory: 400MB}}\njobs:\n  big:\n    extends: exactly\n    sql: |\n      INSERT INTO …\n  totals:\n    file: totals.sql\n    options: {'execution.runtime-mode': batch}\n    depends-on: {big: healthy}\nprofiles:\n  prod: {jobs: {big: {parallelism: 4}}}",
    ),
    terms([
      ...schemaTerms(jobFileSchema, ''),
      ...schemaTerms(jobFileSchema.$defs?.['job'] ?? {}, 'jobs.NAME.'),
      ...['batch', 'restart', 'limits'].flatMap(key => schemaTerms(jobFileSchema.$defs?.[key] ?? {}, `jobs.NAME.${key}.`)),
      ...schemaTerms(jobFileSchema.$defs?.['secret'] ?? {}, 'secrets.NAME.'),
    ]),
    heading('What goes over what'),
    paragraph(
      'From below: defaults, then what a job extends in its order, then the job itself, then profiles in the order of -p, then --set. Maps are merged key by key; everything else, lists too, takes the place of what was there. depends-on+ appends to a list. A null takes away what lies below: what is left is the default of weir. weir config prints what comes of it, with --provenance why.',
    ),
    paragraph(
      'Several files run together, each with its own defaults, vars and templates. One whose name ends with .override.yaml goes over the others, job by job. An included file lies below the one that includes it. Paths start in the folder of the file that has them.',
    ),
    heading('Variables and secrets'),
    paragraph(
      'In texts, ${NAME} is a variable of the environment, ${NAME:-text} has a default, ${NAME:?text} must be set, ${vars.NAME} is a variable of the file, ${file:PATH} the text of a file and ${job} the name of the job; $$ is a dollar sign. The file is parsed first, so what comes in cannot change its shape; without quotes it may become a number. In SQL the same holds for the values of WITH (…) and SET, once the SQL is parsed, and for nothing else: in a query a variable of the file is a parameter, written :NAME.',
    ),
    paragraph(
      'A secret comes from a file or from the environment, and ${secret:NAME} stands for it in values of options:, and of WITH (…) and SET. It is never printed: its name stands in its place.',
    ),
    paragraph('Times have a unit (ms, s, min, h, d), and so have sizes (B, KB, MB, GB, TB, as powers of 1024).'),
  ],
};

function schemaTerms(schema: JsonSchema, prefix: string): readonly Term[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const resolved = property.$ref === undefined ? property : (jobFileSchema.$defs?.[property.$ref.replace('#/$defs/', '')] ?? property);
    const values = resolved.enum === undefined || name === 'version' ? '' : `: ${resolved.enum.join(', ')}`;
    const {default: value} = resolved;
    const byDefault = value === undefined ? '' : ` (default ${typeof value === 'string' ? value : JSON.stringify(value)})`;
    return {term: `${prefix}${name}`, text: `${resolved.description ?? ''}${values}${byDefault}`};
  });
}

export const environmentSection: Section = {
  title: 'Environment',
  blocks: [
    terms([
      ...allFlags.flatMap(flag =>
        flag.environment === undefined ? [] : [{term: flag.environment, text: `stands in for --${flag.name}; the flag wins`}],
      ),
      {term: 'NO_COLOR', text: 'no colour in messages'},
      {term: 'FORCE_COLOR, CLICOLOR_FORCE', text: 'colour though standard error is no terminal'},
      {term: 'TZ', text: "the time zone of the session, where SET 'table.local-time-zone' does not say another"},
    ]),
  ],
};

export const exitCodesSection: Section = {
  title: 'Exit codes',
  blocks: [terms(Object.values(exitCodes).map(({code, meaning}) => ({term: String(code), text: meaning})))],
};

export function usageOf(command: CommandDefinition): string {
  const name = command.name === 'query' ? '[query]' : command.name;
  return `${name} ${command.operands}`.trim();
}

function flagTerm(flag: Flag): Term {
  const long = `--${flag.name}${flag.argument === undefined ? '' : flag.bare === undefined ? ` ${flag.argument}` : ` [${flag.argument}]`}`;
  return {term: flag.short === undefined ? long : `-${flag.short}, ${long}`, text: flagText(flag)};
}

function flagText(flag: Flag): string {
  const values = Array.isArray(flag.type) ? `: ${flag.type.join(', ')}` : '';
  const more = [
    flag.default === undefined ? '' : `default ${flag.default}`,
    flag.repeatable === true ? 'may be given several times' : '',
  ].filter(Boolean);
  return `${flag.help}${values}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
}

/** A summary as a sentence of its own. */
function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
