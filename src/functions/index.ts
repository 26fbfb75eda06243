import {aggregateFunctions} from './aggregate.ts';
import {arrayFunctions} from './array.ts';
import {jsonAggregates} from './aggregates-json.ts';
import {statisticalAggregates} from './aggregates-statistics.ts';
import {valueAggregates} from './aggregates-values.ts';
import {arithmeticOperators} from './arithmetic.ts';
import {comparisonOperators} from './comparison.ts';
import {conditionalFunctions} from './conditional.ts';
import {collectionFunctions} from './collection.ts';
import {constraintFunctions} from './constraint.ts';
import type {FunctionDefinition} from './define.ts';
import {classFunctions} from './java-classes.ts';
import {jsonFunctions} from './json.ts';
import {jsonMakingFunctions} from './json-make.ts';
import {mapFunctions} from './map.ts';
import {patternOperators} from './like.ts';
import {regexpFunctions} from './regexp.ts';
import {floorFunctions} from './floor.ts';
import {logicOperators} from './logic.ts';
import {clockFunctions} from './now.ts';
import {numericFunctions} from './numeric.ts';
import {printfFunction} from './printf.ts';
import {randomFunctions} from './random.ts';
import {textFunctions} from './text.ts';
import {textBytesFunctions} from './text-bytes.ts';
import {textCodeFunctions} from './text-code.ts';
import {furtherTextFunctions} from './text-more.ts';
import {textSearchFunctions, trimFunctions} from './text-search.ts';
import {timeConversionFunctions} from './time-convert.ts';
import {timeDifferenceFunctions} from './time-difference.ts';
import {timeUnitFunctions} from './time-unit.ts';
import {urlFunctions} from './url.ts';
import {currentWatermark} from './watermark.ts';

/** Every function, one line for each family. */
export const functions: readonly FunctionDefinition[] = [
  ...arithmeticOperators,
  ...comparisonOperators,
  ...logicOperators,
  ...patternOperators,
  ...conditionalFunctions,
  ...numericFunctions,
  ...randomFunctions,
  ...floorFunctions,
  ...textFunctions,
  ...textSearchFunctions,
  ...trimFunctions,
  ...textCodeFunctions,
  ...textBytesFunctions,
  ...furtherTextFunctions,
  printfFunction,
  ...urlFunctions,
  ...regexpFunctions,
  ...timeUnitFunctions,
  ...timeDifferenceFunctions,
  ...timeConversionFunctions,
  ...clockFunctions,
  currentWatermark,
  ...collectionFunctions,
  ...arrayFunctions,
  ...mapFunctions,
  ...jsonFunctions,
  ...jsonMakingFunctions,
  ...aggregateFunctions,
  ...valueAggregates,
  ...statisticalAggregates,
  ...jsonAggregates,
];

const byName = new Map<string, FunctionDefinition>();
for (const definition of [...functions, ...constraintFunctions, ...classFunctions]) {
  for (const name of [definition.name, ...(definition.aliases ?? [])]) byName.set(name, definition);
}

/** By its name or an alias, in upper case. Also what only the planner calls. */
export function findFunction(name: string): FunctionDefinition | undefined {
  return byName.get(name);
}
