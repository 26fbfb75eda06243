import type {BinaryOperator, Expression, UnaryOperator} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {all, find, get, only, type Context} from './context.ts';
import {identifier, other} from './names.ts';

/** How tightly tails bind, loosest first. `NOT` before an operand reaches up to the tests; a sign reaches only its operand. */
const looseness: Readonly<Record<string, number>> = {
  OR: 1,
  AND: 2,
  '=': 5,
  '<': 5,
  '>': 5,
  '<=': 5,
  '>=': 5,
  '<>': 5,
  '!=': 5,
  '+': 7,
  '-': 7,
  '*': 8,
  '/': 8,
  '%': 8,
  '||': 8,
};
const negationBinds = 3;
const testBinds = 4;
const comparisonBinds = 5;
const rangeBinds = 6;
const signBinds = 9;
/** Longer chains are refused: every later step walks the tree, and its depth is the length of the chain. */
const longestChain = 1000;

type Element = {readonly kind: 'prefix' | 'operand' | 'tail'; readonly branch: Branch};

/** A rule `expression`, `arithmetic` or `prefixed`: a flat list, put together by how tightly its operators bind. */
export function expression(context: Context, branch: Branch): Expression {
  const elements: Element[] = [];
  flatten(elements, branch);
  if (elements.length === 1) return context.build.operand(context, (elements[0] as Element).branch);
  if (elements.length > longestChain) {
    context.fault(
      'too-deep',
      `an expression of more than ${longestChain} operators is too long`,
      branch,
      'use IN (…), a join with VALUES, or several queries',
    );
    return {kind: 'null', span: context.span(branch)};
  }
  return new Climber(context, elements).climb(0);
}

function flatten(elements: Element[], branch: Branch): void {
  for (const part of branch.parts) {
    if (part.rule === 'prefix' || part.rule === 'sign') elements.push({kind: 'prefix', branch: part});
    else if (part.rule === 'operand') elements.push({kind: 'operand', branch: part});
    else if (part.rule === 'arithmeticTail') flattenTail(elements, part, part);
    else if (part.rule === 'tail') {
      const tail = only(part);
      const distinct = tail.rule === 'isTail' ? find(only(get(tail, 'isWhat')), 'prefixed') : undefined;
      flattenTail(elements, tail, distinct ?? find(rightOf(tail), 'prefixed'));
    }
  }
}

/** The part of a tail that may hold its right side. */
function rightOf(tail: Branch): Branch {
  return find(tail, 'binaryRight') ?? tail;
}

function flattenTail(elements: Element[], tail: Branch, right: Branch | undefined): void {
  elements.push({kind: 'tail', branch: tail});
  if (right) flatten(elements, right === tail ? {...tail, parts: tail.parts.slice(1)} : right);
}

class Climber {
  readonly #context: Context;
  readonly #elements: readonly Element[];
  #next = 0;

  constructor(context: Context, elements: readonly Element[]) {
    this.#context = context;
    this.#elements = elements;
  }

  /** The expression from here on, as far as its operators bind at least as tightly as `binds`. */
  climb(binds: number): Expression {
    const element = this.#elements[this.#next++] as Element;
    let left = element.kind === 'prefix' ? this.#prefixed(element.branch) : this.#context.build.operand(this.#context, element.branch);
    for (;;) {
      const tail = this.#elements[this.#next]?.branch;
      if (!tail || bindsOf(this.#context, tail) < binds) return left;
      this.#next++;
      left = this.#tail(left, tail);
    }
  }

  #prefixed(branch: Branch): Expression {
    const operator = this.#context.word(branch) as UnaryOperator;
    const operand = this.climb(operator === 'NOT' ? negationBinds : signBinds);
    return {kind: 'unary', span: this.#context.between(this.#context.span(branch), operand.span), operator, operand};
  }

  #tail(left: Expression, tail: Branch): Expression {
    const context = this.#context;
    const span = context.between(left.span, context.span(tail));
    if (tail.rule === 'binaryTail' || tail.rule === 'arithmeticTail') return this.#binary(left, tail);
    if (tail.rule === 'isTail') return this.#is(left, tail);
    if (tail.rule === 'periodTail') {
      const right = this.climb(bindsOf(context, tail) + 1);
      const operator = context.words(get(tail, 'periodOperator')).join(' ');
      return {kind: 'overlaps', span: context.between(left.span, right.span), operator, left, right};
    }
    if (tail.rule === 'betweenTail') {
      const low = comparison(context, get(tail, 'comparison'));
      const high = expression(context, get(tail, 'arithmetic'));
      const symmetric = context.words(find(tail, 'symmetry') ?? tail)[0] === 'SYMMETRIC';
      return {kind: 'between', span, negated: context.has(tail, 'NOT'), symmetric, operand: left, low, high};
    }
    if (tail.rule === 'inTail') return inTail(context, left, tail);
    if (tail.rule === 'likeTail') return like(context, left, tail);
    return foreignTail(context, left, tail);
  }

  #binary(left: Expression, tail: Branch): Expression {
    const context = this.#context;
    const sign = get(tail, tail.rule === 'binaryTail' ? 'binaryOperator' : 'arithmeticOperator');
    const quantified = find(rightOf(tail), 'quantified');
    if (quantified) return quantifiedTest(context, left, sign, quantified);
    return binary(context, left, sign, this.climb(bindsOf(context, tail) + 1));
  }

  #is(left: Expression, tail: Branch): Expression {
    const context = this.#context;
    const what = only(get(tail, 'isWhat'));
    const negated = context.has(tail, 'NOT');
    const span = context.between(left.span, context.span(tail));
    const not = negated ? 'NOT ' : '';
    if (what.rule === 'isDistinct') {
      const right = this.climb(comparisonBinds + 1);
      const operatorSpan = {start: context.span(tail).start, end: context.tokens[get(what, 'prefixed').start - 1]?.end ?? 0};
      const operator: BinaryOperator = `IS ${not}DISTINCT FROM`;
      return {kind: 'binary', span: context.between(left.span, right.span), operator, operatorSpan, left, right};
    }
    if (what.rule === 'isJson') {
      const kind = find(what, 'jsonKind');
      return {kind: 'is-json', span, negated, type: kind ? (context.word(kind) as 'OBJECT') : 'VALUE', operand: left};
    }
    if (what.rule === 'isSet') return foreignTail(context, left, tail);
    return {kind: 'unary', span, operator: `IS ${not}${context.word(what) as 'NULL'}`, operand: left};
  }
}

function bindsOf(context: Context, tail: Branch): number {
  switch (tail.rule) {
    case 'binaryTail':
    case 'arithmeticTail':
      return looseness[context.word(tail)] ?? 0;
    case 'isTail':
      return only(get(tail, 'isWhat')).rule === 'isDistinct' ? comparisonBinds : testBinds;
    case 'periodTail':
      return comparisonBinds;
    default:
      return rangeBinds;
  }
}

function quantifiedTest(context: Context, left: Expression, sign: Branch, branch: Branch): Expression {
  const operator = context.word(sign) as BinaryOperator;
  if (operator === '!=') context.portable('operator !=', sign, '<>');
  const span = context.between(left.span, context.span(branch));
  const quantifier = context.word(get(branch, 'quantifier')) === 'ALL' ? 'ALL' : 'SOME';
  return {kind: 'quantified', span, operator, quantifier, left, ...queryOrList(context, get(branch, 'queryOrList'))};
}

/** The lower end of BETWEEN may hold comparisons, `a BETWEEN x = y AND z`. */
function comparison(context: Context, branch: Branch): Expression {
  let left = expression(context, get(branch, 'arithmetic'));
  for (const tail of all(branch, 'comparisonTail')) {
    const sign = get(tail, 'comparisonOperator');
    const right = expression(context, get(tail, 'arithmetic'));
    left = binary(context, left, sign, right);
  }
  return left;
}

function binary(context: Context, left: Expression, sign: Branch, right: Expression): Expression {
  const operator = context.word(sign) as BinaryOperator;
  if (operator === '!=') context.portable('operator !=', sign, '<>');
  return {kind: 'binary', span: context.between(left.span, right.span), operator, operatorSpan: context.span(sign), left, right};
}

function queryOrList(context: Context, branch: Branch): {query: ReturnType<Context['build']['query']> | null; list: Expression[]} {
  const what = only(branch);
  if (what.rule === 'parenthesizedQuery') return {query: context.build.query(context, get(what, 'query')), list: []};
  return {query: null, list: all(what, 'expression').map(part => expression(context, part))};
}

function inTail(context: Context, operand: Expression, tail: Branch): Expression {
  const span = context.between(operand.span, context.span(tail));
  const negated = context.has(tail, 'NOT');
  const {query, list} = queryOrList(context, get(tail, 'queryOrList'));
  return query ? {kind: 'in-query', span, negated, operand, query} : {kind: 'in-list', span, negated, operand, list};
}

/** LIKE nests to the right, so that `a LIKE b LIKE c ESCAPE d` gives the escape to the inner one. */
function like(context: Context, operand: Expression, tail: Branch): Expression {
  const what = only(tail);
  const word = context.word(get(what, 'likeWord'));
  if (what.rule === 'likeQuantified' || word === 'ILIKE' || word === 'RLIKE') return foreignTail(context, operand, tail);
  const inner = find(what, 'likeTail');
  const plain = expression(context, get(what, 'arithmetic'));
  const pattern = inner ? like(context, plain, inner) : plain;
  const escape = find(what, 'escape');
  return {
    kind: 'like',
    span: context.between(operand.span, context.span(what)),
    negated: context.has(what, 'NOT'),
    similar: word === 'SIMILAR',
    operand,
    pattern,
    escape: escape ? expression(context, get(escape, 'arithmetic')) : null,
  };
}

/** A test that is understood and never planned: its text reaches from the operand to its end. */
function foreignTail(context: Context, operand: Expression, tail: Branch): Expression {
  const first = context.tokens.findIndex(token => token.start === operand.span.start);
  const whole: Branch = {rule: tail.rule, start: first, end: tail.end, parts: []};
  const name = context
    .words(tail)
    .filter(word => /^[A-Z]+$/.test(word) && word !== 'NOT')
    .slice(0, 2)
    .join(' ');
  return other(context, whole, name, [operand]);
}

/** A rule `operand` (a primary and what follows it), or a list of operators around operands. */
export function operand(context: Context, branch: Branch): Expression {
  if (branch.rule !== 'operand') return expression(context, branch);
  let left = context.build.call(context, only(only(branch)));
  const postfixes = all(branch, 'postfix');
  if (postfixes.length > longestChain) {
    context.fault('too-deep', `more than ${longestChain} [ ] and . behind one value are too many`, branch, 'use a view for the inner part');
    return left;
  }
  for (const postfix of postfixes) {
    const part = only(postfix);
    const span = context.between(left.span, context.span(part));
    if (part.rule === 'item') left = {kind: 'item', span, operand: left, index: itemIndex(context, part)};
    else if (part.rule === 'field') left = {kind: 'field', span, operand: left, name: identifier(context, get(part, 'name'))};
    else left = other(context, {...branch, end: part.end}, context.text(part), [left]);
  }
  return left;
}

function itemIndex(context: Context, branch: Branch): Expression {
  const offset = find(branch, 'itemOffset');
  if (offset) context.unsupported(`[${context.word(offset)}(…)]`, offset, 'write [n] with n counted from 1');
  return expression(context, get(offset ?? branch, 'expression'));
}
