import {didYouMean} from '../../base/nearest.ts';
import type {OptionSpecs} from '../../base/options.ts';
import type {Problem} from '../../base/problem.ts';
import type {ConnectorDefinition, ConnectorTable} from '../define.ts';
import {invalid, placeholder} from '../options.ts';
import {DatagenSource} from './datagen-source.ts';
import {fieldPaths, makeGenerator} from './generator.ts';

const options: OptionSpecs = {
  'rows-per-second': {type: 'int', default: '10000', help: 'how many rows become due in a second'},
  'number-of-rows': {type: 'int', help: 'rows in all; without it (and without a sequence) it never ends'},
  seed: {type: 'int', help: 'the same seed gives the same rows (not in Flink)'},
  'fields.#.kind': {type: ['random', 'sequence'], default: 'random', help: 'how the field gets its values'},
  'fields.#.min': {type: 'string', help: 'least random number; the type has a default'},
  'fields.#.max': {type: 'string', help: 'greatest random number; the type has a default'},
  'fields.#.max-past': {type: 'duration', help: 'random times lie at most this far back; 0 unless set'},
  'fields.#.length': {type: 'int', help: 'length of random texts and bytes (100 unless the type says) and of collections (3)'},
  'fields.#.var-len': {type: 'boolean', help: 'texts and bytes have any length from 1 to "length"'},
  'fields.#.start': {type: 'string', help: 'first value of a sequence'},
  'fields.#.end': {type: 'string', help: 'last value of a sequence, which ends the table'},
  'fields.#.null-rate': {type: 'string', help: 'share of NULL values, from 0 to 1'},
  'scan.parallelism': {type: 'int', ignored: true, help: 'number of parallel generators in Flink'},
};

export const datagenConnector: ConnectorDefinition = {
  name: 'datagen',
  summary: 'makes rows: random values or sequences, at a given rate',
  options,
  examples: [
    {
      summary: 'a thousand orders, the same in every run',
      sql: `CREATE TABLE orders (id BIGINT, amount DECIMAL(10, 2)) WITH ('connector' = 'datagen', 'number-of-rows' = '1000', 'seed' = '1', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000', 'fields.amount.min' = '0', 'fields.amount.max' = '500')`,
    },
  ],
  format: 'none',
  writes: [],
  isSource: true,
  replays: () => 'replays',
  metadata: {},
  bounded: table =>
    table.options.has('number-of-rows') ||
    [...table.options].some(([key, value]) => value === 'sequence' && placeholder('fields.#.kind', key) !== null),
  check: checkTable,
  source: (table, context, wanted) => new DatagenSource(table, context, wanted),
};

function checkTable(table: ConnectorTable): readonly Problem[] {
  const problems: Problem[] = [];
  const used = new Set<string>();
  const context = {options: table.options, seed: 0, clock: {now: () => 0}, timeZone: 'UTC', problems, used};
  for (const {name, type} of table.columns) makeGenerator(name, type, context);
  const paths = fieldPaths(table.columns);
  for (const key of table.options.keys()) {
    if (!key.startsWith('fields.') || used.has(key)) continue;
    problems.push(unusedOption(key, paths));
  }
  if (Number(table.options.get('rows-per-second')) <= 0) {
    problems.push(invalid('bad-option', 'option "rows-per-second" must be more than 0', 'give a whole number from 1'));
  }
  if (Number(table.options.get('number-of-rows') ?? 0) < 0) {
    problems.push(invalid('bad-option', 'option "number-of-rows" is negative', 'give a whole number from 0'));
  }
  return problems;
}

function unusedOption(key: string, paths: readonly string[]): Problem {
  const path = key.slice('fields.'.length, key.lastIndexOf('.'));
  if (paths.includes(path)) {
    const what = key.slice(key.lastIndexOf('.') + 1);
    return invalid(
      'contradiction',
      `option "${key}" does not fit column "${path}"`,
      `leave it out: neither its type nor its kind has "${what}"`,
    );
  }
  return invalid(
    'unknown-column',
    `option "${key}" is of a column that the table does not have`,
    didYouMean(path, paths) ?? `it has ${paths.join(', ')}`,
  );
}
