import type {CompoundName, Expression, Identifier} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {kinds} from '../tokens.ts';
import {all, find, get, only, type CallName, type Context} from './context.ts';
import {interval} from './interval.ts';
import {compound, identifiers, other, textOf} from './names.ts';
import {jsonCall} from './json-call.ts';
import {specialCall} from './special-call.ts';

/** What an operand begins with: a literal, a name, a call, something in parentheses. */
export function primary(context: Context, branch: Branch): Expression {
  const span = context.span(branch);
  switch (branch.rule) {
    case 'reference':
      return reference(context, branch);
    case 'number':
      return {kind: 'number', span, text: context.token(branch).value};
    case 'text':
      return {kind: 'string', span, value: continued(context, branch)};
    case 'parenthesized':
      return parenthesized(context, branch);
    case 'case':
      return caseExpression(context, branch);
    case 'cast':
      return cast(context, branch);
    case 'interval':
      return interval(context, branch);
    case 'datetime':
      return datetime(context, branch);
    case 'constant':
      return constant(context, branch);
    case 'special':
      return only(branch).rule === 'jsonCall' ? jsonCall(context, only(only(branch))) : specialCall(context, only(branch));
    case 'keywordCall':
      return keywordCall(context, only(branch));
    case 'construction':
      return construction(context, only(branch));
    default:
      return uncommon(context, only(branch));
  }
}

/** Texts that follow one another on lines of their own are one text. */
function continued(context: Context, branch: Branch): string {
  const [, ...more] = branch.parts;
  for (const part of more) {
    const gap = context.source.text.slice(context.tokens[part.start - 1]?.end, context.token(part).start);
    if (!/[\n\r]/.test(gap))
      context.fault('adjacent-texts', 'a text goes on in another only on a new line', part, 'write || between them, or a comma');
  }
  return branch.parts.map(part => context.token(part).value).join('');
}

function reference(context: Context, branch: Branch): Expression {
  const path = get(branch, 'path');
  const name = compound(context, path);
  const end = find(branch, 'referenceEnd');
  if (!end) return {kind: 'column', span: name.span, parts: name.parts};
  const what = only(end);
  if (what.rule === 'starEnd') return {kind: 'star', span: context.span(branch), qualifier: name};
  return context.build.callEnd(context, callName(context, branch, name), what);
}

function callName(context: Context, branch: Branch, written: CompoundName): CallName {
  const name = written.parts.map(part => part.name.toUpperCase()).join('.');
  return {span: context.span(branch), name, written};
}

function keywordCall(context: Context, branch: Branch): Expression {
  const word: Identifier = {span: context.span({...branch, end: branch.start + 1}), name: context.token(branch).value, quoted: false};
  return context.build.callEnd(context, callName(context, branch, {span: word.span, parts: [word]}), find(branch, 'callEnd'));
}

function parenthesized(context: Context, branch: Branch): Expression {
  const span = context.span(branch);
  const query = find(branch, 'parenthesizedQuery');
  if (query) return {kind: 'scalar-query', span, query: context.build.query(context, get(query, 'query'))};
  const items = all(get(branch, 'parenthesizedItems'), 'parenthesizedItem').map(item => valueOrDefault(context, item));
  const [first] = items;
  return items.length === 1 && first ? {...first, span} : {kind: 'row', span, explicit: false, items};
}

/** A choice of DEFAULT and an expression. */
function valueOrDefault(context: Context, branch: Branch): Expression {
  const what = only(branch);
  return what.rule === 'default' ? other(context, what, 'DEFAULT') : context.build.expression(context, what);
}

function caseExpression(context: Context, branch: Branch): Expression {
  const operand = find(branch, 'expression');
  const otherwise = find(branch, 'else');
  const branches = all(branch, 'when').flatMap(when => {
    const then = context.build.expression(context, get(when, 'expression'));
    const tests = all(get(when, 'expressions'), 'expression');
    if (tests.length > 1 && !operand)
      context.unsupported('a list behind WHEN in a CASE without operand', when, 'join the conditions with OR');
    return tests.map(test => ({when: context.build.expression(context, test), then}));
  });
  return {
    kind: 'case',
    span: context.span(branch),
    operand: operand ? context.build.expression(context, operand) : null,
    branches,
    otherwise: otherwise ? context.build.expression(context, get(otherwise, 'expression')) : null,
  };
}

function cast(context: Context, branch: Branch): Expression {
  const body = get(branch, 'castBody');
  const format = find(body, 'castFormat');
  if (format) context.unsupported('FORMAT in a cast', format, 'use DATE_FORMAT or TO_TIMESTAMP with a pattern');
  return {
    kind: 'cast',
    span: context.span(branch),
    lenient: context.word(branch) === 'TRY_CAST',
    operand: context.build.expression(context, get(body, 'expression')),
    type: context.build.type(context, get(body, 'type')),
  };
}

function datetime(context: Context, branch: Branch): Expression {
  const zone = find(branch, 'datetimeZone');
  const type = context.word(branch) as 'DATE';
  if (zone) context.unsupported(`a literal ${type} ${context.words(zone).join(' ')}`, branch, `write CAST('…' AS ${type} …) instead`);
  return {kind: 'datetime', span: context.span(branch), type, text: textOf(context, get(branch, 'string'))};
}

function constant(context: Context, branch: Branch): Expression {
  const span = context.span(branch);
  const word = context.word(branch);
  if (word === 'NULL') return {kind: 'null', span};
  return {kind: 'boolean', span, value: word === 'UNKNOWN' ? null : word === 'TRUE'};
}

function construction(context: Context, branch: Branch): Expression {
  const span = context.span(branch);
  const type = context.word(branch) as 'ARRAY' | 'MAP' | 'MULTISET';
  if (branch.rule === 'queryConstructor')
    return {kind: 'array-query', span, type, query: context.build.query(context, get(branch, 'query'))};
  if (branch.rule === 'bracketConstructor') {
    const items = find(branch, 'expressions');
    const values = items ? all(items, 'expression').map(item => context.build.expression(context, item)) : [];
    const query = type === 'MULTISET' ? values.find(value => value.kind === 'scalar-query') : undefined;
    if (query) context.fault('query-here', 'a query cannot stand in MULTISET[…]', query.span, 'write MULTISET(SELECT …)');
    return {kind: 'constructor', span, type, items: values};
  }
  const list = find(branch, 'rowItems');
  const items = (list ? all(list, 'rowItem') : []).map(item => {
    const what = only(item);
    const named = find(item, 'rowItemName');
    if (named) return other(context, item, 'a named field in ROW');
    return what.rule === 'starOf' ? other(context, item, '* in ROW') : valueOrDefault(context, item);
  });
  return {kind: 'row', span, explicit: true, items};
}

function uncommon(context: Context, branch: Branch): Expression {
  const span = context.span(branch);
  switch (branch.rule) {
    case 'exists':
      return {kind: 'exists', span, query: context.build.query(context, get(branch, 'query'))};
    case 'descriptor':
      return {kind: 'descriptor', span, columns: identifiers(context, branch)};
    case 'parameter':
      return {kind: 'parameter', span, name: context.token(branch).value};
    case 'binaryText':
      return {kind: 'binary-string', span, hex: continued(context, branch)};
    case 'uniqueTest':
      return other(context, branch, 'UNIQUE');
    case 'newObject':
      return other(context, branch, 'NEW');
    case 'sequence':
      return other(context, branch, 'a sequence value');
    default:
      return refused(context, branch);
  }
}

/** Spellings of other databases that have a plain equivalent. */
function refused(context: Context, branch: Branch): Expression {
  const span = context.span(branch);
  const {character, start} = context.token(branch);
  if (branch.rule === 'question') context.unsupported('the parameter ?', branch, 'write :name and bind it with -v name=value');
  else if (branch.rule === 'decimalLiteral') context.unsupported('a literal DECIMAL', branch, 'write the number itself, or a CAST');
  else if (branch.rule === 'cursor') context.unsupported('CURSOR', branch, 'pass a table as TABLE t, or (SELECT …) as a table of its own');
  else if (branch.rule === 'braces') context.unsupported('the JDBC escape { … }', branch, 'write the function or literal without braces');
  else if (character === kinds.escaped) {
    const letter = context.source.text[start]?.toUpperCase();
    context.unsupported(`the text prefix ${letter}`, branch, "write a plain text '…', or U&'\\00e9' for characters by number");
  }
  return {kind: 'null', span};
}
