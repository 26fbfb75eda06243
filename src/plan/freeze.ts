import type {Plan} from './plan.ts';

/** The plan, frozen through and through: nobody below may change what was decided. (Maps and bytes cannot be frozen; their types are read-only.) */
export function frozenPlan(plan: Plan): Plan {
  freeze(plan);
  return plan;
}

function freeze(value: unknown): void {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value) || value instanceof Uint8Array || value instanceof Map) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}
