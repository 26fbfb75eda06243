import {msPerDay} from './calendar.ts';

/** IANA time zones, through the tables that Node carries. Offsets are kept per day and zone, because asking for one costs microseconds. */

/** What one UTC day has: one offset, or two around an instant. */
interface DayOffsets {
  readonly before: number;
  /** The first instant with the offset `after`; Infinity on most days. */
  readonly changesAt: number;
  readonly after: number;
}

const mostCachedDays = 20_000;

class TimeZone {
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, DayOffsets>();
  #lastDay = Number.NaN;
  #last: DayOffsets = {before: 0, changesAt: Infinity, after: 0};

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {timeZone: name, timeZoneName: 'longOffset'});
  }

  offsetMs(instantMs: number): number {
    const day = Math.floor(instantMs / msPerDay);
    if (day !== this.#lastDay) {
      this.#last = this.#ofDay(day);
      this.#lastDay = day;
    }
    return instantMs < this.#last.changesAt ? this.#last.before : this.#last.after;
  }

  #ofDay(day: number): DayOffsets {
    const cached = this.#days.get(day);
    if (cached !== undefined) return cached;
    const start = day * msPerDay;
    const before = this.#ask(start);
    const after = this.#ask(start + msPerDay - 1);
    const found = {before, after, changesAt: before === after ? Infinity : this.#changeBetween(start, start + msPerDay - 1, before)};
    if (this.#days.size >= mostCachedDays) this.#days.clear();
    this.#days.set(day, found);
    return found;
  }

  /** The first instant after `low` whose offset is not `before`. */
  #changeBetween(low: number, high: number, before: number): number {
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ask(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  #ask(instantMs: number): number {
    // Instants outside of what a Date can hold have the offset of its first or last one.
    const asked = Math.min(Math.max(instantMs, -8.64e15), 8.64e15);
    const match = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(this.#format.format(asked));
    if (match?.[1] === undefined) return 0;
    const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
    return (match[1] === '-' ? -seconds : seconds) * 1000;
  }
}

const zones = new Map<string, TimeZone>();

/** `+08:00`, `UTC+8`, `GMT-08:30`: its offset, or null when the name is not of that form. */
function fixedOffsetMs(name: string): number | null {
  if (name === 'UTC' || name === 'GMT' || name === 'Z') return 0;
  const match = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(name);
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (minutes > 18 * 60) return null;
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}

const fixedOffsets = new Map<string, number | null>();

function fixedOffsetOf(name: string): number | null {
  let offset = fixedOffsets.get(name);
  if (offset === undefined) {
    offset = fixedOffsetMs(name);
    if (fixedOffsets.size < 1000) fixedOffsets.set(name, offset);
  }
  return offset;
}

/** Whether there is a zone of that name: an IANA name, or an offset such as `GMT+08:00`. */
export function isTimeZone(name: string): boolean {
  if (fixedOffsetOf(name) !== null) return true;
  if (zones.has(name)) return true;
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    zones.set(name, new TimeZone(name));
    return true;
  } catch {
    return false;
  }
}

/** Local time less UTC at an instant, in milliseconds. A zone that does not exist counts as UTC: names are checked where they come in. */
export function zoneOffsetMs(zone: string, instantMs: number): number {
  const fixed = fixedOffsetOf(zone);
  if (fixed !== null) return fixed;
  const known = zones.get(zone);
  if (known !== undefined) return known.offsetMs(instantMs);
  return isTimeZone(zone) ? zoneOffsetMs(zone, instantMs) : 0;
}

/** The local date and time at an instant, as milliseconds since 1970-01-01T00:00 local time. */
export function instantToLocal(zone: string, instantMs: number): number {
  return instantMs + zoneOffsetMs(zone, instantMs);
}

/**
 * The instant of a local date and time. Of two instants (clocks turned back) the earlier; a local time that does not exist (clocks turned forward) moves on by
 * the hour that was left out.
 */
export function localToInstant(zone: string, localMs: number): number {
  const before = zoneOffsetMs(zone, localMs - msPerDay);
  const earlier = localMs - before;
  if (zoneOffsetMs(zone, earlier) === before) return earlier;
  const after = zoneOffsetMs(zone, localMs + msPerDay);
  const later = localMs - after;
  return zoneOffsetMs(zone, later) === after ? later : earlier;
}
