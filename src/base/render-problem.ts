import {harmless} from './harmless.ts';
import {lineAndColumn, lineAt} from './place.ts';
import type {Place, Problem} from './problem.ts';
import {textWidth} from './text-width.ts';

export interface RenderOptions {
  readonly color: boolean;
}

/** Longer lines of source are cut around the place. */
const longestLine = 120;

/** One problem as a frame of several lines, without a line end after the last one. */
export function renderProblem(problem: Problem, options: RenderOptions): string {
  const paint = painter(options.color);
  const head = problem.severity === 'error' ? paint('error', `error[${problem.code}]`) : paint('warning', `warning[${problem.code}]`);
  const margin = marginOf(problem);
  const lines = [`${head}${paint('strong', `: ${harmless(problem.message)}`)}`];
  if (problem.place !== undefined)
    lines.push(...placeLines(problem.place, margin, paint, problem.severity === 'error' ? 'error' : 'warning'));
  if (problem.detail !== undefined) lines.push(...remark('', problem.detail, margin, paint));
  if (problem.hint !== undefined) lines.push(...remark('help: ', problem.hint, margin, paint));
  for (const note of problem.notes ?? []) {
    lines.push(`${paint('note', 'note')}: ${harmless(note.message)}`, ...placeLines(note.place, margin, paint, 'note'));
  }
  return lines.join('\n');
}

/** All problems of a phase: warnings, then errors in the order of their places, then how many there were, since the end is what stays on the screen. */
export function renderProblems(problems: readonly Problem[], options: RenderOptions): string {
  const errors = problems.filter(problem => problem.severity === 'error');
  const warnings = problems.filter(problem => problem.severity === 'warning');
  const frames = [...warnings, ...errors].map(problem => renderProblem(problem, options));
  if (problems.length > 1) frames.push([counted(errors.length, 'error'), counted(warnings.length, 'warning')].filter(Boolean).join(', '));
  return frames.join('\n\n');
}

function counted(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`;
}

type Role = 'error' | 'warning' | 'note' | 'strong' | 'frame';
type Paint = (role: Role, text: string) => string;

/** The sixteen colours of the person's own theme, never others. */
const codes: Readonly<Record<Role, string>> = {error: '1;31', warning: '1;33', note: '1;36', strong: '1', frame: '34'};

function painter(color: boolean): Paint {
  return color ? (role, text) => `\x1b[${codes[role]}m${text}\x1b[0m` : (_, text) => text;
}

/** The width of the largest line number, so that all bars of a frame stand below each other. */
function marginOf(problem: Problem): number {
  const places = [problem.place, ...(problem.notes ?? []).map(note => note.place)];
  const widths = places.map(place => (place?.kind === 'text' ? String(lineAndColumn(place.source.text, place.span.start).line).length : 1));
  return Math.max(1, ...widths);
}

function placeLines(place: Place, margin: number, paint: Paint, role: Role): string[] {
  const pad = ' '.repeat(margin);
  const arrow = paint('frame', `${pad}-->`);
  if (place.kind === 'data') return [`${arrow} ${harmless(place.where)}`];
  const {source, span} = place;
  const {line, column} = lineAndColumn(source.text, span.start);
  const bar = paint('frame', `${pad} |`);
  const excerpt = excerptOf(source.text, span.start, span.end);
  return [
    `${arrow} ${harmless(source.name)}:${line}:${column}`,
    bar,
    `${paint('frame', `${String(line).padStart(margin)} |`)} ${excerpt.text}`.trimEnd(),
    `${bar} ${' '.repeat(excerpt.indent)}${paint(role, '^'.repeat(excerpt.width))}`,
  ];
}

function remark(label: string, text: string, margin: number, paint: Paint): string[] {
  const start = `${' '.repeat(margin)} ${paint('frame', '=')} ${paint('strong', label)}`;
  const later = ' '.repeat(margin + 3 + label.length);
  return text.split('\n').map((line, index) => (index === 0 ? start : later) + harmless(line));
}

/** The part of the line that is shown, and which cells of it are meant: at least one, also behind its end. */
function excerptOf(text: string, start: number, end: number): {text: string; indent: number; width: number} {
  const line = lineAt(text, start);
  const from = Math.min(start - line.start, line.text.length);
  const to = Math.max(from, Math.min(end - line.start, line.text.length));
  let before = shown(line.text.slice(0, from));
  let meant = shown(line.text.slice(from, to));
  let after = shown(line.text.slice(to));
  if (before.length + meant.length + after.length > longestLine) {
    before = before.length > longestLine / 3 ? `…${whole(before.slice(-longestLine / 3))}` : before;
    meant = meant.length > longestLine / 3 ? `${whole(meant.slice(0, longestLine / 3))}…` : meant;
    const rest = longestLine - before.length - meant.length;
    after = after.length > rest ? `${whole(after.slice(0, rest))}…` : after;
  }
  return {text: before + meant + after, indent: textWidth(before), width: Math.max(1, textWidth(meant))};
}

/** Tabs are shown as two spaces: what a tab means depends on where it stands, and the caret must stand right in every terminal. */
function shown(text: string): string {
  return harmless(text.replaceAll('\t', '  '));
}

/** Without the half of a surrogate pair that a cut may have left at either end. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}
