import {array, assert, integer, property, tuple} from 'fast-check';
import {expect, test} from 'vitest';
import {RateLimit} from './rate-limit.ts';

test('some of a kind come through, and then the next window tells how many did not', () => {
  const limit = new RateLimit({most: 2, withinMs: 100});
  expect([0, 1, 2, 99].map(ms => limit.take('a', ms))).toEqual([0, 0, null, null]);
  expect(limit.take('b', 99)).toBe(0);
  expect([100, 101, 102].map(ms => limit.take('a', ms))).toEqual([2, 0, null]);
  expect(limit.flush()).toEqual(new Map([['a', 1]]));
  expect(limit.flush()).toEqual(new Map());
});

test('every one of them is let through or told of', () => {
  assert(
    property(array(tuple(integer({min: 0, max: 3}), integer({min: 0, max: 50}))), messages => {
      const limit = new RateLimit({most: 3, withinMs: 100});
      let nowMs = 0;
      let told = 0;
      for (const [kind, waitMs] of messages) {
        nowMs += waitMs;
        const more = limit.take(String(kind), nowMs);
        if (more !== null) told += 1 + more;
      }
      for (const count of limit.flush().values()) told += count;
      expect(told).toBe(messages.length);
    }),
  );
});

test('kinds without number take no memory without end', () => {
  const limit = new RateLimit({most: 1, withinMs: 100});
  for (let kind = 0; kind < 5000; kind++) expect(limit.take(String(kind), 0)).toBe(0);
  expect(limit.take('4999', 1)).toBeNull();
  expect(limit.take('0', 1)).toBe(0);
});
