import {fail} from '../base/problem.ts';
import {parseDuration} from '../base/quantity.ts';
import {type Flag, flags} from './flags.ts';

/** What was typed, by flag, in order: a switch has one empty text. */
export type Given = ReadonlyMap<Flag, readonly string[]>;

/** Flags as a command reads them: the command line, else the environment, else the definition's default. Every value is checked against the definition. */
export class Options {
  readonly #given: Given;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(given: Given, environment: NodeJS.ProcessEnv) {
    this.#given = given;
    this.#environment = environment;
  }

  /** Throws a usage problem at the first value that its definition does not allow, so that nothing is read or run before the line is known to be right. */
  check(known: readonly Flag[]): void {
    for (const flag of known) {
      this.value(flag);
      if (flag.argument?.startsWith('NAME=') === true) this.pairs(flag);
    }
    if (this.#given.has(flags.maxErrors) && this.#given.get(flags.onError)?.at(-1) === 'fail') {
      throw fail('usage', 'bad-argument', '--max-errors has no effect with --on-error fail, which ends at the first one', {
        hint: 'leave one of the two out',
      });
    }
  }

  /** A switch. */
  isOn(flag: Flag): boolean {
    return this.#given.has(flag);
  }

  /** The last value given, or the default, or null. */
  value(flag: Flag): string | null {
    const given = this.#given.get(flag)?.at(-1);
    if (given !== undefined) return checked(flag, given, `--${flag.name}`);
    const variable = flag.environment;
    const fromEnvironment = variable === undefined ? undefined : this.#environment[variable];
    if (variable !== undefined && fromEnvironment !== undefined && fromEnvironment !== '') return checked(flag, fromEnvironment, variable);
    return flag.default ?? null;
  }

  /** True when a person chose it: a flag or a variable, not the default. */
  isChosen(flag: Flag): boolean {
    return this.#given.has(flag) || (flag.environment !== undefined && (this.#environment[flag.environment] ?? '') !== '');
  }

  values(flag: Flag): readonly string[] {
    return this.#given.get(flag) ?? [];
  }

  /** All values given, else those of the environment; each may be several with commas between them. */
  list(flag: Flag): readonly string[] {
    const given = this.#given.get(flag) ?? [this.value(flag) ?? ''];
    return given
      .flatMap(text => text.split(','))
      .map(text => text.trim())
      .filter(text => text !== '');
  }

  count(flag: Flag): number | null {
    const text = this.value(flag);
    return text === null ? null : Number(text);
  }

  durationMs(flag: Flag): number | null {
    const text = this.value(flag);
    return text === null ? null : parseDuration(text);
  }

  /** `NAME=VALUE` pairs by name; the last one of a name counts. */
  pairs(flag: Flag): ReadonlyMap<string, string> {
    const pairs = new Map<string, string>();
    for (const text of this.values(flag)) {
      const at = text.indexOf('=');
      if (at < 1)
        throw fail(
          'usage',
          'bad-argument',
          `--${flag.name} wants ${flag.argument ?? 'NAME=VALUE'}, and "${text}" has no ${at === 0 ? 'name' : '"="'}`,
        );
      pairs.set(text.slice(0, at), text.slice(at + 1));
    }
    return pairs;
  }
}

function checked(flag: Flag, text: string, from: string): string {
  const bad = (wanted: string) => fail('usage', 'bad-argument', `${from} cannot be "${text}"`, {hint: wanted});
  if (Array.isArray(flag.type)) {
    if (!flag.type.includes(text)) throw bad(`write one of ${flag.type.join(', ')}`);
  } else if (flag.type === 'int') {
    if (!/^\d{1,15}$/.test(text)) throw bad('write a number that is not negative');
  } else if (flag.type === 'duration') {
    if (/^\d+$/.test(text)) throw bad(`say the unit: ${text}s, ${text}ms`);
    if (parseDuration(text) === null) throw bad('write a time such as 500ms, 30s or 5 min');
  }
  return text;
}
