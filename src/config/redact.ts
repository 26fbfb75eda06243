import type {Place, Problem} from '../base/problem.ts';
import {shownSecret} from './secrets.ts';

/** A line of a secret of several lines (a key file) that is as long as this says enough to be one. */
const shortestLine = 8;

/** A text without secrets, in whatever form quoting has given them: each is printed as ‹secret NAME›. */
export function redact(text: string, secrets: ReadonlyMap<string, string>): string {
  if (secrets.size === 0) return text;
  const names = formsOf(secrets);
  return text.replaceAll(anyOf(names), form => shownSecret(names.get(form) ?? ''));
}

/** A problem without secrets, in the text that is shown around its place, too. */
export function redactProblem(problem: Problem, secrets: ReadonlyMap<string, string>): Problem {
  if (secrets.size === 0) return problem;
  const {detail, hint, place, notes} = problem;
  return {
    ...problem,
    message: redact(problem.message, secrets),
    ...(detail === undefined ? {} : {detail: redact(detail, secrets)}),
    ...(hint === undefined ? {} : {hint: redact(hint, secrets)}),
    ...(place === undefined ? {} : {place: redactPlace(place, secrets)}),
    ...(notes === undefined
      ? {}
      : {notes: notes.map(note => ({message: redact(note.message, secrets), place: redactPlace(note.place, secrets)}))}),
  };
}

/** In a text with places in it a secret is covered letter by letter, so that everything stays where it is. */
function redactPlace(place: Place, secrets: ReadonlyMap<string, string>): Place {
  if (place.kind === 'data') return {kind: 'data', where: redact(place.where, secrets)};
  const {text, name} = place.source;
  const covered = text.replaceAll(anyOf(formsOf(secrets)), form => form.replaceAll(/[^\n]/g, '•'));
  return covered === text ? place : {...place, source: {name: redact(name, secrets), text: covered}};
}

/** The forms in which secrets may be met, with the name of each. */
function formsOf(secrets: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const forms = new Map<string, string>();
  for (const [name, value] of secrets) {
    const lines = value.split(/\r?\n/).filter(line => line.length >= shortestLine);
    for (const text of [value, ...lines]) {
      for (const form of [text, text.replaceAll("'", "''"), JSON.stringify(text).slice(1, -1), encoded(text)]) {
        if (form !== '' && !forms.has(form)) forms.set(form, name);
      }
    }
  }
  return forms;
}

/** Longest first: one may hold another. */
function anyOf(forms: ReadonlyMap<string, string>): RegExp {
  const texts = [...forms.keys()].sort((left, right) => right.length - left.length);
  return new RegExp(texts.map(text => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}

/** As in an address; a text that has no such form stands for itself. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text; // Half of a surrogate pair.
  }
}
