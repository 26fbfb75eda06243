import type {Insert, OptionPair, Statement} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {argumentsOf} from './call.ts';
import {all, find, get, only, type Context} from './context.ts';
import {createTable} from './create-table.ts';
import {compound, identifier, optionPair, textOf} from './names.ts';

/** The statement of a start rule of the grammar. */
export function statement(context: Context, branch: Branch): Statement {
  const span = context.span(branch);
  switch (branch.rule) {
    case 'queryStatement':
      return {kind: 'query', span, query: context.build.query(context, get(branch, 'query'))};
    case 'insertStatement':
      return insert(context, branch);
    case 'createStatement':
      return create(context, only(branch));
    case 'createTable':
      return createTable(context, branch);
    case 'dropStatement':
      return drop(context, only(branch));
    case 'setStatement':
      return {kind: 'set', span, pair: setting(context, find(branch, 'setting'))};
    case 'resetStatement': {
      const key = find(branch, 'resetKey');
      return {kind: 'reset', span, key: key ? settingKey(context, only(key)) : null};
    }
    case 'explainStatement':
      return explain(context, branch);
    case 'executeStatement':
      return find(branch, 'executePlan') ? otherStatement(context, branch) : {...statement(context, branch.parts[1] as Branch), span};
    case 'describeStatement': {
      const table = find(branch, 'describeTable');
      if (!table) return otherStatement(context, branch);
      const column = find(table, 'describedColumn');
      if (column) context.unsupported('a column in DESCRIBE', column, 'describe the whole table');
      return {kind: 'describe', span, name: compound(context, get(table, 'path'))};
    }
    case 'callStatement':
      argumentsOf(context, get(branch, 'arguments'));
      return otherStatement(context, branch);
    default:
      return otherStatement(context, branch);
  }
}

function create(context: Context, branch: Branch): Statement {
  const span = context.span(branch);
  if (branch.rule === 'createTable') return createTable(context, branch);
  if (branch.rule === 'createOther') return createOther(context, only(branch));
  const orReplace = find(get(branch, 'createWord'), 'orReplace') !== undefined;
  const common = {span, name: compound(context, get(branch, 'path')), ifNotExists: find(branch, 'ifNotExists') !== undefined};
  if (branch.rule === 'createView') {
    const comment = find(branch, 'comment');
    const columns = find(branch, 'viewColumns');
    return {
      ...common,
      kind: 'create-view',
      temporary: find(branch, 'temporary') !== undefined,
      orReplace,
      columns: (columns ? all(columns, 'viewColumn') : []).map(column => identifier(context, get(column, 'name'))),
      comment: comment ? textOf(context, comment) : null,
      query: context.build.query(context, get(branch, 'query')),
    };
  }
  const scope = find(branch, 'functionScope');
  const isSystem = scope !== undefined && find(scope, 'temporarySystem') !== undefined;
  if (isSystem && common.name.parts.length > 1)
    context.fault('system-function', 'a system function has a name without dots', common.name.span, 'write its last part only');
  if (orReplace || find(branch, 'usingResources') || isSystem) return otherStatement(context, branch);
  const language = find(branch, 'language');
  return {
    ...common,
    kind: 'create-function',
    temporary: scope !== undefined,
    className: textOf(context, get(branch, 'className')),
    language: language ? (context.words(language)[1] ?? null) : null,
  };
}

function createOther(context: Context, branch: Branch): Statement {
  checkChanges(context, branch);
  return otherStatement(context, branch);
}

function drop(context: Context, branch: Branch): Statement {
  const scope = find(branch, 'functionScope');
  if (branch.rule !== 'dropPlain' || (scope && find(scope, 'temporarySystem'))) return otherStatement(context, branch);
  const what = (['TABLE', 'VIEW', 'FUNCTION'] as const).find(word => context.has(branch, word)) ?? 'TABLE';
  return {
    kind: 'drop',
    span: context.span(branch),
    what,
    name: compound(context, get(branch, 'path')),
    ifExists: find(branch, 'ifExists') !== undefined,
  };
}

function setting(context: Context, branch: Branch | undefined): OptionPair | null {
  if (!branch) return null;
  const what = only(branch);
  if (what.rule === 'quotedSetting') return optionPair(context, get(what, 'optionKey'), get(what, 'optionValue'));
  const key = get(what, 'plainKey');
  const value = get(what, 'plainValue');
  const keySpan = context.span(key);
  const valueSpan = context.span(value);
  return {
    span: context.between(keySpan, valueSpan),
    key: settingKey(context, key),
    keySpan,
    value: value.end === value.start + 1 ? context.token(value).value : rawText(context, value),
    valueSpan,
  };
}

function settingKey(context: Context, branch: Branch): string {
  return branch.rule === 'string' ? context.token(branch).value : rawText(context, branch);
}

/** As written, spaces and all. */
function rawText(context: Context, branch: Branch): string {
  const {start, end} = context.span(branch);
  return context.source.text.slice(start, end);
}

function explain(context: Context, branch: Branch): Statement {
  const details = find(branch, 'explainDetails');
  const list = details && find(details, 'explainList');
  const plan = details && find(details, 'explainPlan');
  const options = plan ? all(plan, 'planOption') : [];
  if (options[0]) context.unsupported(`EXPLAIN PLAN ${context.words(options[0]).join(' ')}`, options[0], 'write EXPLAIN');
  return {
    kind: 'explain',
    span: context.span(branch),
    details: list ? all(list, 'explainDetail').map(detail => context.word(detail)) : [],
    statement: statement(context, only(get(branch, 'explained'))),
  };
}

/** A rule `insertStatement`. */
export function insert(context: Context, branch: Branch): Insert {
  const target = only(get(branch, 'insertTarget'));
  const file = target.rule === 'string';
  const columns = all(branch, 'insertColumns').flatMap(part => all(part, 'insertColumn'));
  const typed = columns.find(column => find(column, 'type'));
  if (typed) context.unsupported('a type in the columns of INSERT', typed, 'name the columns only');
  const conflict = find(branch, 'onConflict');
  return {
    kind: 'insert',
    span: context.span(branch),
    overwrite: context.has(branch, 'OVERWRITE'),
    table: file ? null : compound(context, target),
    file: file ? {span: context.span(target), target: context.token(target).value} : null,
    hints: context.build.hints(context, find(branch, 'hints')),
    partition: all(branch, 'partition').flatMap(part => all(part, 'partitionPair').map(pair => partitionPair(context, pair))),
    columns: columns.map(column => insertColumn(context, get(column, 'path'))),
    query: context.build.query(context, get(branch, 'query')),
    onConflict: conflict ? ((context.words(conflict).at(-1) as string).toLowerCase() as 'nothing') : null,
  };
}

function insertColumn(context: Context, path: Branch): Insert['columns'][number] {
  const names = all(path, 'name');
  if (names.length > 1) context.unsupported('a part of a column in INSERT', path, 'name the whole column');
  return identifier(context, names[0] as Branch);
}

function partitionPair(context: Context, branch: Branch): OptionPair {
  const key = get(branch, 'name');
  const value = get(branch, 'partitionValue');
  const what = only(value);
  if (what.rule === 'string') return optionPair(context, key, value);
  const text = what.rule === 'datetime' ? textOf(context, get(what, 'string')) : rawText(context, value);
  return {...optionPair(context, key, value), value: text};
}

const objects = new Set([
  'TABLE',
  'VIEW',
  'FUNCTION',
  'DATABASE',
  'CATALOG',
  'MODEL',
  'CONNECTION',
  'MODULE',
  'JAR',
  'JOB',
  'PLAN',
  'STATEMENT',
  'MATERIALIZED',
]);
const fillers = new Set(['TEMPORARY', 'SYSTEM', 'OR', 'REPLACE', 'ALTER', 'AND', 'EXECUTE', 'CURRENT', 'FULL', 'USER']);

/** A statement that is never planned, by its first words: `ALTER TABLE`, `SHOW CREATE TABLE`, `USE MODULES`. */
export function otherStatement(context: Context, branch: Branch): Statement {
  checkChanges(context, branch);
  const [first = '', ...rest] = context.words(branch);
  const words = rest.filter(word => !fillers.has(word));
  const name = [first];
  for (const word of words.slice(0, 3)) {
    const isPlural = first === 'SHOW' && /^[A-Z]+S$/.test(word);
    if (!objects.has(word) && !isPlural && word !== 'CREATE' && !(first === 'USE' && word === 'MODULES')) break;
    name.push(word);
    if (isPlural) break;
  }
  return {kind: 'other-statement', span: context.span(branch), name: name.join(' '), text: context.text(branch)};
}

/** What Flink refuses while it reads a statement that is not planned here. */
function checkChanges(context: Context, branch: Branch): void {
  const watermarks = below(branch, 'watermark');
  if (watermarks[1]) context.fault('two-watermarks', 'a table has one watermark', watermarks[1], 'remove one of them');
  const [freshness] = below(branch, 'freshness');
  if (freshness && below(freshness, 'string').length === 0)
    context.fault('freshness', 'FRESHNESS is an interval', freshness, "write FRESHNESS = INTERVAL '1' DAY");
}

function below(branch: Branch, rule: string): Branch[] {
  return branch.parts.flatMap(part => (part.rule === rule ? [part, ...below(part, rule)] : below(part, rule)));
}
