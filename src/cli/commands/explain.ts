import type {CommandDefinition} from './define.ts';

export const explain: CommandDefinition = {
  name: 'explain',
  summary: 'show how SQL would be run',
  operands: "'SQL' | FILE",
  description: [
    'Prints the plan: each operator with its columns, what kind of changes flow out of it, and what it keeps and what that grows with; then whether the same input gives the same values again, and if not, why. What may not be meant is told as check tells it.',
    '--code prints the JavaScript the query becomes and what its names stand for, --ddl the CREATE TABLE of each table that was inferred, which turns a one-liner into a script.',
  ],
  examples: [
    {summary: 'the plan of a one-liner', line: `weir explain "SELECT status, COUNT(*) FROM 'access.ndjson' GROUP BY status"`},
    {summary: 'from a one-liner to a script', line: `weir explain --ddl "SELECT * FROM 'orders.csv'"`},
    {summary: 'the code', line: "weir explain --code 'SELECT 1 + 1 AS two'"},
  ],
  run: async invocation => (await import('../actions/explain.ts')).runExplain(invocation),
};
