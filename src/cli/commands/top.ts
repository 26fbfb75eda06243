import type {CommandDefinition} from './define.ts';

export const top: CommandDefinition = {
  name: 'top',
  summary: 'watch the jobs that run, on a full screen, and act on them with keys',
  operands: '',
  description: [
    'Shows the jobs of every weir run on this machine by the same user, as weir ps does: what each one does, rows a second in and out, messages that wait, how long ago the last commit was, rejected records, memory, processor, and the last minute as bars. A job opened with Enter has tabs: an overview, its plan, what happened to it, its commits, its errors and its configuration.',
    'Nothing ends when the screen is left. Where standard output is no terminal, and with --once, the list is printed once. weir run shows the same screen on a terminal, unless --no-tui is given.',
  ],
  examples: [{summary: 'the screen as text', line: 'weir run -d stream.yaml && weir top --once && weir stop --all'}],
  run: async invocation => (await import('../actions/top.ts')).watchJobs(invocation),
};
