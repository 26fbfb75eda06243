import {didYouMean} from '../base/nearest.ts';
import {ProblemError} from '../base/problem.ts';
import {type MapNode, textAt} from './config-node.ts';
import type {Interpolated} from './interpolate.ts';

/** What the secrets of a file stand for. Each is read once, so that a pipe can give it. */
export class Secrets {
  /** Values by name, of all that could be read: nothing that is printed may hold one. */
  readonly values: ReadonlyMap<string, string>;
  readonly #names: readonly string[];
  /** Why one could not be read; that matters to whoever asks for it. */
  readonly #faults = new Map<string, string>();

  /** `declared`: `secrets:`, everything in it replaced. `read`: the text of a file, relative paths as the declaration means them; throws a ProblemError. */
  constructor(
    declared: MapNode | undefined,
    environment: Readonly<Record<string, string | undefined>>,
    read: (path: string, folder: string) => string,
  ) {
    const values = new Map<string, string>();
    this.#names = [...(declared?.entries.keys() ?? [])];
    for (const [name, node] of declared?.entries ?? []) {
      const variable = textAt(node, 'env');
      const path = textAt(node, 'file');
      if (variable !== undefined) {
        const value = Object.hasOwn(environment, variable) ? environment[variable] : undefined;
        if (value === undefined || value === '') this.#faults.set(name, `variable "${variable}" is not set`);
        else values.set(name, value);
      } else if (path !== undefined) {
        try {
          const value = read(path, node.origin.folder).replace(/\r?\n$/, '');
          if (value === '') this.#faults.set(name, `${path} is empty`);
          else values.set(name, value);
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error;
          this.#faults.set(name, error.message);
        }
      }
    }
    this.values = values;
  }

  /** What `${secret:NAME}` stands for. */
  get(name: string): Interpolated {
    const value = this.values.get(name);
    if (value !== undefined) return {text: value, shown: shownSecret(name)};
    const fault = this.#faults.get(name);
    if (fault !== undefined) return {fault: `secret "${name}" cannot be read: ${fault}`};
    return {
      fault: `there is no secret "${name}"`,
      hint: didYouMean(name, this.#names) ?? `add it under secrets: {${name}: {file: PATH}} or {env: NAME}`,
    };
  }
}

/** What is printed where a secret stands. */
export function shownSecret(name: string): string {
  return `‹secret ${name}›`;
}
