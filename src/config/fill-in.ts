import {fail, type Problem, ProblemError} from '../base/problem.ts';
import {type ConfigNode, type MapNode, mapOf, type ScalarNode} from './config-node.ts';
import {interpolate, type Interpolated, type Scope} from './interpolate.ts';
import {invalid} from './invalid.ts';
import {Secrets} from './secrets.ts';

/** What the outside may give. */
export interface Outside {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `-v` pairs: they replace `vars`, and nothing in them is looked at again. */
  readonly variables: ReadonlyMap<string, string>;
  /** The text of a file, its path relative to a folder. Throws a ProblemError. */
  readonly readText: (path: string, folder: string) => string;
}

/** Where a text stands that is looked at. */
interface Surroundings {
  readonly job: string | null;
  readonly folder: string;
  readonly allowsSecrets: boolean;
}

/**
 * Replaces `${…}` in the texts of a job file; never in keys. SQL is left as it is: once it is parsed, `optionValue` gives the values of its options, and a query's
 * values are bound as `:name`; nothing is ever spliced. What came in unquoted and reads as a number or a boolean becomes one; quotes keep it a text.
 */
export class FillIn {
  readonly problems: Problem[] = [];
  /** Values that could not be replaced: what stands there now says nothing. */
  readonly unknown = new Set<ConfigNode>();
  /** Variables of the file that something has read; grows with each call. */
  readonly usedVariables = new Set<string>();
  readonly vars: MapNode;
  /** Where secrets come from, as `secrets:` says it. */
  readonly declaredSecrets: MapNode;
  readonly secrets: Secrets;
  readonly #outside: Outside;
  readonly #written: MapNode;
  readonly #filled = new Map<string, ConfigNode>();
  /** Variables that are being found out, outermost first. */
  readonly #pending: string[] = [];

  constructor(vars: MapNode, secrets: MapNode, outside: Outside) {
    this.#outside = outside;
    this.#written = vars;
    this.vars = mapOf(
      [...vars.entries].map(([name, node]) => [name, this.#variable(name, node)]),
      vars.origin,
    );
    this.declaredSecrets = this.#value(secrets, {job: null, allowsSecrets: false}) as MapNode;
    this.secrets = new Secrets(this.declaredSecrets, outside.environment, outside.readText);
  }

  /** Everything of a job but its SQL. */
  job(name: string, node: MapNode): MapNode {
    return mapOf(
      [...node.entries].map(([key, inner]) => [
        key,
        key === 'sql' ? inner : this.#value(inner, {job: name, allowsSecrets: key === 'options'}),
      ]),
      node.origin,
    );
  }

  /** A value that belongs to no job. */
  value(node: ConfigNode): ConfigNode {
    return this.#value(node, {job: null, allowsSecrets: false});
  }

  /** What a value of WITH (…) or SET in the SQL of a job stands for. Throws what is wrong with it, without a place. */
  optionValue(job: string, folder: string, text: string): string {
    const filled = interpolate(text, this.#scope({job, folder, allowsSecrets: true}));
    if ('text' in filled) return filled.text;
    throw fail('invalid', 'bad-variable', filled.fault, filled.hint === undefined ? {} : {hint: filled.hint});
  }

  #value(node: ConfigNode, around: Omit<Surroundings, 'folder'>): ConfigNode {
    switch (node.kind) {
      case 'map':
        return mapOf(
          [...node.entries].map(([key, inner]) => [key, this.#value(inner, around)]),
          node.origin,
        );
      case 'list':
        return {...node, items: node.items.map(item => this.#value(item, around))};
      case 'scalar':
        return typeof node.value === 'string' && node.value.includes('$')
          ? this.#text(node, node.value, {...around, folder: node.origin.folder})
          : node;
    }
  }

  #text(node: ScalarNode, text: string, around: Surroundings): ScalarNode {
    const filled = interpolate(text, this.#scope(around));
    if ('fault' in filled) {
      const result: ScalarNode = {...node, value: ''};
      this.unknown.add(result);
      if (filled.isTold !== true) this.problems.push(invalid('bad-variable', filled.fault, filled.hint, node.origin.place));
      return result;
    }
    if (filled.shown !== filled.text) return {...node, value: filled.text, shown: filled.shown};
    return {...node, value: node.isPlain && filled.text !== text ? retyped(filled.text) : filled.text};
  }

  #scope({job, folder, allowsSecrets}: Surroundings): Scope {
    return {
      variable: name => {
        if (name === 'job' && job !== null) return plain(job);
        if (name.startsWith('vars.')) return this.#variableText(name.slice('vars.'.length));
        const value = Object.hasOwn(this.#outside.environment, name) ? this.#outside.environment[name] : undefined;
        return value === undefined ? undefined : plain(value);
      },
      secret: name =>
        allowsSecrets
          ? this.secrets.get(name)
          : {fault: 'a secret cannot stand here', hint: 'it can in values of options:, and of WITH (…) and SET in SQL'},
      file: path => {
        try {
          return plain(this.#outside.readText(path, folder).replace(/\r?\n$/, ''));
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error;
          return {fault: error.message};
        }
      },
    };
  }

  #variableText(name: string): Interpolated | undefined {
    this.usedVariables.add(name);
    const given = this.#outside.variables.get(name);
    if (given !== undefined) return plain(given);
    const written = this.#written.entries.get(name);
    if (written === undefined) return undefined;
    if (this.#pending.includes(name)) {
      const circle = [...this.#pending.slice(this.#pending.indexOf(name)), name].map(one => `vars.${one}`).join(' → ');
      return {fault: `variables stand for each other in a circle: ${circle}`};
    }
    const filled = this.#variable(name, written);
    if (this.unknown.has(filled)) return {fault: `variable "vars.${name}" has no value`, isTold: true};
    return filled.kind === 'scalar' ? plain(String(filled.value)) : undefined;
  }

  #variable(name: string, node: ConfigNode): ConfigNode {
    const given = this.#outside.variables.get(name);
    if (given !== undefined && node.kind === 'scalar') {
      return {...node, value: given, isPlain: false, written: null, origin: {...node.origin, layer: '-v'}};
    }
    const known = this.#filled.get(name);
    if (known !== undefined) return known;
    this.#pending.push(name);
    const filled = this.#value(node, {job: null, allowsSecrets: false});
    this.#pending.pop();
    this.#filled.set(name, filled);
    return filled;
  }
}

function plain(text: string): Interpolated {
  return {text, shown: text};
}

function retyped(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) ? Number(text) : text;
}
