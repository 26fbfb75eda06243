import type {FunctionDefinition} from '../../functions/define.ts';
import {findFunction} from '../../functions/index.ts';
import type {CallExpression} from '../../sql/ast.ts';
import {bigintType, booleanType, withNullable} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import type {Expr} from '../expression.ts';
import {someExpression} from '../expression-walk.ts';
import type {Report} from '../report.ts';
import {isAggregateColumn, overIndex} from './aggregate-calls.ts';
import {caseOf, coerced} from './cast.ts';
import {bindCurrentWatermark} from './current-watermark.ts';
import type {ExpressionBinder} from './expression.ts';
import {bindAuxiliary} from './window-scope.ts';
import {bindJsonArguments, misplacedJson, rawJsonWords, takesJson} from './json-call.ts';
import {nullLiteral} from './literal.ts';
import {bindOver} from './over-call.ts';
import {sqlTypeOf} from './type-name.ts';
import {aggregateTyping, callOf} from './typed-call.ts';

/** A function call as written: a scalar function, a conditional form, or an aggregate. Null after a problem was reported. */
export function bindCall(binder: ExpressionBinder, call: CallExpression): Expr | null {
  const {report} = binder.context;
  const ofWindow = bindAuxiliary(binder, call);
  if (ofWindow === 'processing-time') return callOf(report, {name: 'PROCTIME', words: [], span: call.span}, []);
  if (ofWindow !== undefined) return ofWindow;
  if (call.over !== null) return bindOver(binder, call, call.over);
  if (call.argumentNames.some(name => name !== null))
    return report.notSupported('an argument by name (=>)', call.span, 'give the arguments in order');
  if (['GROUPING', 'GROUPING_ID', 'GROUP_ID'].includes(call.name)) return bindGrouping(binder, call);
  const definition = findFunction(call.name);
  const word = call.written.parts[0]!;
  // Words such as USER are calls without parentheses. Where there is no such function they are columns, as in Flink.
  if (definition === undefined && bareWords.has(call.name) && binder.options.scope.has(word.name))
    return binder.options.scope.resolve([word], call.span, report);
  if (definition?.kind === 'aggregate') return bindAggregate(binder, call, definition);
  const misused = misuseOf(call);
  if (misused !== null)
    return report.error('wrong-argument', call.span, `function "${call.name}" is no aggregate, so it takes no ${misused}`);
  if (takesJson(call.name)) return bindJsonCall(binder, call);
  if (call.name === 'JSON') return misplacedJson(binder, call);
  const bound = binder.bindAll(call.arguments);
  if (bound === null) return null;
  const conditional = conditionals.get(call.name);
  if (conditional !== undefined) return conditional(binder, call, bound);
  if (call.name === 'CURRENT_WATERMARK') return bindCurrentWatermark(binder, call, bound);
  const words = wordsOf(call, report);
  const name = binder.context.created.get(call.name) ?? call.name;
  return words === null ? null : callOf(report, {name, words, span: call.span}, bound);
}

const bareWords: ReadonlySet<string> = new Set([
  'CURRENT_CATALOG',
  'CURRENT_PATH',
  'CURRENT_ROLE',
  'CURRENT_SCHEMA',
  'CURRENT_USER',
  'SESSION_USER',
  'SYSTEM_USER',
  'USER',
]);

function bindJsonCall(binder: ExpressionBinder, call: CallExpression): Expr | null {
  const {report} = binder.context;
  const given = bindJsonArguments(binder, call, (json, operands) => callOf(report, {name: 'JSON', words: [], span: json.span}, operands));
  return given === null ? null : callOf(report, {name: call.name, words: given.words, span: call.span}, given.bound);
}

/** RETURNING comes first, with the type as one word. */
function wordsOf(call: CallExpression, report: Report): readonly string[] | null {
  if (call.returning === null) return call.words;
  const type = sqlTypeOf(call.returning, report);
  return type === null ? null : ['RETURNING', typeText(withNullable(type, true)), ...call.words];
}

function misuseOf(call: CallExpression): string | null {
  if (call.distinct) return 'DISTINCT';
  if (call.filter !== null) return 'FILTER';
  if (call.withinGroup.length > 0) return 'WITHIN GROUP';
  return call.ignoreNulls === null ? null : 'IGNORE or RESPECT NULLS';
}

type Conditional = (binder: ExpressionBinder, call: CallExpression, bound: readonly Expr[]) => Expr | null;

/** Conditional forms, which compute only the value they give. */
const conditionals: ReadonlyMap<string, Conditional> = new Map<string, Conditional>([
  [
    'IF',
    (binder, call, bound) => {
      if (bound.length !== 3) return wrongCount(binder, call, 'IF(condition, value, otherwise)');
      const [condition, then, otherwise] = bound as readonly [Expr, Expr, Expr];
      if (condition.type.kind !== 'BOOLEAN' && condition.type.kind !== 'NULL') return binder.bindCondition(call.arguments[0]!, 'IF');
      return finished(binder, call, [{when: coerced(condition, booleanType), then}], otherwise);
    },
  ],
  [
    'COALESCE',
    (binder, call, bound) => (bound.length === 0 ? wrongCount(binder, call, 'COALESCE(value, …)') : firstNotNull(binder, call, bound)),
  ],
  [
    'IFNULL',
    (binder, call, bound) =>
      bound.length === 2 ? firstNotNull(binder, call, bound) : wrongCount(binder, call, 'IFNULL(value, otherwise)'),
  ],
  [
    'NULLIF',
    (binder, call, bound) => {
      if (bound.length !== 2) return wrongCount(binder, call, 'NULLIF(value, other)');
      const {report} = binder.context;
      const isEqual = callOf(report, {name: '=', words: [], span: call.span}, bound);
      if (isEqual === null) return null;
      const nothing = nullLiteral({kind: 'NULL', nullable: true}, report.spanOf(call.span));
      return finished(binder, call, [{when: isEqual, then: nothing}], bound[0]!);
    },
  ],
]);

function wrongCount(binder: ExpressionBinder, call: CallExpression, syntax: string): null {
  return binder.context.report.error(
    'wrong-argument',
    call.span,
    `function "${call.name}" cannot take ${call.arguments.length} arguments`,
    {
      hint: `it is written ${syntax}`,
    },
  );
}

function finished(
  binder: ExpressionBinder,
  call: CallExpression,
  branches: readonly {readonly when: Expr; readonly then: Expr}[],
  otherwise: Expr,
): Expr | null {
  const found = caseOf(branches, otherwise, binder.context.report.spanOf(call.span));
  return found ?? binder.mixedTypes(call.name, [...branches.map(branch => branch.then), otherwise], call.span);
}

/** The first argument that is not NULL. After one that never is, no other counts. */
function firstNotNull(binder: ExpressionBinder, call: CallExpression, bound: readonly Expr[]): Expr | null {
  const {report} = binder.context;
  const last = bound.at(-1)!;
  const branches = bound
    .slice(0, -1)
    .map(value => ({when: callOf(report, {name: 'IS NOT NULL', words: [], span: call.span}, [value])!, then: value}));
  const found = finished(binder, call, branches, last);
  if (found === null || found.kind !== 'case') return found;
  return {
    ...found,
    type: withNullable(
      found.type,
      bound.every(value => value.type.nullable),
    ),
  };
}

/** Which keys a row of GROUPING SETS is not grouped by, a bit each; GROUP_ID, without arguments, tells rows of equal sets apart. It is replaced before the aggregate is made: see `withSets`. */
function bindGrouping(binder: ExpressionBinder, call: CallExpression): Expr | null {
  const {report} = binder.context;
  const {aggregates, clause} = binder.options;
  if (aggregates === null) return report.error('misplaced-aggregate', call.span, `${call.name} cannot stand in ${clause}`);
  if ((call.arguments.length === 0) !== (call.name === 'GROUP_ID'))
    return wrongCount(binder, call, call.name === 'GROUP_ID' ? 'GROUP_ID()' : `${call.name}(key [, key]*)`);
  const bound = binder.bindAll(call.arguments);
  if (bound === null) return null;
  const type = withNullable(bigintType, false);
  const expression = aggregates.add({function: 'GROUPING', arguments: bound, distinct: false, filter: null, type});
  return {...expression, span: report.spanOf(call.span)};
}

/** The words of an aggregate, with those about NULLs and about arguments that are JSON. Null where it takes no words about NULLs. */
function aggregateWords(call: CallExpression, definition: FunctionDefinition): readonly string[] | null {
  const words = [...call.words, ...rawJsonWords(call)];
  if (call.ignoreNulls === null) return words;
  if (definition.kind !== 'aggregate' || definition.choosesNulls !== true) return null;
  return [...words, call.ignoreNulls ? 'IGNORE' : 'RESPECT', 'NULLS'];
}

function bindAggregate(binder: ExpressionBinder, call: CallExpression, definition: FunctionDefinition): Expr | null {
  const {report} = binder.context;
  const {aggregates, clause} = binder.options;
  if (call.withinGroup.length > 0) return report.notSupported('WITHIN GROUP', call.span);
  const words = aggregateWords(call, definition);
  if (words === null) return report.notSupported(`${definition.name} with IGNORE or RESPECT NULLS`, call.span);
  if (aggregates === null) {
    const hint = clause === 'WHERE' ? {hint: 'conditions on groups stand in HAVING'} : {};
    return report.error('misplaced-aggregate', call.span, `aggregate ${definition.name} cannot stand in ${clause}`, hint);
  }
  const isStar = call.arguments.length === 1 && call.arguments[0]!.kind === 'star';
  if (isStar && call.distinct) {
    return report.error('wrong-argument', call.span, `${definition.name}(DISTINCT *) says nothing of what is to differ`, {
      hint: 'name the columns: COUNT(DISTINCT a, b)',
    });
  }
  if (isStar && definition.name !== 'COUNT') {
    return report.error('wrong-argument', call.span, `aggregate ${definition.name} needs a value, not *`, {
      hint: `it is written ${definition.syntax}`,
    });
  }
  // What an aggregate takes is of rows, not of groups.
  const ofRows = binder.ofRows();
  const bound = isStar ? [] : ofRows.bindAll(call.arguments);
  const filter = call.filter === null ? null : ofRows.bindCondition(call.filter, 'FILTER');
  if (bound === null || (filter === null && call.filter !== null)) return null;
  const nested = [...bound, ...(filter === null ? [] : [filter])].some(value =>
    someExpression(value, inner => isAggregateColumn(inner) || overIndex(inner) >= 0),
  );
  if (nested) {
    return report.error('misplaced-aggregate', call.span, `aggregate ${definition.name} cannot hold another aggregate`, {
      hint: 'compute the inner one in a query of its own: FROM (SELECT …)',
    });
  }
  const typed = aggregateTyping(report, call, definition, bound);
  if (typed === null) return null;
  const expression = aggregates.add({
    function: definition.name,
    arguments: typed.arguments,
    // MIN and MAX are the same with DISTINCT and without.
    distinct: call.distinct && definition.name !== 'MIN' && definition.name !== 'MAX',
    ...(words.length === 0 ? {} : {words}),
    filter,
    type: typed.type,
    ...report.named(call.span),
  });
  return {...expression, span: report.spanOf(call.span)};
}
