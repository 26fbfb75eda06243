import type {Problem} from '../../base/problem.ts';
import {type FindingPlace, findingPlace} from './place.ts';

/** Workflow commands of GitHub Actions: a line a finding, which then stands beside the line of the file in a change. */
export function githubLines(problems: readonly Problem[], directory: string, root: string): string {
  return problems.map(problem => `${githubLine(problem, findingPlace(problem, directory, root))}\n`).join('');
}

function githubLine(problem: Problem, place: FindingPlace | null): string {
  const properties = [...(place === null ? [] : placeProperties(place)), ['title', problem.code] as const].map(
    ([name, value]) => `${name}=${escapedProperty(String(value))}`,
  );
  return `::${problem.severity} ${properties.join(',')}::${escapedMessage(wholeMessage(problem))}`;
}

/** GitHub shows columns of findings within one line only. */
function placeProperties({file, line, column, endLine, endColumn}: FindingPlace): readonly (readonly [string, string | number])[] {
  const end = line === endLine ? ([['endColumn', Math.max(column, endColumn - 1)]] as const) : ([['endLine', endLine]] as const);
  return [['file', file], ['line', line], ...(line === endLine ? [['col', column] as const] : []), ...end];
}

/** What a finding says in one text. */
export function wholeMessage({message, detail, hint, place}: Problem): string {
  const where = place?.kind === 'data' ? `${place.where}: ` : '';
  return `${where}${message}${detail === undefined ? '' : `\n${detail}`}${hint === undefined ? '' : `\nhelp: ${hint}`}`;
}

function escapedMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
