import type {CallExpression, Expression, TableReference} from '../../sql/ast.ts';
import type {BindContext} from './context.ts';

export type FunctionReference = TableReference & {readonly kind: 'function'};
export type TableArgument = Expression & {readonly kind: 'table-argument'};

/** The arguments of a table function by their places among `names`, whether they are named or not. Null after a problem was reported. */
export function placedArguments(
  context: BindContext,
  call: CallExpression,
  names: readonly string[],
  syntax: string,
): readonly (Expression | undefined)[] | null {
  const places = call.arguments.map((_, index) => {
    const given = call.argumentNames[index];
    return given === null || given === undefined ? index : names.indexOf(given.name.toUpperCase());
  });
  const unknown = places.findIndex(place => place < 0 || place >= names.length);
  if (unknown === -1) return names.map((_, index) => call.arguments[places.indexOf(index)]);
  const what = call.argumentNames[unknown]?.name;
  const why = what === undefined ? `takes at most ${names.length} arguments` : `has no argument "${what}"`;
  return context.report.error('wrong-argument', call.arguments[unknown]!.span, `${call.name} ${why}`, {hint: `write ${syntax}`});
}

/** A query in parentheses stands for the table that it gives. Null: it is neither. */
export function tableArgument(argument: Expression | undefined): TableArgument | null {
  if (argument?.kind === 'table-argument') return argument;
  if (argument?.kind !== 'scalar-query') return null;
  return {kind: 'table-argument', span: argument.span, table: null, query: argument.query, partitionBy: [], orderBy: []};
}

/** What FROM would read to get the table of an argument. */
export function tableReference({span, table, query}: TableArgument): TableReference {
  return table !== null
    ? {kind: 'named', span, name: table, hints: [], systemTime: null, alias: null}
    : {kind: 'derived', span, query: query!, lateral: false, alias: null};
}
