import type {Problem, Span} from '../../base/problem.ts';
import type {ResolvedTable} from '../catalog.ts';
import {behaviourOf} from '../nodes/index.ts';
import type {BindContext} from './context.ts';
import type {Session} from './session.ts';

/** Why rows of a node change after they were given, and where that comes from. */
export interface Updates {
  readonly reason: string;
  readonly notes: NonNullable<Problem['notes']>;
}

/** The node below (or at) an index that makes updates; null when there is none. */
export function updatesOf(session: Session, index: number): Updates | null {
  const node = session.builder.at(index);
  if (node.changelog === 'append') return null;
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
  return {reason: 'the input has updates', notes: []};
}

/** A sink must take what the query gives. */
export function checkSink(session: Session, context: BindContext, resolved: ResolvedTable, node: number, span: Span): boolean {
  const {changelog} = session.builder.at(node);
  if (changelog === 'append' || resolved.writes.includes(changelog)) return true;
  const {table} = resolved;
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
