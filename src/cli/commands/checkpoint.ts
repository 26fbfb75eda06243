import type {CommandDefinition} from './define.ts';

export const checkpoint: CommandDefinition = {
  name: 'checkpoint',
  summary: 'let jobs commit now',
  operands: 'JOB…',
  description: [
    'Returns when everything that a job has read until now is committed, and prints the number of the commit. Jobs are named as for weir pause; each must keep a log.',
  ],
  examples: [
    {summary: 'what is read is written', line: 'weir run -d -b 1000,1min stream.yaml && weir checkpoint orders && weir stop --all'},
  ],
  run: async invocation => (await import('../actions/tell-jobs.ts')).tellJobs('checkpoint', invocation),
};
