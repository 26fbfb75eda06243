import type {NodeOf} from '../plan/nodes/index.ts';
import type {WindowSpec} from '../plan/nodes/window.ts';
import {localToInstant} from '../types/time-zone.ts';

const hourMs = 3_600_000;

/** The instant at which a window is over whose last millisecond is a local time: of two such instants (clocks turned back) the later. */
export function lastInstant(zone: string, localMs: number): number {
  const first = localToInstant(zone, localMs);
  const hourLater = localToInstant(zone, localMs + hourMs);
  if (hourLater - first > hourMs) return hourLater - hourMs;
  // A local time that the clocks leave out: the window is over when they are turned.
  return hourLater === first ? first - (first % hourMs) : first;
}

/** What the watermark must be for a window to be over, by its end. */
export function closesAtOf(isLocal: boolean, zone: string): (end: number) => number {
  return isLocal && zone !== 'UTC' ? end => lastInstant(zone, end - 1) : end => end - 1;
}

/** The time of what is computed of a window: its last millisecond. */
export function windowTimeOf(isLocal: boolean, zone: string): (end: number) => number {
  return isLocal && zone !== 'UTC' ? end => localToInstant(zone, end - 1) : end => end - 1;
}

/** The first multiple of the step, shifted by the offset, that is not after a time. */
export function floorTo(time: number, spec: WindowSpec): number {
  return Math.floor((time - spec.offsetMs) / spec.stepMs) * spec.stepMs + spec.offsetMs;
}

/** The windows of a time, the latest first. */
export function windowsOf(time: number, spec: WindowSpec): readonly (readonly [start: number, end: number])[] {
  const found: (readonly [number, number])[] = [];
  if (spec.kind === 'cumulate') {
    const start = Math.floor((time - spec.offsetMs) / spec.sizeMs) * spec.sizeMs + spec.offsetMs;
    const first = start + (Math.floor((time - start) / spec.stepMs) + 1) * spec.stepMs;
    for (let end = first; end <= start + spec.sizeMs; end += spec.stepMs) found.push([start, end]);
    return found;
  }
  for (let start = floorTo(time, spec); start > time - spec.sizeMs; start -= spec.stepMs) found.push([start, start + spec.sizeMs]);
  return found;
}

/** Around a time, the times [from, to) that are in the same windows. */
export function sharedBy(
  found: readonly (readonly [start: number, end: number])[],
  time: number,
  {kind, stepMs}: WindowSpec,
): readonly [from: number, to: number] {
  const [latest] = found;
  const earliest = found.at(-1);
  if (latest === undefined || earliest === undefined) return [time, time];
  if (kind === 'cumulate') return [Math.max(latest[0], latest[1] - stepMs), latest[1]];
  // Until the next window begins or the earliest ends; since the latest began and the one before the earliest ended.
  return [Math.max(latest[0], earliest[1] - stepMs), Math.min(latest[0] + stepMs, earliest[1])];
}

export type WindowNode = NodeOf<'assign-window'> | NodeOf<'assign-windows'> | NodeOf<'session-window'>;
