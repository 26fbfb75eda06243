import type {CommandDefinition} from './define.ts';

export const config: CommandDefinition = {
  name: 'config',
  summary: 'print job files with everything in its place',
  operands: 'FILE…',
  description: [
    'What templates, extends, defaults, include, profiles, --set and ${…} come to, job by job, as a job file that means the same. SQL is printed as it is written. Values of secrets are never printed: their names stand for them. What may stand in a job file: weir help job-file.',
    '--provenance says behind each value which line gives it, and what laid it there.',
  ],
  examples: [
    {summary: 'what will run', line: 'weir config jobs.yaml'},
    {summary: 'and why', line: 'weir config --provenance --set defaults.on-error=skip jobs.yaml'},
  ],
  run: async invocation => (await import('../actions/config.ts')).runConfig(invocation),
};
