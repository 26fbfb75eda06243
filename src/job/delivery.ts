/** What a job promises about its output over crashes and restarts. `none`: nothing is kept from one run to the next. */
export type Guarantee = 'none' | 'at-least-once' | 'exactly-once';

/** How a job commits. Each part is absent where nobody asked for it, so that what a flag, a job file, a SET or a table says can be laid over each other. */
export interface DeliverySettings {
  readonly guarantee?: Guarantee;
  /** The most records that one commit covers. */
  readonly batchRecords?: number;
  /** How long a record waits for its commit at the most. */
  readonly batchWaitMs?: number;
}
