import type {CommandDefinition} from './define.ts';

export const init: CommandDefinition = {
  name: 'init',
  summary: 'write a job file to begin with',
  operands: '[DIR]',
  description: [
    'Writes jobs.yaml, which runs as it is and needs no input, and weir.schema.json, with which editors complete and check it, and says what to call next. What is there already is never overwritten.',
    '--from makes the job from a one-liner: the tables that it infers are declared. The SQL of a job is strict; what a one-liner alone may say is told, with what to write.',
  ],
  examples: [
    {summary: 'something that runs', line: 'cd "$(mktemp -d)" && weir init && weir run jobs.yaml'},
    {
      summary: 'from a one-liner to a job',
      line: `weir init "$(mktemp -d)" --from "SELECT status, COUNT(*) AS n FROM 'access.ndjson' GROUP BY status"`,
    },
  ],
  run: async invocation => (await import('../actions/init.ts')).runInit(invocation),
};
