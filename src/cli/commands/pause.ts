import type {CommandDefinition} from './define.ts';

export const pause: CommandDefinition = {
  name: 'pause',
  summary: 'let jobs rest where they are',
  operands: 'JOB…',
  description: [
    'A paused job takes no more input, commits what it has read, and holds its position and state until weir resume. Nothing is lost or repeated by that. A job that is started again meanwhile rests again.',
    'A job is named as weir ps shows it; * stands for any letters, PROJECT/JOB names one of several projects, and --all means all jobs. The command prints what has changed, and returns when it has; with --timeout not later than that.',
  ],
  examples: [{summary: 'all jobs whose names begin alike', line: "weir run -d stream.yaml && weir pause 'or*' && weir stop --all"}],
  run: async invocation => (await import('../actions/tell-jobs.ts')).tellJobs('pause', invocation),
};
