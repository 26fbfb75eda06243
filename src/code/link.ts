import {compileFunction} from 'node:vm';
import type {GeneratedCode} from './writer.ts';

/**
 * Turns generated text into what its `return` gives. This is the only place where text becomes code. Bound values become `const`s of the enclosing function:
 * V8 then treats them as constants of the optimised inner functions, which for typed arrays means no loads of their base and length.
 */
export function link(name: string, code: GeneratedCode): unknown {
  const names = [...code.bound.keys()];
  const constants = names.map(bound => `const ${bound} = $.${bound};`).join('\n');
  const factory = compileFunction(`'use strict';\n${constants}\n${code.text}`, ['$'], {filename: `weir:${name}`}) as (
    bound: object,
  ) => unknown;
  return factory(Object.fromEntries(code.bound));
}
