import {lineAndColumn} from '../base/place.ts';
import type {Place, SourceText, Span} from '../base/problem.ts';
import {findFunction} from '../functions/index.ts';
import {isDeterministicCall} from '../functions/call.ts';
import {childrenOf} from './demand.ts';
import type {Expr} from './expression.ts';
import {behaviourOf, type PlanNode} from './nodes/index.ts';
import {spanText} from './nodes/window.ts';

/** Something in a plan that may give another value when the same input is read again. */
export interface ReplayCause {
  /** `NOW()`, `an idle time-out of 30 s` */
  readonly what: string;
  /** Null: it stands in no text that is shown. */
  readonly place: Place | null;
}

/** Everything in the nodes that depends on more than the input, once for each place, in the order of the text. */
export function replayCauses(nodes: readonly PlanNode[], source: SourceText): readonly ReplayCause[] {
  const found = new Map<string, ReplayCause & {readonly at: number}>();
  const add = (name: string, span: Expr['span']): void => {
    const what = span === null ? name : writtenAt(source, span) || name;
    const at = span?.start ?? Infinity;
    found.set(`${what} ${at}`, {what, place: span === null ? null : {kind: 'text', source, span}, at});
  };
  for (const node of nodes) {
    if (node.kind === 'watermark' && node.idleAfterMs !== null) add(`an idle time-out of ${spanText(node.idleAfterMs)}`, null);
    for (const expression of expressionsOf(node)) visit(expression, add);
  }
  return [...found.values()].sort((left, right) => left.at - right.at).map(({what, place}) => ({what, place}));
}

/** A call as it stands in the text, if it is short. */
function writtenAt({text}: SourceText, {start, end}: Span): string {
  const written = text.slice(start, end);
  return /^[\w().,' -]{1,40}$/.test(written) ? written : '';
}

function visit(expression: Expr, add: (what: string, span: Expr['span']) => void): void {
  if (expression.kind === 'call') {
    const definition = findFunction(expression.function);
    if (definition !== undefined && !isDeterministicCall(definition, expression.arguments.length))
      add(expression.function, expression.span);
  }
  for (const child of childrenOf(expression)) visit(child, add);
}

/** The expressions of a node, in order; not those inside of them. */
export function expressionsOf(node: PlanNode): readonly Expr[] {
  const found: Expr[] = [];
  behaviourOf<PlanNode>(node).mapExpressions(node, expression => {
    found.push(expression);
    return expression;
  });
  return found;
}

/** `the same values`, `no: NOW() at 3:14, RAND() at 4:2` */
export function replayText(causes: readonly ReplayCause[]): string {
  if (causes.length === 0) return 'the same values';
  return `no: ${causes.map(({what, place}) => (place?.kind === 'text' ? `${what} at ${placeText(place)}` : what)).join(', ')}`;
}

/** `3:14` */
export function placeText({source, span}: Place & {readonly kind: 'text'}): string {
  const {line, column} = lineAndColumn(source.text, span.start);
  return `${line}:${column}`;
}

export function causeJson({what, place}: ReplayCause): object {
  if (place?.kind !== 'text') return {what};
  return {what, file: place.source.name, ...lineAndColumn(place.source.text, place.span.start)};
}
