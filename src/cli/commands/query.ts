import type {CommandDefinition} from './define.ts';

export const query: CommandDefinition = {
  name: 'query',
  summary: 'run SQL and print its rows',
  operands: "'SQL'",
  description: [
    'The word query may be left out: an operand with white space in it is SQL. Several statements are separated by semicolons.',
    "FROM stdin reads standard input, FROM 'FILE' a file, a glob or a folder (also .gz and .zst); format, columns and types are inferred from the first records, and weir explain --ddl shows the CREATE TABLE that says the same. The SQL is Flink's, with some licence: != and GROUP BY 1 are understood here, and refused in files.",
    'Groups are printed when the input ends, or when the command is interrupted; --changelog prints each change as it happens. On a terminal, those of a stream are a table that is painted anew while they change. Other rows are printed as soon as input pauses.',
  ],
  examples: [
    {summary: 'arithmetic', line: "weir 'SELECT 1 + 1 AS two'"},
    {
      summary: 'count what happened, by kind',
      line: `weir "SELECT status, COUNT(*) AS n FROM 'access.ndjson' GROUP BY status ORDER BY n DESC"`,
    },
    {
      summary: 'filter a stream, and see its first rows',
      line: "cat access.ndjson | weir 'SELECT path FROM stdin WHERE status >= 500' | head -2",
    },
    {
      summary: 'bind a file to a name and a value to a parameter',
      line: "weir -o csv -t o=orders.csv -v least=100 'SELECT id, amount FROM o WHERE amount >= :least'",
    },
    {
      summary: 'fail when there are rows that should not be',
      line: `weir --expect empty "SELECT * FROM 'access.ndjson' WHERE status IS NULL"`,
    },
    {summary: 'a script whose tables are declared in another one', line: 'weir -i tables.sql -f totals.sql'},
  ],
  run: async invocation => (await import('../actions/query.ts')).runQuery(invocation),
};
