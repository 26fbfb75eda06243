/**
 * The name of the machine's time zone. Asking for a name loads the tables of all zones, which a one-liner on a machine in UTC can do without: when no month of
 * some decades has an offset, the zone is UTC for every purpose of ours.
 */
export function machineTimeZone(): string {
  const isUtc = Array.from({length: 120}, (_, step) => new Date(1970 + Math.floor(step / 2), (step % 2) * 6, 1)).every(
    date => date.getTimezoneOffset() === 0,
  );
  return isUtc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
}
