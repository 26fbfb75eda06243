import {aggregateFunctions} from './aggregate.ts';
import {arithmeticOperators} from './arithmetic.ts';
import {comparisonOperators} from './comparison.ts';
import {conditionalFunctions} from './conditional.ts';
import {collectionFunctions} from './collection.ts';
import type {FunctionDefinition} from './define.ts';
import {jsonFunctions} from './json.ts';
import {patternOperators} from './like.ts';
import {regexpFunctions} from './regexp.ts';
import {floorFunctions} from './floor.ts';
import {logicOperators} from './logic.ts';
import {clockFunctions} from './now.ts';
import {numericFunctions} from './numeric.ts';
import {textFunctions} from './text.ts';
import {textCodeFunctions} from './text-code.ts';
import {textSearchFunctions, trimFunctions} from './text-search.ts';
import {timeConversionFunctions} from './time-convert.ts';
import {timeDifferenceFunctions} from './time-difference.ts';
import {timeUnitFunctions} from './time-unit.ts';

/** Every function, one line for each family. */
export const functions: readonly FunctionDefinition[] = [
  ...arithmeticOperators,
  ...comparisonOperators,
  ...logicOperators,
  ...patternOperators,
  ...conditionalFunctions,
  ...numericFunctions,
  ...floorFunctions,
  ...textFunctions,
  ...textSearchFunctions,
  ...trimFunctions,
  ...textCodeFunctions,
  ...regexpFunctions,
  ...timeUnitFunctions,
  ...timeDifferenceFunctions,
  ...timeConversionFunctions,
  ...clockFunctions,
  ...collectionFunctions,
  ...jsonFunctions,
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
