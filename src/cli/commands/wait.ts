import type {CommandDefinition} from './define.ts';

export const wait: CommandDefinition = {
  name: 'wait',
  summary: 'wait until jobs are healthy, idle, paused or stopped',
  operands: 'JOB…',
  description: [
    'healthy: its tables are open, its state is restored and it answers; idle: it has read all that there is and committed it; paused; stopped: it has ended, in whatever way. Jobs are named as for weir pause. It ends with 1 when a job cannot come there any more, and with 124 when --timeout is over.',
  ],
  examples: [
    {summary: 'in a script', line: 'weir run -d stream.yaml && weir wait orders --until healthy --timeout 20s && weir stop --all'},
  ],
  run: async invocation => (await import('../actions/tell-jobs.ts')).waitForJobs(invocation),
};
