import type {CommandDefinition} from './define.ts';

export const restart: CommandDefinition = {
  name: 'restart',
  summary: 'end jobs cleanly and start them again',
  operands: 'JOB…',
  description: [
    'As weir stop and weir start, one job after the other. The plan stays the one with which weir run was started: for a changed file, run it again.',
  ],
  examples: [{summary: 'a new process', line: 'weir run -d stream.yaml && weir restart orders && weir stop --all'}],
  run: async invocation => (await import('../actions/tell-jobs.ts')).tellJobs('restart', invocation),
};
