import {catalog, type MetricDefinition, type MetricKey} from '../telemetry/catalog.ts';

/** What a panel draws: metrics, or what is computed of them. */
interface PanelSpec {
  readonly title: string;
  readonly metrics: readonly MetricKey[];
}

/** In rows of three. Of counters rates are drawn, of histograms the middle and the slowest hundredth. */
const panels: readonly PanelSpec[] = [
  {title: 'Jobs by state', metrics: ['jobs']},
  {title: 'Jobs that run', metrics: ['up']},
  {title: 'Restarts', metrics: ['restarts']},
  {title: 'Rows read', metrics: ['rowsIn']},
  {title: 'Rows written', metrics: ['rowsOut']},
  {title: 'Rejected and late rows', metrics: ['rejected', 'late']},
  {title: 'Messages that wait', metrics: ['inputLag']},
  {title: 'Event time behind the clock', metrics: ['watermarkDelay']},
  {title: 'Idle partitions', metrics: ['idlePartitions']},
  {title: 'End-to-end latency', metrics: ['latency']},
  {title: 'Time of a commit', metrics: ['commitTime']},
  {title: 'Where the time goes', metrics: ['stageShare']},
  {title: 'State', metrics: ['stateBytes']},
  {title: 'Memory', metrics: ['processMemory', 'heap']},
  {title: 'Garbage collector', metrics: ['gcTime']},
];

const units: Readonly<Record<MetricDefinition['unit'], string>> = {
  rows: 'short',
  bytes: 'bytes',
  seconds: 's',
  messages: 'short',
  ratio: 'percentunit',
  count: 'short',
  boolean: 'short',
};

const chosen = '{project=~"$project"}';

/** A dashboard for Grafana, made of the catalogue: import what `/grafana.json` gives. */
export function grafanaDashboard(): object {
  return {
    title: 'weir',
    uid: 'weir',
    tags: ['weir'],
    schemaVersion: 39,
    refresh: '10s',
    time: {from: 'now-30m', to: 'now'},
    templating: {
      list: [
        {name: 'source', label: 'Prometheus', type: 'datasource', query: 'prometheus'},
        {
          name: 'project',
          type: 'query',
          datasource,
          query: `label_values(${catalog.build.name}, project)`,
          refresh: 2,
          multi: true,
          includeAll: true,
          current: {text: 'All', value: '$__all'},
        },
      ],
    },
    panels: panels.map(panel),
  };
}

const datasource = {type: 'prometheus', uid: '${source}'};

function panel({title, metrics}: PanelSpec, index: number): object {
  const definitions = metrics.map((key): MetricDefinition => catalog[key]);
  const unit = definitions[0]?.unit ?? 'count';
  const isRate = definitions[0]?.type === 'counter';
  return {
    id: index + 1,
    title: isRate ? `${title} a second` : title,
    description: definitions.map(({help}) => help).join(' '),
    type: 'timeseries',
    datasource,
    gridPos: {x: 8 * (index % 3), y: 8 * Math.floor(index / 3), w: 8, h: 8},
    fieldConfig: {defaults: {unit: units[unit], min: 0}, overrides: []},
    targets: definitions.flatMap(queriesOf).map(({expr, legend}, number) => ({
      refId: String.fromCodePoint(65 + number),
      datasource,
      expr,
      legendFormat: legend,
    })),
  };
}

function queriesOf({name, type, labels}: MetricDefinition): readonly {readonly expr: string; readonly legend: string}[] {
  const legend = labels.map(label => `{{${label}}}`).join(' ');
  if (type === 'counter') return [{expr: `rate(${name}${chosen}[$__rate_interval])`, legend}];
  if (type === 'gauge') return [{expr: `${name}${chosen}`, legend}];
  const by = ['project', ...labels, 'le'].join(', ');
  return [0.5, 0.99].map(share => ({
    expr: `histogram_quantile(${share}, sum by (${by}) (rate(${name}_bucket${chosen}[$__rate_interval])))`,
    legend: `${legend} p${share * 100}`,
  }));
}
