import type {StateGrowth} from './behaviour.ts';
import {spanText} from './window.ts';

/** What a node keeps where what has not changed for some time is forgotten: all of it, or of a join's left and right rows each (null: never). */
export function kept(growth: StateGrowth, ttl: number | readonly [number | null, number | null] | undefined): StateGrowth {
  if (ttl === undefined) return growth;
  if (typeof ttl === 'number') return {kind: 'time', text: `${growth.text}, until ${spanText(ttl)} after the last change`};
  const [left, right] = ttl;
  if (left !== null && left === right) return kept(growth, left);
  const until = (side: string, ttlMs: number | null): string => (ttlMs === null ? '' : `${side} ones until ${spanText(ttlMs)}`);
  if (left !== null && right !== null)
    return {kind: 'time', text: `${growth.text}, ${until('left', left)} and ${until('right', right)} after the last change`};
  return {...growth, text: `${growth.text} (${until('left', left)}${until('right', right)} after the last change)`};
}

/** For `explain`: what follows the description of a node. */
export function forgottenText(ttlMs: number | undefined): string {
  return ttlMs === undefined ? '' : `, forgotten after ${spanText(ttlMs)}`;
}
