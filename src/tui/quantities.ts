/** What stands where nothing is known. */
export const unknown = '–';

/** `950`, `12.3k`, `4.56M`, `1.2G`: at most five characters. */
export function count(value: number): string {
  let scaled = value;
  let unit = '';
  for (const next of ['k', 'M', 'G', 'T', 'P']) {
    if (scaled < 999.5) break;
    scaled /= 1000;
    unit = next;
  }
  if (unit === '') return scaled > 0 && scaled < 9.95 && !Number.isInteger(scaled) ? scaled.toFixed(1) : String(Math.round(scaled));
  return scaled < 999.5 ? `${scaled.toPrecision(3)}${unit}` : `>999${unit}`;
}

/** `184k`, `18.2M`: bytes in steps of 1024. */
export function bytes(value: number): string {
  let scaled = value;
  let unit = '';
  for (const next of ['k', 'M', 'G', 'T', 'P']) {
    if (scaled < 999.5) break;
    scaled /= 1024;
    unit = next;
  }
  if (unit === '') return `${Math.round(scaled)}`;
  return scaled < 9.95 ? `${scaled.toFixed(1)}${unit}` : `${Math.round(Math.min(scaled, 9999))}${unit}`;
}

/** `0.4s`, `12s`, `3m`, `5h`, `2d`: how long, at a glance. */
export function span(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  if (seconds < 119.5) return `${Math.round(seconds)}s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)}h`;
  return `${Math.round(Math.min(seconds / 86_400, 99_999))}d`;
}

/** `4 ms`, `1.2s`: a latency. */
export function latency(ms: number): string {
  return ms < 999.5 ? `${ms < 9.95 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)} ms` : span(ms);
}

export function percent(share: number): string {
  return `${Math.round(Math.min(share, 99.99) * 100)}%`;
}

/** `10:41:07`, by the machine's clock on the wall. */
export function clockTime(ms: number): string {
  const time = new Date(ms);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(part => String(part).padStart(2, '0')).join(':');
}

/** `1,234,567`. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
