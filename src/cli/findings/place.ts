import {isAbsolute, relative, resolve, sep} from 'node:path';
import {lineAndColumn} from '../../base/place.ts';
import type {Problem} from '../../base/problem.ts';

/** Where a finding is, as programs that show it beside the text want it. Lines and columns (code points) from 1, the end exclusive. */
export interface FindingPlace {
  /** From the top of what is looked at, with slashes; of a file outside, its whole path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Null: it is in no file. */
export function findingPlace({place}: Problem, directory: string, root: string): FindingPlace | null {
  if (place === undefined || place.kind !== 'text' || /^[<-]/.test(place.source.name)) return null;
  const {source, span} = place;
  const path = resolve(directory, source.name);
  const below = relative(root, path);
  const isInside = below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  const start = lineAndColumn(source.text, span.start);
  const end = lineAndColumn(source.text, span.end);
  return {
    file: (isInside ? below : path).replaceAll(sep, '/'),
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}
