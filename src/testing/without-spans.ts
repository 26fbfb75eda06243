/** A tree without its places, to compare trees of different texts. */
export function withoutSpans(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutSpans);
  if (typeof tree !== 'object' || tree === null) return tree;
  const entries = Object.entries(tree).filter(([key]) => !/^(span|keySpan|valueSpan|operatorSpan)$/.test(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutSpans(value)]));
}
