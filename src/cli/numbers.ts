/** `1,234,567`. By hand: asking for a locale loads its tables. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `950`, `12.3K`, `4.56M`, `1.2G`: three digits that can be read at a glance. */
export function short(value: number): string {
  let scaled = value;
  let unit = '';
  for (const next of ['K', 'M', 'G']) {
    if (scaled < 999.5) break;
    scaled /= 1000;
    unit = next;
  }
  return unit === '' || scaled >= 999.5 ? `${grouped(scaled)}${unit}` : `${scaled.toPrecision(3)}${unit}`;
}

/** `0.12 s`, `3.4 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${String(Math.floor((ms % 60_000) / 1000)).padStart(2, '0')} s`;
}
