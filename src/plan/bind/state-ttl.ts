import {parseDuration} from '../../base/quantity.ts';
import type {Hint, Select} from '../../sql/ast.ts';
import type {JoinShape} from '../nodes/join.ts';
import type {BindContext} from './context.ts';
import type {BoundFrom} from './from.ts';
import type {ScopeRelation} from './scope.ts';
import type {Emit, Session} from './session.ts';

/** How long state is kept, by the names of what FROM reads: what the STATE_TTL hint of one SELECT says. */
export type StateTtls = ReadonlyMap<string, number>;

export const noTtls: StateTtls = new Map();

/** How long what a node keeps is kept. Only what gives changes is forgotten: at the end of input everything counts. */
export function keptFor(
  session: Session,
  emit: Emit = session.isFinal ? 'final' : 'changes',
  hintedMs: number | null = null,
): {readonly ttlMs?: number} {
  const ttlMs = hintedMs ?? session.settings.stateTtlMs;
  return ttlMs === null || emit === 'final' ? {} : {ttlMs};
}

/** The same for the rows of both sides of a join. A hint speaks of a side that is one table: what a join gives has no name. */
export function sidesKeptFor(
  session: Session,
  emit: Emit,
  hinted: StateTtls = noTtls,
  sides: readonly Pick<BoundFrom, 'relations'>[] = [],
): Pick<JoinShape, 'ttlMs'> {
  const [left = null, right = null] = sides.map(({relations}) =>
    relations.length === 1 ? (hinted.get(nameOf(relations[0]!)) ?? null) : null,
  );
  const ofAll = session.settings.stateTtlMs;
  const ttlMs = [left ?? ofAll, right ?? ofAll] as const;
  return emit === 'final' || (ttlMs[0] === null && ttlMs[1] === null) ? {} : {ttlMs};
}

function nameOf({path}: ScopeRelation): string {
  return path.at(-1) ?? '';
}

/** What the STATE_TTL hints of a SELECT say. */
export function hintedTtls(select: Select): StateTtls {
  const options = select.hints.filter(isTtl).flatMap(hint => hint.options);
  return new Map(
    options.flatMap(({key, value}) => {
      const ttlMs = parseDuration(value);
      return ttlMs === null ? [] : [[key, ttlMs] as const];
    }),
  );
}

function isTtl(hint: Hint): boolean {
  return hint.name.toUpperCase() === 'STATE_TTL';
}

/** How long a hint keeps the groups of a SELECT over one table; null: it says nothing. */
export function groupsKeptFor(select: Select): number | null {
  if (select.from?.kind === 'join') return null;
  const [ttlMs = null] = hintedTtls(select).values();
  return ttlMs;
}

/** Whether each STATE_TTL hint gives lengths of time, each for something that FROM reads. */
export function checkTtls(context: BindContext, select: Select, relations: readonly ScopeRelation[]): boolean {
  const names = new Set(relations.map(nameOf));
  const before = context.report.problems.length;
  for (const hint of select.hints.filter(isTtl)) {
    for (const {key, value, valueSpan} of hint.options) {
      if (parseDuration(value) === null) {
        context.report.error('wrong-setting', valueSpan, `"${value}" is no length of time`, {hint: "write '12 h' or '1 d'"});
      } else if (!names.has(key)) {
        context.report.warning('no-effect', valueSpan, `hint STATE_TTL names "${key}", which is nothing that FROM reads`, {
          hint: `the names are ${[...names].filter(name => name !== '').join(', ')}`,
        });
      }
    }
  }
  return !context.report.problems.slice(before).some(({severity}) => severity === 'error');
}
