import type {Problem} from '../../base/problem.ts';
import {nearest} from '../../base/nearest.ts';
import type {CompoundName, CreateTable, Insert, Script, Statement} from '../../sql/ast.ts';
import {PlanBuilder} from '../builder.ts';
import type {PlanNode} from '../nodes/index.ts';
import type {PlanRequest} from '../plan-script.ts';
import {Report} from '../report.ts';
import {usersOf} from '../rules/rule.ts';
import type {BindContext} from './context.ts';
import {createTable, partsOf, type CreatedTable} from './create-table.ts';
import {tableName} from './from.ts';
import {bindCreateFunction, dropFunction} from './function.ts';
import {bindInsert, consoleSink, outputColumns} from './insert.ts';
import {partsLike} from './like.ts';
import {QueryBinder} from './query.ts';
import {listed} from './scope.ts';
import type {NamedQuery, NamedTable, Session} from './session.ts';
import {Settings, type RuntimeMode} from './settings.ts';
import {resolveTable} from './table.ts';

/** A request after all its statements were bound. */
export interface BoundScript {
  readonly nodes: readonly PlanNode[];
  readonly sinks: readonly number[];
  /** The sinks of each EXPLAIN. */
  readonly explained: readonly Explained[];
  readonly settings: Settings;
  readonly isBatch: boolean;
  readonly problems: readonly Problem[];
  /** Of the main text. */
  readonly report: Report;
  readonly origins: Session['origins'];
  readonly tables: Session['tables'];
}

/** An EXPLAIN: the sinks of what it explains, and what is to be told beside the plan, in upper case. */
export interface Explained {
  readonly sinks: readonly number[];
  readonly details: readonly string[];
}

interface Run {
  readonly session: Session;
  readonly sinks: number[];
  readonly explained: Explained[];
}

/** Binds every statement in order. `automatic`: what the runtime mode of that name stands for. */
export function bindStatements(request: PlanRequest, automatic: 'streaming' | 'batch'): BoundScript {
  const problems: Problem[] = [];
  const settings = new Settings(request.timeZone);
  const isTakenToEnd = request.mode === 'query' && !request.changelog;
  const session: Session = {
    catalog: request.catalog,
    builder: new PlanBuilder(),
    settings,
    origins: new Map(),
    refusals: [],
    tables: new Map(),
    externals: new Map(),
    get isFinal() {
      const mode: RuntimeMode = settings.runtimeMode === 'automatic' ? automatic : settings.runtimeMode;
      return isTakenToEnd || mode === 'batch';
    },
    isInputTakenToEnd: isTakenToEnd,
    consoles: 0,
  };
  const run: Run = {session, sinks: [], explained: []};
  const usedParameters = new Set<string>();
  const created = new Map<string, string>();
  const {parameters} = request;
  for (const {source, script} of request.initial ?? []) {
    bindScript(run, script, {report: new Report(source, problems, false), lenient: false, parameters, usedParameters, created});
  }
  const report = new Report(request.source, problems, true);
  bindScript(run, request.script, {report, lenient: request.mode === 'query', parameters, usedParameters, created});
  resolveUnread(session);
  tellRefusals(session, [...run.sinks, ...run.explained.flatMap(({sinks}) => sinks)]);
  checkParameters(request, usedParameters, problems);
  const {nodes} = session.builder;
  return {
    nodes,
    sinks: run.sinks,
    explained: run.explained,
    settings,
    isBatch: session.isFinal,
    problems,
    report,
    origins: session.origins,
    tables: session.tables,
  };
}

/** Of the nodes that no stream can run, those that are still needed. */
function tellRefusals({builder, refusals}: Session, sinks: readonly number[]): void {
  const users = usersOf({nodes: builder.nodes, sinks});
  for (const {node, report, span, code, message, hint} of refusals) {
    if (users[node] === 0) continue;
    report.error(code, span, message, hint === undefined ? {} : {hint});
  }
}

function bindScript(run: Run, script: Script, context: BindContext): void {
  for (const {statement} of script.statements) {
    const sinks = bindStatement(run, statement, context);
    run.sinks.push(...sinks);
  }
}

/** Tables that nobody reads or writes are checked, too: a wrong option is best told of before it is needed. */
function resolveUnread(session: Session): void {
  for (const table of session.tables.values()) {
    if (table === 'failed' || table.kind === 'query' || table.resolved.size > 0) continue;
    // Without a connector it is a pattern for LIKE.
    if (table.declared.options.some(({key}) => key === 'connector')) resolveTable(session, table, [], table);
  }
}

/** A parameter that nothing reads is most likely misspelt. It stands in no text, so it has no place. */
function checkParameters(request: PlanRequest, used: ReadonlySet<string>, problems: Problem[]): void {
  // What was not bound because of an error may have read it.
  if (problems.some(problem => problem.severity === 'error')) return;
  for (const name of request.parameters.keys()) {
    if (used.has(name)) continue;
    const near = nearest(name, used);
    problems.push({
      kind: 'usage',
      severity: 'warning',
      code: 'unused-parameter',
      message: `parameter "${name}" is given a value, but nothing reads it`,
      hint: near === null ? `write :${name} in the query` : `did you mean "${near}"?`,
    });
  }
}

/** Binds one statement and gives its sinks. */
function bindStatement(run: Run, statement: Statement, context: BindContext): readonly number[] {
  const {session} = run;
  const {report} = context;
  switch (statement.kind) {
    case 'create-table':
      return bindCreateTable(session, context, statement);
    case 'create-view':
      bindCreateView(session, context, statement);
      return [];
    case 'drop':
      if (statement.what === 'FUNCTION') dropFunction(context, statement);
      else dropTable(session, context, statement);
      return [];
    case 'insert':
      return inserted(session, context, [statement]);
    case 'statement-set':
      return inserted(session, context, statement.inserts);
    case 'query': {
      const query = new QueryBinder(session, context).bindQuery(statement.query);
      return query === null ? [] : [consoleSink(session, query)];
    }
    case 'set':
      if (statement.pair === null) report.notSupported('SET without a key', statement.span);
      else session.settings.set(statement.pair, report);
      return [];
    case 'reset':
      session.settings.reset(statement.key, statement.span, report);
      return [];
    case 'explain':
      run.explained.push({sinks: bindExplained(run, statement, context), details: statement.details.map(detail => detail.toUpperCase())});
      return [];
    case 'create-function':
      bindCreateFunction(context, statement);
      return [];
    case 'describe':
      report.notSupported('DESCRIBE', statement.span, 'the columns of a table are shown by weir explain');
      return [];
    case 'other-statement':
      if (statement.name === 'ADD JAR')
        report.warning('no-effect', statement.span, 'ADD JAR has no effect here: connectors and formats are built in');
      else report.error('not-supported', statement.span, `${statement.name} is not supported`);
      return [];
  }
}

/** The sinks of an EXPLAIN. They do not count as results of the script, so they are not numbered. */
function bindExplained(run: Run, explain: Statement & {readonly kind: 'explain'}, context: BindContext): readonly number[] {
  const {statement} = explain;
  if (statement.kind === 'query' || statement.kind === 'insert' || statement.kind === 'statement-set') {
    const before = run.session.consoles;
    const sinks = bindStatement(run, statement, context);
    run.session.consoles = before;
    return sinks;
  }
  context.report.error('wrong-explain', statement.span, 'EXPLAIN is for a query, an INSERT or a statement set');
  return [];
}

function inserted(session: Session, context: BindContext, inserts: readonly Insert[]): readonly number[] {
  return inserts.flatMap(insert => {
    const sink = bindInsert(session, context, insert);
    return sink === null ? [] : [sink];
  });
}

/** Whether a name is free for CREATE; a problem is reported if it must be. */
function isFree(
  session: Session,
  context: BindContext,
  statement: {readonly name: CompoundName; readonly ifNotExists: boolean; readonly orReplace: boolean},
): boolean {
  const {span} = statement.name;
  const name = statement.name.parts.at(-1)!.name;
  const before = session.tables.get(name);
  if (before === undefined || before === 'failed' || statement.orReplace) return true;
  if (statement.ifNotExists) return false;
  const created =
    before.kind === 'table' ? {notes: [{message: `"${name}" was created here`, place: before.context.report.place(before.span)}]} : {};
  context.report.error('duplicate-table', span, `${before.kind === 'table' ? 'table' : 'view'} "${name}" exists already`, {
    hint: 'choose another name, or write IF NOT EXISTS',
    ...created,
  });
  return false;
}

function bindCreateTable(session: Session, context: BindContext, statement: CreateTable): readonly number[] {
  const {report} = context;
  const name = tableName(statement.name, context);
  if (name === null || !isFree(session, context, statement)) return [];
  session.tables.set(name, 'failed');
  for (const clause of statement.clauses) report.notSupported(clause.name, clause.span);
  const {primaryKey} = statement;
  if (primaryKey !== null && primaryKey.enforced !== false) {
    report.error('enforced-key', primaryKey.span, 'a primary key cannot be enforced: nobody checks the rows of a stream', {
      hint: 'write PRIMARY KEY (…) NOT ENFORCED',
    });
  }
  if (statement.as !== null) return bindCreateTableAs(session, context, statement, name);
  const parts = statement.like === null ? partsOf(statement, context) : likeParts(session, context, statement, statement.like);
  const created = parts === null ? null : createTable(name, statement.name.span, parts, context);
  if (created === null) return [];
  if (created.columns.length === 0) {
    report.error('no-columns', statement.name.span, `table "${name}" has no columns`);
    return [];
  }
  session.tables.set(name, created);
  return [];
}

function likeParts(
  session: Session,
  context: BindContext,
  statement: CreateTable,
  like: NonNullable<CreateTable['like']>,
): CreatedTable['parts'] | null {
  const name = tableName(like.table, context);
  if (name === null) return null;
  const base = session.tables.get(name);
  if (base === 'failed') return null;
  if (base === undefined || base.kind === 'query') {
    return context.report.error(
      'unknown-table',
      like.table.span,
      base === undefined ? `there is no table "${name}"` : `"${name}" is a view, and LIKE needs a table`,
      {
        detail: listed(
          'tables',
          [...session.tables.keys()].filter(other => other !== statement.name.parts.at(-1)!.name),
        ),
      },
    );
  }
  return partsLike(statement, base, context);
}

/** CREATE TABLE … AS SELECT: the table has the query's columns, and is filled at once. */
function bindCreateTableAs(session: Session, context: BindContext, statement: CreateTable, name: string): readonly number[] {
  const {as: query, name: written} = statement;
  if (query === null) return [];
  if (statement.like !== null) {
    context.report.error('wrong-table', statement.like.span, 'a table cannot be made by LIKE and by AS at once');
    return [];
  }
  const physical = statement.columns.find(column => column.kind !== 'computed');
  if (physical !== undefined) {
    context.report.notSupported('CREATE TABLE … AS with columns of its own', physical.span, 'name the columns in the query: SELECT x AS a');
    return [];
  }
  const found = new QueryBinder(session, context).bindQuery(query);
  if (found === null) return [];
  const created = createTable(name, written.span, partsOf(statement, context), context, outputColumns(found.columns));
  if (created === null) return [];
  session.tables.set(name, created);
  const {span} = statement;
  const insert: Insert = {
    kind: 'insert',
    span,
    overwrite: false,
    table: written,
    file: null,
    hints: [],
    partition: [],
    columns: [],
    query,
    onConflict: null,
  };
  return inserted(session, context, [insert]);
}

function bindCreateView(session: Session, context: BindContext, statement: Statement & {readonly kind: 'create-view'}): void {
  const name = tableName(statement.name, context);
  if (name === null || !isFree(session, context, statement)) return;
  session.tables.set(name, 'failed');
  const view: NamedQuery = {
    kind: 'query',
    name,
    query: statement.query,
    columns: statement.columns,
    around: null,
    context,
    bound: new Map(),
  };
  const binder = new QueryBinder(session, context);
  const found = binder.bindNamed(view, session.isFinal ? 'final' : 'changes');
  if (found !== null) session.tables.set(name, view);
}

function dropTable(session: Session, context: BindContext, statement: Statement & {readonly kind: 'drop'}): void {
  const {report} = context;
  const name = tableName(statement.name, context);
  if (name === null) return;
  const found: NamedTable | 'failed' | undefined = session.tables.get(name);
  const what = statement.what === 'TABLE' ? 'table' : 'view';
  const isWhat = found !== undefined && found !== 'failed' && (found.kind === 'table') === (what === 'table');
  if (isWhat || found === 'failed') {
    session.tables.delete(name);
  } else if (found !== undefined) {
    report.error('unknown-table', statement.name.span, `"${name}" is a ${what === 'table' ? 'view' : 'table'}`, {
      hint: `write DROP ${what === 'table' ? 'VIEW' : 'TABLE'}`,
    });
  } else if (!statement.ifExists) {
    report.error('unknown-table', statement.name.span, `there is no ${what} "${name}"`, {hint: 'write IF EXISTS if it may be missing'});
  }
}
