import type {CommandDefinition} from './define.ts';

export const ps: CommandDefinition = {
  name: 'ps',
  summary: 'list the jobs that run',
  operands: '',
  description: [
    'Jobs of every weir run on this machine by the same user, in the foreground or not: what each one does, its processes, the rows that it has read, written and rejected (since its log began, where it keeps one), its last commit and how long ago it was, how often it was started again after a death, the memory of its processes and what of that is state, and the messages that wait in its sources, where that is known.',
    'Jobs that have ended well are left out without -a. -q prints their names alone, -o ndjson everything that is known; -V adds why a job gives no output, or less than it could: a partition that holds the watermark, a sink that is slow.',
  ],
  examples: [
    {summary: 'what runs?', line: 'weir run -d stream.yaml && weir ps && weir stop --all'},
    {
      summary: 'for a program',
      line: "weir run -d stream.yaml && weir ps -o ndjson | weir 'SELECT job, rowsOut FROM stdin' && weir stop --all",
    },
  ],
  run: async invocation => (await import('../actions/ps.ts')).listJobs(invocation),
};
