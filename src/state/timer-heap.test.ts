import fc from 'fast-check';
import {expect, test} from 'vitest';
import {TimerHeap} from './timer-heap.ts';

test('gives what waits in the order of time, and of rank where times are equal', () => {
  fc.assert(
    fc.property(fc.array(fc.record({time: fc.integer({min: 0, max: 9}), take: fc.boolean()}), {maxLength: 60}), operations => {
      const heap = new TimerHeap();
      const waiting: {time: number; rank: number}[] = [];
      for (const [rank, {time, take}] of operations.entries()) {
        heap.push(time, rank, rank + 1000);
        waiting.push({time, rank});
        if (!take) continue;
        waiting.sort((a, b) => a.time - b.time || a.rank - b.rank);
        const first = waiting.shift();
        expect({time: heap.time, rank: heap.rank, item: heap.item}).toEqual({...first, item: (first?.rank ?? 0) + 1000});
        heap.pop();
      }
      expect(heap.size).toBe(waiting.length);
    }),
  );
});

test('is empty at Infinity', () => {
  const heap = new TimerHeap();
  expect(heap.time).toBe(Infinity);
  heap.push(5, 0, 0);
  heap.clear();
  expect(heap.size).toBe(0);
});
