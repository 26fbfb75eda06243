import type {Problem, SourceText, Span} from '../base/problem.ts';

type More = Pick<Problem, 'detail' | 'hint' | 'notes'>;

/** Collects the problems of one text. Reports of several texts of one request share the list. */
export class Report {
  readonly source: SourceText;
  readonly problems: Problem[];
  /** Whether expressions keep their place: only those of the main text do, since a span alone does not say of which text it is. */
  readonly #keepsSpans: boolean;

  constructor(source: SourceText, problems: Problem[], keepsSpans: boolean) {
    this.source = source;
    this.problems = problems;
    this.#keepsSpans = keepsSpans;
  }

  /** Returns null, so that a binder can report and give up in one statement. */
  error(code: string, span: Span, message: string, more: More = {}): null {
    this.problems.push({kind: 'invalid', severity: 'error', code, message, ...more, place: this.place(span)});
    return null;
  }

  warning(code: string, span: Span, message: string, more: More = {}): void {
    this.problems.push({kind: 'invalid', severity: 'warning', code, message, ...more, place: this.place(span)});
  }

  /** Something that Flink plans and weir does not. `what` names it as the user wrote it: `JOIN`, `MATCH_RECOGNIZE`. */
  notSupported(what: string, span: Span, hint?: string): null {
    return this.error('not-supported', span, `${what} is not supported yet`, hint === undefined ? {} : {hint});
  }

  place(span: Span): {readonly kind: 'text'; readonly source: SourceText; readonly span: Span} {
    return {kind: 'text', source: this.source, span};
  }

  spanOf(span: Span): Span | null {
    return this.#keepsSpans ? span : null;
  }

  /** The place of a node, where nodes of this text keep theirs. */
  named(span: Span): {readonly span?: Span} {
    return this.#keepsSpans ? {span} : {};
  }

  /** The text of a span, as written. */
  textOf(span: Span): string {
    return this.source.text.slice(span.start, span.end);
  }
}
