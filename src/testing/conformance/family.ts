import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Problem} from '../../base/problem.ts';

/** How one family of independent cases came out. */
export interface Judgement {
  readonly family: string;
  readonly passed: number;
  readonly failed: number;
  /** Not planned, and told so by the name of what is missing. */
  readonly refused: number;
  /** Cannot be fed to any command as it stands: needs a Java class, or a savepoint of another engine. */
  readonly skipped: number;
  /** What failed, a line each. */
  readonly failures: readonly string[];
  /** What was refused and why, a line each, where a family tells. */
  readonly refusals: readonly string[];
}

export type Verdict =
  | {readonly kind: 'passed' | 'refused' | 'skipped'; readonly why?: string}
  | {readonly kind: 'failed'; readonly why: string};

/** Where the cases lie: `$WEIR_CONFORMANCE`, by default beside the project. Null when they are not there. */
export function corpusDirectory(): string | null {
  const directory = process.env['WEIR_CONFORMANCE'] ?? '../shared/conformance';
  return existsSync(join(directory, 'README.md')) ? directory : null;
}

export function readJson(...path: readonly string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

export function jsonFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter(file => file.endsWith('.json'))
    .sort();
}

export class Tally {
  readonly #family: string;
  readonly #counts = {passed: 0, failed: 0, refused: 0, skipped: 0};
  readonly #failures: string[] = [];
  readonly #refusals: string[] = [];

  constructor(family: string) {
    this.#family = family;
  }
  add(name: string, verdict: Verdict): void {
    this.#counts[verdict.kind]++;
    if (verdict.kind === 'failed') this.#failures.push(`${name}: ${verdict.why}`);
    if (verdict.kind === 'refused' && verdict.why !== undefined) this.#refusals.push(`${name}: ${verdict.why}`);
  }
  judgement(): Judgement {
    return {family: this.#family, ...this.#counts, failures: this.#failures, refusals: this.#refusals};
  }
}

/**
 * Codes of problems that name what is not supported. Everything else means that we claim the text is wrong. Metadata and overwriting in a stream are abilities of
 * upstream's test connectors, in whose place the cases have files and `print`, which have neither there.
 */
const refusals = new Set([
  'not-supported',
  'unknown-function',
  'unknown-connector',
  'unknown-format',
  'unknown-metadata',
  'overwrite-needs-batch',
]);

/** What is refused is told first: errors behind it may follow from it, errors before it say that the text is wrong. */
export function isRefusal(problems: readonly Problem[]): boolean {
  const first = problems.find(problem => problem.severity === 'error');
  return first !== undefined && refusals.has(first.code);
}

export function why(problems: readonly Problem[]): string {
  return problems
    .filter(problem => problem.severity === 'error')
    .map(problem => `${problem.code}: ${problem.message}`)
    .slice(0, 2)
    .join('; ');
}
