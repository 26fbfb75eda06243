import type {FormatDefinition} from './define.ts';
import {json} from './json/json.ts';

/** Every format, in the order in which help lists them. */
export const formats: readonly FormatDefinition[] = [json];

export function findFormat(name: string): FormatDefinition | undefined {
  return formats.find(format => format.name === name);
}
