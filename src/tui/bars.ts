import type {Line} from './line.ts';
import type {Signs} from './look.ts';
import {fill} from './text.ts';

/** One sign a value, as high as the value is of the highest. Nothing where nothing is known. */
export function sparkline(values: readonly (number | null)[], {bars}: Signs): string {
  const most = highest(values);
  return values.map(value => bars[value === null ? 0 : levelOf(value, most, bars.length - 1)]).join('');
}

/** A chart of bars, so many lines high, with what its top and its bottom mean at the left. One column a value. */
export function chart(
  values: readonly (number | null)[],
  height: number,
  signs: Signs,
  format: (value: number) => string,
): readonly Line[] {
  const {bars, axis} = signs;
  const most = highest(values);
  const full = bars.length - 1;
  const levels = values.map(value => (value === null ? 0 : levelOf(value, most, full * height)));
  return Array.from({length: height}, (_, row) => {
    const below = (height - 1 - row) * full;
    const label = row === 0 ? format(most) : row === height - 1 ? '0' : '';
    const text = levels.map(level => bars[Math.min(full, Math.max(0, level - below))]).join('');
    return [
      {text: `${fill(label, labelWidth, 'right')} ${axis}`, tone: 'dim'},
      {text, tone: 'accent'},
    ];
  });
}

const labelWidth = 6;

/** Cells of a chart that are no bars. */
export const chartMargin = labelWidth + 2;

function highest(values: readonly (number | null)[]): number {
  return Math.max(0, ...values.filter(value => value !== null));
}

/** Whatever is more than nothing shows. */
function levelOf(value: number, most: number, levels: number): number {
  return most === 0 || value <= 0 ? 0 : Math.max(1, Math.round((value / most) * levels));
}
