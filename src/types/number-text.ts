/** A double as Java prints it: `1.0`, `1.0E10`, `NaN`; the same shortest digits as JavaScript. */
export function doubleText(value: number): string {
  return Number.isFinite(value) ? javaText(String(value)) : specialText(value);
}

/** A float as Java prints it: the fewest digits that are still this float. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return specialText(value);
  return javaText(shortestFloat(value));
}

/** The shortest decimal text that rounds to the float `value`. */
export function shortestFloat(value: number): string {
  const float = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = float.toPrecision(digits);
    if (Math.fround(Number(text)) === float) return String(Number(text));
  }
  return String(Number(float.toPrecision(9)));
}

function specialText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

/** From JavaScript's text of a finite number to Java's: a point always, and an exponent below 1e-3 and from 1e7 on. */
function javaText(text: string): string {
  if (text === '0') return '0.0';
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const allDigits = whole + fraction;
  const leadingZeros = /^0*/.exec(allDigits)?.[0].length ?? 0;
  const digits = allDigits.slice(leadingZeros).replace(/0+$/, '') || '0';
  /** The number is 0.digits × 10^pointAt. */
  const pointAt = whole.length + Number(exponent) - leadingZeros;
  if (pointAt > 7 || pointAt < -2) {
    return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${pointAt - 1}`;
  }
  if (pointAt <= 0) return `${sign}0.${'0'.repeat(-pointAt)}${digits}`;
  return `${sign}${digits.slice(0, pointAt).padEnd(pointAt, '0')}.${digits.slice(pointAt) || '0'}`;
}
