import type {Problem, Span} from '../../base/problem.ts';
import {parseDuration} from '../../base/quantity.ts';
import type {Hint, OptionPair} from '../../sql/ast.ts';
import {castability} from '../../types/cast.ts';
import {bigintType, type Column, withNullable} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {ExternalTable, ResolvedTable} from '../catalog.ts';
import type {Expr} from '../expression.ts';
import {substitute} from '../expression-walk.ts';
import type {TablePlan, WantedPath} from '../table.ts';
import {castTo} from './cast.ts';
import type {BindContext} from './context.ts';
import type {BaseColumn, CreatedTable} from './create-table.ts';
import {listed} from './scope.ts';
import type {Relation, Session, Use} from './session.ts';
import {keptFor} from './state-ttl.ts';

/** What the catalog says of a table with its options and those of the hints. Null after problems were reported. */
export function resolveTable(session: Session, created: CreatedTable, dynamic: readonly OptionPair[], use: Use): ResolvedTable | null {
  const key = optionsKey(dynamic);
  const known = created.resolved.get(key);
  if (known !== undefined) return known;
  const options = new Map(created.declared.options.map(({key: name, value}) => [name, value]));
  for (const {key: name, value} of dynamic) options.set(name, value);
  const declared =
    dynamic.length === 0 ? created.declared : {...created.declared, options: [...options].map(([name, value]) => ({key: name, value}))};
  const {resolved, problems} = session.catalog.resolve(declared);
  for (const {problem, option} of problems) use.context.report.problems.push(placed(problem, option, created, dynamic, use));
  const isUsable = !problems.some(({problem}) => problem.severity === 'error');
  const found = isUsable ? resolved : null;
  created.resolved.set(key, found);
  return found;
}

function optionsKey(dynamic: readonly OptionPair[]): string {
  return JSON.stringify(dynamic.map(({key, value}) => [key, value]));
}

/** A problem of the catalog, with the place of the option that it is about, or of the table. */
function placed(problem: Problem, option: string | null, created: CreatedTable, dynamic: readonly OptionPair[], use: Use): Problem {
  if (problem.place !== undefined) return problem;
  const hinted = dynamic.find(({key}) => key === option);
  if (hinted !== undefined) return {...problem, place: use.context.report.place(hinted.valueSpan)};
  const declared = created.parts.options.findLast(({pair}) => pair.key === option);
  if (declared !== undefined) return {...problem, place: declared.context.report.place(declared.pair.valueSpan)};
  return {...problem, place: created.context.report.place(created.span)};
}

/** The options of OPTIONS hints. Hints on how to run a join are told to have no effect; others are refused. */
export function dynamicOptions(hints: readonly Hint[], context: BindContext): readonly OptionPair[] | null {
  const options: OptionPair[] = [];
  for (const hint of hints) {
    if (hint.name.toUpperCase() === 'OPTIONS') options.push(...hint.options);
    else if (!checkHint(hint, context)) return null;
  }
  return options;
}

const hintsWithoutEffect = ['BROADCAST', 'SHUFFLE_HASH', 'SHUFFLE_MERGE', 'NEST_LOOP', 'MULTI_JOIN', 'LOOKUP'];

/** Whether a hint of a table or of a SELECT can be left alone. */
export function checkHint(hint: Hint, context: BindContext, of: 'table' | 'select' = 'table'): boolean {
  const name = hint.name.toUpperCase();
  if (name === 'STATE_TTL') {
    if (of === 'table')
      context.report.warning('no-effect', hint.span, 'hint STATE_TTL has no effect behind a table: write it behind SELECT');
    return true;
  }
  if (hintsWithoutEffect.includes(name)) {
    context.report.warning('no-effect', hint.span, `hint ${name} has no effect here`);
    return true;
  }
  context.report.notSupported(`hint ${name}`, hint.span);
  return false;
}

/** Reads a table: a scan, then computed columns, then its watermark. Everybody who reads it with the same options reads it together. */
export function tableRelation(session: Session, created: CreatedTable, dynamic: readonly OptionPair[], use: Use): Relation | null {
  // Also by the mode, which may be set after a view has read the table (only a stream has watermarks), and by how long rows are kept.
  const key = `${session.isFinal ? 'final' : 'stream'} ${session.settings.stateTtlMs ?? ''} ${optionsKey(dynamic)}`;
  const known = created.relations.get(key);
  if (known !== undefined) return known;
  const resolved = resolveTable(session, created, dynamic, use);
  const relation = resolved === null ? null : boundTable(session, created, resolved, use);
  created.relations.set(key, relation);
  return relation;
}

function boundTable(session: Session, created: CreatedTable, resolved: ResolvedTable, use: Use): Relation | null {
  const {report} = use.context;
  const {table} = resolved;
  if (!resolved.isSource) {
    return report.error('not-readable', use.span, `table "${created.name}" cannot be read: connector "${table.connector}" only writes`);
  }
  if (table.partitionedBy.length > 0) {
    return report.notSupported(
      `reading a table with PARTITIONED BY ("${created.name}")`,
      use.span,
      'read the files of one partition: name it in "path"',
    );
  }
  if (!canBeChanged(session, created, resolved, use)) return null;
  const wanted = created.base.map((column, ordinal) => wantedOf(column, ordinal, created, resolved));
  if (wanted.includes(null)) return null;
  const paths = wanted as readonly WantedPath[];
  const key = primaryKeyOf(created);
  const bounded = resolved.bounded || session.isInputTakenToEnd;
  const columns = paths.map((path, index) => ({name: created.base[index]!.name, type: path.type}));
  let node = session.builder.add(
    {kind: 'scan', table, wanted: paths},
    {schema: {columns}, changelog: resolved.reads, key, rowtime: null, bounded},
  );
  session.origins.set(node, {report, span: use.span, name: `table "${created.name}"`});
  if (key !== null && needsNormalizing(session, resolved)) {
    node = session.builder.add({kind: 'changelog-normalize', input: node, keys: key, ...keptFor(session)}, {schema: {columns}});
  }
  if (resolved.reads !== 'append' && session.isFinal) node = lastRows(session, node);
  const outputs = outputsOf(created, columns);
  if (!isIdentity(outputs, columns)) {
    node = session.builder.add({kind: 'project', input: node, expressions: outputs}, {schema: {columns: created.columns}});
  }
  if (created.watermark !== null && !session.isFinal) {
    node = session.builder.add(
      {kind: 'watermark', input: node, ...created.watermark, idleAfterMs: idleAfterMs(session, table)},
      {schema: {columns: created.columns}},
    );
  }
  return {node, columns: created.columns};
}

/** Whether rows of the table may change as its format says. */
function canBeChanged(session: Session, created: CreatedTable, {reads, table}: ResolvedTable, use: Use): boolean {
  const {report} = use.context;
  const format = `format "${table.format ?? table.connector}"`;
  if (reads === 'append') return true;
  if (session.isFinal && !session.isInputTakenToEnd) {
    report.error('changes-in-batch', use.span, `table "${created.name}" gives updates and deletes, and batch mode reads new rows only`, {
      detail: `that is what its ${format} says`,
      hint: "SET 'execution.runtime-mode' = 'streaming'",
    });
    return false;
  }
  if (reads === 'retract' || created.declared.primaryKey.length > 0) return true;
  report.error('missing-key', use.span, `table "${created.name}" gives updates without the old row, so it needs a PRIMARY KEY`, {
    detail: `that is what its ${format} says; the key tells which row an update replaces`,
    hint: 'add PRIMARY KEY (…) NOT ENFORCED to the table',
  });
  return false;
}

/** The rows that are left when the input has ended, each as often as it is there. */
export function lastRows(session: Session, input: number): number {
  const {builder} = session;
  const {columns} = builder.schema(input);
  const own = columns.map(({type}, index): Expr => ({kind: 'column', index, type, span: null}));
  const type = withNullable(bigintType, false);
  const calls = [{function: 'COUNT', arguments: [], distinct: false, filter: null, type, name: 'times'}];
  const schema = {columns: [...columns, {name: 'times', type}]};
  const counted = builder.add({kind: 'aggregate', input, keys: own, calls, emit: 'final'}, {schema});
  const rows = builder.add({kind: 'replicate', input: counted, count: columns.length}, {schema});
  return builder.add({kind: 'project', input: rows, expressions: own}, {schema: {columns}});
}

/** Whether changes of the table must be made whole before anybody can use them: old rows are missing, or events may come twice. */
function needsNormalizing(session: Session, {reads}: ResolvedTable): boolean {
  return reads === 'upsert' || (reads === 'retract' && session.settings.eventsMayRepeat);
}

/** What the table says of itself comes before the setting for all. */
function idleAfterMs(session: Session, {options}: TablePlan): number | null {
  const own = options.get('scan.watermark.idle-timeout');
  return own === undefined ? session.settings.idleAfterMs : parseDuration(own) || null;
}

/** The declared columns over the scan's. Metadata comes in the connector's type and is cast to the declared one. */
function outputsOf(created: CreatedTable, scanned: readonly Column[]): readonly Expr[] {
  const base = created.base.map(({type}, index): Expr => {
    const own: Expr = {kind: 'column', index, type: scanned[index]!.type, span: null};
    return castability(own.type, type) === 'same' ? own : castTo(own, type, true, false);
  });
  return created.outputs.map(output => substitute(output, base));
}

function isIdentity(outputs: readonly Expr[], columns: readonly Column[]): boolean {
  return outputs.length === columns.length && outputs.every((output, index) => output.kind === 'column' && output.index === index);
}

/** Columns of the scan that identify a row. */
function primaryKeyOf(created: CreatedTable): readonly number[] | null {
  if (created.declared.primaryKey.length === 0) return null;
  return created.declared.primaryKey.map(name => created.base.findIndex(column => column.name === name));
}

function wantedOf(column: BaseColumn, index: number, created: CreatedTable, resolved: ResolvedTable): WantedPath | null {
  const {report} = created.context;
  if (column.kind === 'physical') {
    const ordinal = created.base.slice(0, index).filter(other => other.kind === 'physical').length;
    return {kind: 'physical', path: [column.name], ordinal, type: column.type};
  }
  const keys = Object.keys(resolved.metadata);
  const type = Object.hasOwn(resolved.metadata, column.key) ? resolved.metadata[column.key] : undefined;
  if (type === undefined) {
    return report.error('unknown-metadata', column.span, `connector "${resolved.table.connector}" has no metadata "${column.key}"`, {
      detail: listed('metadata', keys),
    });
  }
  if (castability(type, column.type) === 'none') {
    return report.error(
      'wrong-type',
      column.span,
      `metadata "${column.key}" is ${typeText(type)}, which cannot be cast to ${typeText(column.type)}`,
    );
  }
  return {kind: 'metadata', key: column.key, type};
}

/** A file or stream that nobody declared, as a table. */
export function externalTable(session: Session, target: string, external: ExternalTable, use: Use): CreatedTable {
  const known = session.externals.get(target);
  if (known !== undefined && known !== null) return known;
  const created = undeclaredTable(external.declared, use.context, use.span);
  session.externals.set(target, created);
  return created;
}

/** A table that stands in no statement: its columns are physical, and its place is where it is used. */
export function undeclaredTable(declared: ExternalTable['declared'], context: BindContext, span: Span): CreatedTable {
  const columns = declared.columns.map(({name, type}) => ({name, type}));
  return {
    kind: 'table',
    name: declared.name,
    span,
    context,
    parts: {columns: [], watermark: null, primaryKey: [], partitionedBy: [], options: []},
    declared,
    base: columns.map(column => ({...column, kind: 'physical'})),
    columns,
    outputs: columns.map(({type}, index) => ({kind: 'column', index, type, span: null})),
    watermark: null,
    resolved: new Map(),
    relations: new Map(),
  };
}
