import type {Clock} from '../base/clock.ts';
import type {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';
import {callSite} from '../functions/call.ts';
import {findFunction} from '../functions/index.ts';
import type {AggregateCall} from '../plan/expression.ts';
import type {ValueLog} from '../state/value-log.ts';
import {valueKey} from '../types/compare.ts';
import type {Row, Value} from '../types/value.ts';

/** What aggregates are computed in. */
export interface AggregateSession {
  readonly memory: Memory;
  readonly timeZone: string;
  readonly clock: Clock;
}

/** The result of an aggregate by its definition, from all rows of the group. */
export type EvaluateGroup = (page: Float64Array, cell: number) => Value;

export function groupEvaluator(call: AggregateCall, log: ValueLog, session: AggregateSession): EvaluateGroup {
  const definition = findFunction(call.function);
  assert(definition?.kind === 'aggregate', `there is no aggregate ${call.function}`);
  const planned = call.arguments.map(arg => (arg.kind === 'literal' ? {type: arg.type, literal: arg.value} : {type: arg.type}));
  const site = callSite(definition, planned, call.words ?? [], call.type, session);
  return (page, cell) => {
    const rows = log.rows(page, cell);
    return definition.evaluate(call.distinct ? distinctRows(call, rows) : rows, site);
  };
}

function distinctRows(call: AggregateCall, rows: readonly Row[]): readonly Row[] {
  const seen = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify(row.map((value, index) => valueKey(value, call.arguments[index]!.type)));
    if (!seen.has(key)) seen.set(key, row);
  }
  return [...seen.values()];
}
