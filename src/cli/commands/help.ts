import type {CommandDefinition} from './define.ts';

export const help: CommandDefinition = {
  name: 'help',
  summary: 'help for a command or a topic',
  operands: '[TOPIC]',
  description: [
    'Topics are the commands, and: sql, functions, formats, connectors, output, job-file, environment, exit-codes, problems. A flag, a function, a connector, a format and the code of a problem are topics, too.',
  ],
  examples: [
    {summary: 'what a command does', line: 'weir help run'},
    {summary: 'all functions', line: 'weir help functions'},
  ],
  run: async invocation => (await import('../actions/help.ts')).runHelp(invocation),
};
