import type {SourceChanges} from '../../types/change.ts';

/** The option as written. */
export function changelogModeText(options: ReadonlyMap<string, string>): string {
  return options.get('changelog-mode') ?? 'I,UB,UA,D';
}

/** What the option `changelog-mode` says; null when it says nothing sensible. */
export function changelogModeOf(options: ReadonlyMap<string, string>): SourceChanges | null {
  const kinds = changelogModeText(options)
    .split(',')
    .map(kind => kind.trim().toUpperCase());
  if (kinds.length === 0 || kinds.some(kind => !['I', 'UB', 'UA', 'D'].includes(kind))) return null;
  const updates = kinds.includes('UA');
  const deletes = kinds.includes('D');
  if (!updates && kinds.includes('UB')) return null;
  if (!updates && !deletes) return {mode: 'append', updates, deletes};
  return {mode: updates && !kinds.includes('UB') ? 'upsert' : 'retract', updates, deletes};
}
