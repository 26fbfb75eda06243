import type {CommandDefinition} from './define.ts';

export const help: CommandDefinition = {
  name: 'help',
  summary: 'help for a command or a topic',
  operands: '[TOPIC]',
  description: [
    'Topics are the commands, and what weir help lists (sql, functions, job-file, guarantees, deployment, …). A flag, a function, a connector, a format and the code of a problem are topics, too. man weir-run is the text of weir help run.',
  ],
  examples: [
    {summary: 'what a command does', line: 'weir help run'},
    {summary: 'all functions', line: 'weir help functions'},
  ],
  run: async invocation => (await import('../actions/help.ts')).runHelp(invocation),
};
