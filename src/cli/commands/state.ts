import type {CommandDefinition} from './define.ts';

export const state: CommandDefinition = {
  name: 'state',
  summary: 'what the logs of jobs hold',
  operands: 'ls|inspect|export FILE|FOLDER…',
  description: [
    'Each commit of a job is a record in the log of the job: epoch, positions of inputs, what was read and written, and the state of its operators, all of it or what has changed. ls says in a line what each log has come to, inspect lists its records and shows the last one, export prints all records as lines of JSON (of the state, how many bytes it is).',
    'A job file or script stands for the logs of its jobs, a folder for all logs below it. Every checksum is verified, and nothing is changed: it may be done while jobs run. It ends with 5 when a log is damaged.',
  ],
  examples: [
    {summary: 'which jobs have come how far?', line: 'weir state ls state'},
    {summary: 'one of them, record by record', line: 'weir state inspect state/orders'},
    {summary: 'for a program', line: "weir state export state | weir 'SELECT epoch, rowsIn FROM stdin'"},
  ],
  run: async invocation => (await import('../actions/state.ts')).runState(invocation),
};
