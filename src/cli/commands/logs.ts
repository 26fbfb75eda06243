import type {CommandDefinition} from './define.ts';

export const logs: CommandDefinition = {
  name: 'logs',
  summary: 'show what happened to jobs, what was reported of them, and what their processes wrote',
  operands: '[JOB…]',
  description: [
    'Jobs are named as for weir pause; without names all are meant. Those that commit, and those in the background, keep a log in their folders below the state directory (two files of 1 MB at most), which is there when they have ended; of others weir run remembers the last 500 entries while it runs.',
    'A line is the time, how bad it is, the job, and what happened, with the place of a record where it is about one. -o ndjson gives objects with time, level, project, job, event, message, where, detail. Of many messages of one kind some are kept, and how many were left out (leftOut). No secret is in them.',
    'weir run --log-format json writes the same objects to standard error as they happen, for a collector. Text is what it writes by itself, also where there is no terminal: problems come with the place in the file and with what to do, and the logs of a CI step are read by people.',
  ],
  examples: [
    {summary: 'what happened?', line: 'weir run -d stream.yaml && weir logs -n 20 && weir stop --all'},
    {
      summary: 'of one job, in the last hour, for a program',
      line: 'weir run -d stream.yaml && weir logs orders --since 1h -o ndjson && weir stop --all',
    },
  ],
  run: async invocation => (await import('../actions/logs.ts')).showLogs(invocation),
};
