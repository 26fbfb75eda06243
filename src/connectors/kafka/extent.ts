import {parseDuration} from '../../base/quantity.ts';
import type {Problem} from '../../base/problem.ts';
import type {ConnectorTable} from '../define.ts';
import {invalid} from '../options.ts';

/** A place in every partition of a topic. */
export type Place =
  | {readonly kind: 'beginning' | 'end'}
  /** Where the group has come to. `otherwise`: of partitions in which it was never. */
  | {readonly kind: 'group'; readonly otherwise: 'beginning' | 'end' | 'refused'}
  /** The first message that is not older. */
  | {readonly kind: 'time'; readonly atMs: number}
  /** So many messages before the end. */
  | {readonly kind: 'last'; readonly count: number}
  | {readonly kind: 'offsets'; readonly offsets: ReadonlyMap<number, number>};

/** Where reading begins, and where it ends: null where it goes on for ever. */
export interface Extent {
  readonly start: Place;
  readonly stop: Place | null;
}

/** Offsets that Flink writes as `partition:0,offset:42;partition:1,offset:300`. Null: it is no such text. */
export function parseOffsets(text: string): ReadonlyMap<number, number> | null {
  const offsets = new Map<number, number>();
  for (const part of text.split(';')) {
    const match = /^\s*partition\s*:\s*(\d{1,9})\s*,\s*offset\s*:\s*(\d{1,15})\s*$/.exec(part);
    if (match === null) return null;
    offsets.set(Number(match[1]), Number(match[2]));
  }
  return offsets;
}

/** What options say of beginning and end, checked before by `extentProblems`. */
export function extentOf({options}: ConnectorTable): Extent {
  const mode = options.get('scan.startup.mode') ?? 'group-offsets';
  const bounded = options.get('scan.bounded.mode') ?? 'unbounded';
  return {
    start: placeOf(mode, 'scan.startup', options),
    stop: bounded === 'unbounded' ? null : placeOf(bounded, 'scan.bounded', options),
  };
}

function placeOf(mode: string, of: string, options: ReadonlyMap<string, string>): Place {
  switch (mode) {
    case 'earliest-offset':
      return {kind: 'beginning'};
    case 'latest-offset':
      return {kind: 'end'};
    case 'timestamp':
      return {kind: 'time', atMs: Number(options.get(`${of}.timestamp-millis`))};
    case 'specific-offsets':
      return {kind: 'offsets', offsets: parseOffsets(options.get(`${of}.specific-offsets`) ?? '') ?? new Map()};
    case 'last-messages':
      return {kind: 'last', count: Number(options.get(`${of}.message-count`))};
    default: {
      const reset = options.get('properties.auto.offset.reset')?.trim().toLowerCase();
      const otherwise =
        reset === 'earliest' || reset === 'smallest' ? 'beginning' : reset === 'latest' || reset === 'largest' ? 'end' : 'refused';
      return {kind: 'group', otherwise: of === 'scan.bounded' ? 'end' : otherwise};
    }
  }
}

export function extentProblems(table: ConnectorTable): readonly Problem[] {
  const {options} = table;
  const problems: Problem[] = [];
  for (const of of ['scan.startup', 'scan.bounded']) {
    const mode = options.get(`${of}.mode`);
    const needs = new Map([
      ['timestamp', `${of}.timestamp-millis`],
      ['specific-offsets', `${of}.specific-offsets`],
      ['last-messages', `${of}.message-count`],
    ]);
    for (const [wanting, option] of needs) {
      if (mode === wanting && !options.has(option)) {
        problems.push(invalid('missing-option', `"${of}.mode" = '${mode}' needs option "${option}"`, `add '${option}' = '…'`));
      } else if (mode !== wanting && options.has(option)) {
        problems.push(
          invalid('contradiction', `option "${option}" is for "${of}.mode" = '${wanting}' only`, `leave it out, or change the mode`),
        );
      }
    }
    const specific = options.get(`${of}.specific-offsets`);
    if (specific !== undefined && parseOffsets(specific) === null) {
      problems.push(
        invalid(
          'bad-option',
          `option "${of}.specific-offsets" cannot be "${specific}"`,
          `write 'partition:0,offset:42;partition:1,offset:300'`,
        ),
      );
    }
    if (mode === 'specific-offsets' && (listOf(options.get('topic')).length !== 1 || options.has('topic-pattern'))) {
      problems.push(invalid('contradiction', `"${of}.mode" = 'specific-offsets' is for a table of one topic`, `name one topic in "topic"`));
    }
  }
  return problems;
}

/** `a;b`. */
export function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(/[;,]/)
    .map(name => name.trim())
    .filter(name => name !== '');
}

/** How often new partitions are looked for; null: never. */
export function discoveryMs({options}: ConnectorTable): number | null {
  const text = options.get('scan.topic-partition-discovery.interval');
  const interval = text === undefined ? 0 : (parseDuration(text) ?? 0);
  return interval > 0 ? interval : null;
}
