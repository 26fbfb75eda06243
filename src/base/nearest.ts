import {distance} from 'fastest-levenshtein';

/** Fewer letters begin too many names. */
const shortestBeginning = 3;

/**
 * The candidate that a misspelt name most likely meant: at most a third of its letters differ (two at least), or it is the only one that goes on from there; null
 * when none is near. Case is ignored.
 */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  const longer: string[] = [];
  for (const candidate of candidates) {
    if (candidate.toLowerCase().startsWith(wanted)) longer.push(candidate);
    const found = distance(wanted, candidate.toLowerCase());
    if (found < bestDistance && found < candidate.length) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best ?? (wanted.length >= shortestBeginning && longer.length === 1 ? (longer[0] as string) : null);
}

/** `did you mean "x"?`, or undefined when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(name, candidates);
  return found === null ? undefined : `did you mean "${found}"?`;
}
