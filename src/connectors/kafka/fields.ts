import type {Problem} from '../../base/problem.ts';
import {checkOptions} from '../options.ts';
import {findFormat, formats} from '../../formats/index.ts';
import type {FormatDefinition} from '../../formats/define.ts';
import type {Column} from '../../types/sql-type.ts';
import type {ConnectorTable, MessageLayout} from '../define.ts';
import {invalid} from '../options.ts';

/** Whether keys come by PRIMARY KEY (upsert-kafka) or by option "key.fields". */
export type KeyRule = 'primary-key' | 'key-fields';

/** Where the columns of a table stand in its messages, and all that is wrong with what the options say of it. */
export function fieldsOf(table: ConnectorTable, rule: KeyRule): {readonly layout: MessageLayout; readonly problems: readonly Problem[]} {
  const problems: Problem[] = [];
  const keyFormat = keyFormatOf(table, problems);
  const names = rule === 'primary-key' ? table.primaryKey : listOf(table.options.get('key.fields'));
  const keyPrefix = table.options.get('key.fields-prefix') ?? '';
  const includesKey = (table.options.get('value.fields-include') ?? 'ALL') === 'ALL';
  if (rule === 'key-fields') problems.push(...keyFieldsProblems(table, names, keyFormat !== null));
  const key = names.flatMap(name => {
    const ordinal = table.columns.findIndex(column => column.name === name);
    if (ordinal >= 0) return [ordinal];
    problems.push(
      invalid('unknown-column', `option "key.fields" names "${name}", which is no column of table "${table.name}"`, columnsHint(table)),
    );
    return [];
  });
  if (keyPrefix !== '') problems.push(...prefixProblems(table, key, keyPrefix, includesKey));
  const value = table.columns.flatMap((_, ordinal) => (includesKey || !key.includes(ordinal) ? [ordinal] : []));
  const keyColumns = key.map(ordinal => {
    const {name, type} = table.columns[ordinal] as Column;
    return {ordinal, column: {name: name.slice(keyPrefix.length), type}};
  });
  if (keyFormat !== null) {
    const columns = keyColumns.map(({column}) => column);
    problems.push(...(keyFormat.definition.check?.(columns, keyFormat.options) ?? []));
  }
  return {
    layout: {
      value,
      key:
        keyFormat === null || key.length === 0
          ? null
          : {columns: keyColumns, format: keyFormat.definition.name, formatOptions: keyFormat.options},
      takesBack: rule === 'primary-key',
    },
    problems,
  };
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(';')
    .map(name => name.trim())
    .filter(name => name !== '');
}

function keyFieldsProblems(table: ConnectorTable, names: readonly string[], hasFormat: boolean): readonly Problem[] {
  if (hasFormat && names.length === 0) {
    return [
      invalid('missing-option', '"key.format" says how keys are read, but no column stands in them', `add 'key.fields' = 'column;column'`),
    ];
  }
  if (!hasFormat && table.options.has('key.fields')) {
    return [
      invalid('missing-option', '"key.fields" names columns of the key, but nothing says how it is read', `add 'key.format' = 'json'`),
    ];
  }
  return [];
}

function prefixProblems(table: ConnectorTable, key: readonly number[], keyPrefix: string, includesKey: boolean): readonly Problem[] {
  if (includesKey) {
    const hint = `add 'value.fields-include' = 'EXCEPT_KEY'`;
    return [invalid('contradiction', '"key.fields-prefix" is for keys whose columns are not in the value as well', hint)];
  }
  return key.flatMap(ordinal => {
    const {name} = table.columns[ordinal] as Column;
    if (name.startsWith(keyPrefix)) return [];
    return [
      invalid(
        'contradiction',
        `column "${name}" of the key does not begin with "${keyPrefix}"`,
        `rename it, or change option "key.fields-prefix"`,
      ),
    ];
  });
}

function columnsHint({columns}: ConnectorTable): string {
  return `columns: ${columns.map(({name}) => name).join(', ')}`;
}

interface KeyFormat {
  readonly definition: FormatDefinition;
  readonly options: ReadonlyMap<string, string>;
}

/** The format of keys with its options (`key.json.ignore-parse-errors`); null when none is named. */
function keyFormatOf(table: ConnectorTable, problems: Problem[]): KeyFormat | null {
  const name = table.options.get('key.format');
  const prefixes = [...table.options.keys()].filter(key => isKeyFormatOption(key));
  if (name === undefined) {
    for (const key of prefixes)
      problems.push(invalid('contradiction', `option "${key}" belongs to the format of keys, and there is none`, `add 'key.format'`));
    return null;
  }
  const definition = findFormat(name);
  if (definition?.readsAs !== undefined || definition === undefined) {
    const usable = formats.filter(format => format.readsAs === undefined).map(format => format.name);
    problems.push(invalid('unknown-format', `keys cannot be read as "${name}"`, `there are ${usable.join(', ')}`));
    return null;
  }
  const own = `key.${name}.`;
  for (const key of prefixes) {
    if (!key.startsWith(own))
      problems.push(invalid('contradiction', `option "${key}" belongs to another format than "${name}"`, 'leave it out'));
  }
  const given = prefixes
    .filter(key => key.startsWith(own))
    .map(key => ({key: key.slice(own.length), value: table.options.get(key) as string}));
  const checked = checkOptions({specs: definition.options, given, owner: `format "${name}"`, prefix: own});
  problems.push(...checked.problems.map(({problem}) => problem));
  return {definition, options: checked.values};
}

function isKeyFormatOption(key: string): boolean {
  return key.startsWith('key.') && !['key.format', 'key.fields', 'key.fields-prefix'].includes(key);
}
