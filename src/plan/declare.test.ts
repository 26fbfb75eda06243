import {expect, test} from 'vitest';
import {parseScript} from '../sql/parse.ts';
import {stringType} from '../types/sql-type.ts';
import type {DeclaredTable} from './catalog.ts';
import {declareSql} from './declare.ts';
import {literalCatalog} from './literal-catalog.ts';
import {planScript} from './plan-script.ts';

const table: DeclaredTable = {
  name: 'data/orders-2020.ndjson',
  columns: [
    {name: 'id', type: {kind: 'BIGINT', nullable: false}},
    {name: 'user', type: {...stringType, nullable: false}},
    {name: 'a`b', type: {kind: 'ARRAY', element: {kind: 'DECIMAL', precision: 10, scale: 2, nullable: true}, nullable: true}},
    {
      name: 'r',
      type: {kind: 'ROW', nullable: true, fields: [{name: 'value', type: {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true}}]},
    },
    {name: 'm', type: {kind: 'MAP', key: stringType, value: {kind: 'INT', nullable: false}, nullable: true}},
    {name: 'nothing', type: {kind: 'NULL', nullable: true}},
  ],
  primaryKey: ['id'],
  partitionedBy: ['user'],
  options: [
    {key: 'connector', value: 'filesystem'},
    {key: 'path', value: "it's"},
    {key: 'format', value: 'json'},
  ],
};

test('a table as a script would declare it', () => {
  expect(declareSql(table)).toBe(`CREATE TABLE orders_2020 (
  id BIGINT,
  \`user\` STRING NOT NULL,
  \`a\`\`b\` ARRAY<DECIMAL(10, 2)>,
  r ROW<\`value\` TIMESTAMP_LTZ(3)>,
  m MAP<STRING, INT NOT NULL>,
  nothing STRING,
  PRIMARY KEY (id) NOT ENFORCED
) PARTITIONED BY (\`user\`) WITH (
  'connector' = 'filesystem',
  'path' = 'it''s',
  'format' = 'json'
);`);
});

test('what is printed declares the same table', () => {
  let resolved: DeclaredTable | undefined;
  const source = {name: 'ddl', text: declareSql(table)};
  const {script, problems} = parseScript(source, {lenient: false});
  expect(problems).toEqual([]);
  const catalog = {
    ...literalCatalog(),
    resolve: (declared: DeclaredTable) => {
      resolved = declared;
      return literalCatalog().resolve(declared);
    },
  };
  planScript({source, script, catalog, parameters: new Map(), mode: 'script', changelog: false, timeZone: 'UTC'});
  const columns = table.columns.map(column => (column.name === 'nothing' ? {...column, type: stringType} : column));
  expect(resolved).toEqual({...table, name: 'orders_2020', columns});
});

test.each([
  ['orders.csv.gz', 'orders'],
  ['/tmp/2020.csv', 't_2020'],
  ['logs/*.ndjson', '_'],
  ['stdin', 'stdin'],
  ['select.csv', '`select`'],
])('a file called %s is a table called %s', (name, expected) => {
  expect(declareSql({...table, name}).split(' (')[0]).toBe(`CREATE TABLE ${expected}`);
});
