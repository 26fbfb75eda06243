import {findFunction} from '../../functions/index.ts';
import {conjunction, conjunctsOf} from '../conjuncts.ts';
import type {Expr} from '../expression.ts';
import {isCheap, isDeterministic, moved, someExpression, substitute} from '../expression-walk.ts';
import {joinCondition, sideOf} from '../join-condition.ts';
import {givesPairs, type JoinShape, type JoinType} from '../nodes/join.ts';
import type {NodeOf} from '../nodes/index.ts';
import {rewritten, usersOf, type Graph, type Rewriting, type Rule, type RuleContext} from './rule.ts';

/**
 * Takes conditions to where fewer rows pass: what is said of one side of a join is asked before it, an equality of both sides becomes its key, and an outer join
 * whose rows with NULLs would all be thrown away is none. The order of joins stays as it is written.
 */
export const pushDownFilters: Rule = {
  name: 'push-down-filters',
  summary: 'asks of one side of a join what is said of it alone, and joins by the equalities of WHERE',
  apply(graph, context) {
    const pushed = rewritten(graph, (node, rewriting) => {
      if (node.kind === 'filter') return filtered(node.input, conjunctsOf(node.predicate), rewriting);
      if (node.kind === 'join') return addJoin(node, [], rewriting);
      return rewriting.builder.add(node, node);
    });
    warnOfProducts(pushed, context);
    return pushed;
  },
};

/** The rows of a node for which all conjuncts are TRUE. */
function filtered(input: number, conjuncts: readonly Expr[], rewriting: Rewriting): number {
  const {builder} = rewriting;
  if (conjuncts.length === 0) return input;
  const below = builder.at(input);
  if (!rewriting.isShared(input)) {
    if (below.kind === 'join') return filteredJoin(below, conjuncts, rewriting);
    if (below.kind === 'filter') return filtered(below.input, [...conjunctsOf(below.predicate), ...conjuncts], rewriting);
    if (below.kind === 'project') return filteredProject(below, conjuncts, rewriting);
  }
  return builder.add({kind: 'filter', input, predicate: conjunction(conjuncts)!}, {schema: below.schema});
}

/** Conditions on what is only handed through go below a projection; on what it computes they stay, so that it is computed once. */
function filteredProject(node: NodeOf<'project'>, conjuncts: readonly Expr[], rewriting: Rewriting): number {
  const {builder} = rewriting;
  const isHandedThrough = (conjunct: Expr): boolean =>
    !someExpression(conjunct, inner => inner.kind === 'column' && !isCheap(node.expressions[inner.index]!));
  const lower = conjuncts.filter(isHandedThrough).map(conjunct => substitute(conjunct, node.expressions));
  const upper = conjuncts.filter(conjunct => !isHandedThrough(conjunct));
  const input = filtered(node.input, lower, rewriting);
  const projected = builder.add({...node, input}, node);
  return upper.length === 0 ? projected : builder.add({kind: 'filter', input: projected, predicate: conjunction(upper)!}, node);
}

function filteredJoin(node: NodeOf<'join'>, conjuncts: readonly Expr[], rewriting: Rewriting): number {
  const {builder} = rewriting;
  const type = simplerType(node, conjuncts);
  const above: Expr[] = [];
  const into: Expr[] = [];
  const below: Record<'left' | 'right', Expr[]> = {left: [], right: []};
  for (const conjunct of conjuncts) {
    const side = isDeterministic(conjunct) ? sideOf(conjunct, node.leftColumns) : 'none';
    // A side whose rows may be replaced by NULLs must be asked after that.
    if (side === 'left' && type !== 'right' && type !== 'full') below.left.push(conjunct);
    else if (side === 'right' && (type === 'inner' || type === 'right')) below.right.push(moved(conjunct, -node.leftColumns));
    else if (side === 'both' && type === 'inner') into.push(conjunct);
    else above.push(conjunct);
  }
  const inputs = [filtered(node.inputs[0]!, below.left, rewriting), filtered(node.inputs[1]!, below.right, rewriting)];
  const joined = addJoin({...node, type, inputs}, into, rewriting);
  return above.length === 0
    ? joined
    : builder.add({kind: 'filter', input: joined, predicate: conjunction(above)!}, {schema: builder.schema(joined)});
}

/** A join whose pairs must pass more conditions. What its residual says of one side alone is asked of that side, where that is the same. */
function addJoin(
  node: NodeOf<'join'> | (JoinShape & {readonly schema: NodeOf<'join'>['schema']}),
  more: readonly Expr[],
  rewriting: Rewriting,
): number {
  const {type, leftColumns} = node;
  const residual = node.residual === null ? [] : conjunctsOf(node.residual);
  const below: Record<'left' | 'right', Expr[]> = {left: [], right: []};
  const both: Expr[] = [];
  for (const conjunct of [...residual, ...more]) {
    const side = isDeterministic(conjunct) ? sideOf(conjunct, leftColumns) : 'none';
    if (side === 'left' && (type === 'inner' || type === 'right' || type === 'semi')) below.left.push(conjunct);
    else if (side === 'right' && type !== 'right' && type !== 'full') below.right.push(moved(conjunct, -leftColumns));
    else both.push(conjunct);
  }
  const {leftKeys, rightKeys, rest} = joinCondition(both, leftColumns);
  const shape: JoinShape = {
    ...node,
    inputs: [filtered(node.inputs[0]!, below.left, rewriting), filtered(node.inputs[1]!, below.right, rewriting)],
    leftKeys: [...node.leftKeys, ...leftKeys],
    rightKeys: [...node.rightKeys, ...rightKeys],
    residual: conjunction(rest),
  };
  return rewriting.builder.add(shape, {schema: node.schema});
}

/** Rows in which one side is NULL need not be made where a condition throws them all away. */
function simplerType({type, leftColumns}: NodeOf<'join'>, conjuncts: readonly Expr[]): JoinType {
  const needs = (side: 'left' | 'right'): boolean => conjuncts.some(conjunct => rejectsNulls(conjunct, side, leftColumns));
  const dropsRightPadding = (type === 'left' || type === 'full') && needs('right');
  const dropsLeftPadding = (type === 'right' || type === 'full') && needs('left');
  if (type === 'full') return dropsLeftPadding ? (dropsRightPadding ? 'inner' : 'left') : dropsRightPadding ? 'right' : 'full';
  return dropsLeftPadding || dropsRightPadding ? 'inner' : type;
}

/** Whether a condition cannot be TRUE when all columns of a side are NULL. */
function rejectsNulls(condition: Expr, side: 'left' | 'right', leftColumns: number): boolean {
  if (condition.kind === 'call' && condition.function === 'IS NOT NULL') return isNullWith(condition.arguments[0]!, side, leftColumns);
  if (condition.kind === 'call' && condition.function === 'OR')
    return condition.arguments.every(operand => rejectsNulls(operand, side, leftColumns));
  return isNullWith(condition, side, leftColumns);
}

/** Whether an expression is NULL when all columns of a side are. */
function isNullWith(expression: Expr, side: 'left' | 'right', leftColumns: number): boolean {
  switch (expression.kind) {
    case 'column':
      return sideOf(expression, leftColumns) === side;
    case 'field':
    case 'cast':
      return isNullWith(expression.operand, side, leftColumns);
    case 'call': {
      const definition = findFunction(expression.function);
      const isStrict = definition?.kind === 'scalar' && definition.nulls === 'propagate';
      return isStrict && expression.arguments.some(argument => isNullWith(argument, side, leftColumns));
    }
    case 'literal':
    case 'case':
      return false;
  }
}

/** Joins that nothing relates are lawful, but seldom meant. */
function warnOfProducts(graph: Graph, context: RuleContext): void {
  const users = usersOf(graph);
  for (const [index, node] of graph.nodes.entries()) {
    if (users[index] === 0 || node.kind !== 'join' || node.leftKeys.length > 0 || !givesPairs(node.type)) continue;
    const isSingle = node.inputs.some(input => graph.nodes[input]?.key?.length === 0);
    if (isSingle) continue;
    const span = node.residual?.span ?? null;
    context.warn({
      kind: 'invalid',
      severity: 'warning',
      code: 'join-without-key',
      message: 'no equality relates the two sides of a join, so every row is compared with every row',
      detail: 'its state, and its work for each row, grow with both inputs',
      hint: 'join by an equality: ON a.id = b.id',
      ...(span === null ? {} : {place: {kind: 'text', source: context.source, span}}),
    });
  }
}
