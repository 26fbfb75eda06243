import {cells} from './cells.ts';
import type {ConsoleFormat} from './define.ts';
import {csv, raw, tsv} from './delimited.ts';
import {flinkRow} from './flink-row.ts';
import {json, ndjson} from './json.ts';
import {line} from './line.ts';
import {markdown} from './markdown.ts';
import {table} from './table.ts';

/** Every way to show rows on standard output, in the order in which help lists them. */
export const consoleFormats: readonly ConsoleFormat[] = [table, ndjson, json, csv, tsv, markdown, line, raw, flinkRow];

/** Also finds the one that has no name on the command line. */
export function findConsoleFormat(name: string): ConsoleFormat | undefined {
  return name === cells.name ? cells : consoleFormats.find(format => format.name === name);
}
