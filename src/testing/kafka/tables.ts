import type {Problem} from '../../base/problem.ts';
import type {RunOptions, RunResult} from '../../job/contract.ts';
import {runPlan} from '../../job/run.ts';
import {CollectedSink, optionsOfRun, planOfScript} from '../run-script.ts';
import {createTopics, type NewRecord, produce} from './admin.ts';
import {freshName} from './shared.ts';

export interface Outcome {
  readonly result: RunResult;
  /** Of the console, as JSON. */
  readonly rows: readonly unknown[];
  readonly problems: readonly Problem[];
}

/** Scripts over tables of a broker. */
export class KafkaTables {
  readonly bootstrap: string;

  constructor(bootstrap: string) {
    this.bootstrap = bootstrap;
  }

  async run(sql: string, settings: Partial<RunOptions> = {}): Promise<Outcome> {
    const plan = await planOfScript(sql, '/');
    const output = new CollectedSink();
    const problems: Problem[] = [];
    const result = await runPlan({
      ...optionsOfRun(plan, '/'),
      standardOutput: output,
      onError: 'skip',
      onProblem: problem => problems.push(problem),
      ...settings,
    });
    const lines = output.text.split('\n').filter(line => line !== '');
    return {result, rows: lines.map(line => JSON.parse(line) as unknown), problems};
  }

  /** A table of a topic that is read from its beginning to its end, unless the options say otherwise; an empty text takes one out. */
  table(columns: string, topic: string, options: Readonly<Record<string, string>> = {}, name = 't'): string {
    const all = {
      connector: 'kafka',
      topic,
      'properties.bootstrap.servers': this.bootstrap,
      'scan.startup.mode': 'earliest-offset',
      'scan.bounded.mode': 'latest-offset',
      format: 'json',
      ...options,
    };
    const pairs = Object.entries(all).flatMap(([key, value]) => (value === '' ? [] : [`'${key}' = '${value.replaceAll("'", "''")}'`]));
    return `CREATE TABLE ${name} (${columns}) WITH (${pairs.join(', ')});`;
  }

  /** A topic of its own, with these records. */
  async topicOf(records: readonly NewRecord[], partitions = 1, settings: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = freshName('t');
    await createTopics(this.bootstrap, [{name, partitions, settings}]);
    if (records.length > 0) await produce(this.bootstrap, name, records);
    return name;
  }
}

/** `{"n":0}` and so on, a second apart from the first second on. */
export function numbered(count: number, partition = 0): NewRecord[] {
  return Array.from({length: count}, (_, index) => ({value: `{"n":${index}}`, partition, timestamp: 1000 * (index + 1)}));
}
