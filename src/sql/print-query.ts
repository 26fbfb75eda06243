import type {
  CallExpression,
  Expression,
  FrameBound,
  GroupItem,
  OrderItem,
  Query,
  QueryBody,
  Select,
  TableReference,
  WindowSpec,
} from './ast.ts';
import {aliasText, columnsText, functionName, hintsText, nameText, pathText, quoted, typeText} from './print-words.ts';

// ── expressions ────────────────────────────────────────────────────────────

/** How tightly an operator binds, as `tree/expression.ts` reads it. */
const binds: Readonly<Record<string, number>> = {OR: 1, AND: 2, '+': 7, '-': 7, '*': 8, '/': 8, '%': 8, '||': 8};
const negation = 3;
const test = 4;
const comparison = 5;
const inRange = 6;
const arithmetic = 7;
const sign = 9;
const operand = 10;

/** An expression, in parentheses when it binds less tightly than its place asks for. */
export function expressionText(expression: Expression, least = 0): string {
  const text = plainText(expression);
  return tightness(expression) < least ? `(${text})` : text;
}

const loose: ReadonlyMap<Expression['kind'], number> = new Map([
  ['is-json', test],
  ['quantified', comparison],
  ['overlaps', comparison],
  ['between', inRange],
  ['in-list', inRange],
  ['in-query', inRange],
  ['like', inRange],
]);

function tightness(expression: Expression): number {
  if (expression.kind === 'binary') return binds[expression.operator] ?? comparison;
  if (expression.kind === 'unary') {
    if (expression.operator === 'NOT') return negation;
    return expression.operator === '-' || expression.operator === '+' ? sign : test;
  }
  if (expression.kind === 'other' && expression.operands.length > 0) return test;
  return loose.get(expression.kind) ?? operand;
}

const list = (items: readonly Expression[]): string => items.map(item => expressionText(item)).join(', ');
const not = (negated: boolean): string => (negated ? 'NOT ' : '');

function plainText(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return expression.text;
    case 'string':
      return quoted(expression.value);
    case 'binary-string':
      return `X'${expression.hex}'`;
    case 'boolean':
      return expression.value === null ? 'UNKNOWN' : String(expression.value).toUpperCase();
    case 'null':
      return 'NULL';
    case 'datetime':
      return `${expression.type} ${quoted(expression.text)}`;
    case 'interval':
      return intervalText(expression);
    case 'column':
      return expression.parts.map(nameText).join('.');
    case 'star':
      return expression.qualifier ? `${pathText(expression.qualifier)}.*` : '*';
    case 'parameter':
      return `:${expression.name}`;
    case 'call':
      return callText(expression);
    case 'cast':
      return `${expression.lenient ? 'TRY_CAST' : 'CAST'}(${expressionText(expression.operand)} AS ${typeText(expression.type)})`;
    case 'case':
      return caseText(expression);
    case 'other':
      return expression.text;
    case 'binary':
    case 'unary':
    case 'between':
    case 'in-list':
    case 'in-query':
    case 'exists':
    case 'quantified':
    case 'like':
    case 'overlaps':
    case 'is-json':
      return operatorText(expression);
    case 'scalar-query':
    case 'item':
    case 'field':
    case 'constructor':
    case 'array-query':
    case 'row':
    case 'descriptor':
    case 'table-argument':
      return compositeText(expression);
  }
}

type Operator = Extract<
  Expression,
  {kind: 'binary' | 'unary' | 'between' | 'in-list' | 'in-query' | 'exists' | 'quantified' | 'like' | 'overlaps' | 'is-json'}
>;

function operatorText(expression: Operator): string {
  switch (expression.kind) {
    case 'binary': {
      const level = tightness(expression);
      return `${expressionText(expression.left, level)} ${expression.operator} ${expressionText(expression.right, level + 1)}`;
    }
    case 'unary':
      if (expression.operator === 'NOT') return `NOT ${expressionText(expression.operand, negation)}`;
      // Two signs in a row would begin a comment.
      if (expression.operator === '-' || expression.operator === '+')
        return `${expression.operator}${expressionText(expression.operand, operand)}`;
      return `${expressionText(expression.operand, test)} ${expression.operator}`;
    case 'between': {
      const symmetric = expression.symmetric ? 'SYMMETRIC ' : '';
      const ends = `${expressionText(expression.low, arithmetic)} AND ${expressionText(expression.high, arithmetic)}`;
      return `${expressionText(expression.operand, inRange)} ${not(expression.negated)}BETWEEN ${symmetric}${ends}`;
    }
    case 'in-list':
      return `${expressionText(expression.operand, inRange)} ${not(expression.negated)}IN (${list(expression.list)})`;
    case 'in-query':
      return `${expressionText(expression.operand, inRange)} ${not(expression.negated)}IN (${queryText(expression.query)})`;
    case 'exists':
      return `EXISTS (${queryText(expression.query)})`;
    case 'quantified': {
      const values = expression.query ? queryText(expression.query) : list(expression.list);
      return `${expressionText(expression.left, comparison)} ${expression.operator} ${expression.quantifier} (${values})`;
    }
    case 'like': {
      const word = expression.similar ? 'SIMILAR TO' : 'LIKE';
      const escape = expression.escape ? ` ESCAPE ${expressionText(expression.escape, arithmetic)}` : '';
      // LIKE nests to the right.
      const operand = expressionText(expression.operand, expression.operand.kind === 'like' ? arithmetic : inRange);
      return `${operand} ${not(expression.negated)}${word} ${expressionText(expression.pattern, arithmetic)}${escape}`;
    }
    case 'overlaps':
      return `${expressionText(expression.left, comparison)} ${expression.operator} ${expressionText(expression.right, comparison + 1)}`;
    case 'is-json':
      return `${expressionText(expression.operand, test)} IS ${not(expression.negated)}JSON ${expression.type}`;
  }
}

type Composite = Extract<
  Expression,
  {kind: 'scalar-query' | 'item' | 'field' | 'constructor' | 'array-query' | 'row' | 'descriptor' | 'table-argument'}
>;

function compositeText(expression: Composite): string {
  switch (expression.kind) {
    case 'scalar-query':
      return `(${queryText(expression.query)})`;
    case 'item':
      return `${holderText(expression.operand, ['column', 'call', 'item', 'field'])}[${expressionText(expression.index)}]`;
    case 'field':
      return `${holderText(expression.operand, ['call', 'item', 'field'])}.${nameText(expression.name)}`;
    case 'constructor':
      return `${expression.type}[${list(expression.items)}]`;
    case 'array-query':
      return `${expression.type}(${queryText(expression.query)})`;
    case 'row':
      return `${expression.explicit ? 'ROW' : ''}(${list(expression.items)})`;
    case 'descriptor':
      return `DESCRIPTOR(${expression.columns.map(nameText).join(', ')})`;
    case 'table-argument': {
      const input = expression.table ? `TABLE ${pathText(expression.table)}` : `TABLE (${queryText(expression.query as Query)})`;
      const partition = expression.partitionBy.length === 0 ? '' : ` PARTITION BY (${list(expression.partitionBy)})`;
      return `${input}${partition}${expression.orderBy.length === 0 ? '' : ` ORDER BY (${orderItems(expression.orderBy)})`}`;
    }
  }
}

/** What stands before `[` or `.`: a bare column before a dot would read as a part of its own name. */
function holderText(expression: Expression, plain: readonly Expression['kind'][]): string {
  const text = plainText(expression);
  return plain.includes(expression.kind) ? text : `(${text})`;
}

function intervalText({negative, text, from, to, precision, fraction}: Extract<Expression, {kind: 'interval'}>): string {
  const second = to === null && fraction !== null ? `, ${fraction}` : '';
  const lead = precision === null ? '' : `(${precision}${second})`;
  const end = to === null ? '' : ` TO ${to}${fraction === null ? '' : `(${fraction})`}`;
  return `INTERVAL ${negative ? '-' : ''}${quoted(text)} ${from}${lead}${end}`;
}

function caseText({operand, branches, otherwise}: Extract<Expression, {kind: 'case'}>): string {
  const whens = branches.map(({when, then}) => ` WHEN ${expressionText(when)} THEN ${expressionText(then)}`).join('');
  return `CASE${operand ? ` ${expressionText(operand)}` : ''}${whens}${otherwise ? ` ELSE ${expressionText(otherwise)}` : ''} END`;
}

// ── calls ──────────────────────────────────────────────────────────────────

export function callText(call: CallExpression): string {
  const name = functionName(call.written);
  if (call.bare) return name;
  const isPlain = call.written.parts.some(part => part.quoted) || call.written.parts.length > 1;
  return `${name}(${(isPlain ? null : specialArguments(call)) ?? plainArguments(call)})${callEnd(call)}`;
}

function plainArguments(call: CallExpression): string {
  const values = call.arguments.map((argument, index) => {
    const name = call.argumentNames[index];
    return `${name ? `${nameText(name)} => ` : ''}${expressionText(argument)}`;
  });
  return `${call.distinct ? 'DISTINCT ' : ''}${values.join(', ')}`;
}

/** The arguments of calls whose arguments are separated by words; null for all others. */
function specialArguments(call: CallExpression): string | null {
  const values = call.arguments.map(argument => expressionText(argument));
  const [first = '', second = '', third, fourth] = values;
  const [word = ''] = call.words;
  const words = call.words.length === 0 ? '' : ` ${call.words.join(' ')}`;
  switch (call.name) {
    case 'EXTRACT':
      return `${word} FROM ${first}`;
    case 'FLOOR':
    case 'CEIL':
    case 'CEILING':
      return word === '' ? null : `${first} TO ${word}`;
    case 'TIMESTAMPADD':
    case 'TIMESTAMPDIFF':
      return `${word}, ${first}, ${second}`;
    case 'TRIM':
      if (values.length === 1) return word === '' ? first : `${word} FROM ${first}`;
      return `${word} ${first} FROM ${second}`;
    case 'POSITION':
      return `${expressionText(call.arguments[0] as Expression, arithmetic)} IN ${second}${third === undefined ? '' : ` FROM ${third}`}`;
    case 'OVERLAY':
      return `${first} PLACING ${second} FROM ${third ?? ''}${fourth === undefined ? '' : ` FOR ${fourth}`}`;
    case 'JSON_EXISTS':
    case 'JSON_ARRAY':
    case 'JSON_ARRAYAGG':
      return `${values.join(', ')}${words}`;
    case 'JSON_OBJECT':
    case 'JSON_OBJECTAGG':
      return `${jsonPairs(values)}${words}`;
    case 'JSON_VALUE':
    case 'JSON_QUERY':
      return jsonPath(call, values);
    default:
      return null;
  }
}

function jsonPairs(values: readonly string[]): string {
  const pairs: string[] = [];
  for (let index = 0; index < values.length; index += 2) pairs.push(`KEY ${values[index] ?? ''} VALUE ${values[index + 1] ?? ''}`);
  return pairs.join(', ');
}

/** The values of DEFAULT stand behind the first two arguments, in order. */
function jsonPath(call: CallExpression, [document = '', path = '', ...defaults]: readonly string[]): string {
  const words = call.words.map(word => (word === 'DEFAULT' ? `DEFAULT ${defaults.shift() ?? ''}` : word));
  const returning = call.returning ? ` RETURNING ${typeText(call.returning)}` : '';
  return `${document}, ${path}${returning}${words.map(word => ` ${word}`).join('')}`;
}

function callEnd({ignoreNulls, withinGroup, filter, over}: CallExpression): string {
  const parts = [
    ...(ignoreNulls === null ? [] : [ignoreNulls ? 'IGNORE NULLS' : 'RESPECT NULLS']),
    ...(withinGroup.length === 0 ? [] : [`WITHIN GROUP (ORDER BY ${orderItems(withinGroup)})`]),
    ...(filter ? [`FILTER (WHERE ${expressionText(filter)})`] : []),
    ...(over ? [`OVER ${isName(over) ? nameText(over.base) : windowText(over)}`] : []),
  ];
  return parts.map(part => ` ${part}`).join('');
}

function isName(window: WindowSpec): window is WindowSpec & {base: NonNullable<WindowSpec['base']>} {
  return window.base !== null && window.partitionBy.length === 0 && window.orderBy.length === 0 && window.frame === null;
}

function windowText({base, partitionBy, orderBy, frame}: WindowSpec): string {
  const parts = [
    ...(base ? [nameText(base)] : []),
    ...(partitionBy.length === 0 ? [] : [`PARTITION BY ${list(partitionBy)}`]),
    ...(orderBy.length === 0 ? [] : [`ORDER BY ${orderItems(orderBy)}`]),
    ...(frame
      ? [`${frame.unit} ${frame.end ? `BETWEEN ${boundText(frame.start)} AND ${boundText(frame.end)}` : boundText(frame.start)}`]
      : []),
  ];
  return `(${parts.join(' ')})`;
}

function boundText(bound: FrameBound): string {
  if ('distance' in bound) return `${expressionText(bound.distance, arithmetic)} ${bound.kind.toUpperCase()}`;
  return bound.kind.toUpperCase().replace('-', ' ');
}

function orderItems(items: readonly OrderItem[]): string {
  return items
    .map(
      ({expression, descending, nulls}) =>
        `${expressionText(expression)}${descending ? ' DESC' : ''}${nulls ? ` NULLS ${nulls.toUpperCase()}` : ''}`,
    )
    .join(', ');
}

// ── queries ────────────────────────────────────────────────────────────────

export function queryText(query: Query): string {
  const tables = query.with.map(({name, columns, query: inner}) => `${nameText(name)}${columnsText(columns)} AS (${queryText(inner)})`);
  const parts = [
    ...(tables.length === 0 ? [] : [`WITH ${tables.join(', ')}`]),
    bodyText(query.body),
    ...(query.orderBy.length === 0 ? [] : [`ORDER BY ${orderItems(query.orderBy)}`]),
    ...(query.limit ? [`LIMIT ${expressionText(query.limit)}`] : []),
    ...(query.offset ? [`OFFSET ${expressionText(query.offset)}`] : []),
  ];
  return parts.join(' ');
}

function bodyText(body: QueryBody): string {
  switch (body.kind) {
    case 'select':
      return selectText(body);
    case 'values':
      return `VALUES ${body.rows.map(({items}) => rowText(items)).join(', ')}`;
    case 'table':
      return `TABLE ${pathText(body.name)}`;
    case 'set-operation': {
      const isTight = body.operator === 'INTERSECT';
      const left = branchText(body.left, operator => !isTight || operator === 'INTERSECT');
      const right = branchText(body.right, operator => !isTight && operator === 'INTERSECT');
      return `${left} ${body.operator}${body.all ? ' ALL' : ''} ${right}`;
    }
  }
}

/** A row of VALUES: without the word ROW, a lone row in parentheses would be the row itself. */
function rowText(items: readonly Expression[]): string {
  const [first] = items;
  return items.length === 0 || (items.length === 1 && first?.kind === 'row') ? `ROW(${list(items)})` : `(${list(items)})`;
}

/** One side of a set operation, in parentheses where it would be read otherwise. */
function branchText(query: Query, fits: (operator: string) => boolean): string {
  const isPlain = query.with.length === 0 && query.orderBy.length === 0 && query.limit === null && query.offset === null;
  const isChain = query.body.kind === 'set-operation' && !fits(query.body.operator);
  return isPlain && !isChain ? bodyText(query.body) : `(${queryText(query)})`;
}

function selectText(select: Select): string {
  const items = select.items.map(({expression, alias}) => `${expressionText(expression)}${alias ? ` AS ${nameText(alias)}` : ''}`);
  const windows = select.windows.map(({name, spec}) => `${nameText(name)} AS ${windowText(spec)}`);
  const parts = [
    `SELECT${hintsText(select.hints)}${select.distinct ? ' DISTINCT' : ''} ${items.join(', ')}`,
    ...(select.from ? [`FROM ${tableText(select.from)}`] : []),
    ...(select.where ? [`WHERE ${expressionText(select.where)}`] : []),
    ...(select.groupBy.length === 0 ? [] : [`GROUP BY ${select.groupBy.map(groupText).join(', ')}`]),
    ...(select.having ? [`HAVING ${expressionText(select.having)}`] : []),
    ...(windows.length === 0 ? [] : [`WINDOW ${windows.join(', ')}`]),
    ...(select.qualify ? [`QUALIFY ${expressionText(select.qualify)}`] : []),
  ];
  return parts.join(' ');
}

function groupText(item: GroupItem): string {
  if (item.kind === 'expression') return expressionText(item.expression);
  if (item.kind === 'set') return `(${list(item.expressions)})`;
  return `${item.kind.toUpperCase().replace('-', ' ')} (${item.items.map(groupText).join(', ')})`;
}

export function tableText(table: TableReference): string {
  switch (table.kind) {
    case 'named':
      return `${pathText(table.name)}${hintsText(table.hints)}${timeText(table.systemTime)}${aliasText(table.alias)}`;
    case 'file':
      return `${quoted(table.target)}${hintsText(table.hints)}${aliasText(table.alias)}`;
    case 'derived':
      return `${lateralText(table)}(${queryText(table.query)})${aliasText(table.alias)}`;
    case 'function':
      return `${lateralText(table)}TABLE(${callText(table.call)})${timeText(table.systemTime)}${aliasText(table.alias)}`;
    case 'unnest':
      return `${lateralText(table)}UNNEST(${list(table.expressions)})${table.ordinality ? ' WITH ORDINALITY' : ''}${aliasText(table.alias)}`;
    case 'join':
      return joinText(table);
    case 'other-table': {
      const input = tableText(table.input);
      return `${table.input.kind === 'join' ? `(${input})` : input} ${table.text}${aliasText(table.alias)}`;
    }
  }
}

const lateralText = ({lateral}: {readonly lateral: boolean}): string => (lateral ? 'LATERAL ' : '');
const timeText = (time: Expression | null): string => (time ? ` FOR SYSTEM_TIME AS OF ${expressionText(time)}` : '');

function joinText(join: Extract<TableReference, {kind: 'join'}>): string {
  const left = tableText(join.left);
  const right = tableText(join.right);
  const isComma = (table: TableReference): boolean => table.kind === 'join' && table.comma;
  const nested = join.right.kind === 'join' && (!join.comma || isComma(join.right)) ? `(${right})` : right;
  if (join.comma) return `${left}, ${nested}`;
  const type = join.type === 'INNER' ? '' : `${join.type} `;
  const condition = join.on ? ` ON ${expressionText(join.on)}` : join.using.length > 0 ? ` USING${columnsText(join.using)}` : '';
  return `${isComma(join.left) ? `(${left})` : left} ${join.natural ? 'NATURAL ' : ''}${type}JOIN ${nested}${condition}`;
}
