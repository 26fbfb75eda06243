import type {Problem, Span} from '../../base/problem.ts';
import type {Origin} from '../builder.ts';
import type {PlanNode} from '../nodes/index.ts';
import type {Report} from '../report.ts';

/** A bound query, as it was written: what advice is about. */
export interface Advised {
  /** Inputs stand before their users. */
  readonly nodes: readonly PlanNode[];
  /** Indexes of the nodes that something comes of. */
  readonly used: readonly number[];
  /** What in the text made a node, where that is known. */
  readonly origins: ReadonlyMap<number, Origin>;
  readonly isStreaming: boolean;
  /** A query in a line, of which everybody sees what it gives. */
  readonly isOneLiner: boolean;
}

type More = Pick<Problem, 'detail' | 'hint' | 'notes'>;

/** Collects advice: warnings that keep nobody from running the script. */
export class Advisor {
  readonly advice: Problem[] = [];
  /** Of the main text, in which the places of expressions are. */
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** At an expression of the main text. Without its place nobody could do anything about it. */
  at(span: Span | null, code: string, message: string, more: More): void {
    if (span !== null) this.in(this.#report, span, code, message, more);
  }

  in(report: Report, span: Span, code: string, message: string, more: More): void {
    this.advice.push({kind: 'invalid', severity: 'warning', code, message, ...more, place: report.place(span)});
  }

  /** What is written at a place of the main text, on one line; `otherwise` where that is long or not known. */
  written(span: Span | null, otherwise: string): string {
    const text = span === null ? '' : this.#report.textOf(span).replaceAll(/\s+/g, ' ');
    return text === '' || text.length > 40 ? otherwise : text;
  }
}
