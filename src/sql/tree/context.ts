import type {Problem, SourceText, Span} from '../../base/problem.ts';
import type {CallExpression, Expression, Hint, OrderItem, Query, TypeName, WindowSpec} from '../ast.ts';
import type {Branch} from '../matcher.ts';
import {kindOf, kinds, type Token} from '../tokens.ts';

/** What the builders of the tree share: the text, what was matched of it, and where faults go. */
export class Context {
  readonly source: SourceText;
  readonly tokens: readonly Token[];
  /** What one-liners may write and scripts may not is taken as it is meant. */
  readonly lenient: boolean;
  readonly problems: Problem[] = [];
  readonly build: Builders;

  constructor(source: SourceText, tokens: readonly Token[], lenient: boolean, build: Builders) {
    this.source = source;
    this.tokens = tokens;
    this.lenient = lenient;
    this.build = build;
  }

  /** Where a branch stands in the text. An empty one stands before the token that follows. */
  span(branch: Branch): Span {
    const first = this.tokens[branch.start];
    const last = this.tokens[Math.max(branch.start, branch.end - 1)];
    return {start: first?.start ?? this.source.text.length, end: last?.end ?? this.source.text.length};
  }

  /** From the start of one branch to the end of another. */
  between(first: Span, last: Span): Span {
    return {start: first.start, end: last.end};
  }

  /** The first token of a branch. */
  token(branch: Branch): Token {
    return this.tokens[branch.start] as Token;
  }

  /** The keyword or symbol that a token branch is, in upper case: `SELECT`, `<=`. */
  word(branch: Branch): string {
    return this.token(branch).value.toUpperCase();
  }

  /** Whether one of the keywords stands directly in the branch, not inside a rule of it. */
  has(branch: Branch, ...keywords: readonly string[]): boolean {
    return branch.parts.some(part => part.rule === '' && keywords.includes(kindOf(this.token(part).character)));
  }

  /** The keywords of a branch in order, upper case, those inside its rules too. */
  words(branch: Branch): string[] {
    return this.tokens.slice(branch.start, branch.end).map(token => token.value.toUpperCase());
  }

  /** The text of a branch, without comments and with one space between tokens; a text that goes on in another does so on a new line. */
  text(branch: Branch): string {
    const tokens = this.tokens.slice(branch.start, branch.end);
    return tokens
      .map((token, index) => `${gapBetween(tokens[index - 1], token)}${this.source.text.slice(token.start, token.end)}`)
      .join('');
  }

  fault(code: string, message: string, where: Branch | Span, hint: string): void {
    const span = 'parts' in where ? this.span(where) : where;
    this.problems.push({kind: 'invalid', severity: 'error', code, message, hint, place: {kind: 'text', source: this.source, span}});
  }

  /** A construct that is understood, and not offered. */
  unsupported(name: string, where: Branch | Span, hint: string): void {
    this.fault('not-supported', `${name} is not supported`, where, hint);
  }

  /** Something that one-liners may write but Flink refuses: `instead` is the exact text that does the same. */
  portable(what: string, where: Branch, instead: string): void {
    if (!this.lenient) this.fault('not-portable', `Flink SQL has no ${what}`, where, `write ${instead} instead of ${this.text(where)}`);
  }
}

function gapBetween(before: Token | undefined, token: Token): string {
  if (!before) return '';
  return token.character === kinds.string && [kinds.string, kinds.binary, kinds.escaped].includes(before.character) ? '\n' : ' ';
}

/** The builders that need one another, so that each may live in a file of its own. */
export interface Builders {
  expression(context: Context, branch: Branch): Expression;
  /** A rule `arithmetic` or `prefixed`, or an `operand`. */
  operand(context: Context, branch: Branch): Expression;
  call(context: Context, branch: Branch): Expression;
  callEnd(context: Context, name: CallName, end: Branch | undefined): CallExpression;
  query(context: Context, branch: Branch): Query;
  orderBy(context: Context, branch: Branch | undefined): OrderItem[];
  window(context: Context, branch: Branch): WindowSpec;
  hints(context: Context, branch: Branch | undefined): Hint[];
  type(context: Context, branch: Branch): TypeName;
}
export type CallName = Pick<CallExpression, 'span' | 'name' | 'written'>;

/** The first part that is the given rule. */
export function find(branch: Branch, rule: string): Branch | undefined {
  return branch.parts.find(part => part.rule === rule);
}

/** The same where the grammar has it always. */
export function get(branch: Branch, rule: string): Branch {
  return find(branch, rule) as Branch;
}

/** Every part that is the given rule, in order. */
export function all(branch: Branch, rule: string): Branch[] {
  return branch.parts.filter(part => part.rule === rule);
}

/** The only part of a rule that is a mere choice. */
export function only(branch: Branch): Branch {
  return branch.parts[0] as Branch;
}
