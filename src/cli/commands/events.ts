import type {CommandDefinition} from './define.ts';

export const events: CommandDefinition = {
  name: 'events',
  summary: 'show what has become of jobs: started, restarted, paused, failed, put into quarantine',
  operands: '[JOB…]',
  description: ['As weir logs, without what is about records, and without what processes wrote.'],
  examples: [
    {summary: 'for a program', line: 'weir run -d stream.yaml && weir events -o ndjson && weir stop --all'},
    {summary: 'what became of a job that has ended', line: 'weir run -d stream.yaml && weir stop --all && weir events orders'},
  ],
  run: async invocation => (await import('../actions/logs.ts')).showEvents(invocation),
};
