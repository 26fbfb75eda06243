import type {CommandDefinition} from './define.ts';

export const check: CommandDefinition = {
  name: 'check',
  summary: 'parse, check and plan scripts and job files without running them',
  operands: 'FILE…',
  description: [
    'All findings of all files are told in one pass, each with its place and what to do. It ends with 3 when there are errors (with --strict also when there are warnings), and starts nothing.',
    'Beside errors it tells what is right and may still not be meant: state that grows for ever, averages of whole numbers, settings and options without effect. weir help CODE says more about each.',
    'Where GITHUB_ACTIONS is true, findings are told to GitHub, too, as --format github does; --format sarif is for services that scan code. Their paths begin in the current folder, or where the service has put the files (GITHUB_WORKSPACE, CI_PROJECT_DIR).',
  ],
  examples: [
    {summary: 'is this fit to run?', line: 'weir check jobs.yaml script.sql'},
    {summary: 'beside the lines of a change on GitHub', line: 'weir check --strict --format github jobs.yaml'},
    {summary: 'for a program', line: 'weir check --format json script.sql'},
  ],
  run: async invocation => (await import('../actions/check.ts')).runCheck(invocation),
};
