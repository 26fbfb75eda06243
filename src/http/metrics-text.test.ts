import {describe, expect, test} from 'vitest';
import {noStatus} from '../job/contract.ts';
import {catalog, type MetricDefinition} from '../telemetry/catalog.ts';
import {parseMetrics} from '../testing/http/metrics-parser.ts';
import {inputNamed, sampleWith, supervisedJobs} from '../testing/http/supervised.ts';
import {metricFamilies} from './families.ts';
import {metricsText, metricsType, openMetricsType, prometheusType} from './metrics-text.ts';

const options = {project: 'shop', nowMs: 1_060_000, redact: (_: string, text: string) => text.replaceAll('hunter2', '‹secret›')};
const status = {
  ...noStatus,
  rowsIn: 7,
  rowsOut: 5,
  sample: sampleWith([inputNamed('orders', 3), inputNamed('rates', 100), inputNamed('rates', 0)]),
};
const withCommit = {...status, commit: {epoch: 12, atMs: 1_050_000, tookMs: 3}};

const formats = [
  ['prometheus', prometheusType],
  ['openmetrics', openMetricsType],
] as const;

describe.each(formats)('metrics for %s', (format, type) => {
  const read = async (...jobs: Parameters<typeof supervisedJobs>) =>
    parseMetrics(await metricsText(metricFamilies(supervisedJobs(...jobs), options), type), format);
  const nameOf = (name: string): string => (format === 'openmetrics' ? name.replace(/_total$/, '') : name);

  test('can be read, and have everything that the catalogue knows, as it is described there', async () => {
    const families = await read({a: {status: withCommit}, b: {phase: 'down', ending: 'failed'}});
    const expected = Object.values(catalog) as readonly MetricDefinition[];
    expect([...families.keys()].toSorted()).toEqual(expected.map(({name}) => nameOf(name)).toSorted());
    for (const {name, type: kind, help, labels} of expected) {
      const family = families.get(nameOf(name));
      expect(family).toMatchObject({type: kind, help});
      for (const sample of family?.samples ?? [])
        expect([...sample.labels.keys()].filter(label => label !== 'le').toSorted()).toEqual(['project', ...labels].toSorted());
    }
  });

  test('tell what jobs have told', async () => {
    const families = await read({a: {status: withCommit}, b: {phase: 'down', ending: 'failed'}});
    const value = (name: string, labels: Readonly<Record<string, string>>): number | undefined =>
      families.get(nameOf(name))?.samples.find(sample => Object.entries(labels).every(([label, text]) => sample.labels.get(label) === text))
        ?.value;
    expect(value('weir_input_rows_total', {job: 'a', project: 'shop'})).toBe(7);
    expect(value('weir_job_up', {job: 'a'})).toBe(1);
    expect(value('weir_job_up', {job: 'b'})).toBe(0);
    expect(value('weir_job_ready', {job: 'b'})).toBe(0);
    expect(value('weir_jobs', {state: 'failed'})).toBe(1);
    expect(value('weir_commit_epoch', {job: 'a'})).toBe(12);
    expect(value('weir_last_commit_timestamp_seconds', {job: 'a'})).toBe(1050);
    expect(value('weir_rejected_rows_total', {job: 'a', reason: 'bad-record'})).toBe(3);
    expect(value('weir_input_watermark_delay_seconds', {job: 'a', table: 'orders'})).toBe(60);
    expect(value('weir_partition_lag_messages', {table: 'orders', partition: 'orders[2]'})).toBe(2);
    expect(value('weir_input_idle_partitions', {table: 'orders'})).toBe(1);
    expect(value('weir_end_to_end_latency_seconds', {job: 'a', le: '1.024'})).toBe(3 * 18);
  });

  test('of a table read twice stand apart, and those of very many partitions are told together', async () => {
    const families = await read({a: {status}});
    const lags = families.get('weir_input_lag_messages')?.samples.map(({labels}) => labels.get('table'));
    expect(lags).toEqual(['orders', 'rates', 'rates (2)']);
    const partitions = families.get('weir_partition_lag_messages')?.samples.map(({labels}) => labels.get('table'));
    expect(new Set(partitions)).toEqual(new Set(['orders']));
  });

  test('have names that no text can break, none longer than 128 letters, and no secrets', async () => {
    const evil = 'a"b\\c\nd{e="f"} 1 ';
    const sample = sampleWith([inputNamed(`kafka://u:hunter2@h/${evil}`, 2)]);
    const families = await read({[evil]: {status: {...noStatus, sample}}, ['x'.repeat(300)]: {}});
    const up = families.get('weir_job_up')?.samples.map(({labels}) => labels.get('job'));
    expect(up).toEqual([evil, `${'x'.repeat(127)}…`]);
    const texts = [...families.values()].flatMap(({samples}) => samples.flatMap(({labels}) => [...labels.values()]));
    expect(texts.filter(text => text.includes('hunter2'))).toEqual([]);
    expect(texts).toContain(`kafka://u:‹secret›@h/${evil}`);
  });

  test('of a job that has said nothing yet leave out what nobody knows', async () => {
    const families = await read({a: {phase: 'starting', memoryBytes: null, pid: null, status: noStatus}});
    expect(families.has('weir_job_heap_bytes')).toBe(false);
    expect(families.has('weir_job_memory_bytes')).toBe(false);
    expect(families.get('weir_job_ready')?.samples[0]?.value).toBe(0);
  });
});

test('metrics of fifty jobs take less than 20 ms', async () => {
  const jobs = supervisedJobs(
    Object.fromEntries(
      Array.from({length: 50}, (_, job) => [`job${job}`, {status: {...noStatus, sample: sampleWith([inputNamed('orders', 12)])}}]),
    ),
  );
  const costs: number[] = [];
  for (let time = 0; time < 10; time++) {
    const before = process.cpuUsage();
    await metricsText(metricFamilies(jobs, options), prometheusType);
    const {user, system} = process.cpuUsage(before);
    costs.push((user + system) / 1000);
  }
  // The least of them: other tests share the process's time.
  expect(Math.min(...costs)).toBeLessThan(20);
});

test('a scraper gets the format that it asks for', () => {
  expect(metricsType(undefined)).toBe(prometheusType);
  expect(metricsType('*/*')).toBe(prometheusType);
  expect(metricsType('application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3')).toBe(openMetricsType);
});

test.each([
  ['no end', 'a 1'],
  ['no type', 'a 1\n'],
  ['a series twice', '# HELP a x\n# TYPE a gauge\na 1\na 1\n'],
  ['a family in two places', '# HELP a x\n# TYPE a gauge\na 1\n# HELP b x\n# TYPE b gauge\nb 1\n# HELP a x\n'],
  ['another name', '# HELP a x\n# TYPE a gauge\nb 1\n'],
  ['a bad number', '# HELP a x\n# TYPE a gauge\na Nan\n'],
  ['a bad escape', '# HELP a x\n# TYPE a gauge\na{b="\\x"} 1\n'],
  ['an open quote', '# HELP a x\n# TYPE a gauge\na{b="x} 1\n'],
  ['no last bucket', '# HELP a x\n# TYPE a histogram\na_bucket{le="1"} 1\na_sum 1\na_count 1\n'],
  ['buckets that fall', '# HELP a x\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n'],
])('the parser of these tests refuses %s', (_, text) => expect(() => parseMetrics(text, 'prometheus')).toThrow());
