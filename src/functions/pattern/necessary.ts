import {parseJavaPattern} from './parse.ts';
import type {PatternNode} from './syntax.ts';

/** A text without which nothing matches the pattern, as long as can be seen at a glance; empty when none can. ASCII only. */
export function necessaryText(source: string): string {
  const parsed = parseJavaPattern(source);
  if ('message' in parsed || parsed.ignoreCase) return '';
  let longest = '';
  let run = '';
  for (const node of itemsOf(parsed.root)) {
    run = node.kind === 'set' && !node.set.negated ? continued(run, node.set.source) : '';
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

/** What follows each other in every match. */
function itemsOf(node: PatternNode): readonly PatternNode[] {
  if (node.kind === 'sequence') return node.items.flatMap(itemsOf);
  return node.kind === 'group' ? itemsOf(node.item) : [node];
}

/** The run with the only character of a set behind it; nothing when it has others. */
function continued(run: string, set: string): string {
  if (/^[A-Za-z0-9]$/.test(set)) return run + set;
  const [, code] = /^\\u\{([0-9a-f]+)\}$/.exec(set) ?? [];
  const character = code === undefined ? 128 : Number.parseInt(code, 16);
  return character < 128 ? run + String.fromCharCode(character) : '';
}
