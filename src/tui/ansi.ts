import type {Line, Tone} from './line.ts';

/** SGR codes that begin and end a tone. Colours are the sixteen that the person's theme defines. */
const codes: Readonly<Record<Tone, readonly [begin: string, end: string] | null>> = {
  plain: null,
  dim: ['2', '22'],
  strong: ['1', '22'],
  chosen: ['7', '27'],
  good: ['32', '39'],
  warn: ['33', '39'],
  bad: ['31', '39'],
  accent: ['36', '39'],
};

const colors: ReadonlySet<Tone> = new Set<Tone>(['good', 'warn', 'bad', 'accent']);

/** A line for a terminal. Without colours, bold, dim and inverse stay. */
export function ansiOf(line: Line, isColored: boolean): string {
  return line
    .map(({text, tone}) => {
      const code = isColored || !colors.has(tone) ? codes[tone] : null;
      return code === null || text === '' ? text : `\u001b[${code[0]}m${text}\u001b[${code[1]}m`;
    })
    .join('');
}
