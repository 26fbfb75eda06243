import {nearest} from '../../base/nearest.ts';
import type {Span} from '../../base/problem.ts';
import type {CompoundName, Hint, TableAlias, TableReference} from '../../sql/ast.ts';
import {declareSql} from '../declare.ts';
import type {BindContext} from './context.ts';
import type {QueryBinder} from './query.ts';
import {bindChangelogFunction, isChangelogFunction} from './changelog-call.ts';
import {bindJoin} from './join.ts';
import {listed, renamed, type MergedColumn, type ScopeRelation} from './scope.ts';
import type {CommonTables, Emit, NamedTable, Relation} from './session.ts';
import {bindWindowFunction, isWindowFunction} from './window.ts';
import {dynamicOptions, externalTable, tableRelation} from './table.ts';
import {bindUnnest} from './unnest.ts';
import {oneRow} from './values.ts';

/** The catalog and database in which every table is, as Flink calls them when nothing else is said. */
const defaultPath = ['default_catalog', 'default_database'];

export interface BoundFrom {
  readonly node: number;
  readonly relations: readonly ScopeRelation[];
  readonly merged: readonly MergedColumn[];
}

/** What FROM reads, and how its columns are called. Null after a problem was reported. */
export function bindFrom(binder: QueryBinder, reference: TableReference, around: CommonTables | null, emit: Emit): BoundFrom | null {
  const {report} = binder.context;
  const {span} = reference;
  switch (reference.kind) {
    case 'named': {
      if (reference.systemTime !== null) return report.notSupported('FOR SYSTEM_TIME AS OF', reference.systemTime.span);
      const found = bindName(binder, reference.name, reference.hints, around, emit);
      return found === null ? null : aliased(binder.context, found, reference.alias, fullPath(reference.name));
    }
    case 'file': {
      const found = bindFile(binder, reference.target, reference.hints, span);
      return found === null ? null : aliased(binder.context, found, reference.alias, []);
    }
    case 'derived': {
      if (reference.lateral) return report.notSupported('LATERAL', span);
      const found = binder.bindNested(reference.query, around, emit);
      return found === null ? null : aliased(binder.context, found, reference.alias, []);
    }
    case 'join':
      return bindJoin(binder, reference, around, emit);
    case 'function': {
      const {name} = reference.call;
      if (isWindowFunction(name)) {
        const found = bindWindowFunction(binder, reference, name, around, emit);
        return found === null ? null : aliased(binder.context, found, reference.alias, []);
      }
      if (isChangelogFunction(name)) {
        const found = bindChangelogFunction(binder, reference, name, around, emit);
        return found === null ? null : aliased(binder.context, found, reference.alias, []);
      }
      return report.notSupported(`table function ${name}`, reference.call.span);
    }
    case 'unnest':
      return bindUnnest(binder, {node: oneRow(binder), relations: [], merged: []}, reference, {type: 'CROSS', on: null});
    case 'other-table':
      return report.notSupported(reference.name, span);
  }
}

function fullPath(name: CompoundName): readonly string[] {
  return [...defaultPath, name.parts.at(-1)!.name];
}

function aliased(context: BindContext, found: Relation, alias: TableAlias | null, path: readonly string[]): BoundFrom | null {
  const columns = renamed(context, found.columns, alias?.columns ?? [], alias?.span);
  if (columns === null) return null;
  return {node: found.node, relations: [{path: alias === null ? path : [alias.name.name], columns, first: 0}], merged: []};
}

/** Parts of a name beyond the last must be those of the one catalog and database. */
export function tableName(name: CompoundName, context: BindContext): string | null {
  const around = name.parts.slice(0, -1);
  const expected = defaultPath.slice(defaultPath.length - around.length);
  if (around.length <= defaultPath.length && around.every((part, index) => part.name === expected[index])) return name.parts.at(-1)!.name;
  return context.report.error(
    'not-supported',
    name.span,
    `catalog or database "${around.map(part => part.name).join('.')}" does not exist`,
    {
      detail: `every table is in "${defaultPath.join('.')}"`,
      hint: 'write the name of the table alone',
    },
  );
}

function bindName(
  binder: QueryBinder,
  written: CompoundName,
  hints: readonly Hint[],
  around: CommonTables | null,
  emit: Emit,
): Relation | null {
  const {context, session} = binder;
  const name = tableName(written, context);
  const options = dynamicOptions(hints, context);
  if (name === null || options === null) return null;
  const common = written.parts.length === 1 ? commonTable(around, name) : undefined;
  const table: NamedTable | 'failed' | undefined = common ?? session.tables.get(name);
  if (table === 'failed') return null;
  if (table?.kind === 'query') {
    const hint = hints.find(candidate => candidate.name.toUpperCase() === 'OPTIONS');
    if (hint === undefined) return binder.bindNamed(table, emit);
    return context.report.error('wrong-hint', hint.span, `"${name}" is a query, so it takes no OPTIONS`, {
      hint: 'give them to the tables that it reads',
    });
  }
  const use = {context, span: written.span};
  if (table !== undefined) return tableRelation(session, table, options, use);
  const external = session.catalog.external(name);
  if (external === undefined || (name === 'stdin' && !context.lenient)) return unknownTable(binder, name, written.span, around);
  return tableRelation(session, externalTable(session, name, external, use), options, use);
}

function commonTable(around: CommonTables | null, name: string): NamedTable | undefined {
  for (let tables = around; tables !== null; tables = tables.outer) {
    if (tables.table.name === name) return tables.table;
  }
  return undefined;
}

function unknownTable(binder: QueryBinder, name: string, span: Span, around: CommonTables | null): null {
  const {context, session} = binder;
  if (name === 'stdin') {
    const columns = session.catalog.external(name)?.declared;
    const hint =
      columns === undefined ? "CREATE TABLE stdin (…) WITH ('connector' = 'stdin', 'format' = 'json')" : oneLine(declareSql(columns));
    return context.report.error('unknown-table', span, 'there is no table "stdin": a script declares what it reads', {
      hint: `write ${hint}`,
    });
  }
  const names = [...session.tables.keys(), ...(session.catalog.externalNames ?? [])];
  for (let tables = around; tables !== null; tables = tables.outer) names.push(tables.table.name);
  const near = nearest(name, names);
  const file = /\.(?:ndjson|jsonl|json|csv|tsv|txt|log)(?:\.\w+)?$/.test(name) ? `to read a file, write FROM '${name}'` : undefined;
  const hint = near === null ? file : `did you mean "${near}"?`;
  return context.report.error('unknown-table', span, `there is no table or view "${name}"`, {
    detail: listed('tables', names),
    ...(hint === undefined ? {} : {hint}),
  });
}

function bindFile(binder: QueryBinder, target: string, hints: readonly Hint[], span: Span): Relation | null {
  const {context, session} = binder;
  const external = session.catalog.external(target);
  if (!context.lenient) {
    const create =
      external === undefined
        ? `CREATE TABLE input (…) WITH ('connector' = 'filesystem', 'path' = '${target.replaceAll("'", "''")}', 'format' = 'json')`
        : oneLine(declareSql(external.declared));
    return context.report.error('file-in-from', span, "FROM 'file' is for one-liners: Flink has no such thing", {
      hint: `declare a table and read that: ${create}`,
    });
  }
  const options = dynamicOptions(hints, context);
  if (options === null) return null;
  // Without a table the command has told already why the file cannot be read.
  if (external === undefined) return context.report.error('unknown-table', span, `"${target}" could not be read as a table`);
  const use = {context, span};
  return tableRelation(session, externalTable(session, target, external, use), options, use);
}

function oneLine(sql: string): string {
  return sql.replaceAll(/\s*\n\s*/g, ' ');
}
