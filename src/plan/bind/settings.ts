import {nearest} from '../../base/nearest.ts';
import type {Span} from '../../base/problem.ts';
import {parseDuration} from '../../base/quantity.ts';
import type {OptionPair} from '../../sql/ast.ts';
import {isTimeZone} from '../../types/time.ts';
import type {Report} from '../report.ts';
import {listed} from './scope.ts';
import {noEffect, sessionOptions} from './session-options.ts';

export type RuntimeMode = 'streaming' | 'batch' | 'automatic';
const runtimeModes: readonly RuntimeMode[] = ['streaming', 'batch', 'automatic'];

const runtimeModeKey = 'execution.runtime-mode';
const timeZoneKey = 'table.local-time-zone';
const idleTimeoutKey = 'table.exec.source.idle-timeout';
const stateTtlKey = 'table.exec.state.ttl';
const notNullKey = 'table.exec.sink.not-null-enforcer';
const lengthKey = 'table.exec.sink.type-length-enforcer';
const nestedKey = 'table.exec.sink.nested-constraint-enforcer';

export type LengthEnforcer = 'IGNORE' | 'TRIM_PAD' | 'ERROR';
const lengthEnforcers: readonly LengthEnforcer[] = ['IGNORE', 'TRIM_PAD', 'ERROR'];
export type NestedEnforcer = 'IGNORE' | 'ROWS' | 'ROWS_AND_COLLECTIONS';
const nestedEnforcers: readonly NestedEnforcer[] = ['IGNORE', 'ROWS', 'ROWS_AND_COLLECTIONS'];

/** Settings that are one of some words, and what they are about. */
const wordSettings: ReadonlyMap<string, {readonly words: readonly string[]; readonly about: string}> = new Map([
  [notNullKey, {words: ['ERROR', 'DROP'], about: 'NULL in a NOT NULL column'}],
  [lengthKey, {words: lengthEnforcers, about: 'what does not have the length of its column'}],
  [nestedKey, {words: nestedEnforcers, about: 'NOT NULL and lengths inside of a column'}],
]);

/** A pair of SET that counts, and where the main text gives it. */
export interface PlacedSetting {
  readonly key: string;
  readonly span: Span;
  readonly report: Report;
}

/** What SET has set so far. Every pair is kept as given, also those that mean nothing here: another system may read them. */
export class Settings {
  readonly #given = new Map<string, string>();
  readonly #warned = new Set<string>();
  readonly #placed = new Map<string, PlacedSetting>();
  readonly #usualTimeZone: string;
  /** Set once a statement was planned with the settings as they are. */
  #used = false;

  constructor(timeZone: string) {
    this.#usualTimeZone = timeZone;
  }

  get given(): readonly (readonly [string, string])[] {
    return [...this.#given];
  }

  /** Those of the main text: what stands in a text for several scripts need not have an effect in each. */
  get placed(): readonly PlacedSetting[] {
    return [...this.#placed.values()];
  }

  get runtimeMode(): RuntimeMode {
    return runtimeModes.find(mode => mode === this.#given.get(runtimeModeKey)) ?? 'streaming';
  }

  get isRuntimeModeGiven(): boolean {
    return this.#given.has(runtimeModeKey);
  }

  get timeZone(): string {
    return this.#given.get(timeZoneKey) ?? this.#usualTimeZone;
  }

  /** Rows with NULL in a NOT NULL column of their table are left out, and are no error. */
  get dropsNulls(): boolean {
    return this.#given.get(notNullKey)?.toUpperCase() === 'DROP';
  }

  /** What becomes of texts and bytes that do not have the length of their column. */
  get lengthEnforcer(): LengthEnforcer {
    return lengthEnforcers.find(word => word === this.#given.get(lengthKey)?.toUpperCase()) ?? 'IGNORE';
  }

  /** How deep into a column NOT NULL and lengths are looked at. */
  get nestedEnforcer(): NestedEnforcer {
    return nestedEnforcers.find(word => word === this.#given.get(nestedKey)?.toUpperCase()) ?? 'IGNORE';
  }

  /** Of rows that meet in the key of a table the last one is given, unless SET says that nothing is to be kept for that. */
  get materializesConflicts(): boolean {
    return this.#given.get('table.exec.sink.upsert-materialize')?.toUpperCase() !== 'NONE';
  }

  /** An INSERT of changes must say what happens where their key is not the table's. */
  get requiresOnConflict(): boolean {
    return (
      this.#given.get('table.exec.sink.require-on-conflict')?.toLowerCase() !== 'false' &&
      this.#given.get('table.exec.sink.upsert-materialize')?.toUpperCase() !== 'NONE'
    );
  }

  /** State that has not changed for so many milliseconds is forgotten; null: never. */
  get stateTtlMs(): number | null {
    const given = this.#given.get(stateTtlKey);
    return given === undefined ? null : parseDuration(given) || null;
  }

  /** Sources of changes may tell the same change twice. */
  get eventsMayRepeat(): boolean {
    return this.#given.get('table.exec.source.cdc-events-duplicate')?.toLowerCase() === 'true';
  }

  /** After so long without rows nobody waits for an input, in milliseconds; null: it is always waited for. */
  get idleAfterMs(): number | null {
    const given = this.#given.get(idleTimeoutKey);
    return given === undefined ? null : parseDuration(given) || null;
  }

  /** A plan has one runtime mode and one time zone: from now on they cannot change. */
  markUsed(): void {
    this.#used = true;
  }

  set(pair: OptionPair, report: Report): void {
    const {key, value} = pair;
    if (this.#isTooLate(key, this.#given.get(key), value, pair.keySpan, report)) return;
    if (key === runtimeModeKey && !runtimeModes.some(mode => mode === value.toLowerCase())) {
      report.error('wrong-setting', pair.valueSpan, `"${value}" is no runtime mode`, {detail: listed('modes', runtimeModes)});
      return;
    }
    if (key === timeZoneKey && !isTimeZone(value)) {
      report.error('wrong-setting', pair.valueSpan, `"${value}" is no time zone`, {hint: "write a name such as 'Europe/Berlin', or 'UTC'"});
      return;
    }
    if ((key === idleTimeoutKey || key === stateTtlKey) && parseDuration(value) === null) {
      report.error('wrong-setting', pair.valueSpan, `"${value}" is no length of time`, {hint: "write '30 s' or '5 min'"});
      return;
    }
    if (key === 'table.sql-dialect' && value.toLowerCase() !== 'default') {
      report.error('wrong-setting', pair.valueSpan, `SQL dialect "${value}" is not supported`, {hint: "the only one is 'default'"});
      return;
    }
    if (key === 'table.exec.legacy-cast-behaviour' && value.toUpperCase() !== 'DISABLED') {
      report.notSupported('the legacy behaviour of CAST', pair.valueSpan, 'write TRY_CAST where a cast may fail');
      return;
    }
    const wanted = wordSettings.get(key);
    if (wanted !== undefined && !wanted.words.includes(value.toUpperCase())) {
      report.error('wrong-setting', pair.valueSpan, `"${value}" is no way to treat ${wanted.about}`, {
        detail: listed('ways', wanted.words),
      });
      return;
    }
    this.#given.set(key, key === runtimeModeKey ? value.toLowerCase() : value);
    if (report.spanOf(pair.keySpan) !== null) this.#placed.set(key, {key, span: pair.keySpan, report});
    this.#warn(pair, report);
  }

  /** Without a key: all of them. */
  reset(key: string | null, span: Span, report: Report): void {
    for (const given of key === null ? [...this.#given.keys()] : [key]) {
      if (this.#isTooLate(given, this.#given.get(given), undefined, span, report)) continue;
      this.#given.delete(given);
      this.#placed.delete(given);
    }
  }

  #isTooLate(key: string, before: string | undefined, after: string | undefined, span: Span, report: Report): boolean {
    if (!this.#used || before === after || (key !== runtimeModeKey && key !== timeZoneKey)) return false;
    report.error('late-setting', span, `"${key}" cannot change after a query that was planned with it`, {
      detail: 'all queries of a script run as one job, with one runtime mode and one time zone',
      hint: 'set it before the first INSERT or SELECT',
    });
    return true;
  }

  /** Once a key: a setting that does nothing should not look as if it did. */
  #warn({key, keySpan}: OptionPair, report: Report): void {
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    const effect = sessionOptions.get(key);
    if (effect === undefined) {
      const near = nearest(key, sessionOptions.keys());
      report.warning(
        'unknown-setting',
        keySpan,
        `setting "${key}" is not known, so it has no effect`,
        near === null ? {} : {hint: `did you mean "${near}"?`},
      );
    } else if (effect === noEffect) {
      report.warning('no-effect', keySpan, `setting "${key}" has no effect here`);
    }
  }
}
