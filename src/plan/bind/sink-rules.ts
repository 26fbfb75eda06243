import type {Problem, Span} from '../../base/problem.ts';
import type {Insert} from '../../sql/ast.ts';
import type {ResolvedTable} from '../catalog.ts';
import {behaviourOf} from '../nodes/index.ts';
import type {BindContext} from './context.ts';
import type {Session} from './session.ts';
import {keptFor} from './state-ttl.ts';

/** Why rows of a node change after they were given, and where that comes from. */
export interface Updates {
  readonly reason: string;
  readonly notes: NonNullable<Problem['notes']>;
}

/** The node below (or at) an index that makes updates; null when there is none. */
export function updatesOf(session: Session, index: number): Updates | null {
  const node = session.builder.at(index);
  if (node.changelog === 'append') return null;
  if ((node.kind === 'rank' && node.emit === 'changes') || node.kind === 'deduplicate') {
    const origin = session.origins.get(index);
    const notes = origin === undefined ? [] : [{message: 'the updates come from here', place: origin.report.place(origin.span)}];
    return {reason: `${origin?.name ?? 'Top-N'} takes rows back when better ones come, as long as the query streams`, notes};
  }
  if (node.kind === 'aggregate' && node.emit === 'changes') {
    const origin = session.origins.get(index);
    const name = origin?.name ?? 'GROUP BY';
    const what =
      name === 'SELECT DISTINCT' || name.startsWith('UNION')
        ? `${name} keeps each row, and Flink counts that as an update`
        : `${name} changes the row of a group with every row that comes`;
    const notes = origin === undefined ? [] : [{message: 'the updates come from here', place: origin.report.place(origin.span)}];
    return {reason: `${what}, as long as the query streams`, notes};
  }
  for (const input of behaviourOf(node).inputs(node)) {
    const found = updatesOf(session, input);
    if (found !== null) return found;
  }
  if (node.kind === 'join') {
    const origin = session.origins.get(index);
    const notes = origin === undefined ? [] : [{message: 'the updates come from here', place: origin.report.place(origin.span)}];
    return {reason: `${origin?.name ?? 'the join'} gives a row that has no partner yet, and takes it back when one comes`, notes};
  }
  return {reason: 'the input has updates', notes: []};
}

/** A sink must take what the query gives. */
export function checkSink(
  session: Session,
  context: BindContext,
  resolved: ResolvedTable,
  node: number,
  span: Span,
  hasOnConflict: boolean,
): boolean {
  const {changelog} = session.builder.at(node);
  if (changelog === 'append') return true;
  if (resolved.writes.includes('retract')) return hasOnConflict || isDecided(session, context, resolved, node, span);
  const {table} = resolved;
  if (resolved.writes.includes('upsert')) {
    if (table.primaryKey.length > 0) return hasOnConflict || isDecided(session, context, resolved, node, span);
    context.report.error('missing-key', span, `table "${table.name}" takes updates by key, so it needs a PRIMARY KEY`, {
      hint: 'add PRIMARY KEY (…) NOT ENFORCED to the table',
    });
    return false;
  }
  const updates = updatesOf(session, node);
  const format = table.format === null ? '' : ` with format "${table.format}"`;
  context.report.error(
    'sink-takes-no-updates',
    span,
    `table "${table.name}" takes new rows only, but the query changes rows that it has given`,
    {
      detail: `${updates?.reason ?? 'the query has updates'}; connector "${table.connector}"${format} cannot take a row back`,
      hint: "for the last state of each row, SET 'execution.runtime-mode' = 'batch' (the input must end); to see every change, insert into a table with 'connector' = 'print'",
      ...(updates === null ? {} : {notes: updates.notes}),
    },
  );
  return false;
}

/**
 * Two rows of a query may have the same primary key of the table when the key of the query's rows is another one. Which of them stays is for the writer to say,
 * as Flink asks since 2.3.
 */
function isDecided(session: Session, context: BindContext, {table}: ResolvedTable, index: number, span: Span): boolean {
  const node = session.builder.at(index);
  if (table.primaryKey.length === 0 || !session.settings.requiresOnConflict) return true;
  const key = node.key?.map(column => table.columns[column]!.name) ?? null;
  if (key !== null && key.length === table.primaryKey.length && key.every(name => table.primaryKey.includes(name))) return true;
  const updates = updatesOf(session, index);
  const [given, wanted] = [key === null || key.length === 0 ? 'nothing' : key.join(', '), table.primaryKey.join(', ')];
  context.report.error(
    'undecided-conflict',
    span,
    `rows of the query are told apart by ${given}, and those of table "${table.name}" by ${wanted}`,
    {
      detail: 'so two rows of the query may meet in one row of the table',
      hint: `select a key that is the table's, or let the last change win: SET 'table.exec.sink.require-on-conflict' = 'false'`,
      ...(updates === null ? {} : {notes: updates.notes}),
    },
  );
  return false;
}

/** Whether rows of the query may meet in a key of the table, and the last one is to win though no ON CONFLICT says so: as in Flink before 2.3. */
export function mayConflict(session: Session, {table}: ResolvedTable, index: number): boolean {
  const node = session.builder.at(index);
  if (node.changelog === 'append' || table.primaryKey.length === 0 || !session.settings.materializesConflicts) return false;
  const names = node.key?.map(column => table.columns[column]!.name) ?? null;
  return names === null || names.length !== table.primaryKey.length || !names.every(name => table.primaryKey.includes(name));
}

/** The rows of the query as rows of the table, where ON CONFLICT says what becomes of those that meet in a key. Null after a problem was reported. */
export function withoutConflicts(
  session: Session,
  context: BindContext,
  insert: Insert,
  resolved: ResolvedTable,
  index: number,
): number | null {
  const {report} = context;
  const {table, writes} = resolved;
  const {builder} = session;
  const node = builder.at(index);
  const clause = `ON CONFLICT DO ${(insert.onConflict ?? '').toUpperCase()}`;
  if (table.primaryKey.length === 0 || (!writes.includes('retract') && !writes.includes('upsert'))) {
    return report.error(
      'wrong-table',
      insert.span,
      `${clause} is for tables that take updates by their PRIMARY KEY, and "${table.name}" is none`,
    );
  }
  const keys = table.primaryKey.map(name => table.columns.findIndex(column => column.name === name));
  const {key} = node;
  if (key !== null && key.length === keys.length && key.every(column => keys.includes(column))) return index;
  if (insert.onConflict !== 'deduplicate' && insert.onConflict !== null) {
    if (node.changelog !== 'append') return report.notSupported(`${clause} of a query that changes its rows`, insert.span);
    if (!isTimed(session, index)) {
      return report.error('wrong-time', insert.span, `${clause} requires all source tables to define watermarks`, {
        hint: 'declare WATERMARK FOR a column in each CREATE TABLE, or write DO DEDUPLICATE',
      });
    }
  }
  const keeps = insert.onConflict === 'nothing' ? 'first' : insert.onConflict === 'error' ? 'error' : 'last';
  return builder.add({kind: 'upsert-materialize', input: index, keys, rowKey: key, keeps, ...keptFor(session)}, {schema: node.schema});
}

/** Whether every source below has a watermark. */
function isTimed(session: Session, index: number): boolean {
  const node = session.builder.at(index);
  if (node.kind === 'watermark') return true;
  return (
    node.kind !== 'scan' &&
    behaviourOf(node)
      .inputs(node)
      .every(input => isTimed(session, input))
  );
}
