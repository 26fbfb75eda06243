import type {CommandDefinition} from './define.ts';

export const stop: CommandDefinition = {
  name: 'stop',
  summary: 'end jobs cleanly',
  operands: 'JOB…',
  description: [
    'What a job has read is processed, written and committed; then its process ends. A job that depends on another one ends before it. Jobs are named as for weir pause.',
    'A job that was stopped by its name can be started again, and its weir run waits for that. With --all, weir run ends, too.',
  ],
  examples: [
    {summary: 'one job, for now', line: 'weir run -d stream.yaml && weir stop orders && weir start orders && weir stop --all'},
    {summary: 'everything', line: 'weir run -d stream.yaml && weir stop --all'},
  ],
  run: async invocation => (await import('../actions/tell-jobs.ts')).tellJobs('stop', invocation),
};
