import type {Expression, GroupItem, Select} from '../../sql/ast.ts';
import {bigintType, type Column, withNullable} from '../../types/sql-type.ts';
import type {AggregateCall, Expr} from '../expression.ts';
import {expressionKey, mapChildren} from '../expression-walk.ts';
import {isAggregateColumn} from './aggregate-calls.ts';
import type {BindContext} from './context.ts';
import {ExpressionBinder} from './expression.ts';
import {bindKey, type Group} from './group.ts';
import {nullLiteral} from './literal.ts';
import type {Scope} from './scope.ts';
import type {Output} from './select.ts';
import type {Session} from './session.ts';

/** What GROUP BY says: the different keys, and the sets of them by which rows are grouped, each by itself. Null: by all keys, once. */
export interface Grouping {
  readonly keys: readonly Expr[];
  readonly sets: readonly (readonly number[])[] | null;
}

/** So many sets at most: each row becomes as many rows. */
const mostSets = 1024;

/** The keys of GROUP BY, over the input's columns, and their sets. Null after a problem was reported. */
export function bindGrouping(
  context: BindContext,
  select: Select,
  scope: Scope,
  output: readonly Output[] | null,
  aliases: ReadonlyMap<string, Expr>,
): Grouping | null {
  const binder = new ExpressionBinder(context, {scope, aggregates: null, clause: 'GROUP BY'});
  const keys: Expr[] = [];
  const indexes = new Map<string, number>();
  let isWhole = true;
  const keyIndex = (expression: Expression): number => {
    const key = bindKey(binder, expression, output, aliases);
    if (key === null) {
      isWhole = false;
      return 0;
    }
    const known = indexes.get(expressionKey(key));
    if (known !== undefined) return known;
    indexes.set(expressionKey(key), keys.length);
    return keys.push(key) - 1;
  };
  let sets: readonly (readonly number[])[] = [[]];
  for (const item of select.groupBy) {
    const own = setsOf(item, keyIndex);
    if (own === null || own.length * sets.length > mostSets) {
      return context.report.error('too-many-sets', item.span, `GROUP BY asks for more than ${mostSets} sets of keys`, {
        hint: 'name the sets that are needed: GROUPING SETS ((a, b), (a), ())',
      });
    }
    sets = sets.flatMap(before => own.map(next => [...new Set([...before, ...next])]));
  }
  if (!isWhole) return null;
  const [only] = sets;
  return {keys, sets: sets.length === 1 && only!.length === keys.length ? null : sets};
}

/** Null: too many. */
function setsOf(item: GroupItem, keyIndex: (expression: Expression) => number): readonly (readonly number[])[] | null {
  switch (item.kind) {
    case 'expression':
      return [[keyIndex(item.expression)]];
    case 'set':
      return [item.expressions.map(keyIndex)];
    case 'grouping-sets': {
      const sets = item.items.map(inner => setsOf(inner, keyIndex));
      return sets.includes(null) ? null : sets.flatMap(inner => inner!);
    }
    case 'rollup':
    case 'cube': {
      const units = item.items.map(inner => setsOf(inner, keyIndex)?.[0] ?? []);
      if (item.kind === 'rollup') return units.map((_, index) => units.slice(0, units.length - index).flat()).concat([[]]);
      return units.length > Math.log2(mostSets) ? null : subsets(units);
    }
  }
}

/** All choices of units, the fullest first. */
function subsets(units: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const [first, ...rest] = units;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without.map(set => [...first, ...set]), ...without];
}

/** A SELECT on its way: what it is grouped by, over which node, and its expressions before they are lifted above the groups. */
export interface GroupedSelect {
  readonly node: number;
  readonly group: Group;
  readonly expressions: readonly Expr[];
}

/**
 * Puts the sets of keys below the group: each row once for every set, with NULL for the keys that are not in it, grouped by the set's number too. GROUPING
 * becomes a key. Null after a problem was reported.
 */
export function withSets(session: Session, context: BindContext, given: GroupedSelect, sets: Grouping['sets']): GroupedSelect | null {
  const {group} = given;
  const groupings = group.calls.filter(isGrouping);
  if (sets === null && groupings.length === 0) return given;
  const calls = group.calls.filter(call => !isGrouping(call));
  const masks = groupings.map(call =>
    call.arguments.map(argument => group.keys.findIndex(key => expressionKey(key) === expressionKey(argument))),
  );
  const unknown = masks.findIndex(mask => mask.includes(-1));
  if (unknown !== -1) {
    const argument = groupings[unknown]!.arguments[masks[unknown]!.indexOf(-1)]!;
    return context.report.error('not-grouped', argument.span ?? group.span, 'GROUPING asks about something that is not in GROUP BY');
  }
  const moved = (position: (call: number) => Expr, key: (index: number) => Expr | null): readonly Expr[] =>
    given.expressions.map(expression => replaced(expression, group, position, key));
  const callColumn = (call: number): Expr => ({
    kind: 'column',
    index: -1 - calls.indexOf(group.calls[call]!),
    type: group.calls[call]!.type,
    span: null,
  });
  if (sets === null) {
    const zero: Expr = {kind: 'literal', value: 0n, type: withNullable(bigintType, false), span: null};
    const expressions = moved(
      call => (isGrouping(group.calls[call]!) ? zero : callColumn(call)),
      () => null,
    );
    return {...given, group: {...group, calls}, expressions};
  }
  const expanded = expandedInput(session, given, sets, masks);
  const columnAt = (index: number): Expr => ({
    kind: 'column',
    index,
    type: session.builder.schema(expanded.node).columns[index]!.type,
    span: null,
  });
  const groupingColumn = (call: number): Expr => columnAt(expanded.firstKey + group.keys.length + groupings.indexOf(group.calls[call]!));
  const expressions = moved(
    call => (isGrouping(group.calls[call]!) ? groupingColumn(call) : callColumn(call)),
    index => columnAt(expanded.firstKey + index),
  );
  const keys = [...group.keys, ...groupings, null].map((_, index) => columnAt(expanded.firstKey + index));
  return {node: expanded.node, group: {...group, keys, calls}, expressions};
}

function isGrouping(call: AggregateCall): boolean {
  return call.function === 'GROUPING';
}

/** The columns of the input, then the keys (some NULL), what each GROUPING gives, and the number of the set. */
function expandedInput(
  session: Session,
  {node, group}: GroupedSelect,
  sets: readonly (readonly number[])[],
  masks: readonly (readonly number[])[],
): {readonly node: number; readonly firstKey: number} {
  const {builder} = session;
  const below = builder.schema(node).columns;
  const columns = below.map(({type}, index): Expr => ({kind: 'column', index, type, span: null}));
  const keyNames = group.keys.map((key, index) => (key.kind === 'column' ? below[key.index]!.name : `key${index}`));
  const computed = group.keys.flatMap((key, index) => (key.kind === 'column' ? [] : [{key, name: keyNames[index]!}]));
  const keyed =
    computed.length === 0
      ? node
      : builder.add(
          {kind: 'project', input: node, expressions: [...columns, ...computed.map(({key}) => key)]},
          {schema: {columns: [...below, ...computed.map(({key, name}) => ({name, type: key.type}))]}},
        );
  const keyColumns = group.keys.map((key): Expr => {
    if (key.kind === 'column') return {...key, span: null};
    return {kind: 'column', index: below.length + computed.findIndex(found => found.key === key), type: key.type, span: null};
  });
  const counted = withNullable(bigintType, false);
  const number = (value: number): Expr => ({kind: 'literal', value: BigInt(value), type: counted, span: null});
  const lists = sets.map((set, position) => [
    ...columns,
    ...keyColumns.map((key, index) => (set.includes(index) ? key : nullLiteral(withNullable(key.type, true), null))),
    ...masks.map(mask => number(mask.length === 0 ? repeatsBefore(sets, position) : bitsOf(mask, set))),
    number(position),
  ]);
  const isAlways = (key: number): boolean => sets.every(set => set.includes(key));
  const added: readonly Column[] = [
    ...group.keys.map(({type}, index) => ({name: keyNames[index]!, type: isAlways(index) ? type : withNullable(type, true)})),
    ...masks.map((_, index) => ({name: `grouping${index}`, type: counted})),
    {name: 'set', type: counted},
  ];
  return {node: builder.add({kind: 'expand', input: keyed, lists}, {schema: {columns: [...below, ...added]}}), firstKey: below.length};
}

/** How many equal sets stand before one. */
function repeatsBefore(sets: readonly (readonly number[])[], position: number): number {
  const same = (set: readonly number[]): string => [...set].sort((a, b) => a - b).join(' ');
  return sets.slice(0, position).filter(set => same(set) === same(sets[position]!)).length;
}

/** A bit for each key, the first one the highest: 1 where it is not in the set. */
function bitsOf(mask: readonly number[], set: readonly number[]): number {
  return mask.reduce((bits, key) => bits * 2 + (set.includes(key) ? 0 : 1), 0);
}

/**
 * The expression with each call's column and each key replaced. What is computed from a key that may be NULL now may be NULL itself.
 */
function replaced(expression: Expr, group: Group, call: (index: number) => Expr, key: (index: number) => Expr | null): Expr {
  const wanted = expressionKey(expression);
  const known = group.keys.findIndex(candidate => expressionKey(candidate) === wanted);
  const column = known === -1 ? null : key(known);
  if (column !== null) return {...column, span: expression.span};
  if (isAggregateColumn(expression) && expression.kind === 'column') return {...call(-1 - expression.index), span: expression.span};
  let isWidened = false;
  const mapped = mapChildren(expression, child => {
    const found = replaced(child, group, call, key);
    isWidened ||= found.type.nullable && !child.type.nullable;
    return found;
  });
  return isWidened ? {...mapped, type: withNullable(mapped.type, true)} : mapped;
}
