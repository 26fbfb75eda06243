import type {Expression, GroupItem, Query, QueryBody, Select, SelectItem} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {windowSpec} from './call.ts';
import {all, find, get, only, type Context} from './context.ts';
import {compound, identifier, identifiers, other} from './names.ts';
import {tableReference} from './table.ts';

/** More queries in one UNION than this are refused: the tree is as deep as the chain is long. */
const longestChain = 1000;

/** A rule `query`. */
export function query(context: Context, branch: Branch): Query {
  const span = context.span(branch);
  const withClause = find(branch, 'with');
  if (withClause && context.has(withClause, 'RECURSIVE')) context.unsupported('WITH RECURSIVE', withClause, 'write WITH');
  const inner = queryBody(context, get(branch, 'queryBody'));
  const outer: Query = {
    span,
    with: withClause ? all(withClause, 'commonTable').map(table => commonTable(context, table)) : [],
    body: inner.body,
    orderBy: context.build.orderBy(context, find(branch, 'orderBy')),
    ...limits(context, all(branch, 'limitPart')),
  };
  if (isPlain(inner)) return outer;
  if (isPlain({...outer, body: inner.body})) return {...inner, span};
  return {...outer, body: selectAll(inner)};
}

function isPlain(query: Query): boolean {
  return query.with.length === 0 && query.orderBy.length === 0 && query.limit === null && query.offset === null;
}

/** `(SELECT … LIMIT 5) LIMIT 3` is SELECT * FROM (SELECT … LIMIT 5) LIMIT 3. */
function selectAll(inner: Query): Select {
  const {span} = inner;
  return {
    kind: 'select',
    span,
    hints: [],
    distinct: false,
    items: [{span, expression: {kind: 'star', span, qualifier: null}, alias: null}],
    from: {kind: 'derived', span, query: inner, lateral: false, alias: null},
    where: null,
    groupBy: [],
    having: null,
    qualify: null,
    windows: [],
  };
}

function commonTable(context: Context, branch: Branch): Query['with'][number] {
  return {
    span: context.span(branch),
    name: identifier(context, get(branch, 'name')),
    columns: identifiers(context, find(branch, 'columnNames')),
    query: query(context, get(branch, 'query')),
  };
}

/** A chain of set operations: INTERSECT binds tighter than UNION and EXCEPT, which go from left to right. */
function queryBody(context: Context, branch: Branch): Query {
  const tails = all(branch, 'setTail');
  const first = queryTerm(context, only(get(branch, 'queryTerm')));
  if (tails.length > longestChain) {
    context.fault('too-deep', `a query of more than ${longestChain} parts is too long`, branch, 'split it into views');
    return first;
  }
  const terms: Query[] = [first];
  const operators: Branch[] = [];
  for (const tail of tails) {
    const right = queryTerm(context, only(get(tail, 'queryTerm')));
    if (operatorOf(context, tail) === 'INTERSECT') terms.push(combine(context, terms.pop() as Query, tail, right));
    else {
      operators.push(tail);
      terms.push(right);
    }
  }
  return operators.reduce((left, tail, index) => combine(context, left, tail, terms[index + 1] as Query), terms[0] as Query);
}

function operatorOf(context: Context, tail: Branch): 'UNION' | 'INTERSECT' | 'EXCEPT' {
  const word = context.word(get(tail, 'setOperator'));
  return word === 'MINUS' ? 'EXCEPT' : (word as 'UNION');
}

function combine(context: Context, left: Query, tail: Branch, right: Query): Query {
  const word = get(tail, 'setOperator');
  if (context.word(word) === 'MINUS') context.portable('MINUS', word, 'EXCEPT');
  const quantifier = find(tail, 'setQuantifier');
  const span = context.between(left.span, right.span);
  const all = quantifier !== undefined && context.word(quantifier) === 'ALL';
  return bare({kind: 'set-operation', span, operator: operatorOf(context, tail), all, left, right});
}

function bare(body: QueryBody): Query {
  return {span: body.span, with: [], body, orderBy: [], limit: null, offset: null};
}

function queryTerm(context: Context, branch: Branch): Query {
  const span = context.span(branch);
  switch (branch.rule) {
    case 'select':
      return bare(select(context, branch));
    case 'parenthesizedQuery':
      return query(context, get(branch, 'query'));
    case 'tableQuery':
      return bare({kind: 'table', span, name: compound(context, get(branch, 'path'))});
    default:
      if (context.word(branch) === 'VALUE') context.portable('VALUE', {...branch, end: branch.start + 1}, 'VALUES');
      return bare({kind: 'values', span, rows: all(branch, 'expressionOrRow').map(row => valuesRow(context, get(row, 'expression')))});
  }
}

/** `(1, 2)`, `ROW(1, 2)` and a lone `1`. */
function valuesRow(context: Context, branch: Branch): {span: Query['span']; items: readonly Expression[]} {
  const value = context.build.expression(context, branch);
  return {span: value.span, items: value.kind === 'row' ? value.items : [value]};
}

function select(context: Context, branch: Branch): Select {
  const from = find(branch, 'selectFrom');
  const stream = find(branch, 'stream');
  const distinctOn = find(branch, 'distinctOn');
  if (stream) context.unsupported('SELECT STREAM', stream, 'leave STREAM out: a query over a stream is a stream');
  if (distinctOn) context.unsupported('DISTINCT ON', distinctOn, 'use ROW_NUMBER() OVER (…) and keep the first row');
  const quantifier = find(branch, 'setQuantifier');
  const condition = (rule: string): Expression | null => {
    const part = from && find(from, rule);
    return part ? context.build.expression(context, get(part, 'expression')) : null;
  };
  const windows = from && find(from, 'windows');
  return {
    kind: 'select',
    span: context.span(branch),
    hints: context.build.hints(context, find(branch, 'hints')),
    distinct: quantifier !== undefined && context.word(quantifier) === 'DISTINCT',
    items: all(get(branch, 'selectItems'), 'selectItem').map(item => selectItem(context, only(item))),
    from: from ? tableReference(context, get(from, 'tableReference')) : null,
    where: condition('where'),
    groupBy: groupBy(context, from && find(from, 'groupBy')),
    having: condition('having'),
    qualify: condition('qualify'),
    windows: (windows ? all(windows, 'windowDefinition') : []).map(window => ({
      name: identifier(context, get(window, 'name')),
      spec: windowSpec(context, get(window, 'windowSpec')),
    })),
  };
}

function selectItem(context: Context, branch: Branch): SelectItem {
  const alias = find(branch, 'alias');
  const modifier = find(branch, 'starModifier');
  if (modifier) context.unsupported(`* ${context.word(modifier)}`, modifier, 'name the columns you want');
  const star = find(branch, 'star');
  return {
    span: context.span(branch),
    expression: star
      ? {kind: 'star', span: context.span(star), qualifier: null}
      : context.build.expression(context, get(branch, 'expression')),
    alias: alias ? identifier(context, get(alias, 'name')) : null,
  };
}

function groupBy(context: Context, branch: Branch | undefined): GroupItem[] {
  if (!branch) return [];
  const quantifier = find(branch, 'setQuantifier');
  if (quantifier && context.word(quantifier) === 'DISTINCT') context.unsupported('GROUP BY DISTINCT', quantifier, 'leave DISTINCT out');
  return groupItems(context, get(branch, 'groupItems'));
}

function groupItems(context: Context, branch: Branch): GroupItem[] {
  return all(branch, 'groupItem').map(item => {
    const what = only(item);
    const span = context.span(what);
    if (what.rule === 'emptyGroup') return {kind: 'set', span, expressions: []};
    if (what.rule !== 'groupExpression') {
      const kind = what.rule === 'groupingSets' ? 'grouping-sets' : (what.rule as 'rollup' | 'cube');
      return {kind, span, items: groupItems(context, get(what, 'groupItems'))};
    }
    const expression = context.build.expression(context, get(what, 'expression'));
    if (expression.kind === 'row' && !expression.explicit) return {kind: 'set', span, expressions: expression.items};
    return {kind: 'expression', span, expression};
  });
}

/** LIMIT n [OFFSET m], OFFSET m [FETCH …], FETCH …; and what other databases write. */
function limits(context: Context, parts: readonly Branch[]): Pick<Query, 'limit' | 'offset'> {
  let limit: Expression | null = null;
  let offset: Expression | null = null;
  let order = '';
  for (const part of parts.map(only)) {
    order += part.rule[0];
    if (part.rule === 'offset') offset = rowCount(context, get(part, 'expression'));
    else if (part.rule === 'fetch') limit = fetchCount(context, part);
    else {
      const first = countOrAll(context, part);
      const second = find(part, 'limitSecond');
      if (second) {
        const size = countOrAll(context, second);
        if (size === null || find(part, 'limitAll')) context.fault('limit', 'LIMIT start, ALL is not possible', part, 'write OFFSET start');
        context.portable('LIMIT with two numbers', part, `LIMIT ${textOrAll(context, second)} OFFSET ${textOrAll(context, part)}`);
        offset = first;
        limit = size;
      } else limit = first;
    }
  }
  checkOrder(context, parts, order);
  return {limit, offset};
}

function checkOrder(context: Context, parts: readonly Branch[], order: string): void {
  if (['', 'l', 'lo', 'o', 'of', 'f'].includes(order)) return;
  const [first, second] = parts as [Branch, Branch];
  const whole = {...first, end: (parts.at(-1) as Branch).end};
  if (order === 'ol' && !find(only(second), 'limitSecond')) {
    context.portable('OFFSET before LIMIT', whole, `${context.text(second)} ${context.text(first)}`);
  } else
    context.fault(
      'limit',
      'LIMIT, OFFSET and FETCH do not go together like this',
      whole,
      'write LIMIT n OFFSET m, or OFFSET m ROWS FETCH NEXT n ROWS ONLY',
    );
}

function textOrAll(context: Context, part: Branch): string {
  return context.text(find(part, 'expression') ?? get(part, 'limitAll'));
}

function countOrAll(context: Context, part: Branch): Expression | null {
  const expression = find(part, 'expression');
  return expression ? rowCount(context, expression) : null;
}

function rowCount(context: Context, branch: Branch): Expression {
  const count = context.build.expression(context, branch);
  if (count.kind === 'scalar-query') context.fault('query-here', 'a query cannot stand here', branch, 'write a number or a :parameter');
  return count;
}

function fetchCount(context: Context, part: Branch): Expression {
  const branch = find(part, 'fetchCount');
  if (!branch) return {kind: 'number', span: context.span(part), text: '1'};
  const what = only(branch);
  if (what.rule === 'parenthesizedOne') return rowCount(context, get(what, 'expression'));
  const {value} = context.token(what);
  const span = context.span(what);
  if (what.rule === 'number') return {kind: 'number', span, text: value};
  if (what.rule === 'parameter') return {kind: 'parameter', span, name: value};
  context.unsupported('the parameter ?', what, 'write :name and bind it with -v name=value');
  return other(context, what, '?');
}
