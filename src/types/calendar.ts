/** The proleptic Gregorian calendar on plain day numbers (days since 1970-01-01): exact for every year, without `Date`. */

export const msPerSecond = 1000;
export const msPerMinute = 60_000;
export const msPerHour = 3_600_000;
export const msPerDay = 86_400_000;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** Days since 1970-01-01. The month may be any whole number; the day counts on from the first. */
export function dayNumber(year: number, month: number, day: number): number {
  const months = year * 12 + (month - 1);
  const civilYear = Math.floor(months / 12);
  const civilMonth = months - civilYear * 12;
  // Years begin in March here, so that a leap day is the last day of its year.
  const shiftedYear = civilMonth < 2 ? civilYear - 1 : civilYear;
  const shiftedMonth = civilMonth < 2 ? civilMonth + 10 : civilMonth - 2;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * shiftedMonth + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function civilDate(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 1 for Monday to 7 for Sunday. */
export function isoDayOfWeek(days: number): number {
  return floorMod(days + 3, 7) + 1;
}

/** The ISO week of a day, and the year that this week belongs to. */
export function isoWeek(days: number): {readonly weekYear: number; readonly week: number} {
  const thursday = days - isoDayOfWeek(days) + 4;
  const weekYear = civilDate(thursday).year;
  return {weekYear, week: Math.floor((thursday - dayNumber(weekYear, 1, 1)) / 7) + 1};
}

export function dayOfYear(days: number): number {
  return days - dayNumber(civilDate(days).year, 1, 1) + 1;
}

/** The same day `months` later; the last day of the month where that month is shorter. */
export function addMonths(days: number, months: number): number {
  const {year, month, day} = civilDate(days);
  const total = year * 12 + (month - 1) + months;
  const newYear = Math.floor(total / 12);
  const newMonth = total - newYear * 12 + 1;
  return dayNumber(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}

export function floorMod(dividend: number, divisor: number): number {
  return dividend - Math.floor(dividend / divisor) * divisor;
}
