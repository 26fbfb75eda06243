import type {DataFile} from './data.ts';

export interface Options {
  /** Rows of the larger input; the smaller has a third. */
  readonly rows: number;
  readonly rounds: number;
  /** For as long and as often as the table of figures asks for; otherwise just enough to see. */
  readonly isFull: boolean;
}

/** DuckDB's table over the bids, its columns declared. */
export function bidColumns(file: DataFile): string {
  return `read_json('${file.path}', format = 'newline_delimited', columns = {auction: 'BIGINT', bidder: 'BIGINT', price: 'BIGINT', channel: 'VARCHAR', url: 'VARCHAR', dateTime: 'VARCHAR', extra: 'VARCHAR'})`;
}
