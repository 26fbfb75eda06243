import type {Clock} from '../base/clock.ts';
import type {SqlType} from '../types/sql-type.ts';
import type {Value} from '../types/value.ts';
import type {Argument, CallSite, FunctionDefinition, ScalarFunction} from './define.ts';

/** A place where a function is called. `planned` are the arguments after their implicit casts: their types are the typing's. Make one for each place, not for each row. */
export function callSite(
  _definition: FunctionDefinition,
  planned: readonly Argument[],
  words: readonly string[],
  result: SqlType,
  session: {readonly timeZone: string; readonly clock: Clock; readonly queryClock?: Clock},
): CallSite {
  return {
    arguments: planned,
    words,
    result,
    timeZone: session.timeZone,
    clock: session.clock,
    queryClock: session.queryClock ?? session.clock,
    memo: undefined,
  };
}

/** Whether a call with so many arguments gives the same value at every time. */
export function isDeterministicCall(definition: FunctionDefinition, argumentCount: number): boolean {
  return definition.deterministic === 'with-arguments' ? argumentCount > 0 : definition.deterministic;
}

/** A clock that stands still from its first reading on: of a query in batch mode. */
export function stoppedClock(clock: Clock): Clock {
  let startMs: number | null = null;
  return {now: () => (startMs ??= clock.now())};
}

/** Evaluates a scalar function on values of the typing's argument types, with its rule for NULL. */
export function callScalar(definition: ScalarFunction, args: readonly Value[], site: CallSite): Value {
  if (definition.nulls === 'propagate' && args.includes(null)) return null;
  return definition.evaluate(args, site);
}
