import type {CommandDefinition} from './define.ts';

export const start: CommandDefinition = {
  name: 'start',
  summary: 'start jobs that were stopped or have failed',
  operands: 'JOB…',
  description: [
    'A job goes on from its last commit, with the same plan, where it keeps a log; else it begins at the beginning. What it has failed at before is forgiven, also where it died too often. Jobs are named as for weir pause.',
  ],
  examples: [{summary: 'after a stop', line: 'weir run -d stream.yaml && weir stop orders && weir start orders && weir stop --all'}],
  run: async invocation => (await import('../actions/tell-jobs.ts')).tellJobs('start', invocation),
};
