import type {Span} from '../../base/problem.ts';
import type {Expression} from '../../sql/ast.ts';
import type {ChangeKind} from '../../types/change.ts';
import {intType, stringType, withNullable, type Column, type SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {Expr} from '../expression.ts';
import {withArticle} from '../plan-text.ts';
import {coerced} from './cast.ts';
import type {BindContext} from './context.ts';
import {ExpressionBinder} from './expression.ts';
import type {BoundFrom} from './from.ts';
import {nullLiteral} from './literal.ts';
import type {QueryBinder} from './query.ts';
import {listed, Scope} from './scope.ts';
import type {CommonTables, Emit, Relation} from './session.ts';
import {keptFor} from './state-ttl.ts';
import {lastRows} from './table.ts';
import {placedArguments, tableArgument, tableReference, type FunctionReference, type TableArgument} from './table-function.ts';
import {callOf} from './typed-call.ts';

/** The table functions between changes and rows that tell of changes, with the names of what they take. */
const functions = {
  TO_CHANGELOG: {
    names: ['INPUT', 'OP', 'OP_MAPPING', 'PRODUCES_FULL_DELETES', 'UID'],
    syntax: 'TO_CHANGELOG(input => TABLE t)',
    last: 'produces_full_deletes',
  },
  FROM_CHANGELOG: {
    names: ['INPUT', 'OP', 'OP_MAPPING', 'ERROR_HANDLING', 'UID'],
    syntax: 'FROM_CHANGELOG(input => TABLE t)',
    last: 'error_handling',
  },
} as const;
type ChangelogFunction = keyof typeof functions;

/** What a change is called, by its kind. */
const kindNames = ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER', 'DELETE'] as const;

export function isChangelogFunction(name: string): name is ChangelogFunction {
  return Object.hasOwn(functions, name);
}

/** The arguments, bound as far as they are the same for both functions. */
interface Call {
  readonly span: Span;
  readonly name: ChangelogFunction;
  readonly input: number;
  readonly columns: readonly Column[];
  /** The columns of PARTITION BY, which come first in the output. */
  readonly partition: readonly number[];
  /** The name of the column that says what each row does. */
  readonly operation: string;
  readonly operationSpan: Span;
  readonly mapping: readonly Entry[] | null;
  /** produces_full_deletes or error_handling. */
  readonly last: Expression | undefined;
}

/** An entry of op_mapping: names on the left, parted by commas, and what stands for them. */
interface Entry {
  readonly names: readonly string[];
  readonly value: string;
  readonly span: Span;
}

/** `TO_CHANGELOG(…)` and `FROM_CHANGELOG(…)` in FROM. Null after a problem was reported. */
export function bindChangelogFunction(
  binder: QueryBinder,
  {call}: FunctionReference,
  name: ChangelogFunction,
  around: CommonTables | null,
  emit: Emit,
): Relation | null {
  const {context} = binder;
  const {names, syntax} = functions[name];
  const placed = placedArguments(context, call, names, syntax);
  if (placed === null) return null;
  const [first, operation, mapping, last] = placed;
  const wrong = (message: string, span: Span): null => context.report.error('wrong-argument', span, message, {hint: `write ${syntax}`});
  const table = tableArgument(first);
  if (table === null) return wrong(`the first argument of ${name} is a table`, first?.span ?? call.span);
  if (table.orderBy.length > 0) return context.report.notSupported(`ORDER BY in a table argument of ${name}`, table.span);
  if (operation !== undefined && (operation.kind !== 'descriptor' || operation.columns.length !== 1))
    return wrong(`op of ${name} names one column: DESCRIPTOR(op)`, operation.span);
  const from = binder.bindFrom(tableReference(table), around, emit);
  const entries = mapping === undefined ? null : entriesOf(context, name, mapping);
  if (from === null || entries === undefined) return null;
  const partition = partitionOf(binder, name, table, from);
  if (partition === null) return null;
  const bound: Call = {
    span: call.span,
    name,
    input: from.node,
    columns: from.relations.flatMap(({columns}) => columns),
    partition,
    operation: operation?.kind === 'descriptor' ? operation.columns[0]!.name : 'op',
    operationSpan: operation?.span ?? call.span,
    mapping: entries,
    last,
  };
  return name === 'TO_CHANGELOG' ? toChangelog(binder, bound) : fromChangelog(binder, bound);
}

/** Undefined after a problem was reported. */
function entriesOf(context: BindContext, name: string, mapping: Expression): readonly Entry[] | undefined {
  const items = mapping.kind === 'constructor' && mapping.type === 'MAP' ? mapping.items : [];
  if (items.length === 0 || items.length % 2 === 1 || !items.every(item => item.kind === 'string')) {
    context.report.error('wrong-argument', mapping.span, `op_mapping of ${name} is a MAP of constant texts`, {
      hint:
        name === 'TO_CHANGELOG' ? "write MAP['INSERT, UPDATE_AFTER', 'u', 'DELETE', 'd']" : "write MAP['c, r', 'INSERT', 'd', 'DELETE']",
    });
    return undefined;
  }
  const texts = items.map(item => item.value);
  return texts.flatMap((text, index) =>
    index % 2 === 0 ? [{names: text.split(',').map(part => part.trim()), value: texts[index + 1] ?? '', span: items[index]!.span}] : [],
  );
}

function partitionOf(binder: QueryBinder, name: string, {partitionBy}: TableArgument, from: BoundFrom): readonly number[] | null {
  const scope = new Scope(from.relations, from.merged);
  const keys = new ExpressionBinder(binder.context, {scope, aggregates: null, clause: name}).bindAll(partitionBy);
  if (keys === null) return null;
  const other = keys.findIndex(key => key.kind !== 'column');
  if (other >= 0)
    return binder.context.report.error('wrong-argument', partitionBy[other]!.span, `PARTITION BY in ${name} takes columns only`);
  return keys.map(key => (key.kind === 'column' ? key.index : -1));
}

/** The kind of a change by its name. Undefined after a problem was reported. */
function kindOf(context: BindContext, name: string, span: Span, seen: readonly ChangeKind[]): ChangeKind | undefined {
  const kind = kindNames.indexOf(name as (typeof kindNames)[number]);
  if (kind < 0) {
    context.report.error('wrong-argument', span, `op_mapping names an unknown change: '${name}'`, {detail: listed('changes', kindNames)});
    return undefined;
  }
  if (!seen.includes(kind as ChangeKind)) return kind as ChangeKind;
  context.report.error('wrong-argument', span, `op_mapping names the change '${name}' twice`);
  return undefined;
}

function toChangelog(binder: QueryBinder, call: Call): Relation | null {
  const {context, session} = binder;
  const {builder} = session;
  if (session.isFinal) {
    return context.report.error(
      'not-supported',
      call.span,
      'TO_CHANGELOG needs a stream: where only final rows count, there are no changes',
      {
        hint: "SET 'execution.runtime-mode' = 'streaming'",
      },
    );
  }
  const codes = codesOf(context, call);
  if (codes === null) return null;
  const kinds = [...codes.keys()];
  if (call.mapping !== null && builder.at(call.input).changelog === 'append' && kinds.some(kind => kind !== 0)) {
    return context.report.error(
      'wrong-argument',
      call.span,
      'op_mapping names changes that never come: the rows of the table are only ever inserted',
    );
  }
  const kept = keptInDeletes(binder, call, kinds);
  if (kept === undefined) return null;
  const change = {name: 'change', type: withNullable(intType, false)};
  const width = call.columns.length;
  const below = builder.schema(call.input).columns;
  const node = builder.add({kind: 'to-changelog', input: call.input, kinds, width}, {schema: {columns: [...below, change]}});
  const kind: Expr = {kind: 'column', index: width, type: change.type, span: null};
  const is = (wanted: ChangeKind): Expr =>
    equality(context, kind, {kind: 'literal', value: wanted, type: change.type, span: null}, call.span);
  const all = [...codes].map(([each, text]) => ({when: is(each), then: textLiteral(text)}));
  const code: Expr = {
    kind: 'case',
    branches: all.slice(0, -1),
    otherwise: all.at(-1)!.then,
    type: stringType,
    span: null,
  };
  const columnOf = (index: number): {readonly name: string; readonly expression: Expr} => {
    const {name, type} = call.columns[index]!;
    const column: Expr = {kind: 'column', index, type, span: null};
    if (kept === null || kept.includes(index) || !kinds.includes(3)) return {name, expression: column};
    const nullable = withNullable(type, true);
    const branches = [{when: is(3), then: nullLiteral(nullable, null)}];
    return {name, expression: {kind: 'case', branches, otherwise: column, type: nullable, span: null}};
  };
  const rest = call.columns.flatMap((_, index) => (call.partition.includes(index) ? [] : [columnOf(index)]));
  return projected(binder, node, [...call.partition.map(columnOf), {name: call.operation, expression: code}, ...rest]);
}

/** What stands for each kind of change. Null after a problem was reported. */
function codesOf(context: BindContext, call: Call): ReadonlyMap<ChangeKind, string> | null {
  if (call.mapping === null) return new Map(kindNames.map((name, kind) => [kind as ChangeKind, name]));
  const codes = new Map<ChangeKind, string>();
  for (const {names, value, span} of call.mapping) {
    for (const name of names) {
      const kind = kindOf(context, name, span, [...codes.keys()]);
      if (kind === undefined) return null;
      codes.set(kind, value);
    }
  }
  return codes;
}

/** The columns that a delete still has, or null where it has all; undefined after a problem was reported. */
function keptInDeletes(
  {context, session}: QueryBinder,
  {name, input, partition, last}: Call,
  kinds: readonly ChangeKind[],
): readonly number[] | null | undefined {
  const {changelog, key} = session.builder.at(input);
  const wrong = (span: Span, message: string): undefined => {
    context.report.error('wrong-argument', span, message);
    return undefined;
  };
  if (last === undefined) return null;
  if (last.kind !== 'boolean' || last.value === null) return wrong(last.span, `produces_full_deletes of ${name} is TRUE or FALSE`);
  if (last.value && !kinds.includes(3)) return wrong(last.span, 'produces_full_deletes means nothing where op_mapping has no DELETE');
  if (last.value && changelog === 'append') return wrong(last.span, 'produces_full_deletes means nothing for rows that are never deleted');
  if (last.value) return null;
  if (key === null && partition.length === 0)
    return wrong(last.span, 'a delete of the key alone needs a key: the rows have none, and there is no PARTITION BY');
  return [...partition, ...(key ?? [])];
}

function fromChangelog(binder: QueryBinder, call: Call): Relation | null {
  const {context, session} = binder;
  const {builder} = session;
  const {report} = context;
  const {changelog} = builder.at(call.input);
  if (changelog !== 'append') return report.error('wrong-argument', call.span, 'FROM_CHANGELOG reads new rows only, and these change');
  const operation = operationColumn(context, call);
  const changes = changesOf(context, call);
  const onUnknown = errorHandling(context, call);
  if (operation === null || changes === null || onUnknown === null) return null;
  const kinds = [...new Set(changes.values())];
  const isUpsert = kinds.includes(2) && !kinds.includes(1);
  if (isUpsert && call.partition.length === 0) {
    return report.error('wrong-argument', call.span, 'updates without their old rows need a key', {
      hint: `write TABLE t PARTITION BY …, or name UPDATE_BEFORE in op_mapping, too`,
    });
  }
  const below = builder.schema(call.input).columns;
  const own = below.map((column, index): Expr => ({kind: 'column', index, type: column.type, span: null}));
  const branches = [...changes].map(([code, kind]) => ({
    when: equality(context, own[operation]!, textLiteral(code), call.span),
    then: {kind: 'literal', value: kind, type: intType, span: null} as const,
  }));
  const change: Expr = {kind: 'case', branches, otherwise: nullLiteral(intType, null), type: intType, span: null};
  const given = builder.add(
    {kind: 'project', input: call.input, expressions: [...own, change]},
    {schema: {columns: [...below, {name: 'change', type: change.type}]}},
  );
  const keys = isUpsert ? call.partition : null;
  const shape = {kind: 'from-changelog', input: given, change: below.length, operation, kinds, keys, onUnknown} as const;
  let node = builder.add(shape, {schema: builder.schema(given)});
  session.origins.set(node, {report, span: call.span, name: 'FROM_CHANGELOG'});
  if (keys !== null)
    node = builder.add({kind: 'changelog-normalize', input: node, keys, ...keptFor(session)}, {schema: builder.schema(node)});
  const rest = call.columns.flatMap((_, index) => (index === operation || call.partition.includes(index) ? [] : [index]));
  const columns = [...call.partition, ...rest].map(index => ({name: call.columns[index]!.name, expression: own[index]!}));
  const relation = projected(binder, node, columns);
  return session.isFinal ? {...relation, node: lastRows(session, relation.node)} : relation;
}

function isText({kind}: SqlType): boolean {
  return kind === 'CHAR' || kind === 'VARCHAR';
}

function operationColumn(context: BindContext, {columns, operation, operationSpan}: Call): number | null {
  const index = columns.findIndex(({name}) => name === operation);
  if (index < 0) {
    return context.report.error('unknown-column', operationSpan, `there is no column "${operation}", which says what each row does`, {
      detail: listed(
        'columns',
        columns.map(({name}) => name),
      ),
      hint: 'name it: op => DESCRIPTOR(…)',
    });
  }
  const {type} = columns[index]!;
  if (isText(type)) return index;
  const found = withArticle(typeText({...type, nullable: true}));
  return context.report.error(
    'wrong-type',
    operationSpan,
    `the column "${operation}" says what each row does, so it is a STRING, not ${found}`,
  );
}

/** The kind of change that each text stands for. Null after a problem was reported. */
function changesOf(context: BindContext, call: Call): ReadonlyMap<string, ChangeKind> | null {
  if (call.mapping === null) return new Map(kindNames.map((name, kind) => [name, kind as ChangeKind]));
  const changes = new Map<string, ChangeKind>();
  for (const {names, value, span} of call.mapping) {
    const kind = kindOf(context, value.trim(), span, [...changes.values()]);
    if (kind === undefined) return null;
    for (const name of names) {
      if (changes.has(name)) return context.report.error('wrong-argument', span, `op_mapping has '${name}' twice`);
      changes.set(name, kind);
    }
  }
  return changes;
}

function errorHandling(context: BindContext, {last}: Call): 'fail' | 'drop' | null {
  if (last === undefined) return 'fail';
  const value = last.kind === 'string' ? last.value.toUpperCase() : '';
  if (value === 'FAIL') return 'fail';
  if (value === 'SKIP') return 'drop';
  return context.report.error('wrong-argument', last.span, "error_handling is 'FAIL' or 'SKIP'");
}

function projected(
  {session}: QueryBinder,
  input: number,
  columns: readonly {readonly name: string; readonly expression: Expr}[],
): Relation {
  const schema = {columns: columns.map(({name, expression}) => ({name, type: expression.type}))};
  const expressions = columns.map(({expression}) => expression);
  return {node: session.builder.add({kind: 'project', input, expressions}, {schema}), columns: schema.columns};
}

function textLiteral(value: string): Expr {
  return coerced({kind: 'literal', value, type: withNullable(stringType, false), span: null}, stringType);
}

function equality({report}: BindContext, left: Expr, right: Expr, span: Span): Expr {
  return callOf(report, {name: '=', words: [], span}, [left, right])!;
}
