import {stringify} from 'yaml';

/** The name of the schema's file, beside the job file. */
export const schemaFile = 'weir.schema.json';

const head = `# yaml-language-server: $schema=${schemaFile}
# What may stand here: weir help job-file
`;

/** A job file that needs no input and runs at once. */
export const starterFile = `${head}version: 1

vars:
  least: 400 # from here on an order is large; :least in the SQL, and -v least=100 for another one

jobs:
  large-orders:
    sql: |
      -- A hundred orders, made up, the same ones in every run.
      CREATE TABLE orders (
        id BIGINT,
        amount DECIMAL(10, 2)
      ) WITH (
        'connector' = 'datagen',
        'number-of-rows' = '100',
        'seed' = '1',
        'fields.id.kind' = 'sequence',
        'fields.id.start' = '1',
        'fields.id.end' = '100',
        'fields.amount.min' = '0',
        'fields.amount.max' = '500'
      );

      SELECT id, amount
      FROM orders
      WHERE amount >= CAST(:least AS DECIMAL(10, 2));
`;

/** A job file with one job: a script, and how it runs. */
export function jobFileOf(name: string, sql: string, options: Readonly<Record<string, string>>): string {
  const job = {...(Object.keys(options).length === 0 ? {} : {options}), sql: `${sql.trimEnd()}\n`};
  return `${head}${stringify({version: 1, jobs: {[name]: job}}, {lineWidth: 0})}`;
}
