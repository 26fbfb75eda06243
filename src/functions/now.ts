import {msPerDay} from '../types/calendar.ts';
import type {SqlType} from '../types/sql-type.ts';
import {instantToLocal} from '../types/time.ts';
import type {Value} from '../types/value.ts';
import type {CallSite, ScalarFunction} from './define.ts';
import {takes} from './typing.ts';

/**
 * What the clock says. In batch mode a query has one time, that of its beginning, but for the functions of a row. Their examples compare, because the time is never
 * the same.
 */

function clockFunction(
  name: string,
  aliases: readonly string[],
  summary: string,
  isBare: boolean,
  result: SqlType,
  evaluate: (nowMs: number, call: CallSite) => Value,
  isOfRow = false,
): ScalarFunction {
  const written = isBare ? name : `${name}()`;
  return {
    kind: 'scalar',
    family: 'time',
    name,
    aliases,
    summary,
    syntax: written,
    examples: [{sql: `${written} IS NOT NULL`, gives: 'TRUE'}],
    deterministic: false,
    nulls: 'propagate',
    typing: takes({parameters: [], result, nullability: 'notNull'}),
    evaluate: (_args, call) => evaluate((isOfRow ? call.clock : call.queryClock).now(), call),
  };
}

const instant: SqlType = {kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false};
const local: SqlType = {kind: 'TIMESTAMP', precision: 3, nullable: false};
const time: SqlType = {kind: 'TIME', precision: 0, nullable: false};
const date: SqlType = {kind: 'DATE', nullable: false};

function localNow(nowMs: number, call: CallSite): number {
  return instantToLocal(call.timeZone, nowMs);
}

/** Of the second, as TIME(0) has no fraction. */
function timeNow(nowMs: number, call: CallSite): number {
  const now = localNow(nowMs, call);
  const ofDay = now - Math.floor(now / msPerDay) * msPerDay;
  return ofDay - (ofDay % 1000);
}

export const clockFunctions: readonly ScalarFunction[] = [
  clockFunction('CURRENT_TIMESTAMP', [], 'The present instant, TIMESTAMP_LTZ(3).', true, instant, nowMs => nowMs),
  clockFunction('NOW', [], 'The present instant, TIMESTAMP_LTZ(3).', false, instant, nowMs => nowMs),
  clockFunction(
    'CURRENT_ROW_TIMESTAMP',
    [],
    'The present instant of each row, also in batch mode, TIMESTAMP_LTZ(3).',
    false,
    instant,
    nowMs => nowMs,
    true,
  ),
  clockFunction('PROCTIME', [], 'The time at which a row is processed, TIMESTAMP_LTZ(3).', false, instant, nowMs => nowMs, true),
  clockFunction('LOCALTIMESTAMP', [], 'The present date and time in the session’s time zone, TIMESTAMP(3).', true, local, localNow),
  clockFunction('CURRENT_DATE', [], 'The present date in the session’s time zone.', true, date, (nowMs, call) =>
    Math.floor(localNow(nowMs, call) / msPerDay),
  ),
  clockFunction('LOCALTIME', ['CURRENT_TIME'], 'The present time of day in the session’s time zone, TIME(0).', true, time, timeNow),
];
