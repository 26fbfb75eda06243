import type {Problem, SourceText} from '../base/problem.ts';
import type {Expression, Insert, Script, Statement} from './ast.ts';
import {diagnose, unknownStatement} from './diagnose.ts';
import {lex, type Lexed} from './lexer.ts';
import {match, type Branch} from './matcher.ts';
import {ruleFor} from './statements.ts';
import type {Token} from './tokens.ts';
import {builders} from './tree/builders.ts';
import {Context} from './tree/context.ts';
import {statement} from './tree/statement.ts';
import {units, type Unit} from './units.ts';

/** `lenient`: what one-liners may write (`!=`, `LIMIT a, b`, MINUS) is taken as it is meant; else the message says what Flink takes instead. */
export interface ParseOptions {
  readonly lenient: boolean;
}

/** Deeper brackets are refused, so that no later step runs out of stack. */
const deepestNesting = 200;

/**
 * Reads a script: every statement that could be read, in order, and the first fault of every other one, all in one pass. A statement with a fault is left out
 * of the script, so whoever goes on with it must not go on when there are problems.
 */
export function parseScript(source: SourceText, options: ParseOptions): {script: Script; problems: readonly Problem[]} {
  const lexed = lex(source);
  const parser = new Parser(source, options, lexed);
  const statements: Script['statements'][number][] = [];
  let previousEnd = 0;
  for (const unit of units(lexed.tokens)) {
    const first = (unit.kind === 'set' ? unit.header[0] : unit.tokens[0]) as Token;
    const read = unit.kind === 'set' ? parser.set(unit) : parser.statement(unit.tokens);
    if (read) statements.push({statement: read, comments: commentsBetween(lexed, source, previousEnd, first.start)});
    previousEnd = endOf(unit);
  }
  const problems = [...lexed.problems, ...parser.problems].sort((a, b) => startOf(a) - startOf(b));
  return {script: {statements}, problems};
}

/** Reads one expression, as `-t` and tests have them. */
export function parseExpression(source: SourceText, options: ParseOptions): {expression: Expression | null; problems: readonly Problem[]} {
  const lexed = lex(source);
  const parser = new Parser(source, options, lexed);
  const expression = parser.expression(lexed.tokens);
  return {expression, problems: [...lexed.problems, ...parser.problems]};
}

class Parser {
  readonly problems: Problem[] = [];
  readonly #source: SourceText;
  readonly #options: ParseOptions;
  readonly #lexed: Lexed;

  constructor(source: SourceText, options: ParseOptions, lexed: Lexed) {
    this.#source = source;
    this.#options = options;
    this.#lexed = lexed;
  }

  /** One statement; null when it has a fault, which is then in `problems`. */
  statement(tokens: readonly Token[]): Statement | null {
    const first = tokens[0] as Token;
    const rule = ruleFor(first.value);
    if (this.#hasStrangeTokens(tokens)) return null;
    if (rule === undefined) {
      this.problems.push(unknownStatement(this.#source, first));
      return null;
    }
    return this.#read(tokens, rule, statement);
  }

  expression(tokens: readonly Token[]): Expression | null {
    return this.#hasStrangeTokens(tokens)
      ? null
      : this.#read(tokens, 'expression', (context, branch) => context.build.expression(context, branch));
  }

  /** A statement set: its header, then each of its statements on its own. */
  set(unit: Extract<Unit, {kind: 'set'}>): Statement | null {
    const before = this.problems.length;
    const [first] = unit.header as [Token];
    const last = unit.end ?? unit.inner.at(-1)?.at(-1) ?? first;
    const span = {start: first.start, end: last.end};
    if (!unit.end) this.#fault('no-end', 'this statement set has no END', first, 'write END; behind its last INSERT');
    const inserts: Insert[] = [];
    for (const tokens of unit.inner) {
      const read = this.statement(tokens);
      if (read?.kind === 'insert') inserts.push(read);
      else if (read)
        this.#fault('set-insert', 'a statement set holds INSERT statements only', tokens[0] as Token, 'put it before or behind the set');
    }
    const words = unit.header.map(token => token.value.toUpperCase());
    const set: Statement = {kind: 'statement-set', span, inserts};
    if (this.problems.length > before) return null;
    if (words[0] === 'EXPLAIN') return this.#explained(unit.header, set);
    if (words[0] !== 'COMPILE') return set;
    return {
      kind: 'other-statement',
      span,
      name: 'COMPILE PLAN',
      text: this.#textOf([...unit.header, ...between(this.#lexed.tokens, unit.header.at(-1) as Token, last)]),
    };
  }

  /** EXPLAIN before a set: its details are those of an EXPLAIN before a query. */
  #explained(header: readonly Token[], set: Statement): Statement | null {
    const stop = header.findIndex(token => ['EXECUTE', 'STATEMENT', 'BEGIN'].includes(token.value.toUpperCase()));
    const query = lex({name: '', text: 'VALUES 1'}).tokens;
    const read = this.#read([...header.slice(0, stop), ...query], 'explainStatement', statement);
    return read?.kind === 'explain' ? {...read, span: set.span, statement: set} : null;
  }

  #textOf(tokens: readonly Token[]): string {
    return tokens.map(token => this.#source.text.slice(token.start, token.end)).join(' ');
  }

  /** Whether the lexer has told something about one of the tokens already: then the grammar would only tell it again, worse. */
  #hasStrangeTokens(tokens: readonly Token[]): boolean {
    const start = tokens[0]?.start ?? 0;
    const end = tokens.at(-1)?.end ?? this.#source.text.length;
    const {problems} = this.#lexed;
    if (problems.length === 0) return false;
    const next = this.#lexed.tokens.find(token => token.start >= end)?.start ?? Number.POSITIVE_INFINITY;
    return problems.some(problem => startOf(problem) >= start && startOf(problem) < next);
  }

  #read<Tree>(tokens: readonly Token[], rule: string, build: (context: Context, branch: Branch) => Tree): Tree | null {
    const deep = tooDeep(tokens);
    if (deep)
      return this.#fault(
        'too-deep',
        `brackets nested more than ${deepestNesting} deep are too deep`,
        deep,
        'use a view or WITH for the inner part',
      );
    try {
      const found = match(tokens, rule);
      if (!found.tree) {
        this.problems.push(diagnose({source: this.#source, tokens, at: found.at, expected: found.expected}));
        return null;
      }
      const context = new Context(this.#source, tokens, this.#options.lenient, builders);
      const tree = build(context, found.tree);
      this.problems.push(...context.problems);
      return context.problems.length > 0 ? null : tree;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.#fault('too-deep', 'this statement is nested too deep', tokens[0] as Token, 'use views or WITH for its inner parts');
    }
  }

  #fault(code: string, message: string, {start, end}: Token, hint: string): null {
    this.problems.push({
      kind: 'invalid',
      severity: 'error',
      code,
      message,
      hint,
      place: {kind: 'text', source: this.#source, span: {start, end}},
    });
    return null;
  }
}

function tooDeep(tokens: readonly Token[]): Token | undefined {
  let depth = 0;
  return tokens.find(token => {
    const {value} = token;
    const isMark = token.end - token.start === value.length;
    if (isMark && (value === '(' || value === '[' || value === '{' || /^case$/i.test(value))) depth++;
    else if (isMark && (value === ')' || value === ']' || value === '}' || /^end$/i.test(value))) depth--;
    return depth > deepestNesting;
  });
}

function between(tokens: readonly Token[], after: Token, last: Token): readonly Token[] {
  return tokens.filter(token => token.start >= after.end && token.end <= last.end);
}

function startOf(problem: Problem): number {
  return problem.place?.kind === 'text' ? problem.place.span.start : 0;
}

function endOf(unit: Unit): number {
  const last = unit.kind === 'set' ? (unit.end ?? unit.inner.at(-1)?.at(-1) ?? unit.header.at(-1)) : unit.tokens.at(-1);
  return last?.end ?? 0;
}

function commentsBetween({comments}: Lexed, source: SourceText, from: number, to: number): string[] {
  return comments.filter(({start, end}) => start >= from && end <= to).map(({start, end}) => source.text.slice(start, end));
}
