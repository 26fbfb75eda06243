import type {CorpusCase} from './corpus-tools.ts';

/** Windows of a day at most are looked at: two times of a row that lie further apart are no bounds. */
const longestMs = 86_400_000;

/** The case asks for windows in which none of its rows is: its input or its result was given other times on the way. */
export function hasLostTimes({tables, run, expect}: CorpusCase): boolean {
  if (!run.some(statement => /\b(?:TUMBLE|HOP)\s*\(/i.test(statement))) return false;
  const given = timesOf(tables.map(table => table.rows ?? []));
  if (given.length === 0) return false;
  return expect.some(({rows}) =>
    ((rows ?? []) as readonly unknown[]).some(row => {
      const times = timesOf(row);
      return times.some((start, index) => {
        const end = times[index + 1] ?? start;
        return end > start && end - start <= longestMs && !given.some(time => start <= time && time < end);
      });
    }),
  );
}

const timestamp = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?/g;

/** Every timestamp in a value, in the order in which they are written. */
function timesOf(value: unknown): readonly number[] {
  return (JSON.stringify(value).match(timestamp) ?? []).map(text => Date.parse(`${text}Z`));
}
