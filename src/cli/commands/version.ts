import type {CommandDefinition} from './define.ts';

export const version: CommandDefinition = {
  name: 'version',
  summary: 'the version of weir and of what it runs on',
  operands: '',
  description: [],
  examples: [{summary: 'for a program', line: 'weir version --json'}],
  run: async invocation => (await import('../actions/version.ts')).runVersion(invocation),
};
