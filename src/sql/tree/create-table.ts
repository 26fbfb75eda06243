import type {ColumnDefinition, CreateTable} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {all, find, get, only, type Context} from './context.ts';
import {compound, identifier, identifiers, optionPairs, textOf} from './names.ts';

type Parts = {-readonly [Key in keyof CreateTable]: CreateTable[Key]};

const withoutTypes = 'a list of columns without types';

/** A rule `createTable`. */
export function createTable(context: Context, branch: Branch): CreateTable {
  const temporary = find(branch, 'temporary') !== undefined;
  const orReplace = find(get(branch, 'createWord'), 'orReplace') !== undefined;
  const table: Parts = {
    kind: 'create-table',
    span: context.span(branch),
    name: compound(context, get(branch, 'path')),
    temporary,
    ifNotExists: find(branch, 'ifNotExists') !== undefined,
    orReplace,
    columns: [],
    watermark: null,
    primaryKey: null,
    clauses: [],
    comment: null,
    partitionedBy: [],
    options: [],
    like: null,
    as: null,
  };
  const elements = find(branch, 'tableElements');
  if (elements) addElements(context, table, elements);
  for (const clause of all(branch, 'tableClause')) addClause(context, table, only(clause));
  const end = find(branch, 'tableEnd');
  if (end) addEnd(context, table, only(end));
  const bare = table.clauses.find(clause => clause.name === withoutTypes);
  if (bare && !table.as)
    context.fault('column-type', 'these columns have no types', bare.span, 'write a type behind each name, as in (a INT, b STRING)');
  return table;
}

function addElements(context: Context, table: Parts, branch: Branch): void {
  const bare = find(branch, 'nameList');
  if (bare) return addOther(context, table, {...bare, start: branch.start, end: branch.end}, withoutTypes);
  for (const element of all(get(branch, 'elementList'), 'tableElement')) {
    const what = only(element);
    if (what.rule === 'watermark') addWatermark(context, table, what);
    else if (what.rule === 'tableConstraint') addConstraint(context, table, what);
    else table.columns = [...table.columns, column(context, table, what)];
  }
}

function addWatermark(context: Context, table: Parts, branch: Branch): void {
  if (table.watermark) context.fault('two-watermarks', 'a table has one watermark', branch, 'remove one of them');
  table.watermark = {
    span: context.span(branch),
    column: compound(context, get(branch, 'path')),
    expression: context.build.expression(context, get(branch, 'expression')),
  };
}

function addConstraint(context: Context, table: Parts, branch: Branch): void {
  const key = find(branch, 'primaryKeyColumns');
  if (!key) return addOther(context, table, branch, 'UNIQUE');
  if (table.primaryKey) return addOther(context, table, branch, 'a second PRIMARY KEY');
  table.primaryKey = {span: context.span(branch), columns: identifiers(context, get(key, 'columnNames')), enforced: enforcement(key)};
}

function enforcement(branch: Branch): boolean | null {
  const said = find(branch, 'enforcement');
  return said ? only(said).rule === 'enforced' : null;
}

function addOther(context: Context, table: Parts, branch: Branch, name: string): void {
  table.clauses = [...table.clauses, {span: context.span(branch), name, text: context.text(branch)}];
}

function column(context: Context, table: Parts, branch: Branch): ColumnDefinition {
  const path = get(branch, 'path');
  const names = all(path, 'name');
  if (names.length > 1)
    context.fault('column-name', 'a column has a name without dots', path, `write \`${context.text(path).replaceAll(' ', '')}\``);
  const comment = find(branch, 'comment');
  const common = {
    span: context.span(branch),
    name: identifier(context, names[0] as Branch),
    comment: comment ? textOf(context, comment) : null,
  };
  const body = only(get(branch, 'columnBody'));
  if (body.rule === 'computed')
    return {...common, kind: 'computed', expression: context.build.expression(context, get(body, 'expression'))};
  const type = context.build.type(context, get(body, 'type'));
  if (body.rule === 'metadata') {
    const from = find(body, 'metadataFrom');
    return {...common, kind: 'metadata', type, from: from ? textOf(context, from) : null, virtual: find(body, 'virtual') !== undefined};
  }
  return {...common, kind: 'physical', type, primaryKey: columnKeys(context, table, body, path)};
}

/** `a INT PRIMARY KEY NOT ENFORCED` makes the key of the table; UNIQUE is kept by name. */
function columnKeys(context: Context, table: Parts, body: Branch, path: Branch): boolean {
  let isKey = false;
  for (const constraint of all(body, 'columnConstraint')) {
    const key = find(constraint, 'columnKey');
    const name = context.text(path);
    const span = context.span(constraint);
    if (!key)
      table.clauses = [
        ...table.clauses,
        {span, name: 'UNIQUE', text: `UNIQUE ( ${name} )${enforcementText(find(constraint, 'columnUnique'))}`},
      ];
    else if (table.primaryKey) {
      table.clauses = [...table.clauses, {span, name: 'a second PRIMARY KEY', text: `PRIMARY KEY ( ${name} )${enforcementText(key)}`}];
    } else {
      isKey = true;
      table.primaryKey = {span, columns: [identifier(context, get(path, 'name'))], enforced: enforcement(key)};
    }
  }
  return isKey;
}

function enforcementText(branch: Branch | undefined): string {
  const enforced = branch ? enforcement(branch) : null;
  if (enforced === null) return '';
  return enforced ? ' ENFORCED' : ' NOT ENFORCED';
}

function addClause(context: Context, table: Parts, branch: Branch): void {
  switch (branch.rule) {
    case 'comment':
      table.comment = textOf(context, branch);
      return;
    case 'partitionedBy':
      table.partitionedBy = identifiers(context, get(branch, 'columnNames'));
      return;
    case 'withOptions':
      table.options = optionPairs(context, branch);
      return;
    default:
      addOther(context, table, branch, branch.rule === 'distributedBy' ? 'DISTRIBUTED' : 'USING CONNECTION');
  }
}

function addEnd(context: Context, table: Parts, branch: Branch): void {
  if (branch.rule === 'asQuery') {
    const connection = table.clauses.find(clause => clause.name === 'USING CONNECTION');
    if (connection)
      context.fault(
        'connection-as',
        'USING CONNECTION does not go with AS',
        connection.span,
        'declare the table first, then INSERT INTO it',
      );
    table.as = context.build.query(context, get(branch, 'query'));
    return;
  }
  const rules = find(branch, 'likeRules');
  table.like = {
    span: context.span(branch),
    table: compound(context, get(branch, 'path')),
    rules: rules ? all(rules, 'likeRule').map(rule => context.words(rule).join(' ')) : [],
  };
}
