import type {StateGrowth} from './behaviour.ts';
import {spanText} from './window.ts';

/** What a node keeps where what has not changed for some time is forgotten: all of it, or of a join's left and right rows each (null: never). */
export function kept(growth: StateGrowth, ttl: number | readonly [number | null, number | null] | undefined): StateGrowth {
  if (ttl === undefined) return growth;
  if (typeof ttl === 'number') return {kind: 'time', text: `${growth.text}, until ${spanText(ttl)} after the last change`};
  const [left, right] = ttl;
  if (left !== null && left === right) return kept(growth, left);
  const untils = [until('left', left), until('right', right)].filter(text => text !== '');
  const kind = left === null || right === null ? growth.kind : 'time';
  return {kind, text: `${growth.text}, ${untils.join(' and ')} after the last change`};
}

function until(side: string, ttlMs: number | null): string {
  return ttlMs === null ? '' : `${side} ones until ${spanText(ttlMs)}`;
}

/** For `explain`: what follows the description of a node. */
export function forgottenText(ttlMs: number | undefined): string {
  return ttlMs === undefined ? '' : `, forgotten after ${spanText(ttlMs)}`;
}
