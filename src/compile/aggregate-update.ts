import {type Js, js} from '../code/js.ts';
import {addExact, improveExact, improveText, updateWide} from './accumulate.ts';
import type {AggregateLayout, Feed, FeedSlot} from './aggregate-layout.ts';
import type {ColumnSource, RowShape} from './columns.ts';
import {type Cell, presence} from './cell.ts';
import {isTrue} from './filter.ts';
import {doubtless, keyColumn, keyOfColumn, isCanonical, probe, type ProbedRow} from './group-probe.ts';
import type {SegmentWriter} from './segment-writer.ts';
import type {ValueLog} from '../state/value-log.ts';
import {ValueLists} from './value-bag.ts';

const greatest = Number.MAX_SAFE_INTEGER;

/** One argument of a feed: a column, or code that is right for every row. */
type Arg = {readonly column: ColumnSource; readonly cell: null} | {readonly column: null; readonly cell: Cell};

interface PreparedFeed {
  readonly feed: Feed;
  /** That the row passes the FILTER, or null: all do. */
  readonly passes: Js | null;
  readonly args: readonly Arg[];
}

/** So many feeds are updated in the loop itself; more go into functions of their own, which V8 still optimises. */
const feedsInLoop = 30;

/**
 * Computes the arguments of all feeds, before anything is changed: a row that is rejected leaves no trace. Gives what writes the updates of a group's row;
 * `sign` is 1 or -1 where rows may be taken back, null where they only come.
 */
export function prepareFeeds(
  segment: SegmentWriter,
  layout: AggregateLayout,
  input: RowShape,
): (group: ProbedRow, sign: Js | null) => void {
  const {feeds} = layout;
  if (feeds.length <= feedsInLoop) {
    const prepared = feeds.map(feed => prepareFeed(segment, feed, input));
    return (group, sign) => {
      for (const feed of prepared) updateFeed(segment, layout, feed, group, sign);
    };
  }
  const parts: FeedColumns[][] = [];
  for (let start = 0; start < feeds.length; start += feedsInLoop) {
    const part: FeedColumns[] = [];
    const name = segment.part(() => {
      for (const feed of feeds.slice(start, start + feedsInLoop)) part.push(computeFeed(segment, feed, input));
    });
    segment.writer.line(js`if (!${name}(row)) ${segment.leave}`);
    parts.push(part);
  }
  return (group, sign) => {
    for (const part of parts) {
      const name = segment.writer.name('update');
      segment.function(js`function ${name}(row, group, page, cell, sign)`, () => {
        const inside: ProbedRow = {row: js`group`, page: js`page`, cell: js`cell`, isFresh: js`false`};
        for (const columns of part) updateFeed(segment, layout, fromColumns(segment, columns), inside, sign === null ? null : js`sign`);
      });
      segment.writer.line(js`${name}(row, ${group.row}, ${group.page}, ${group.cell}, ${sign ?? 1});`);
    }
  };
}

/** A feed whose filter and arguments have been put into columns. */
interface FeedColumns {
  readonly feed: Feed;
  readonly filter: ColumnSource | null;
  readonly args: readonly ColumnSource[];
}

function computeFeed(segment: SegmentWriter, feed: Feed, input: RowShape): FeedColumns {
  const compute = (): readonly ColumnSource[] => feed.args.map(arg => keyColumn(segment, arg, input.columns, 'an argument'));
  if (feed.filter === null) return {feed, filter: null, args: compute()};
  const filter = keyColumn(segment, feed.filter, input.columns, 'a filter');
  let args: readonly ColumnSource[] = [];
  segment.block(js`if (${segment.tag(filter)} === 0 && ${segment.value(filter)} === 1)`, () => void (args = compute()));
  return {feed, filter, args};
}

function fromColumns(segment: SegmentWriter, {feed, filter, args}: FeedColumns): PreparedFeed {
  const passes = filter === null ? null : js`${segment.tag(filter)} === 0 && ${segment.value(filter)} === 1`;
  return {feed, passes, args: args.map(column => ({column, cell: null}))};
}

function prepareFeed(segment: SegmentWriter, feed: Feed, input: RowShape): PreparedFeed {
  const passes = feed.filter === null ? null : segment.writer.const('passes', isTrue(segment, feed.filter, input));
  const args: Arg[] = [];
  const compute = (): void => {
    for (const arg of feed.args) {
      const cell = arg.kind === 'column' || feed.bag !== null || feed.log !== null ? null : doubtless(segment, arg, input.columns);
      const mayUseCell = cell !== null && isCanonical(arg);
      args.push(mayUseCell ? {column: null, cell} : {column: keyColumn(segment, arg, input.columns, 'an argument'), cell: null});
    }
  };
  const isPlain = feed.args.every(arg => arg.kind === 'column' && isCanonical(arg));
  // Cells read inside of a block are not seen behind it, so only what must not run for other rows goes into one.
  if (passes === null || isPlain) compute();
  else {
    segment.block(js`if (${passes})`, () => {
      for (const arg of feed.args) args.push({column: keyColumn(segment, arg, input.columns, 'an argument'), cell: null});
    });
  }
  return {feed, passes, args};
}

/** Updates a feed's slots in a group's row. `sign` is 1, or a name that is 1 or -1 where rows may be taken back. */
function updateFeed(segment: SegmentWriter, layout: AggregateLayout, prepared: PreparedFeed, group: ProbedRow, sign: Js | null): void {
  const {feed, passes, args} = prepared;
  if (feed.log !== null) return updateLog(segment, feed.log, prepared, group, sign);
  const present = args.map(presentCode.bind(null, segment)).reduce<Js | null>((left, right) => and(left, right), null);
  const whenHolds = (condition: Js | null, update: () => void): void => {
    if (condition === null) update();
    else segment.block(js`if (${condition})`, update);
  };
  const wide = feed.bag === null ? wideColumn(prepared) : null;
  if (wide === null) {
    whenHolds(and(passes, present), () => {
      if (feed.bag === null) updateSlots(segment, layout, prepared, group, sign);
      else updateBag(segment, layout, prepared, group, sign);
    });
    return;
  }
  whenHolds(passes, () => {
    segment.block(js`if (${segment.tag(wide)} === 0)`, () => updateSlots(segment, layout, prepared, group, sign));
    updateWideSlots(segment, layout, prepared, wide, group, sign);
  });
}

/** Adds a row to the log of its group, or takes one that is the same out of it. */
function updateLog(segment: SegmentWriter, log: ValueLog, {passes, args}: PreparedFeed, group: ProbedRow, sign: Js | null): void {
  const vectors = args.map(arg => (arg.column as ColumnSource).vector);
  const change = (page: Float64Array, cell: number, row: number, times: number): void => {
    if (times > 0) log.add(page, cell, vectors, row);
    else log.remove(page, cell, vectors, row);
  };
  const name = segment.writer.bind('log', change, 'everything that came to the group');
  segment.writer.line(js`${passes === null ? js`` : js`if (${passes}) `}${name}(${group.page}, ${group.cell}, row, ${sign ?? 1});`);
}

/** The column of a feed's values, where they may be integers beyond 2^53. */
function wideColumn({feed, args}: PreparedFeed): ColumnSource | null {
  const column = args[0]?.column ?? null;
  return column?.vector.physical === 'integer' && feed.slots.some(slot => slot.role !== 'count') ? column : null;
}

function updateWideSlots(
  segment: SegmentWriter,
  layout: AggregateLayout,
  prepared: PreparedFeed,
  column: ColumnSource,
  group: ProbedRow,
  sign: Js | null,
): void {
  const {writer} = segment;
  const update = writer.bind('updateWide', updateWide(layout.table, segment.memory, column, prepared.feed.slots), column.title);
  writer.line(js`else if (${segment.tag(column)} === 4) ${update}(${group.page}, ${group.cell}, row, ${sign ?? 1});`);
}

function and(left: Js | null, right: Js | null): Js | null {
  return left === null ? right : right === null ? left : js`${left} && ${right}`;
}

/** That an argument is not NULL. */
function presentCode(segment: SegmentWriter, arg: Arg): Js | null {
  if (arg.cell !== null) return presence(arg.cell);
  const {column} = arg;
  return column.type.nullable ? js`!(${segment.tag(column)} & 1)` : null;
}

function updateSlots(segment: SegmentWriter, layout: AggregateLayout, prepared: PreparedFeed, group: ProbedRow, sign: Js | null): void {
  const {feed, args} = prepared;
  const [arg] = args;
  const needsValue = feed.slots.some(slot => slot.role !== 'count');
  if (arg === undefined || !needsValue) {
    for (const slot of feed.slots) updateSlot(segment, layout, slot, null, group, sign);
    return;
  }
  for (const slot of feed.slots) updateSlot(segment, layout, slot, arg, group, sign);
}

function numberOf(segment: SegmentWriter, arg: Arg): Js {
  if (arg.column !== null) return segment.value(arg.column);
  if (arg.cell.kind === 'number') return arg.cell.value;
  return arg.cell.kind === 'condition' ? js`(${arg.cell.isTrue} ? 1 : 0)` : js`0`;
}

function updateSlot(
  segment: SegmentWriter,
  layout: AggregateLayout,
  slot: FeedSlot,
  arg: Arg | null,
  group: ProbedRow,
  sign: Js | null,
): void {
  const {writer} = segment;
  const cell = js`${group.cell} + ${slot.offset}`;
  const place = js`${group.page}[${cell}]`;
  if (slot.role === 'count') return writer.line(sign === null ? js`${place}++;` : js`${place} += ${sign};`);
  if (arg === null) return;
  if (slot.role === 'least' || slot.role === 'greatest') return updateExtreme(segment, layout, slot, arg, group);
  const value = sign === null ? numberOf(segment, arg) : js`${sign} * ${numberOf(segment, arg)}`;
  if (slot.role === 'floatSum') return writer.line(js`${place} += ${value};`);
  const total = writer.const('total', js`${place} + ${value}`);
  const add = writer.bind('addExact', addExact(layout.table), 'a sum beyond 2^53');
  writer.line(js`if (Math.abs(${total}) <= ${greatest}) ${place} = ${total};`);
  writer.line(js`else if (${isFirstExact(place, value)}) ${place} = ${value} + 0;`);
  writer.line(js`else ${add}(${group.page}, ${cell}, ${value});`);
}

/** No value was there yet, and this one stands for itself. Inline, because each new group comes here. */
function isFirstExact(place: Js, value: Js): Js {
  return js`${place} !== ${place} && Math.abs(${value}) <= ${greatest}`;
}

/** Where rows may be taken back, only those that come are seen here; see `updateBag`. */
function updateExtreme(segment: SegmentWriter, layout: AggregateLayout, slot: FeedSlot, arg: Arg, group: ProbedRow): void {
  const {writer, memory} = segment;
  const wantsGreater = slot.role === 'greatest';
  const cell = js`${group.cell} + ${slot.offset}`;
  const place = js`${group.page}[${cell}]`;
  if (slot.kind === 'text') {
    const column = arg.column;
    const text = arg.cell?.kind === 'text' ? arg.cell : null;
    const pointer = column === null ? (text?.pointer ?? js`0`) : segment.pointer(column);
    const length = column === null ? (text?.length ?? js`0`) : segment.length(column);
    const improve = writer.bind('improveText', improveText(layout.table, memory, wantsGreater), 'the least or greatest text');
    return writer.line(js`${improve}(${group.page}, ${cell}, ${pointer}, ${length});`);
  }
  const value = numberOf(segment, arg);
  if (slot.kind === 'float') {
    // NaN is the greatest number; a least value begins as NaN, a greatest as -Infinity.
    const isBetter = wantsGreater ? js`${value} > ${place} || ${value} !== ${value}` : js`${value} < ${place} || ${place} !== ${place}`;
    return writer.line(js`if (${isBetter}) ${place} = ${value};`);
  }
  const improve = writer.bind('improve', improveExact(layout.table, wantsGreater), 'one beyond 2^53 before');
  writer.line(js`if (${value} ${wantsGreater ? js`>` : js`<`} ${place}) ${place} = ${value};`);
  writer.line(js`else if (${isFirstExact(place, value)}) ${place} = ${value} + 0;`);
  writer.line(
    js`else if (!(${place} ${wantsGreater ? js`<=` : js`>=`} ${wantsGreater ? greatest : -greatest})) ${improve}(${group.page}, ${cell}, ${value});`,
  );
}

/** Each distinct value counts once: when it comes first, and when its last is taken back. */
function updateBag(segment: SegmentWriter, layout: AggregateLayout, prepared: PreparedFeed, group: ProbedRow, sign: Js | null): void {
  const {feed, args} = prepared;
  const {bag} = feed;
  if (bag === null) return;
  const {writer} = segment;
  const {table} = bag;
  const wide = wideColumn(prepared);
  const updateOnce = (slots: readonly FeedSlot[], by: Js | null): void => {
    const once = {...prepared, feed: {...feed, slots: [...slots]}};
    if (wide === null || wideColumn(once) === null) return updateSlots(segment, layout, once, group, by);
    segment.block(js`if (${segment.tag(wide)} === 0)`, () => updateSlots(segment, layout, once, group, by));
    updateWideSlots(segment, layout, once, wide, group, by);
  };
  const columns = args.map(arg => arg.column as ColumnSource);
  // Row numbers are given again, so what outlives its group goes by a number that is not.
  const owner = layout.expiry === null ? group.row : js`${group.page}[${group.cell} + ${layout.expiry.id}]`;
  const below = layout.expiry === null ? 2 ** 31 : Infinity;
  const keys = [{kind: 'exact', value: owner, below} as const, ...columns.map(column => keyOfColumn(segment, table, column))];
  const meaning = 'values seen in each group';
  if (bag.countOffset === null || sign === null) {
    const found = probe(segment, table, keys, {meaning, tellsFresh: bag.countOffset === null});
    if (bag.countOffset === null) return segment.block(js`if (${found.isFresh})`, () => updateOnce(feed.slots, null));
    const seen = js`${found.page}[${found.cell} + ${bag.countOffset}]`;
    segment.block(js`if (${seen} === 0)`, () => {
      writer.line(js`if (${found.page}[${found.cell}] === 0) ${writer.bind('table', table)}.markChanged(${found.row});`);
      writer.line(js`${seen} = 1;`);
      updateOnce(feed.slots, null);
    });
    return;
  }
  const label = writer.name('values');
  const {leave} = segment;
  writer.block(js`${label}:`, () => {
    segment.leave = js`break ${label};`;
    const found = probe(segment, table, keys, {meaning, leaveWhen: js`${sign} < 0`});
    segment.leave = leave;
    const name = writer.bind('table', table);
    const count = js`${found.page}[${found.cell} + ${bag.countOffset ?? 0}]`;
    writer.line(js`if (${found.page}[${found.cell}] === 0) ${name}.markChanged(${found.row});`);
    writer.line(js`${count} += ${sign};`);
    const lists =
      bag.links === null ? null : writer.bind('values', new ValueLists(layout.table, bag, bag.links, feed.slots), 'values of each group');
    segment.block(js`if (${sign} > 0 && ${count} === 1)`, () => {
      if (lists !== null) writer.line(js`${lists}.add(${group.page}, ${group.cell}, ${found.row});`);
      updateOnce(feed.slots, null);
    });
    segment.block(js`else if (${count} === 0)`, () => {
      const additive = feed.slots.filter(slot => slot.role !== 'least' && slot.role !== 'greatest');
      if (additive.length > 0) updateOnce(additive, sign);
      if (lists !== null) writer.line(js`${lists}.remove(${group.page}, ${group.cell}, ${found.row});`);
      else {
        const counts = bag.otherCounts.map(offset => js`${found.page}[${found.cell} + ${offset}] === 0`);
        const isLast = counts.reduce<Js | null>(and, null);
        writer.line(js`${isLast === null ? js`` : js`if (${isLast}) `}${name}.remove(${found.row});`);
      }
    });
  });
}
