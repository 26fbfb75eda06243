import type {Memory} from '../base/memory.ts';
import {assert} from '../base/problem.ts';

/** Compiled kernels by their base64 text: compiling takes about a millisecond, instantiating nearly nothing. */
const modules = new Map<string, WebAssembly.Module>();

/**
 * A new instance of a kernel over the engine's memory, as its exported functions. Instances have globals of their own but share the kernel's static data, so
 * a kernel keeps nothing in static data from one call to the next: what lasts lies in room from `Memory.allocate`, given to it by pointer.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- The caller knows what its kernel exports; nothing here could.
export function instantiateKernel<Exports>(wasmBase64: string, memory: Memory): Exports {
  let module = modules.get(wasmBase64);
  if (module === undefined) {
    module = new WebAssembly.Module(Buffer.from(wasmBase64, 'base64'));
    modules.set(wasmBase64, module);
  }
  const instance = new WebAssembly.Instance(module, {env: {memory: memory.wasm, abort}});
  return instance.exports as Exports;
}

/** What AssemblyScript calls when an invariant of a kernel does not hold; kernels have no exceptions. */
function abort(_message: number, _file: number, line: number, column: number): never {
  assert(false, `a kernel stopped at its line ${line}, column ${column}`);
}
