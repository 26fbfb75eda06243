/** Units as Flink's TimeUtils and MemorySize read them. */
const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  nano: 1e-6,
  nanos: 1e-6,
  nanosecond: 1e-6,
  nanoseconds: 1e-6,
  µs: 1e-3,
  us: 1e-3,
  micro: 1e-3,
  micros: 1e-3,
  microsecond: 1e-3,
  microseconds: 1e-3,
  '': 1,
  ms: 1,
  milli: 1,
  millis: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  bytes: 1,
  k: 1024,
  kb: 1024,
  kibibytes: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mebibytes: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gibibytes: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  tebibytes: 1024 ** 4,
};

/** Milliseconds of `10 s`, `500ms`, `1 min`; a bare number is milliseconds. Null when it is no duration. */
export function parseDuration(text: string): number | null {
  return parseQuantity(text, unitMs);
}

/** Bytes of `16 mb`, `64 kb`, `128`. Null when it is no size. */
export function parseBytes(text: string): number | null {
  return parseQuantity(text, unitBytes);
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^(\d+)\s*([a-zµ]*)$/i.exec(text.trim());
  if (match === null) return null;
  const unit = (match[2] as string).toLowerCase();
  return Object.hasOwn(units, unit) ? Number(match[1]) * (units[unit] as number) : null;
}
