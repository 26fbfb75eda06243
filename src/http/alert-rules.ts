import {catalog} from '../telemetry/catalog.ts';

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
}

const ofJob = '{{ $labels.project }}/{{ $labels.job }}';

/** What is worth a person's time, with bounds that are to be looked at. */
const rules: readonly AlertRule[] = [
  {
    alert: 'WeirJobDown',
    expr: `${catalog.ready.name} == 0`,
    for: '2m',
    severity: 'critical',
    summary: `${ofJob} is not connected and does not run`,
  },
  {
    alert: 'WeirJobRestarts',
    expr: `increase(${catalog.restarts.name}[15m]) > 3`,
    for: '0m',
    severity: 'warning',
    summary: `${ofJob} has died and was started again more than three times in a quarter of an hour`,
  },
  {
    alert: 'WeirRejectedRows',
    expr: `sum by (project, job) (rate(${catalog.rejected.name}[5m])) > 0.01 * sum by (project, job) (rate(${catalog.rowsIn.name}[5m]))`,
    for: '5m',
    severity: 'warning',
    summary: `${ofJob} rejects more than one record of a hundred`,
  },
  {
    alert: 'WeirLagGrows',
    expr: `deriv(${catalog.inputLag.name}[10m]) > 0 and ${catalog.inputLag.name} > 10000`,
    for: '10m',
    severity: 'warning',
    summary: `${ofJob} falls behind in {{ $labels.table }}`,
  },
  {
    alert: 'WeirWatermarkStands',
    expr: `delta(${catalog.watermark.name}[10m]) == 0 and on (project, job) rate(${catalog.rowsIn.name}[10m]) > 0`,
    for: '5m',
    severity: 'warning',
    summary: `${ofJob} reads, but event time stands still in {{ $labels.table }}: weir ps -V says why`,
  },
  {
    alert: 'WeirNoCommit',
    expr: `time() - ${catalog.lastCommit.name} > 300 and on (project, job) rate(${catalog.rowsIn.name}[5m]) > 0`,
    for: '1m',
    severity: 'critical',
    summary: `${ofJob} reads, and has committed nothing for five minutes`,
  },
  {
    alert: 'WeirSinkIsSlow',
    expr: `${catalog.stageShare.name}{stage="sink_wait"} > 0.8`,
    for: '10m',
    severity: 'warning',
    summary: `${ofJob} waits for what reads its output`,
  },
];

/** Rules for Prometheus, made of the catalogue, as YAML. */
export function alertRules(): string {
  const lines = rules.flatMap(({alert, expr, for: wait, severity, summary}) => [
    `      - alert: ${alert}`,
    `        expr: ${quoted(expr)}`,
    `        for: ${wait}`,
    `        labels: {severity: ${severity}}`,
    '        annotations:',
    `          summary: ${quoted(summary)}`,
  ]);
  return `groups:\n  - name: weir\n    rules:\n${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
