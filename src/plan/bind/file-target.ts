import type {Column} from '../../types/sql-type.ts';
import type {DeclaredTable} from '../catalog.ts';

// What a file's name says of its format.
const formats: ReadonlyMap<string, readonly (readonly [string, string])[]> = new Map([
  ['ndjson', [['format', 'json']]],
  ['jsonl', [['format', 'json']]],
  ['json', [['format', 'json']]],
  ['csv', [['format', 'csv']]],
  [
    'tsv',
    [
      ['format', 'csv'],
      ['csv.field-delimiter', '\t'],
    ],
  ],
  ['avro', [['format', 'avro']]],
  ['txt', [['format', 'raw']]],
  ['log', [['format', 'raw']]],
]);

/** Names that a file's name can end with for its format to be known. */
export const knownFileEndings: readonly string[] = [...formats.keys()].map(ending => `.${ending}`);

/** The table that INSERT INTO 'file' writes to; null when the name does not say its format. */
export function fileTarget(target: string, columns: readonly Column[]): DeclaredTable | null {
  const ending = /\.(\w+)$/.exec(target)?.[1]?.toLowerCase();
  const format = ending === undefined ? undefined : formats.get(ending);
  if (format === undefined) return null;
  const options = [['connector', 'filesystem'], ['path', target], ...format] as const;
  return {
    name: target,
    columns,
    primaryKey: [],
    partitionedBy: [],
    options: options.map(([key, value]) => ({key, value})),
  };
}
