import type {CommandDefinition} from './define.ts';

export const resume: CommandDefinition = {
  name: 'resume',
  summary: 'let paused jobs go on',
  operands: 'JOB…',
  description: ['They go on where they were paused. Jobs are named as for weir pause.'],
  examples: [{summary: 'a rest', line: 'weir run -d stream.yaml && weir pause orders && weir resume orders && weir stop --all'}],
  run: async invocation => (await import('../actions/tell-jobs.ts')).tellJobs('resume', invocation),
};
