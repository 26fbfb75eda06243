import {createRequire} from 'node:module';

/** In a bundle this is esbuild's: the package stands in the bundle and is evaluated at the first call. Elsewhere there is none, and Node's loads the package. */
declare const require: ((name: string) => unknown) | undefined;

let measure: ((text: string) => number) | null = null;

/**
 * How many terminal cells a text takes. Plain ASCII is counted here; anything else is measured by string-width, which costs 20 ms to load and is therefore
 * loaded only when such a text is met.
 */
export function textWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  measure ??= loadMeasure();
  return measure(text);
}

function loadMeasure(): (text: string) => number {
  const loaded = typeof require === 'function' ? require('string-width') : createRequire(import.meta.url)('string-width');
  return (loaded as {readonly default: (text: string) => number}).default;
}
