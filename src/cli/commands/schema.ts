import type {CommandDefinition} from './define.ts';

export const schema: CommandDefinition = {
  name: 'schema',
  summary: 'print the JSON Schema of job files',
  operands: 'job',
  description: [
    'Editors complete and check a job file with it: save it, and begin the file with "# yaml-language-server: $schema=weir.schema.json", as weir init does.',
  ],
  examples: [{summary: 'for an editor', line: 'weir schema job | head -3'}],
  run: async invocation => (await import('../actions/schema.ts')).runSchema(invocation),
};
