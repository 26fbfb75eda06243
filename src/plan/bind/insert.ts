import {nearest} from '../../base/nearest.ts';
import type {Span} from '../../base/problem.ts';
import type {Insert, OptionPair} from '../../sql/ast.ts';
import {castability} from '../../types/cast.ts';
import {booleanType, type Column, type Schema} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import {behaviourOf} from '../nodes/index.ts';
import type {ResolvedTable} from '../catalog.ts';
import type {Expr} from '../expression.ts';
import type {SinkTarget} from '../table.ts';
import {castTo, coerced} from './cast.ts';
import type {BindContext} from './context.ts';
import type {CreatedTable} from './create-table.ts';
import {fileTarget, knownFileEndings} from './file-target.ts';
import {tableName} from './from.ts';
import {literal, nullLiteral} from './literal.ts';
import {QueryBinder} from './query.ts';
import {listed} from './scope.ts';
import type {Relation, Session} from './session.ts';
import {constrained, innerTest} from './sink-constraints.ts';
import {checkSink, mayConflict, withoutConflicts} from './sink-rules.ts';
import {dynamicOptions, resolveTable, undeclaredTable} from './table.ts';

/** An INSERT as a sink node. Null after a problem was reported. */
export function bindInsert(session: Session, context: BindContext, insert: Insert): number | null {
  const {report} = context;
  const query = new QueryBinder(session, context).bindQuery(insert.query);
  if (insert.file !== null) return query === null ? null : insertIntoFile(session, context, insert, insert.file, query);
  const name = insert.table === null ? null : tableName(insert.table, context);
  if (name === null || insert.table === null) return null;
  const {span} = insert.table;
  const created = session.tables.get(name);
  if (created === 'failed') return null;
  if (created === undefined) {
    if (name === 'stdout' && context.lenient) return query === null ? null : consoleSink(session, query);
    return unknownTarget(session, context, name, span);
  }
  if (created.kind === 'query') {
    return report.error('not-writable', span, `"${name}" is a view, and rows can only be inserted into tables`);
  }
  const options = dynamicOptions(insert.hints, context);
  if (options === null) return null;
  const resolved = resolveTable(session, created, options, {context, span});
  if (resolved === null || query === null) return null;
  return insertIntoTable(session, context, insert, {created, resolved, query, span});
}

interface Target {
  readonly created: CreatedTable;
  readonly resolved: ResolvedTable;
  readonly query: Relation;
  readonly span: Span;
}

function insertIntoTable(session: Session, context: BindContext, insert: Insert, target: Target): number | null {
  const {report} = context;
  const {created, resolved, span} = target;
  if (!resolved.isSink) {
    return report.error(
      'not-writable',
      span,
      `table "${created.name}" cannot be written: connector "${resolved.table.connector}" only reads`,
    );
  }
  if (insert.overwrite && !session.isFinal) {
    return report.error('overwrite-needs-batch', insert.span, 'INSERT OVERWRITE needs batch mode: a stream is never complete', {
      hint: "SET 'execution.runtime-mode' = 'batch', or write INSERT INTO",
    });
  }
  const taken = withMetadata(context, target);
  if (taken === null) return null;
  const {columns} = taken.table;
  const node = arranged(session, context, insert, target, columns);
  if (node === null || !checkSink(session, context, taken, node, span, insert.onConflict !== null)) return null;
  const isUndecided = insert.onConflict === null && !mayConflict(session, taken, node);
  const decided = isUndecided ? node : withoutConflicts(session, context, insert, taken, node);
  if (decided === null) return null;
  const kept = session.settings.dropsNulls ? withoutNulls(session, decided, columns) : decided;
  const byKey = resolved.writes.includes('upsert') && !resolved.writes.includes('retract');
  const {table} = taken;
  return addSink(session, kept, {kind: 'table', table, overwrite: insert.overwrite, ...(byKey ? {byKey} : {})}, {columns});
}

/** The table as a sink takes it: its physical columns, and behind them the metadata that can be written. Null after a problem was reported. */
function withMetadata({report}: BindContext, {created, resolved}: Target): ResolvedTable | null {
  const writable = created.base.flatMap(column => (column.kind === 'metadata' && !column.virtual ? [column] : []));
  const [first] = writable;
  if (first === undefined) return resolved;
  const {table, writesMetadata = false} = resolved;
  const unwritable = writable.find(({key}) => writesMetadata !== true && (writesMetadata === false || !writesMetadata.includes(key)));
  if (unwritable !== undefined) {
    return report.error(
      'not-supported',
      unwritable.span,
      `connector "${table.connector}" cannot write metadata column "${unwritable.name}"`,
      {
        hint: 'declare it as VIRTUAL, so that it is only read',
      },
    );
  }
  // Metadata has the order of the connector, not that of the declaration.
  const metadata = writable.sort((left, right) => (left.key < right.key ? -1 : Number(left.key > right.key)));
  const columns = [...table.columns, ...metadata.map(({name, type}) => ({name, type}))];
  return {...resolved, table: {...table, columns, writtenMetadata: metadata.map(({key}) => key)}};
}

/** The rows without NULL in columns, or parts of them, that are NOT NULL. */
function withoutNulls(session: Session, input: number, columns: readonly Column[]): number {
  const {schema} = session.builder.at(input);
  const tests = schema.columns.flatMap(({type}, index): readonly Expr[] => {
    const column: Expr = {kind: 'column', index, type, span: null};
    const inside = innerTest(column, columns[index]!.type, session.settings);
    if (!type.nullable || columns[index]!.type.nullable) return inside;
    return [
      {kind: 'call', function: 'IS NOT NULL', words: [], arguments: [column], type: {...booleanType, nullable: false}, span: null},
      ...inside,
    ];
  });
  return tests.reduce((node, predicate) => session.builder.add({kind: 'filter', input: node, predicate}, {schema}), input);
}

/** The query's columns in the order and types of the table's. */
function arranged(session: Session, context: BindContext, insert: Insert, target: Target, columns: readonly Column[]): number | null {
  const {report} = context;
  const {query, created} = target;
  const fixed = staticPartition(context, insert.partition, created);
  const names = insertedNames(context, insert, created, fixed);
  if (fixed === null || names === null) return null;
  if (names.length !== query.columns.length) {
    return report.error(
      'wrong-column-count',
      insert.query.span,
      `table "${created.name}" takes ${names.length} columns here, and the query gives ${query.columns.length}`,
      {
        detail: `${listed('taken', names)}; ${listed(
          'given',
          query.columns.map(column => column.name),
        )}`,
      },
    );
  }
  let isWhole = true;
  const expressions = columns.map((column): Expr => {
    const constant = fixed.get(column.name);
    if (constant !== undefined) return constant;
    const index = names.indexOf(column.name);
    if (index === -1) {
      if (!column.type.nullable) {
        isWhole = false;
        report.error(
          'missing-column',
          insert.columns[0]?.span ?? insert.span,
          `column "${column.name}" is NOT NULL, so it must be given a value`,
        );
      }
      return nullLiteral(column.type, null);
    }
    const given = query.columns[index]!;
    const own: Expr = {kind: 'column', index, type: given.type, span: null};
    const how = castability(given.type, column.type);
    if (how === 'same' || how === 'implicit') return constrained(coerced(own, column.type), column, {session, report, span: insert.span});
    isWhole = false;
    notAssignable(context, insert, index, given, column, how === 'explicit');
    return own;
  });
  if (!isWhole) return null;
  const isSame =
    expressions.length === query.columns.length &&
    expressions.every((expression, index) => expression.kind === 'column' && expression.index === index);
  if (isSame) return query.node;
  return session.builder.add(
    {kind: 'project', input: query.node, expressions},
    {schema: {columns: columns.map(({name}, index) => ({name, type: expressions[index]!.type}))}},
  );
}

function notAssignable(context: BindContext, insert: Insert, index: number, given: Column, column: Column, canBeCast: boolean): void {
  const {body} = insert.query;
  const item = body.kind === 'select' && !body.items.some(({expression}) => expression.kind === 'star') ? body.items[index] : undefined;
  const from = typeText({...given.type, nullable: true});
  const to = typeText({...column.type, nullable: true});
  context.report.error(
    'wrong-type',
    item?.span ?? insert.query.span,
    `column "${column.name}" is ${to}, and the query gives ${from}${given.name === column.name ? '' : ` ("${given.name}")`}`,
    canBeCast ? {hint: `cast it: CAST(${item === undefined ? 'x' : context.report.textOf(item.expression.span)} AS ${to})`} : {},
  );
}

/** The columns that the query fills, in its order. */
function insertedNames(
  context: BindContext,
  insert: Insert,
  created: CreatedTable,
  fixed: ReadonlyMap<string, Expr> | null,
): readonly string[] | null {
  const written = created.base.filter(column => column.kind === 'physical' || !column.virtual);
  const all = written.map(column => column.name).filter(name => fixed?.has(name) !== true);
  if (insert.columns.length === 0) return all;
  let isWhole = true;
  const seen = new Set<string>();
  for (const {name, span} of insert.columns) {
    if (!all.includes(name)) {
      isWhole = false;
      unknownColumn(context, name, span, created, all);
    } else if (seen.has(name)) {
      isWhole = false;
      context.report.error('duplicate-column', span, `column "${name}" is named twice`);
    }
    seen.add(name);
  }
  return isWhole ? insert.columns.map(column => column.name) : null;
}

function unknownColumn(context: BindContext, name: string, span: Span, created: CreatedTable, columns: readonly string[]): void {
  const isComputed = created.columns.some(column => column.name === name);
  const near = nearest(name, columns);
  const message = isComputed
    ? `column "${name}" of table "${created.name}" is computed and cannot be written`
    : `table "${created.name}" has no column "${name}"`;
  context.report.error('unknown-column', span, message, {
    detail: listed('columns', columns),
    ...(near === null || isComputed ? {} : {hint: `did you mean "${near}"?`}),
  });
}

/** PARTITION (k = 'v'): columns with one value for all rows. */
function staticPartition(context: BindContext, pairs: readonly OptionPair[], created: CreatedTable): ReadonlyMap<string, Expr> | null {
  const fixed = new Map<string, Expr>();
  for (const {key, keySpan, value, valueSpan} of pairs) {
    const column = created.declared.columns.find(candidate => candidate.name === key);
    if (column === undefined || !created.declared.partitionedBy.includes(key)) {
      return context.report.error('unknown-column', keySpan, `table "${created.name}" is not partitioned by "${key}"`, {
        detail: listed('PARTITIONED BY', created.declared.partitionedBy),
      });
    }
    const text = literal({kind: 'CHAR', length: value.length, nullable: false}, value, context.report.spanOf(valueSpan));
    const isText = castability(text.type, column.type) === 'same';
    fixed.set(key, isText ? text : castTo(text, column.type, true, false));
  }
  return fixed;
}

function unknownTarget(session: Session, context: BindContext, name: string, span: Span): null {
  const names = [...session.tables.keys()];
  const near = nearest(name, names);
  const stdout = name === 'stdout' ? "write CREATE TABLE stdout (…) WITH ('connector' = 'stdout', 'format' = 'json')" : undefined;
  const hint = near === null ? stdout : `did you mean "${near}"?`;
  return context.report.error('unknown-table', span, `there is no table "${name}"`, {
    detail: listed('tables', names),
    ...(hint === undefined ? {} : {hint}),
  });
}

function insertIntoFile(
  session: Session,
  context: BindContext,
  insert: Insert,
  file: NonNullable<Insert['file']>,
  query: Relation,
): number | null {
  const {report} = context;
  if (!context.lenient) {
    return report.error('file-in-insert', file.span, "INSERT INTO 'file' is for one-liners: Flink has no such thing", {
      hint: `declare a table: CREATE TABLE output (…) WITH ('connector' = 'filesystem', 'path' = '${file.target.replaceAll("'", "''")}', 'format' = 'json')`,
    });
  }
  const columns = outputColumns(query.columns);
  const declared = fileTarget(file.target, columns);
  if (declared === null) {
    return report.error('unknown-file-format', file.span, `the name "${file.target}" does not say which format to write`, {
      hint: `end it with one of ${knownFileEndings.join(', ')}`,
    });
  }
  const created = undeclaredTable(declared, context, file.span);
  const resolved = resolveTable(session, created, [], {context, span: file.span});
  return resolved === null ? null : insertIntoTable(session, context, insert, {created, resolved, query, span: file.span});
}

/** The result of a query that goes nowhere else. */
export function consoleSink(session: Session, query: Relation): number {
  session.consoles++;
  return addSink(session, query.node, {kind: 'console', ordinal: session.consoles}, {columns: outputColumns(query.columns)});
}

function addSink(session: Session, input: number, target: SinkTarget, schema: Schema): number {
  session.settings.markUsed();
  checkBounds(session, input);
  return session.builder.add({kind: 'sink', input, target}, {schema});
}

/** Batch mode gives its rows at the end of its input, so there must be one. */
function checkBounds(session: Session, index: number): void {
  if (session.settings.runtimeMode !== 'batch') return;
  const node = session.builder.at(index);
  for (const input of behaviourOf(node).inputs(node)) checkBounds(session, input);
  const origin = session.origins.get(index);
  if (node.kind !== 'scan' || node.bounded || origin === undefined) return;
  // Several sinks may read it, but once is enough.
  session.origins.delete(index);
  origin.report.error('unbounded-batch', origin.span, `${origin.name} never ends, so it cannot be read in batch mode`, {
    detail: "execution.runtime-mode is 'batch'",
    hint: "bound the table, or SET 'execution.runtime-mode' = 'streaming'",
  });
}

/** Names of a result are unique: what comes again gets a number, as in Flink. */
export function outputColumns(columns: readonly Column[]): readonly Column[] {
  const used = new Set<string>();
  return columns.map(({name, type}) => {
    let unique = name;
    for (let number = 0; used.has(unique); number++) unique = `${name}${number}`;
    used.add(unique);
    return {name: unique, type};
  });
}
