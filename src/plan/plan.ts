import type {PlanNode} from './nodes/index.ts';

/**
 * A plan: frozen plain data that survives a structured clone. Nodes are a list in which inputs stand before their users, so shared sub-plans are simply named
 * twice. Names and texts of the user occur only as data.
 */
export interface Plan {
  readonly nodes: readonly PlanNode[];
  /** Indexes of the sink nodes, in the order of their statements. */
  readonly sinks: readonly number[];
  readonly settings: PlanSettings;
}

export interface PlanSettings {
  readonly runtimeMode: 'streaming' | 'batch';
  readonly timeZone: string;
  /** All SET pairs as given, for export and for what later layers read. */
  readonly given: readonly (readonly [key: string, value: string])[];
}
