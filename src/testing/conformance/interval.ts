/** An interval of ISO 8601, such as P1Y2M or PT1H2M3.456S, in months or in milliseconds. */
export function intervalOf(text: string, isMonths: boolean): number {
  const [, years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?$/.exec(text) ?? [];
  if (isMonths) return Number(years) * 12 + Number(months);
  return Math.round((((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000);
}
