import Registry, {type RegisteredMetric} from 'prom-client/lib/registry.js';
import type {MetricFamily} from './families.ts';

export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';
export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Metrics as Prometheus reads them, in its own format or in that of OpenMetrics. */
export function metricsText(families: readonly MetricFamily[], type: typeof prometheusType | typeof openMetricsType): Promise<string> {
  const registry = new Registry(type);
  for (const {definition, values} of families) {
    const {name, help, type: kind} = definition;
    // In the format of OpenMetrics the registry itself takes the ending off the name.
    const metric: RegisteredMetric = {name, help, type: kind, get: async () => ({...metric, values})};
    registry.registerMetric(metric);
  }
  return registry.metrics();
}

/** What a scraper says that it can read. */
export function metricsType(accept: string | undefined): typeof prometheusType | typeof openMetricsType {
  return accept?.includes('application/openmetrics-text') === true ? openMetricsType : prometheusType;
}
