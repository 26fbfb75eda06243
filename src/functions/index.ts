import {aggregateFunctions} from './aggregate.ts';
import {arithmeticOperators} from './arithmetic.ts';
import {comparisonOperators} from './comparison.ts';
import {conditionalFunctions} from './conditional.ts';
import type {FunctionDefinition} from './define.ts';
import {logicOperators} from './logic.ts';

/** Every function, one line for each family. */
export const functions: readonly FunctionDefinition[] = [
  ...arithmeticOperators,
  ...comparisonOperators,
  ...logicOperators,
  ...conditionalFunctions,
  ...aggregateFunctions,
];

const byName = new Map<string, FunctionDefinition>();
for (const definition of functions) {
  for (const name of [definition.name, ...(definition.aliases ?? [])]) byName.set(name, definition);
}

/** By its name or an alias, in upper case. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return byName.get(name);
}
