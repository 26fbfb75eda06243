import {array, assert, property, stringMatching} from 'fast-check';
import {expect, test} from 'vitest';
import {LineCutter} from './line-cutter.ts';

test('however bytes are cut, whole lines come out, and all of them', () => {
  assert(
    property(array(stringMatching(/^[a-c\n]{0,5}$/)), pieces => {
      const written: string[] = [];
      const cutter = new LineCutter(lines => written.push(Buffer.from(lines).toString()));
      for (const piece of pieces) cutter.add(Buffer.from(piece));
      cutter.end();
      const all = pieces.join('');
      expect(written.join('')).toBe(all === '' || all.endsWith('\n') ? all : `${all}\n`);
      expect(written.every(text => text.endsWith('\n'))).toBe(true);
    }),
  );
});
