import {nearest} from '../base/nearest.ts';
import type {Problem} from '../base/problem.ts';
import type {FormatDefinition} from '../formats/define.ts';
import {findFormat, formats} from '../formats/index.ts';
import type {Catalog, DeclaredTable, ExternalTable, OptionProblem, ResolvedTable} from '../plan/catalog.ts';
import type {SourceChanges} from '../types/change.ts';
import type {TablePlan} from '../plan/table.ts';
import type {ConnectorDefinition, ConnectorTable} from './define.ts';
import {connectors, findConnector} from './index.ts';
import {checkOptions, type GivenOption, invalid, watermarkOptions} from './options.ts';

/** What Flink has and we do not have yet: told so, instead of "unknown". */
const laterConnectors = [
  'jdbc',
  'elasticsearch-7',
  'elasticsearch-8',
  'opensearch',
  'hbase-2.2',
  'hive',
  'mongodb',
  'kinesis',
  'dynamodb',
  'firehose',
  'pulsar',
  'faker',
  'values',
  'nexmark',
  'socket',
  'mysql-cdc',
  'postgres-cdc',
];
const laterFormats = ['canal-json', 'maxwell-json', 'ogg-json', 'protobuf', 'parquet', 'orc'];

/** Keys of Flink before 1.11 that only describe the description. */
const meaninglessKeys = new Set(['connector.property-version', 'format.property-version', 'update-mode', 'format.derive-schema']);

/** What planning learns of connectors and formats. `externals`: tables that were inferred for `FROM 'file'` and `FROM stdin`, by the target as written. */
export function createCatalog(options: {readonly directory: string; readonly externals: ReadonlyMap<string, ExternalTable>}): Catalog {
  return {
    resolve: table => resolveTable(table),
    external: target => options.externals.get(target),
    externalNames: [...options.externals.keys()],
  };
}

/** A table's options as one flat text each, while its connector and format are looked up and theirs are judged. */
interface Judged {
  readonly table: DeclaredTable;
  readonly problems: OptionProblem[];
  /** Keys of the current spelling by those that were written. */
  readonly written: ReadonlyMap<string, string>;
}

function resolveTable(declared: DeclaredTable): {readonly resolved: ResolvedTable | null; readonly problems: readonly OptionProblem[]} {
  const problems: OptionProblem[] = [];
  const {given, written} = currentKeys(declared, problems);
  const judged: Judged = {table: declared, problems, written};
  const connector = connectorOf(judged, given);
  if (connector === null) return {resolved: null, problems};
  const format = formatOf(judged, connector, given);
  if (format === 'unknown') return {resolved: null, problems};
  const [formatGiven, connectorGiven] = splitOptions(judged, format, given);
  const specs = connector.isSource ? {...connector.options, ...watermarkOptions} : connector.options;
  const options = checked(judged, `connector "${connector.name}"`, specs, connectorGiven, '');
  const formatOptions =
    format === null
      ? new Map<string, string>()
      : checked(judged, `format "${format.name}"`, format.options, formatGiven, `${format.name}.`);
  const table: TablePlan = {
    name: declared.name,
    connector: connector.name,
    format: format?.name ?? null,
    options,
    formatOptions,
    columns: declared.columns,
    primaryKey: declared.primaryKey,
    partitionedBy: declared.partitionedBy,
    ...(connector.hasPartitions === true ? {hasPartitions: true} : {}),
  };
  if (!problems.some(({problem}) => problem.severity === 'error')) {
    const found = [
      ...formatFits(connector, format),
      ...(connector.check?.(connectorTable(table)) ?? []),
      ...(format?.check?.(valueColumns(connector, table), formatOptions) ?? []),
    ];
    for (const problem of found) problems.push({problem, option: optionNamedIn(problem, written)});
  }
  if (problems.some(({problem}) => problem.severity === 'error')) return {resolved: null, problems};
  return {resolved: resolvedTable(table, connector, format), problems};
}

/** Formats of messages have no way to stand in files and pipes. */
function formatFits(connector: ConnectorDefinition, format: FormatDefinition | null): readonly Problem[] {
  if (format?.messagesOnly === undefined || connector.messageLayout !== undefined) return [];
  const {reason, hint} = format.messagesOnly;
  return [invalid('not-supported', `option "format" of connector "${connector.name}" cannot be "${format.name}": ${reason}`, hint)];
}

/** The columns that the format reads and writes: all of them, unless some stand in the key only. */
function valueColumns(connector: ConnectorDefinition, table: TablePlan): TablePlan['columns'] {
  const layout = connector.messageLayout?.(connectorTable(table));
  return layout === undefined ? table.columns : table.columns.filter((_, ordinal) => layout.value.includes(ordinal));
}

/** The table as its connector sees it. */
export function connectorTable(table: TablePlan): ConnectorTable {
  const {name, columns, primaryKey, partitionedBy, options, format, writtenMetadata} = table;
  return {name, columns, primaryKey, partitionedBy, options, format, ...(writtenMetadata === undefined ? {} : {writtenMetadata})};
}

function resolvedTable(table: TablePlan, connector: ConnectorDefinition, format: FormatDefinition | null): ResolvedTable {
  const isReadable = format === null || (format.decoder !== undefined && format.reads.length > 0);
  const isWritable = format === null || (format.encoder !== undefined && format.writes.length > 0);
  const changes = connector.changes ?? format?.readsAs?.(table.formatOptions) ?? {mode: 'append', updates: false, deletes: false};
  return {
    table: changes.mode === 'append' ? table : {...table, changes},
    isSource: connector.isSource && isReadable,
    isSink: connector.writes.length > 0 && isWritable,
    bounded: connector.bounded?.(connectorTable(table)) ?? false,
    writes:
      connector.changes === undefined
        ? connector.writes.filter(mode => format === null || formatWrites(format, changes).includes(mode))
        : connector.writes,
    reads: changes.mode,
    metadata: connector.metadata,
    writesMetadata: connector.writesMetadata ?? false,
  };
}

/** A format of changes writes what its options say that there is. */
function formatWrites(format: FormatDefinition, changes: SourceChanges): FormatDefinition['writes'] {
  return format.readsAs === undefined || changes.mode === 'append'
    ? format.writes.filter(mode => mode === 'append')
    : ['append', changes.mode];
}

/** Options under today's names: `connector.type` and its like are from Flink before 1.11 and still written. */
function currentKeys(table: DeclaredTable, problems: OptionProblem[]): {given: GivenOption[]; written: Map<string, string>} {
  const formatName = table.options.find(option => option.key === 'format.type')?.value;
  const hasKeys = connectorHasKeys(table);
  const given: GivenOption[] = [];
  const written = new Map<string, string>();
  for (const {key, value} of table.options) {
    if (meaninglessKeys.has(key)) continue;
    const current =
      hasKeys && key.startsWith('value.') && key !== 'value.fields-include' ? key.slice('value.'.length) : currentKey(key, formatName);
    if (written.has(current)) {
      problems.push({option: key, problem: invalid('duplicate-option', `option "${key}" is given twice`, 'keep one of them')});
      continue;
    }
    written.set(current, key);
    given.push({key: current, value});
  }
  return {given, written};
}

function connectorHasKeys(table: DeclaredTable): boolean {
  const name = table.options.find(({key}) => key === 'connector' || key === 'connector.type')?.value;
  return name !== undefined && findConnector(name)?.hasKeys === true;
}

function currentKey(key: string, formatName: string | undefined): string {
  if (key === 'connector.type') return 'connector';
  if (key === 'format.type') return 'format';
  if (key.startsWith('connector.')) return key.slice('connector.'.length);
  if (key.startsWith('format.') && formatName !== undefined) return `${formatName}.${key.slice('format.'.length)}`;
  return key;
}

function connectorOf({table, problems}: Judged, given: readonly GivenOption[]): ConnectorDefinition | null {
  const name = valueOf(given, 'connector');
  if (name === undefined) {
    const hint = `add 'connector' = '…' to WITH: ${connectors.map(connector => connector.name).join(', ')}`;
    problems.push({option: null, problem: invalid('missing-option', `table "${table.name}" names no connector`, hint)});
    return null;
  }
  const found = findConnector(name);
  if (found !== undefined) return found;
  problems.push({option: 'connector', problem: unknownName('connector', name, connectors, laterConnectors)});
  return null;
}

/** Null: the connector needs none. */
function formatOf(
  {table, problems}: Judged,
  connector: ConnectorDefinition,
  given: readonly GivenOption[],
): FormatDefinition | null | 'unknown' {
  const name = valueOf(given, 'format');
  if (connector.format === 'none') {
    if (name !== undefined) {
      problems.push({
        option: 'format',
        problem: invalid('contradiction', `connector "${connector.name}" has no format`, `leave out 'format'`),
      });
    }
    return null;
  }
  if (name === undefined) {
    const hint = `add 'format' = '…' to WITH: ${formats.map(format => format.name).join(', ')}`;
    problems.push({option: null, problem: invalid('missing-option', `table "${table.name}" names no format`, hint)});
    return 'unknown';
  }
  const found = findFormat(name);
  if (found !== undefined) return found;
  problems.push({option: 'format', problem: unknownName('format', name, formats, laterFormats)});
  return 'unknown';
}

/** The format's options without its prefix, and the connector's. Options of another format are told here, where both names are known. */
function splitOptions(
  {problems}: Judged,
  format: FormatDefinition | null,
  given: readonly GivenOption[],
): readonly [readonly GivenOption[], readonly GivenOption[]] {
  const ofFormat: GivenOption[] = [];
  const ofConnector: GivenOption[] = [];
  for (const option of given) {
    if (option.key === 'connector' || option.key === 'format') continue;
    const prefix = option.key.slice(0, Math.max(0, option.key.indexOf('.')));
    if (prefix === format?.name) ofFormat.push({key: option.key.slice(prefix.length + 1), value: option.value});
    else if (findFormat(prefix) === undefined && !laterFormats.includes(prefix)) ofConnector.push(option);
    else problems.push({option: option.key, problem: foreignOption(option.key, prefix, format)});
  }
  return [ofFormat, ofConnector];
}

function foreignOption(key: string, prefix: string, format: FormatDefinition | null): Problem {
  const actual = format === null ? 'the table has no format' : `the table's format is "${format.name}"`;
  return invalid('contradiction', `option "${key}" belongs to format "${prefix}", but ${actual}`, 'leave it out, or change the format');
}

function checked(
  judged: Judged,
  owner: string,
  specs: ConnectorDefinition['options'],
  given: readonly GivenOption[],
  prefix: string,
): ReadonlyMap<string, string> {
  const {values, problems} = checkOptions({specs, given, owner, prefix});
  for (const {problem, option} of problems)
    judged.problems.push({problem, option: option === null ? null : (judged.written.get(option) ?? option)});
  return values;
}

function unknownName(what: string, name: string, known: readonly {readonly name: string}[], later: readonly string[]): Problem {
  const names = known.map(one => one.name);
  const has = `there are ${names.join(', ')}`;
  if (later.includes(name)) return invalid('not-yet-supported', `${what} "${name}" is not supported yet`, has);
  const near = nearest(name, [...names, ...later]);
  return invalid(`unknown-${what}`, `there is no ${what} "${name}"`, near === null ? has : `did you mean "${near}"? (${has})`);
}

function valueOf(given: readonly GivenOption[], key: string): string | undefined {
  return given.find(option => option.key === key)?.value;
}

/** The first option that a problem's message quotes, so that the planner can point at it. */
function optionNamedIn(problem: Problem, written: ReadonlyMap<string, string>): string | null {
  for (const [, quoted] of problem.message.matchAll(/"([^"]+)"/g)) {
    const key = written.get(quoted as string);
    if (key !== undefined) return key;
  }
  return null;
}
