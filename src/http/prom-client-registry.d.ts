/** The part of prom-client that writes metrics as text, without what collects them: they are collected already. */
declare module 'prom-client/lib/registry.js' {
  export interface RegisteredMetric {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    get(): Promise<{
      readonly name: string;
      readonly help: string;
      readonly type: string;
      readonly values: readonly {
        readonly metricName?: string;
        readonly labels: Readonly<Record<string, string>>;
        readonly sharedLabels: Readonly<Record<string, string>>;
        readonly value: number;
      }[];
    }>;
  }
  export default class Registry {
    constructor(contentType: string);
    registerMetric(metric: RegisteredMetric): void;
    metrics(): Promise<string>;
  }
}
