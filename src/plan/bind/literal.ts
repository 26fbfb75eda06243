import type {Span} from '../../base/problem.ts';
import type {Expression, IntervalUnit} from '../../sql/ast.ts';
import {msPerDay, msPerHour, msPerMinute, msPerSecond} from '../../types/calendar.ts';
import {maxDecimalPrecision, parseDecimal} from '../../types/decimal.ts';
import {stringType, type SqlType} from '../../types/sql-type.ts';
import {parseDate, parseTime, parseTimestamp, timestampValue} from '../../types/time.ts';
import type {Value} from '../../types/value.ts';
import type {Expr} from '../expression.ts';
import type {Report} from '../report.ts';

/** Constants have the type that Flink gives to their spelling. Every function here gives null after it has reported a problem. */

type Literal = Expr & {readonly kind: 'literal'};

export function literal(type: SqlType, value: Value, span: Span | null): Literal {
  return {kind: 'literal', type, value, span};
}

export function nullLiteral(type: SqlType, span: Span | null): Literal {
  return literal(type.nullable ? type : {...type, nullable: true}, null, span);
}

const leastInt = -(2n ** 31n);
const leastBigint = -(2n ** 63n);

/** `1` is INT, `2147483648` BIGINT, `1.1` DECIMAL(2, 1), `1e0` DOUBLE. A minus sign before it belongs to it, so that the least BIGINT can be written. */
export function numberLiteral(text: string, negative: boolean, span: Span, report: Report): Literal | null {
  const place = report.spanOf(span);
  if (/e/i.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value)) return outOfRange(text, negative, span, report, 'DOUBLE');
    return literal({kind: 'DOUBLE', nullable: false}, negative ? -value : value, place);
  }
  const decimal = parseDecimal(text.endsWith('.') ? text.slice(0, -1) : text);
  if (decimal === null) return report.error('wrong-literal', span, `cannot read "${text}" as a number`);
  const unscaled = negative ? -decimal.unscaled : decimal.unscaled;
  if (decimal.scale === 0) {
    if (unscaled >= leastInt && unscaled < -leastInt) return literal({kind: 'INT', nullable: false}, Number(unscaled), place);
    if (unscaled >= leastBigint && unscaled < -leastBigint) return literal({kind: 'BIGINT', nullable: false}, unscaled, place);
    return outOfRange(text, negative, span, report, 'BIGINT');
  }
  const digits = decimal.unscaled.toString().length;
  const precision = Math.max(digits, decimal.scale);
  if (precision > maxDecimalPrecision) return outOfRange(text, negative, span, report, 'DECIMAL');
  return literal({kind: 'DECIMAL', precision, scale: decimal.scale, nullable: false}, unscaled, place);
}

function outOfRange(text: string, negative: boolean, span: Span, report: Report, type: string): null {
  const wider = type === 'BIGINT' ? {hint: `write it as a text and cast it: CAST('${text}' AS DECIMAL(38, 0))`} : {};
  return report.error('wrong-literal', span, `number ${negative ? '-' : ''}${text} is out of range of ${type}`, wider);
}

export function textLiteral(value: string, span: Span, report: Report): Literal {
  // Half of a surrogate pair is no character of any text that is stored or sent.
  const whole = Buffer.from(value).toString();
  return literal({kind: 'CHAR', length: whole.length, nullable: false}, whole, report.spanOf(span));
}

export function bytesLiteral(hex: string, span: Span, report: Report): Literal | null {
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex)) {
    return report.error('wrong-literal', span, `binary literal X'${hex}' must have an even number of hexadecimal digits`);
  }
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], pair => Number.parseInt(pair, 16));
  return literal({kind: 'BINARY', length: bytes.length, nullable: false}, bytes, report.spanOf(span));
}

/** DATE '…', TIME '…' and TIMESTAMP '…', with as many digits of a second as are written. */
export function datetimeLiteral(written: Expression & {readonly kind: 'datetime'}, report: Report): Literal | null {
  const {text, span} = written;
  const place = report.spanOf(span);
  const precision = Math.min(/\.(\d+)$/.exec(text)?.[1]?.length ?? 0, 9);
  const [, date, time] = /^(?:(\d{4}-\d{1,2}-\d{1,2}))? ?(?:(\d{1,2}:\d{1,2}:\d{1,2})(?:\.\d{1,9})?)?$/.exec(text) ?? [];
  const days = date === undefined ? null : parseDate(date);
  const isTime = time !== undefined && parseTime(time) !== null;
  if (written.type === 'DATE' && days !== null && date === text) return literal({kind: 'DATE', nullable: false}, days, place);
  if (written.type === 'TIME' && isTime && date === undefined && !text.startsWith(' ')) {
    return literal({kind: 'TIME', precision, nullable: false}, parseTime(text), place);
  }
  // Both parts are looked at by themselves, too: the reader of casts takes a 30th of February for its last day.
  const parts = written.type === 'TIMESTAMP' && days !== null && isTime && text.includes(' ') ? parseTimestamp(text) : null;
  if (parts !== null) {
    return literal({kind: 'TIMESTAMP', precision, nullable: false}, timestampValue(parts.millis, parts.nanos, precision), place);
  }
  const pattern = {DATE: 'yyyy-MM-dd', TIME: 'HH:mm:ss', TIMESTAMP: 'yyyy-MM-dd HH:mm:ss'}[written.type];
  return report.error('wrong-literal', span, `"${text}" is no ${written.type}`, {hint: `write it as ${written.type} '${pattern}'`});
}

type Interval = Expression & {readonly kind: 'interval'};

// How much one of a unit is, in months or in milliseconds.
const unitMonths: Partial<Record<IntervalUnit, number>> = {YEAR: 12, QUARTER: 3, MONTH: 1};
const unitMs: Partial<Record<IntervalUnit, number>> = {
  WEEK: 7 * msPerDay,
  DAY: msPerDay,
  HOUR: msPerHour,
  MINUTE: msPerMinute,
  SECOND: msPerSecond,
};
/** Units from the greatest to the least, and what stands before each of them in the text. */
const dayUnits = [
  {unit: 'DAY', before: '', most: Infinity},
  {unit: 'HOUR', before: ' ', most: 23},
  {unit: 'MINUTE', before: ':', most: 59},
  {unit: 'SECOND', before: ':', most: 59},
] as const;
const yearUnits = [
  {unit: 'YEAR', before: '', most: Infinity},
  {unit: 'MONTH', before: '-', most: 11},
] as const;

// Flink takes no more leading digits than these; two is what SQL gives when none is said.
const usualDigits = 2;
const mostDayDigits = 3;
const mostYearDigits = 10;

/** INTERVAL '5' SECOND, INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1 02:03:04.5' DAY TO SECOND. */
export function intervalLiteral(written: Interval, report: Report): Literal | null {
  const {span, from, to} = written;
  const isMonths = unitMonths[from] !== undefined;
  const mostDigits = isMonths ? mostYearDigits : mostDayDigits;
  const digits = written.precision ?? usualDigits;
  if (digits < 1 || digits > mostDigits) {
    return report.error('wrong-literal', span, `precision ${digits} of an interval's ${from} must be between 1 and ${mostDigits}`);
  }
  const units: readonly {readonly unit: IntervalUnit; readonly before: string; readonly most: number}[] = isMonths ? yearUnits : dayUnits;
  const first = units.findIndex(({unit}) => unit === from);
  const last = to === null ? first : units.findIndex(({unit}) => unit === to);
  const asked = first === -1 ? [{unit: from, before: '', most: Infinity}] : units.slice(first, last + 1);
  if (asked.length === 0 || (to !== null && last === -1)) {
    return report.error('wrong-literal', span, `an interval cannot go from ${from} to ${to}`);
  }
  const fields = intervalFields(written.text.trim(), asked);
  if (fields === null) {
    return report.error('wrong-literal', span, `"${written.text}" is no interval of ${from}${to === null ? '' : ` TO ${to}`}`);
  }
  const leading = String(Math.trunc(fields.amounts[0]!));
  if (leading.length > digits) return tooManyDigits(written, leading.length, mostDigits, report);
  const sizes = isMonths ? unitMonths : unitMs;
  const total = fields.amounts.reduce((sum, amount, index) => sum + amount * (sizes[asked[index]!.unit] ?? 0), 0);
  const value = Math.round(total) * (fields.negative !== written.negative ? -1 : 1);
  return literal(
    {kind: 'INTERVAL', unit: isMonths ? 'months' : 'milliseconds', nullable: false},
    value === 0 ? 0 : value,
    report.spanOf(span),
  );
}

function intervalFields(
  text: string,
  asked: readonly {readonly unit: IntervalUnit; readonly before: string; readonly most: number}[],
): {readonly negative: boolean; readonly amounts: readonly number[]} | null {
  const pattern = asked.map(
    ({unit, before}, index) => `${index === 0 ? '' : before === ' ' ? ' +' : before}(\\d+${unit === 'SECOND' ? '(?:\\.\\d{1,9})?' : ''})`,
  );
  const found = new RegExp(`^([+-]?)${pattern.join('')}$`).exec(text);
  if (found === null) return null;
  const amounts = found.slice(2).map(Number);
  if (amounts.some((amount, index) => index > 0 && Math.trunc(amount) > asked[index]!.most)) return null;
  return {negative: found[1] === '-', amounts};
}

function tooManyDigits(written: Interval, digits: number, mostDigits: number, report: Report): null {
  const {text, from, span} = written;
  return report.error('wrong-literal', span, `"${text}" has more digits than INTERVAL ${from} takes`, {
    detail: `${from} takes ${written.precision ?? usualDigits} digits here`,
    hint: digits <= mostDigits ? `write INTERVAL '${text}' ${from}(${digits})` : 'write it in a larger unit',
  });
}

/** A value of `-v name=value`, typed by how it reads. It is bound as a value and never becomes SQL. */
export function parameterLiteral(text: string, span: Span, report: Report): Literal | null {
  // Digits with zeros in front are no number but a code, which must keep them.
  const number = /^([+-]?)((?:0|[1-9]\d*)(?:\.\d+)?)$/.exec(text);
  if (number === null) return literal({...stringType, nullable: false}, text, report.spanOf(span));
  return numberLiteral(number[2]!, number[1] === '-', span, report);
}
