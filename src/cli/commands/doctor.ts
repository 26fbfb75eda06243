import type {CommandDefinition} from './define.ts';

export const doctor: CommandDefinition = {
  name: 'doctor',
  summary: 'what this machine gives weir, and what to do where it lacks something',
  operands: '[FILE|FOLDER…]',
  description: [
    'Looks at Node.js, the memory of the engine, the native Kafka client and the folder of state; changes nothing. It ends with 5 when something is wrong. A Kafka client that is not there is a warning: only Kafka tables need it.',
    'With job files, scripts or folders it verifies every checksum of the logs of their jobs, too.',
  ],
  examples: [{summary: 'for a program', line: 'weir doctor --json'}],
  run: async invocation => (await import('../actions/doctor.ts')).runDoctor(invocation),
};
