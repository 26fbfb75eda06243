import type {Span} from '../../base/problem.ts';
import type {Expression, Identifier} from '../../sql/ast.ts';
import {castability, castAdvice} from '../../types/cast.ts';
import {isNumeric} from '../../types/common-type.ts';
import {booleanType, type SqlType} from '../../types/sql-type.ts';
import {typeText} from '../../types/type-text.ts';
import {nearest} from '../../base/nearest.ts';
import type {Expr} from '../expression.ts';
import {withArticle} from '../plan-text.ts';
import type {AggregateCalls} from './aggregate-calls.ts';
import {bindCall} from './call.ts';
import {castTo, coerced, caseOf} from './cast.ts';
import type {BindContext} from './context.ts';
import {
  bytesLiteral,
  datetimeLiteral,
  intervalLiteral,
  literal,
  nullLiteral,
  numberLiteral,
  parameterLiteral,
  textLiteral,
} from './literal.ts';
import {fieldOf, listed, type Scope} from './scope.ts';
import type {Stream} from './current-watermark.ts';
import type {QueryValues} from './subquery-values.ts';
import {bindOverlaps} from './overlaps.ts';
import {sqlTypeOf} from './type-name.ts';
import {callOf} from './typed-call.ts';

/** What the aliases of a SELECT list mean to an expression: more than columns, less, or nothing but a better message. */
export interface Aliases {
  readonly expressions: ReadonlyMap<string, Expr>;
  readonly use: 'before-columns' | 'after-columns' | 'refused';
}

export interface ExpressionOptions {
  readonly scope: Scope;
  /** Where aggregates are collected; null where none may stand. */
  readonly aggregates: AggregateCalls | null;
  /** The clause, for messages: `WHERE`. */
  readonly clause: string;
  readonly aliases?: Aliases;
  /** Where a query may stand for a value. */
  readonly values?: QueryValues;
  /** The same inside an aggregate, where that is another place. */
  readonly rowValues?: QueryValues;
  /** Where CURRENT_WATERMARK may stand: whose rows these are. */
  readonly stream?: Stream;
}

/** Turns expressions of the syntax tree into typed ones. Every method gives null after it has reported a problem. */
export class ExpressionBinder {
  readonly context: BindContext;
  readonly options: ExpressionOptions;

  constructor(context: BindContext, options: ExpressionOptions) {
    this.context = context;
    this.options = options;
  }

  /** The binder of what an aggregate takes. */
  ofRows(): ExpressionBinder {
    const {rowValues} = this.options;
    return rowValues === undefined ? this : new ExpressionBinder(this.context, {...this.options, values: rowValues});
  }

  /** All of them, so that the problems of all are told; null when one has one. */
  bindAll(expressions: readonly Expression[]): readonly Expr[] | null {
    const bound = expressions.map(expression => this.bind(expression));
    return bound.includes(null) ? null : (bound as readonly Expr[]);
  }

  /** An expression that must be TRUE, FALSE or NULL. */
  bindCondition(expression: Expression, what: string = this.options.clause): Expr | null {
    const bound = this.bind(expression);
    if (bound === null) return null;
    if (bound.type.kind === 'BOOLEAN' || bound.type.kind === 'NULL') return coerced(bound, booleanType);
    return this.context.report.error(
      'wrong-type',
      expression.span,
      `${what} needs a condition, and this is ${withArticle(typeText({...bound.type, nullable: true}))}`,
      {hint: "compare it with something: = 1, <> '', IS NOT NULL"},
    );
  }

  bind(expression: Expression): Expr | null {
    const {span} = expression;
    switch (expression.kind) {
      case 'number':
      case 'string':
      case 'binary-string':
      case 'boolean':
      case 'null':
      case 'datetime':
      case 'interval':
        return this.#constant(expression);
      case 'column':
        return this.#column(expression.parts, span);
      case 'parameter':
        return this.#parameter(expression.name, span);
      case 'binary':
        return this.#call(expression.operator === '!=' ? '<>' : expression.operator, [expression.left, expression.right], span);
      case 'unary':
        return this.#unary(expression);
      case 'between':
        return this.#between(expression);
      case 'in-list':
        return this.#inList(expression);
      case 'case':
        return this.#case(expression);
      case 'cast':
        return this.#cast(expression);
      case 'call':
        return bindCall(this, expression);
      case 'field': {
        const operand = this.bind(expression.operand);
        return operand === null ? null : fieldOf(operand, expression.name, span, this.context.report);
      }
      case 'like':
      case 'item':
      case 'row':
      case 'constructor':
      case 'is-json':
      case 'star':
      case 'in-query':
      case 'exists':
      case 'quantified':
      case 'scalar-query':
      case 'array-query':
      case 'descriptor':
      case 'table-argument':
      case 'overlaps':
      case 'other':
        return this.#special(expression);
    }
  }

  #constant(expression: Extract<Expression, {readonly kind: ConstantKind}>): Expr | null {
    const {report} = this.context;
    const {span} = expression;
    const place = report.spanOf(span);
    switch (expression.kind) {
      case 'number':
        return numberLiteral(expression.text, false, span, report);
      case 'string':
        return textLiteral(expression.value, span, report);
      case 'binary-string':
        return bytesLiteral(expression.hex, span, report);
      case 'boolean':
        return literal({kind: 'BOOLEAN', nullable: expression.value === null}, expression.value, place);
      case 'null':
        return nullLiteral({kind: 'NULL', nullable: true}, place);
      case 'datetime':
        return datetimeLiteral(expression, report);
      case 'interval':
        return intervalLiteral(expression, report);
    }
  }

  /** Forms that are functions under another name, or that no plan has yet. */
  #special(expression: Extract<Expression, {readonly kind: SpecialKind}>): Expr | null {
    const {report} = this.context;
    const {span} = expression;
    switch (expression.kind) {
      case 'like': {
        const {operand, pattern, escape} = expression;
        const name = expression.similar ? 'SIMILAR TO' : 'LIKE';
        return this.#negated(
          this.#call(name, escape === null ? [operand, pattern] : [operand, pattern, escape], span),
          expression.negated,
          span,
        );
      }
      case 'item':
        return this.#call('ITEM', [expression.operand, expression.index], span, 'access to an element with [ ]');
      case 'row':
        return this.#call('ROW', expression.items, span, expression.explicit ? 'ROW(…)' : 'a row of several values in parentheses');
      case 'constructor':
        return this.#call(expression.type, expression.items, span, `${expression.type}[…]`);
      case 'is-json':
        return this.#negated(this.#call('IS JSON', [expression.operand], span, undefined, [expression.type]), expression.negated, span);
      case 'star':
        return report.error('syntax', span, '* stands for all columns and cannot be part of an expression', {
          hint: 'write COUNT(*) to count rows',
        });
      case 'in-query':
      case 'exists':
      case 'quantified':
      case 'scalar-query':
        return this.#query(expression);
      case 'array-query':
        return report.notSupported(`${expression.type}(SELECT …)`, span);
      case 'descriptor':
        return report.notSupported('DESCRIPTOR', span);
      case 'table-argument':
        return report.notSupported('a table as an argument', span);
      case 'overlaps':
        return expression.operator === 'OVERLAPS'
          ? bindOverlaps(this, expression)
          : report.notSupported(expression.operator, span, 'compare the ends: start1 < end2 AND start2 < end1');
      case 'other':
        return report.notSupported(expression.name, span);
    }
  }

  /** A query in an expression. */
  #query(expression: Extract<Expression, {readonly kind: QueryKind}>): Expr | null {
    const {values} = this.options;
    const {report} = this.context;
    const {span} = expression;
    if (expression.kind === 'quantified' && expression.query === null) return this.#quantifiedList(expression);
    if (values === undefined) return report.notSupported(`${nameOfQuery(expression)} here`, span);
    switch (expression.kind) {
      case 'scalar-query':
        return values.bind(expression.query, span);
      case 'exists':
        return values.exists(expression.query, span);
      case 'in-query': {
        const operands = this.bindAll(
          expression.operand.kind === 'row' && !expression.operand.explicit ? expression.operand.items : [expression.operand],
        );
        const isIn = operands === null ? null : values.isIn(operands, expression.query, span);
        return this.#negated(isIn, expression.negated, span);
      }
      case 'quantified': {
        const {operator, quantifier, query} = expression;
        const operand = this.bind(expression.left);
        if (operand === null || query === null) return null;
        const isSome = operator === '=' && quantifier === 'SOME';
        const isNone = (operator === '<>' || operator === '!=') && quantifier === 'ALL';
        if (isSome || isNone) return this.#negated(values.isIn([operand], query, span), isNone, span);
        return values.quantified(operand, expression);
      }
    }
  }

  /** `x > ALL (1, 2)`: each comparison by itself. */
  #quantifiedList({operator, quantifier, left, list, span}: Expression & {readonly kind: 'quantified'}): Expr | null {
    const {report} = this.context;
    const operand = this.bind(left);
    const items = this.bindAll(list);
    if (operand === null || items === null) return null;
    const name = operator === '!=' ? '<>' : operator;
    const tests = items.map((item, index) => callOf(report, {name, words: [], span: list[index]!.span}, [operand, item]));
    const joined = {name: quantifier === 'ALL' ? 'AND' : 'OR', words: [], span};
    return tests.reduce((one, other) => (one === null || other === null ? null : callOf(report, joined, [one, other])));
  }

  /** A call of a function or operator by its name; `shown` is what to call it if it does not exist yet. */
  #call(name: string, operands: readonly Expression[], span: Span, shown?: string, words: readonly string[] = []): Expr | null {
    const bound = this.bindAll(operands);
    return bound === null ? null : callOf(this.context.report, {name, words, span, ...(shown === undefined ? {} : {shown})}, bound);
  }

  #negated(expression: Expr | null, negated: boolean, span: Span): Expr | null {
    return expression === null || !negated ? expression : callOf(this.context.report, {name: 'NOT', words: [], span}, [expression]);
  }

  #column(parts: readonly Identifier[], span: Span): Expr | null {
    const {scope, aliases, clause} = this.options;
    const name = parts[0]!.name;
    const aliased = parts.length === 1 ? aliases?.expressions.get(name) : undefined;
    if (aliased === undefined) return scope.resolve(parts, span, this.context.report);
    if (aliases!.use === 'before-columns' || (aliases!.use === 'after-columns' && !scope.has(name))) return aliased;
    const hint = scope.has(name)
      ? undefined
      : `"${name}" is a name given in SELECT, which ${clause} does not see: write the expression again`;
    return scope.resolve(parts, span, this.context.report, hint);
  }

  #parameter(name: string, span: Span): Expr | null {
    const {report, parameters, usedParameters} = this.context;
    const value = parameters.get(name);
    usedParameters.add(name);
    if (value !== undefined) return parameterLiteral(value, span, report);
    const near = nearest(name, parameters.keys());
    return report.error('unbound-parameter', span, `parameter ":${name}" has no value`, {
      ...(parameters.size === 0 ? {} : {detail: listed('given', [...parameters.keys()])}),
      hint: near === null ? `give it one with -v ${name}=value` : `did you mean ":${near}"?`,
    });
  }

  #unary(expression: Expression & {readonly kind: 'unary'}): Expr | null {
    const {operator, operand, span} = expression;
    const {report} = this.context;
    if (operator === '-' && operand.kind === 'number') return numberLiteral(operand.text, true, span, report);
    if (operator !== '+') {
      const name = operator === 'IS UNKNOWN' ? 'IS NULL' : operator === 'IS NOT UNKNOWN' ? 'IS NOT NULL' : operator;
      return this.#call(name, [operand], span);
    }
    const bound = this.bind(operand);
    if (bound === null || isNumeric(bound.type) || bound.type.kind === 'INTERVAL' || bound.type.kind === 'NULL') return bound;
    return report.error('wrong-type', span, `operator "+" needs a number, and this is ${withArticle(typeText(bound.type))}`);
  }

  #between(expression: Expression & {readonly kind: 'between'}): Expr | null {
    const {report} = this.context;
    const {span} = expression;
    const bound = this.bindAll([expression.operand, expression.low, expression.high]);
    if (bound === null) return null;
    const [operand, low, high] = bound as readonly [Expr, Expr, Expr];
    const call = (name: string, left: Expr | null, right: Expr | null): Expr | null =>
      left === null || right === null ? null : callOf(report, {name, words: [], span}, [left, right]);
    const within = (least: Expr, most: Expr): Expr | null => call('AND', call('>=', operand, least), call('<=', operand, most));
    const found = expression.symmetric ? call('OR', within(low, high), within(high, low)) : within(low, high);
    return this.#negated(found, expression.negated, span);
  }

  #inList(expression: Expression & {readonly kind: 'in-list'}): Expr | null {
    const {report} = this.context;
    const {span} = expression;
    const operand = this.bind(expression.operand);
    const items = this.bindAll(expression.list);
    if (operand === null || items === null) return null;
    const tests = items.map((item, index) => callOf(report, {name: '=', words: [], span: expression.list[index]!.span}, [operand, item]));
    // Halves of halves: a list of thousands must not become a tree that is thousands deep.
    const anyOf = (from: number, to: number): Expr | null => {
      if (to - from === 1) return tests[from]!;
      const middle = (from + to) >> 1;
      const left = anyOf(from, middle);
      const right = anyOf(middle, to);
      return left === null || right === null ? null : callOf(report, {name: 'OR', words: [], span}, [left, right]);
    };
    return tests.includes(null) ? null : this.#negated(anyOf(0, tests.length), expression.negated, span);
  }

  #case(expression: Expression & {readonly kind: 'case'}): Expr | null {
    const {report} = this.context;
    const operand = expression.operand === null ? undefined : this.bind(expression.operand);
    const whens = expression.branches.map(({when}) => {
      if (expression.operand === null) return this.bindCondition(when, 'WHEN');
      const value = this.bind(when);
      if (value === null || operand === null || operand === undefined) return null;
      return callOf(report, {name: '=', words: [], span: when.span}, [operand, value]);
    });
    const thens = this.bindAll(expression.branches.map(({then}) => then));
    const otherwise =
      expression.otherwise === null
        ? nullLiteral({kind: 'NULL', nullable: true}, report.spanOf(expression.span))
        : this.bind(expression.otherwise);
    if (operand === null || whens.includes(null) || thens === null || otherwise === null) return null;
    const branches = whens.map((when, index) => ({when: when!, then: thens[index]!}));
    return caseOf(branches, otherwise, report.spanOf(expression.span)) ?? this.mixedTypes('CASE', [...thens, otherwise], expression.span);
  }

  /** Reports that results of one expression have no type in common. */
  mixedTypes(what: string, results: readonly Expr[], span: Span): null {
    const types = [...new Set(results.map(result => typeText({...result.type, nullable: true})))];
    return this.context.report.error(
      'wrong-type',
      span,
      `${what} cannot give ${types.slice(0, -1).join(', ')} and ${types.at(-1)} at once`,
      {
        hint: 'cast them to one type: CAST(x AS STRING)',
      },
    );
  }

  #cast(expression: Expression & {readonly kind: 'cast'}): Expr | null {
    const {report} = this.context;
    const operand = this.bind(expression.operand);
    const type = sqlTypeOf(expression.type, report);
    if (operand === null || type === null) return null;
    if (operand.kind === 'literal' && operand.value === null) return nullLiteral(type, report.spanOf(expression.span));
    const how = castability(operand.type, type);
    if (how === 'none') return this.#impossibleCast(operand.type, type, expression.span);
    if (how === 'same') return operand;
    return {...castTo(operand, type, false, expression.lenient), span: report.spanOf(expression.span)};
  }

  #impossibleCast(from: SqlType, to: SqlType, span: Span): null {
    const advice = castAdvice(from, to);
    return this.context.report.error(
      'wrong-type',
      span,
      `${typeText({...from, nullable: true})} cannot be cast to ${typeText({...to, nullable: true})}`,
      advice === undefined ? {} : {hint: advice},
    );
  }
}

type ConstantKind = 'number' | 'string' | 'binary-string' | 'boolean' | 'null' | 'datetime' | 'interval';

type QueryKind = 'in-query' | 'exists' | 'quantified' | 'scalar-query';

function nameOfQuery(expression: Extract<Expression, {readonly kind: QueryKind}>): string {
  if (expression.kind === 'in-query') return `${expression.negated ? 'NOT ' : ''}IN (SELECT …)`;
  if (expression.kind === 'quantified') return `${expression.operator} ${expression.quantifier}`;
  return expression.kind === 'exists' ? 'EXISTS' : 'a query as a value';
}

type SpecialKind =
  | 'like'
  | 'item'
  | 'row'
  | 'constructor'
  | 'is-json'
  | 'star'
  | 'in-query'
  | 'exists'
  | 'quantified'
  | 'scalar-query'
  | 'array-query'
  | 'descriptor'
  | 'table-argument'
  | 'overlaps'
  | 'other';
