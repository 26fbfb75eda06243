import type {CallExpression, Expression, FrameBound, Identifier, OrderItem, WindowSpec} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {all, find, get, only, type CallName, type Context} from './context.ts';
import {compound, identifier, other} from './names.ts';

/** A call of nothing yet: what every call has. */
export function plainCall(name: CallName): CallExpression {
  return {
    kind: 'call',
    ...name,
    bare: false,
    arguments: [],
    argumentNames: [],
    words: [],
    returning: null,
    distinct: false,
    withinGroup: [],
    filter: null,
    ignoreNulls: null,
    over: null,
  };
}

/** A call with positional arguments. */
export function callOf(name: CallName, args: readonly Expression[], words: readonly string[] = []): CallExpression {
  return {...plainCall(name), arguments: args, argumentNames: args.map(() => null), words};
}

/** A rule `callEnd`: arguments and what may follow them. Without it the function stands bare, as CURRENT_TIMESTAMP does. */
export function callEnd(context: Context, name: CallName, end: Branch | undefined): CallExpression {
  const call = plainCall(name);
  if (!end) return {...call, bare: true};
  return withClauses(context, {...call, ...argumentsOf(context, get(end, 'arguments'))}, end);
}

/** The clauses behind the arguments: IGNORE NULLS, WITHIN GROUP, FILTER, OVER. */
export function withClauses(context: Context, call: CallExpression, end: Branch): CallExpression {
  const treatment = find(end, 'nullTreatment');
  const within = find(end, 'within');
  const filter = find(end, 'filter');
  const over = find(end, 'over');
  const distinct = within && find(within, 'withinDistinct');
  if (distinct) context.unsupported('WITHIN DISTINCT', distinct, 'use DISTINCT inside the call');
  const group = within && find(within, 'withinGroup');
  if (group && call.withinGroup.length > 0)
    context.fault('two-orders', 'the order stands inside the call and in WITHIN GROUP', group, 'keep one of them');
  return {
    ...call,
    ignoreNulls: treatment ? context.has(treatment, 'IGNORE') : call.ignoreNulls,
    withinGroup: group ? context.build.orderBy(context, find(group, 'orderBy')) : call.withinGroup,
    filter: filter ? context.build.expression(context, get(filter, 'expression')) : null,
    over: over ? overOf(context, over) : null,
  };
}

/** A rule `arguments`. */
export function argumentsOf(context: Context, branch: Branch): Partial<CallExpression> {
  const list = find(branch, 'argumentList');
  if (!list) return {};
  const what = only(list);
  if (what.rule === 'star') return {arguments: [{kind: 'star', span: context.span(what), qualifier: null}], argumentNames: [null]};
  const quantifier = find(what, 'setQuantifier');
  const treatment = find(what, 'nullTreatment');
  const separator = find(what, 'separator');
  if (separator) context.unsupported('SEPARATOR', separator, "write LISTAGG(x, ',')");
  const names: (Identifier | null)[] = [];
  const values: Expression[] = [];
  for (const argument of all(what, 'argument')) {
    const named = find(argument, 'namedArgument');
    names.push(named ? identifier(context, get(named, 'name')) : null);
    values.push(argumentValue(context, only(get(named ?? argument, 'argumentValue'))));
  }
  return {
    arguments: values,
    argumentNames: names,
    distinct: quantifier !== undefined && context.word(quantifier) === 'DISTINCT',
    ignoreNulls: treatment ? context.has(treatment, 'IGNORE') : null,
    withinGroup: context.build.orderBy(context, find(what, 'orderBy')),
  };
}

function argumentValue(context: Context, branch: Branch): Expression {
  switch (branch.rule) {
    case 'expression':
      return context.build.expression(context, branch);
    case 'default':
      return other(context, branch, 'DEFAULT');
    case 'modelArgument':
      return other(context, branch, 'MODEL');
    case 'lambda':
      return other(context, branch, 'a lambda');
    case 'timeUnitWord':
      return other(context, branch, 'a time unit as argument');
    default:
      return tableArgument(context, branch);
  }
}

function tableArgument(context: Context, branch: Branch): Expression {
  const what = only(branch);
  const inner = find(what, 'tableArgumentInner') ?? what;
  const order = find(what, 'partitionOrOrder') ?? what;
  const table = find(inner, 'tableArgumentInput');
  const named = table && find(get(table, 'tableArgumentTable'), 'path');
  const query = table ? find(get(table, 'tableArgumentTable'), 'parenthesizedQuery') : inner;
  return {
    kind: 'table-argument',
    span: context.span(branch),
    table: named ? compound(context, named) : null,
    query: named ? null : context.build.query(context, get(query as Branch, 'query')),
    partitionBy: tablePartition(context, find(order, 'tablePartition')),
    orderBy: tableOrder(context, find(order, 'tableOrder')),
  };
}

/** PARTITION BY a, or (a, b): a comma would begin the next argument. */
function tablePartition(context: Context, branch: Branch | undefined): Expression[] {
  if (!branch) return [];
  const value = context.build.expression(context, get(branch, 'expression'));
  return value.kind === 'row' && !value.explicit ? [...value.items] : [value];
}

function tableOrder(context: Context, branch: Branch | undefined): OrderItem[] {
  if (!branch) return [];
  const list = find(branch, 'tableOrderItems');
  return list ? orderItems(context, get(list, 'orderItems')) : [orderItem(context, get(branch, 'orderItem'))];
}

/** PARTITION BY a, b; the list may stand in parentheses. */
export function partitionBy(context: Context, branch: Branch | undefined): Expression[] {
  if (!branch) return [];
  const list = all(get(branch, 'expressions'), 'expression').map(item => context.build.expression(context, item));
  const [first] = list;
  for (const item of list) {
    if (item.kind === 'scalar-query')
      context.fault('query-here', 'a query cannot stand in PARTITION BY', item.span, 'compute it in a subquery and use its column');
  }
  return list.length === 1 && first?.kind === 'row' && !first.explicit ? [...first.items] : list;
}

/** A rule `orderBy`, or nothing. */
export function orderBy(context: Context, branch: Branch | undefined): OrderItem[] {
  if (!branch) return [];
  const every = find(branch, 'orderAll');
  if (every) context.unsupported('ORDER BY ALL', every, 'name the columns');
  const items = find(branch, 'orderItems');
  return items ? orderItems(context, items) : [];
}

function orderItems(context: Context, branch: Branch): OrderItem[] {
  return all(branch, 'orderItem').map(item => orderItem(context, item));
}

function orderItem(context: Context, branch: Branch): OrderItem {
  const direction = find(branch, 'direction');
  const nulls = find(branch, 'nulls');
  return {
    span: context.span(branch),
    expression: context.build.expression(context, get(branch, 'expression')),
    descending: direction !== undefined && context.word(direction) === 'DESC',
    nulls: nulls ? (context.has(nulls, 'FIRST') ? 'first' : 'last') : null,
  };
}

function overOf(context: Context, branch: Branch): WindowSpec {
  const spec = find(branch, 'windowSpec');
  if (spec) return windowSpec(context, spec);
  const base = identifier(context, get(branch, 'name'));
  return {span: base.span, base, partitionBy: [], orderBy: [], frame: null};
}

/** `(base PARTITION BY … ORDER BY … ROWS …)`. */
export function windowSpec(context: Context, branch: Branch): WindowSpec {
  const base = find(branch, 'name');
  const frame = find(branch, 'frame');
  const partial = find(branch, 'allowPartial');
  if (partial) context.unsupported('ALLOW PARTIAL', partial, 'leave it out');
  return {
    span: context.span(branch),
    base: base ? identifier(context, base) : null,
    partitionBy: partitionBy(context, find(branch, 'partitionBy')),
    orderBy: orderBy(context, find(branch, 'orderBy')),
    frame: frame ? frameOf(context, frame) : null,
  };
}

function frameOf(context: Context, branch: Branch): NonNullable<WindowSpec['frame']> {
  const extent = only(get(branch, 'frameExtent'));
  const bounds = extent.rule === 'frameBetween' ? all(extent, 'frameBound') : [extent];
  const [start, end] = bounds.map(bound => frameBound(context, bound)) as [FrameBound, FrameBound?];
  return {unit: context.word(branch) as 'ROWS', start, end: end ?? null};
}

function frameBound(context: Context, branch: Branch): FrameBound {
  const what = only(branch);
  if (what.rule === 'currentRow') return {kind: 'current-row'};
  const side = context.word(get(what, 'frameSide')) === 'PRECEDING' ? 'preceding' : 'following';
  if (what.rule === 'unboundedBound') return {kind: `unbounded-${side}`};
  return {kind: side, distance: context.build.operand(context, get(what, 'arithmetic'))};
}
