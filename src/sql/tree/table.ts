import type {Hint, Identifier, OptionPair, Query, TableAlias, TableReference} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {argumentsOf, plainCall} from './call.ts';
import {all, find, get, only, type Context} from './context.ts';
import {compound, count, identifier, identifiers, optionPair, textOf} from './names.ts';

type Join = Extract<TableReference, {readonly kind: 'join'}>;

/** More tables joined in one FROM than this are refused: the tree is as deep as the chain is long. */
const longestChain = 1000;

/** A rule `tableReference`: a comma joins more loosely than JOIN does. */
export function tableReference(context: Context, branch: Branch): TableReference {
  let left = joinedTable(context, get(branch, 'joinedTable'));
  const tails = all(branch, 'commaTail');
  tooLong(context, branch, tails.length);
  for (const tail of tails.slice(0, longestChain)) {
    const right = joinedTable(context, get(tail, 'joinedTable'));
    left = {...plainJoin(context, left, right), type: 'CROSS', comma: true};
  }
  return left;
}

function tooLong(context: Context, branch: Branch, count: number): void {
  if (count > longestChain)
    context.fault('too-deep', `a join of more than ${longestChain} tables is too long`, branch, 'split it into views');
}

function joinedTable(context: Context, branch: Branch): TableReference {
  let left = tableFactor(context, get(branch, 'tableFactor'));
  const tails = all(branch, 'joinTail');
  tooLong(context, branch, tails.length);
  for (const tail of tails.slice(0, longestChain)) left = join(context, left, only(tail));
  return left;
}

function plainJoin(context: Context, left: TableReference, right: TableReference): Join {
  const span = context.between(left.span, right.span);
  return {kind: 'join', span, type: 'INNER', comma: false, natural: false, left, right, on: null, using: []};
}

function join(context: Context, left: TableReference, branch: Branch): TableReference {
  const right = tableFactor(context, get(branch, 'tableFactor'));
  const plain = {
    ...plainJoin(context, left, right),
    span: context.between(left.span, context.span(branch)),
    natural: context.has(branch, 'NATURAL'),
  };
  if (branch.rule === 'crossJoin') return {...plain, type: 'CROSS'};
  if (branch.rule === 'apply') {
    const outer = context.word(branch) === 'OUTER';
    const instead = outer ? 'LEFT JOIN LATERAL … ON TRUE' : 'CROSS JOIN LATERAL …';
    context.unsupported(`${context.word(branch)} APPLY`, branch, `write ${instead}`);
    return plain;
  }
  if (branch.rule === 'asofJoin') {
    context.unsupported('ASOF JOIN', branch, 'join FOR SYSTEM_TIME AS OF the time of the left row');
    return plain;
  }
  const type = find(branch, 'joinType');
  const foreign = type && find(type, 'otherJoin');
  if (foreign) context.unsupported(`${context.words(foreign).join(' ')} JOIN`, foreign, 'use IN, EXISTS or NOT EXISTS');
  const condition = find(branch, 'joinCondition');
  const on = condition && find(condition, 'on');
  const using = condition && find(condition, 'using');
  return {
    ...plain,
    type: type && find(type, 'outerJoin') ? (context.word(type) as 'LEFT') : 'INNER',
    on: on ? context.build.expression(context, get(on, 'expression')) : null,
    using: identifiers(context, using),
  };
}

function tableFactor(context: Context, branch: Branch): TableReference {
  const lateral = context.has(branch, 'LATERAL');
  const aliasPart = find(branch, 'tableAlias');
  const alias = aliasPart ? tableAlias(context, aliasPart) : null;
  const core = only(get(branch, 'tableCore'));
  const suffixes = all(branch, 'tableSuffix').map(only);
  const times = suffixes.filter(suffix => suffix.rule === 'systemTime');
  const foreign = suffixes.filter(suffix => suffix.rule !== 'systemTime');
  const [time] = times;
  if (times[1]) context.fault('two-times', 'FOR SYSTEM_TIME stands here twice', times[1], 'remove one of them');
  const span = context.span({...branch, end: foreign[0] ? foreign[0].start : branch.end});
  for (const seed of foreign.flatMap(suffix => all(suffix, 'sampleSeed'))) count(context, get(get(seed, 'signedNumber'), 'number'));
  const table = coreTable(context, core, {span, lateral, alias: foreign.length > 0 ? null : alias});
  return foreign.reduce(
    (input, suffix, index) => otherTable(context, input, suffix, index === foreign.length - 1 ? alias : null),
    withTime(context, table, core, time),
  );
}

interface Around {
  readonly span: Query['span'];
  readonly lateral: boolean;
  readonly alias: TableAlias | null;
}

function coreTable(context: Context, core: Branch, around: Around): TableReference {
  const {span, lateral, alias} = around;
  const plainLateral = (): void => {
    if (lateral) context.fault('lateral', 'LATERAL stands before a query, UNNEST or a table function only', span, 'remove LATERAL');
  };
  switch (core.rule) {
    case 'derivedTable':
      return {kind: 'derived', span, query: context.build.query(context, get(core, 'query')), lateral, alias};
    case 'joinInParentheses':
      plainLateral();
      return parenthesizedJoin(context, core, around);
    case 'unnest':
      return {
        kind: 'unnest',
        span,
        expressions: all(get(core, 'expressions'), 'expression').map(part => context.build.expression(context, part)),
        ordinality: find(core, 'ordinality') !== undefined,
        lateral,
        alias,
      };
    case 'tableFunction':
      return tableFunction(context, get(core, 'tableCall'), get(get(core, 'tableCall'), 'functionName'), around);
    case 'fileTable':
      plainLateral();
      return {kind: 'file', span, target: textOf(context, get(core, 'string')), hints: hints(context, find(core, 'hints')), alias};
    default: {
      const extend = find(core, 'extend');
      if (extend) context.unsupported('EXTEND', extend, 'declare the columns in CREATE TABLE');
      if (find(core, 'arguments')) return tableFunction(context, core, core, around);
      plainLateral();
      return {
        kind: 'named',
        span,
        name: compound(context, get(core, 'path')),
        hints: hints(context, find(core, 'hints')),
        systemTime: null,
        alias,
      };
    }
  }
}

function tableFunction(context: Context, call: Branch, nameHolder: Branch, {span, lateral, alias}: Around): TableReference {
  const path = find(nameHolder, 'path');
  const keyword = find(nameHolder, 'keyword');
  const written = path ? compound(context, path) : {span: context.span(nameHolder), parts: [identifier(context, keyword as Branch)]};
  const name = written.parts.map(part => part.name.toUpperCase()).join('.');
  const made = {...plainCall({span: context.span(call), name, written}), ...argumentsOf(context, get(call, 'arguments'))};
  return {kind: 'function', span, call: made, lateral, systemTime: null, alias};
}

/** In parentheses stand joins and queries: `(t)` and `(t AS x)` are refused, as is a name for the whole of a join. */
function parenthesizedJoin(context: Context, core: Branch, {span, alias}: Around): TableReference {
  const inner = tableReference(context, get(core, 'tableReference'));
  if (inner.kind !== 'join' && inner.kind !== 'derived')
    context.fault('parentheses', 'only a join or a query can stand in parentheses here', core, 'remove the parentheses');
  else if (inner.kind === 'derived' && inner.alias === null && alias !== null) return {...inner, span, alias};
  else if (alias) context.unsupported('a name for a join in parentheses', alias.span, 'write (SELECT * FROM … ) around the join');
  return {...inner, span};
}

function withTime(context: Context, table: TableReference, core: Branch, time: Branch | undefined): TableReference {
  if (!time) return table;
  const systemTime = context.build.expression(context, get(time, 'expression'));
  if (table.kind === 'named' || (table.kind === 'function' && !table.lateral)) return {...table, systemTime};
  context.fault('system-time', 'FOR SYSTEM_TIME AS OF stands behind a table only', time, 'put it directly behind the name of the table');
  return coreTable(context, core, {span: table.span, lateral: false, alias: null});
}

function otherTable(context: Context, input: TableReference, suffix: Branch, alias: TableAlias | null): TableReference {
  if (suffix.rule !== 'matchRecognize' && input.kind === 'join') {
    context.fault('parentheses', `${context.word(suffix)} stands behind one table`, suffix, 'write (SELECT … ) around the join');
  }
  const span = context.between(input.span, alias?.span ?? context.span(suffix));
  return {kind: 'other-table', span, name: context.word(suffix), text: context.text(suffix), input, alias};
}

function tableAlias(context: Context, branch: Branch): TableAlias {
  return {
    span: context.span(branch),
    name: identifier(context, get(branch, 'name')),
    columns: identifiers(context, find(branch, 'columnNames')),
  };
}

/** A rule `hints`, or nothing. */
export function hints(context: Context, branch: Branch | undefined): Hint[] {
  return branch ? all(branch, 'hint').map(part => hint(context, part)) : [];
}

function hint(context: Context, branch: Branch): Hint {
  const body = find(branch, 'hintBody');
  const items = body && find(body, 'hintItems');
  const list = items && only(items);
  const options: OptionPair[] =
    list?.rule === 'hintPairs' ? all(list, 'hintPair').map(pair => optionPair(context, get(pair, 'hintKey'), get(pair, 'hintValue'))) : [];
  const words = list?.rule === 'hintWords' ? all(list, 'hintWord').map(word => hintWord(context, word)) : [];
  return {span: context.span(branch), name: identifier(context, get(branch, 'name')).name.toUpperCase(), options, words};
}

/** The words of `BROADCAST(t)`: names as written, texts unescaped. */
function hintWord(context: Context, branch: Branch): string {
  const path = find(branch, 'path');
  return path ? nameText(compound(context, path).parts) : context.token(branch).value;
}

function nameText(parts: readonly Identifier[]): string {
  return parts.map(part => part.name).join('.');
}
