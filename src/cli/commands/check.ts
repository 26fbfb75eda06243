import type {CommandDefinition} from './define.ts';

export const check: CommandDefinition = {
  name: 'check',
  summary: 'parse, check and plan scripts and job files without running them',
  operands: 'FILE…',
  description: [
    'All findings of all files are told in one pass, each with its place and what to do. It ends with 3 when there are errors (with --strict also when there are warnings), and starts nothing.',
    'Beside errors it tells what is right and may still not be meant: state that grows for ever, averages of whole numbers, settings and options without effect. weir help CODE says more about each.',
  ],
  examples: [
    {summary: 'is this fit to run?', line: 'weir check jobs.yaml script.sql'},
    {summary: 'for a program', line: 'weir check --format json script.sql'},
  ],
  run: async invocation => (await import('../actions/check.ts')).runCheck(invocation),
};
