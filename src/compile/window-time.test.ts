import {expect, test} from 'vitest';
import type {WindowSpec} from '../plan/nodes/window.ts';
import {sharedBy, windowsOf} from './window-time.ts';

const specs: readonly WindowSpec[] = [
  {kind: 'hop', sizeMs: 10, stepMs: 2, offsetMs: 0},
  {kind: 'hop', sizeMs: 10, stepMs: 4, offsetMs: 3},
  {kind: 'hop', sizeMs: 3, stepMs: 5, offsetMs: -1},
  {kind: 'cumulate', sizeMs: 12, stepMs: 3, offsetMs: 0},
  {kind: 'cumulate', sizeMs: 10, stepMs: 4, offsetMs: 1},
];

test('times that are said to share their windows do, and the next ones do not', () => {
  for (const spec of specs) {
    for (let time = -40; time < 40; time++) {
      const found = windowsOf(time, spec);
      const [from, to] = sharedBy(found, time, spec);
      if (found.length === 0) {
        expect(to).toBe(from);
        continue;
      }
      expect(from <= time && time < to).toBe(true);
      for (let other = from; other < to; other++) expect(windowsOf(other, spec)).toEqual(found);
      expect(windowsOf(to, spec)).not.toEqual(found);
      expect(windowsOf(from - 1, spec)).not.toEqual(found);
    }
  }
});
