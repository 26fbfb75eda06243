import type {CorpusCase, CorpusTable} from './corpus-tools.ts';
import {hasLostTimes} from './lost-times.ts';

/** Why some whole cases are not judged: by what they are, never by their name. The list's length is printed with the table. */
export interface Skip {
  readonly feature: string;
  /** What of the case cannot be given to a command, or what in its expectation nobody can tell from it. */
  readonly reason: string;
  applies(one: CorpusCase): boolean;
}

export const skips: readonly Skip[] = [
  {
    feature: 'code beside the SQL',
    reason: 'needs a Java class, or a table function registered by code; a stop in the middle is no need: the rows are the same',
    applies: ({needs}) => needs.some(need => !need.startsWith('savepoint-restart') && !need.startsWith('explicit-watermarks')),
  },
  {
    feature: 'MAP with a NULL key',
    reason: 'JSON has no place for it, so it cannot be fed',
    applies: ({tables}) => JSON.stringify(tables).includes('"$map":[[null'),
  },
  {
    feature: 'order of the entries of a MAP',
    reason: 'which entry is the first is up to the hash table of Java',
    applies: ({run, tables}) => JSON.stringify(run).includes('WITH ORDINALITY') && JSON.stringify(tables).includes(' MAP<'),
  },
  {
    feature: 'input made by code',
    reason: 'neither its rows nor its types are in the case',
    applies: ({tables}) => tables.some(hasLostRows),
  },
  {
    feature: 'types guessed from values',
    reason: 'the values do not say the scale of a decimal, or that a whole number was a DOUBLE whose deviation is one, too',
    applies: hasLostTypes,
  },
  {
    feature: 'windows without a row',
    reason: 'no row of the input lies in the windows expected: times were changed on the way into the case',
    applies: hasLostTimes,
  },
  {
    feature: 'several jobs into one table',
    reason: 'the case expects what the table holds after each of them, and here they are one',
    applies: ({expect}) =>
      expect.some(({of, kind, rows}, index) =>
        expect.slice(0, index).some(other => other.of === of && kind === 'final' && other.kind === kind && !isSame(rows, other.rows)),
      ),
  },
  {
    feature: 'a sink that takes no updates',
    reason: 'the error expected is of that sink, and print, which stands in its place, takes everything',
    applies: ({tables, expect}) =>
      expect.some(({kind}) => kind === 'error') &&
      tables.some(({role, options}) => role === 'sink' && options?.['sink-changelog-mode-enforced'] !== undefined),
  },
  {
    feature: 'a sink that is not in the case',
    reason: 'changes as they came out of it depend on its key, which is not known',
    applies: ({tables, expect}) =>
      expect.some(({kind, of}) => kind === 'changelog' && typeof of === 'string' && !tables.some(({name}) => name === of)),
  },
  {
    feature: 'lookups in a table of another kind',
    reason:
      'it is given more rows while the job stands still, a Java class answers for it, or it may not be looked up, while every table of ours may',
    applies: ({tables, run}) =>
      tables.some(table => isLookedUpOtherwise(table) && run.some(statement => lookUpOf(table.name).test(statement))),
  },
  {
    feature: 'CURRENT_WATERMARK over a stop',
    reason: 'upstream loses the watermark where the case stops and starts again, and here nothing stops (nor would the watermark be lost)',
    applies: ({needs, run}) => needs.includes('savepoint-restart') && run.some(statement => /CURRENT_WATERMARK/i.test(statement)),
  },
];

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function hasLostRows({typesInferred, columns, rows = []}: CorpusTable): boolean {
  if (typesInferred !== true) return false;
  // Of an array without elements nobody knows what it is of.
  const isUntyped = rows.some(row =>
    (row['f'] as readonly unknown[] | undefined)?.some((value, index) => Array.isArray(value) && columns[index]?.endsWith(' STRING')),
  );
  return rows.length === 0 || isUntyped;
}

function hasLostTypes({tables, run}: CorpusCase): boolean {
  const guessed = tables.filter(({typesInferred}) => typesInferred === true);
  const isDeviation = run.some(statement => /\b(?:STDDEV|VAR)_(?:POP|SAMP)\b/i.test(statement));
  return guessed.some(({columns}) =>
    columns.some(column => column.includes('DECIMAL(38, 18)') || (isDeviation && column.endsWith(' INT'))),
  );
}

/** Where a table is looked up by its name. */
function lookUpOf(table: string): RegExp {
  return new RegExp(`\\b${table}\`?\\s+(?:/\\*.*\\*/\\s*)?FOR\\s+SYSTEM_TIME`, 'i');
}

function isLookedUpOtherwise({options = {}, restartAfter}: CorpusTable): boolean {
  if (options['lookup-function-class'] !== undefined || options['disable-lookup'] === 'true') return true;
  return options['disable-lookup'] === 'false' && restartAfter !== undefined;
}

/** More that only a plan, or planning, can tell. */
export const laterSkips = {
  clock: {feature: 'windows closed by the clock', reason: 'they hold what came while the test of upstream slept'},
  neverRun: {feature: 'texts compared with numbers', reason: 'upstream plans it, and refuses to run it'},
  unknownTable: {feature: 'a table that is not in the case', reason: 'the query reads it, and nobody declares it'},
} as const;
