import {lineAndColumn} from '../base/place.ts';
import type {Place, Problem} from '../base/problem.ts';

/** A problem as JSON: what `--format json` prints. Lines and columns are from 1; the end is exclusive. */
export function problemJson(problem: Problem): object {
  const {kind, severity, code, message, detail, hint, place, notes} = problem;
  return {
    severity,
    code,
    kind,
    message,
    ...(detail === undefined ? {} : {detail}),
    ...(hint === undefined ? {} : {hint}),
    ...placeJson(place),
    ...(notes === undefined ? {} : {notes: notes.map(note => ({message: note.message, ...placeJson(note.place)}))}),
  };
}

function placeJson(place: Place | undefined): object {
  if (place === undefined) return {};
  if (place.kind === 'data') return {where: place.where};
  const {source, span} = place;
  const start = lineAndColumn(source.text, span.start);
  const end = lineAndColumn(source.text, span.end);
  return {file: source.name, line: start.line, column: start.column, endLine: end.line, endColumn: end.column};
}
