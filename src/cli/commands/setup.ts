import type {CommandDefinition} from './define.ts';

export const setup: CommandDefinition = {
  name: 'setup',
  summary: 'build what weir does not bring along: the native Kafka client',
  operands: 'kafka',
  description: [
    'Kafka tables use librdkafka through a native client. It is built on this machine, from the sources in its package, which takes a minute; nothing is downloaded. What was built is kept in $XDG_CACHE_HOME/weir/native, so that the next time it is only copied.',
    'Every feature has to be there (ssl, sasl_gssapi, zstd, oidc): where a compiler or a header is missing it ends with 5 and the line that installs it; with --apt, as root, it runs that line itself.',
  ],
  examples: [{summary: 'once on each machine, before the first Kafka table', line: 'weir setup kafka'}],
  run: async invocation => (await import('../actions/setup.ts')).runSetup(invocation),
};
