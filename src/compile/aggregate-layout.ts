import {assert} from '../base/problem.ts';
import type {AggregateCall, Expr} from '../plan/expression.ts';
import {expressionKey} from '../plan/expression-walk.ts';
import type {NodeOf} from '../plan/nodes/index.ts';
import {GroupExpiry, groupExpirySlots} from '../state/group-expiry.ts';
import {GroupTable} from '../state/group-table.ts';
import {type KeyKind, keyKindOf} from '../state/key-cells.ts';
import type {SavedState} from '../state/image.ts';
import type {Slot} from '../state/row-store.ts';
import {ValueLog} from '../state/value-log.ts';
import type {Value} from '../types/value.ts';
import {type AggregateSession, groupEvaluator} from './aggregate-by-definition.ts';
import {isFloating} from './expression-range.ts';

/**
 * What an aggregate keeps for a group: slots, shared by calls that need the same. A feed is what slots are updated with: the rows that pass one FILTER, with
 * one list of arguments of which none is NULL, each row or each distinct value once.
 */
export interface Feed {
  readonly filter: Expr | null;
  readonly args: readonly Expr[];
  readonly slots: FeedSlot[];
  /** The values seen, for DISTINCT, and for MIN and MAX over rows that may be taken back. Null where each row counts by itself. */
  readonly bag: Bag | null;
  /** Every row that came, NULLs among its arguments too: for calls that are computed by their definition. */
  readonly log: ValueLog | null;
}

export interface Bag {
  /** Rows by (group, arguments). */
  readonly table: GroupTable;
  /** How often each value is there for this feed: its cell. Null where a value only ever comes, and only for one feed: then it is there or not. */
  readonly countOffset: number | null;
  /** The same for other feeds of the same arguments under other filters, which share the rows. */
  readonly otherCounts: readonly number[];
  /** Where all values of a group must be found: the cells of the links between them, and of the first link in the group's own row. */
  readonly links: {readonly head: number; readonly next: number; readonly before: number} | null;
}

export type SlotRole = 'count' | 'sum' | 'floatSum' | 'least' | 'greatest' | 'firstEntry' | 'lastEntry';

export interface FeedSlot {
  readonly role: SlotRole;
  /** How the argument stands in state. */
  readonly kind: KeyKind;
  /** Its cell within the group's row. */
  offset: number;
}

/** Where a call's result comes from: cells of the slots within the group's row. */
export interface CallSlots {
  readonly call: AggregateCall;
  readonly main: FeedSlot;
  /** How many values there are, where that decides on NULL or divides. */
  readonly count: FeedSlot | null;
  /** The result by the call's definition, where it has no code. */
  readonly evaluate: ((page: Float64Array, cell: number) => Value) | null;
}

export interface AggregateLayout {
  readonly table: GroupTable;
  readonly feeds: readonly Feed[];
  readonly calls: readonly CallSlots[];
  /** How many rows the group has, where rows may be taken back: a group without rows is no more. */
  readonly rows: FeedSlot | null;
  readonly retracts: boolean;
  /** Where groups are forgotten after some time. */
  readonly expiry: {readonly groups: GroupExpiry; readonly id: number} | null;
  readonly session: AggregateSession;
}

/** The aggregates that have code of their own; all others are computed by their definition. */
const withCode: ReadonlySet<string> = new Set(['COUNT', 'SUM', 'AVG', 'MIN', 'MAX']);

/** What of its rows a feed keeps: nothing, the values seen, or everything. */
type Keeps = 'nothing' | 'values' | 'rows';

interface Draft {
  readonly key: string;
  readonly filter: Expr | null;
  readonly args: readonly Expr[];
  readonly keeps: Keeps;
  readonly slots: FeedSlot[];
}

const initialCell: {readonly [R in SlotRole]: {readonly [K in KeyKind]: Slot}} = {
  count: allKinds({kind: 'number', initial: 0}),
  firstEntry: allKinds({kind: 'number', initial: 0}),
  lastEntry: allKinds({kind: 'number', initial: 0}),
  sum: allKinds({kind: 'code', initial: Number.NaN}),
  floatSum: allKinds({kind: 'number', initial: 0}),
  least: {exact: {kind: 'code', initial: Number.NaN}, float: {kind: 'number', initial: Number.NaN}, text: {kind: 'text', initial: -1}},
  greatest: {exact: {kind: 'code', initial: Number.NaN}, float: {kind: 'number', initial: -Infinity}, text: {kind: 'text', initial: -1}},
};

function allKinds(slot: Slot): {readonly [K in KeyKind]: Slot} {
  return {exact: slot, float: slot, text: slot};
}

/** Lays out the state of an aggregate. `retracts`: its input takes rows back. */
export function layOut(
  node: Pick<NodeOf<'aggregate'>, 'keys' | 'calls' | 'emit' | 'ttlMs'>,
  retracts: boolean,
  session: AggregateSession,
): AggregateLayout {
  const drafts: Draft[] = [];
  const rows = retracts ? slotOf(draftOf(drafts, null, [], 'nothing'), 'count', 'exact') : null;
  const placed = node.calls.map(call => callSlots(call, drafts, retracts));
  const slots: Slot[] = [];
  const owners: (FeedSlot | null)[] = [];
  for (const draft of drafts) {
    for (const slot of draft.slots) {
      slots.push(initialCell[slot.role][slot.kind]);
      owners.push(slot);
    }
  }
  const walked = drafts.filter(draft => draft.keeps === 'values' && retracts && isWalked(draft));
  for (const _ of walked) {
    slots.push({kind: 'number', initial: 0});
    owners.push(null);
  }
  const expirySlot = slots.length;
  if (node.ttlMs !== undefined) slots.push(...groupExpirySlots);
  // Results at the end of input come in the order of first sight, which the numbers of removed rows, given again, would spoil.
  const table = new GroupTable(
    node.keys.map(key => keyKindOf(key.type)),
    slots,
    node.emit === 'changes',
  );
  for (const [index, owner] of owners.entries()) if (owner !== null) owner.offset = table.slotOffsets[index] as number;
  let head = owners.length - walked.length;
  const shared = sharedBags(
    drafts.filter(draft => draft.keeps === 'values' && !walked.includes(draft)),
    table.reusesRows,
  );
  const feeds = drafts.map(draft => ({
    filter: draft.filter,
    args: draft.args,
    slots: draft.slots,
    log: draft.keeps === 'rows' ? logOf(draft, session) : null,
    bag:
      draft.keeps === 'values'
        ? (shared.get(draft) ??
          bagOf(draft, retracts, table.reusesRows, walked.includes(draft) ? (table.slotOffsets[head++] as number) : null))
        : null,
  }));
  const calls = placed.map(({draft, ...slots}) => {
    const log = draft === null ? null : (feeds[drafts.indexOf(draft)]?.log ?? null);
    return {...slots, evaluate: log === null ? null : groupEvaluator(slots.call, log, session)};
  });
  const expiry = node.ttlMs === undefined ? null : expiryOf(table, feeds, expirySlot, node.ttlMs, session);
  return {table, feeds, calls, rows, retracts, expiry, session};
}

function expiryOf(
  table: GroupTable,
  feeds: readonly Feed[],
  slot: number,
  ttlMs: number,
  session: AggregateSession,
): NonNullable<AggregateLayout['expiry']> {
  const cells = table.slotOffsets.slice(slot);
  const dependents = feeds.flatMap(({bag, log}) => [
    ...(bag === null ? [] : [{rows: bag.table, forget: null}]),
    ...(log === null ? [] : [{rows: null, forget: (page: Float64Array, cell: number): void => log.forget(page, cell)}]),
  ]);
  return {groups: new GroupExpiry(table, cells, dependents, ttlMs, session.clock), id: cells[0] as number};
}

function isWalked(draft: Draft): boolean {
  return draft.slots.some(slot => slot.role === 'least' || slot.role === 'greatest');
}

function bagOf(draft: Draft, retracts: boolean, reusesRows: boolean, headOffset: number | null): Bag {
  const slots: Slot[] = Array.from({length: headOffset !== null ? 3 : retracts ? 1 : 0}, () => ({kind: 'number', initial: 0}));
  const table = new GroupTable(['exact', ...draft.args.map(arg => keyKindOf(arg.type))], slots, reusesRows);
  return {
    table,
    countOffset: retracts ? (table.slotOffsets[0] as number) : null,
    otherCounts: [],
    links: headOffset === null ? null : {head: headOffset, next: table.slotOffsets[1] as number, before: table.slotOffsets[2] as number},
  };
}

/** `COUNT(DISTINCT x)` under several filters: the values are kept once, with a count for each. */
function sharedBags(drafts: readonly Draft[], reusesRows: boolean): ReadonlyMap<Draft, Bag> {
  const bags = new Map<Draft, Bag>();
  const groups = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const key = JSON.stringify(draft.args.map(expressionKey));
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [draft]);
    else known.push(draft);
  }
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const slots = group.map((): Slot => ({kind: 'number', initial: 0}));
    const table = new GroupTable(['exact', ...group[0]!.args.map(arg => keyKindOf(arg.type))], slots, reusesRows);
    for (const [index, draft] of group.entries()) {
      const otherCounts = table.slotOffsets.filter((_, other) => other !== index);
      bags.set(draft, {table, countOffset: table.slotOffsets[index] as number, otherCounts, links: null});
    }
  }
  return bags;
}

function logOf(draft: Draft, session: AggregateSession): ValueLog {
  const [first, last] = draft.slots as [FeedSlot, FeedSlot];
  return new ValueLog(
    session,
    draft.args.map(arg => arg.type),
    {first: first.offset, last: last.offset},
  );
}

function draftOf(drafts: Draft[], filter: Expr | null, args: readonly Expr[], keeps: Keeps): Draft {
  const key = JSON.stringify([filter === null ? null : expressionKey(filter), args.map(expressionKey), keeps]);
  const known = drafts.find(draft => draft.key === key);
  if (known !== undefined) return known;
  const draft: Draft = {key, filter, args, keeps, slots: []};
  drafts.push(draft);
  return draft;
}

function slotOf(draft: Draft, role: SlotRole, kind: KeyKind): FeedSlot {
  const known = draft.slots.find(slot => slot.role === role);
  if (known !== undefined) return known;
  const slot: FeedSlot = {role, kind, offset: 0};
  draft.slots.push(slot);
  return slot;
}

/** `draft`: the rows that the call is computed from, where it has no code. */
type PlacedCall = Omit<CallSlots, 'evaluate'> & {readonly draft: Draft | null};

function callSlots(call: AggregateCall, drafts: Draft[], retracts: boolean): PlacedCall {
  const [arg] = call.arguments;
  if (call.function === 'COUNT') {
    // A constant that is not NULL is there in every row.
    const args = call.distinct ? call.arguments : call.arguments.filter(each => each.kind !== 'literal' || each.value === null);
    const main = slotOf(draftOf(drafts, call.filter, args, call.distinct ? 'values' : 'nothing'), 'count', 'exact');
    return {call, main, count: null, draft: null};
  }
  if (!withCode.has(call.function)) {
    const draft = draftOf(drafts, call.filter, call.arguments, 'rows');
    const main = slotOf(draft, 'firstEntry', 'float');
    slotOf(draft, 'lastEntry', 'float');
    return {call, main, count: null, draft};
  }
  assert(arg !== undefined, `${call.function} has an argument`);
  const kind = keyKindOf(arg.type);
  if (call.function === 'MIN' || call.function === 'MAX') {
    const draft = draftOf(drafts, call.filter, [arg], retracts ? 'values' : 'nothing');
    const main = slotOf(draft, call.function === 'MIN' ? 'least' : 'greatest', kind);
    return {call, main, count: kind === 'float' ? slotOf(draft, 'count', 'exact') : null, draft: null};
  }
  const draft = draftOf(drafts, call.filter, [arg], call.distinct ? 'values' : 'nothing');
  const main = slotOf(draft, isFloating(arg.type) ? 'floatSum' : 'sum', kind);
  const isCounted = call.function === 'AVG' || isFloating(arg.type) || retracts;
  return {call, main, count: isCounted ? slotOf(draft, 'count', 'exact') : null, draft: null};
}

/** All state of an aggregate, in the order in which it is saved. */
export function statesOf(layout: AggregateLayout): readonly SavedState[] {
  return [
    layout.table,
    ...(layout.expiry === null ? [] : [layout.expiry.groups]),
    ...new Set(layout.feeds.flatMap(({bag, log}) => [...(bag === null ? [] : [bag.table]), ...(log === null ? [] : [log.store])])),
  ];
}
