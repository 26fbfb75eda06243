import type {CommandDefinition} from './define.ts';

export const run: CommandDefinition = {
  name: 'run',
  summary: 'run the jobs of job files or SQL scripts, each in a process of its own',
  operands: 'FILE…',
  description: [
    'A job file is YAML (jobs: {NAME: {sql: … | file: …}}); a .sql file is one job with the name of the file. Everything is parsed, checked and planned before anything starts.',
    'The command ends when every job has read all its input. A job that fails does not stop the others. The first SIGINT or SIGTERM stops all jobs cleanly, the second at once.',
    'With a promise (--exactly-once, --guarantee, --batch, the same in the job file, or SET execution.checkpointing.…) a job commits what it has read and written, and its state, in a log of its own; the next run goes on from the last commit. A process that dies is then started again, after a wait that grows, until it has died too often. What cannot be promised is refused before anything starts. Without a promise nothing is kept, and a process that dies is told.',
    'While they run, jobs can be listed (weir ps), paused, stopped, started and more; -d returns once they run, and leaves them in the background, their output in files below the state directory. --until-idle ends when every job has read all that there is and committed it.',
    'On a terminal that rows are not printed to, the jobs are shown on a full screen, as weir top shows them (weir help keys); messages come when it is left. What ends within a moment shows none. --no-tui is without it.',
    'Rows of bare queries and of tables that write to standard output share it line by line. Standard input can be read by one job. Relative paths of tables start in the current folder, those of file: in the folder of the job file.',
  ],
  examples: [
    {summary: 'the jobs of a file', line: 'weir run jobs.yaml'},
    {summary: 'one of them, dropping bad records', line: 'weir run --only errors --on-error skip jobs.yaml'},
    {
      summary: 'exactly once, in the background, a commit every 1000 records or 50 ms',
      line: 'weir run -d -e -b 1000,50ms stream.yaml && weir stop --all',
    },
    {summary: 'a script that also runs on Flink', line: 'weir run -o flink-row script.sql'},
  ],
  run: async invocation => (await import('../actions/run.ts')).runJobs(invocation),
};
