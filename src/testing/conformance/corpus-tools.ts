import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

/** The corpus's own renderer and judge (tools/cases.mjs), loaded from beside the cases: nothing of it is ours. */
export interface CorpusTools {
  render(one: CorpusCase, directory: string): void;
  parsePrint(text: string): Map<string, PrintedRow[]>;
  fold(rows: readonly PrintedRow[]): Map<string, number>;
  foldByKey(rows: readonly PrintedRow[], key: readonly number[]): string[];
  compare(expectation: CorpusExpectation, rows: readonly PrintedRow[]): boolean;
  javaString(value: unknown, type?: string): string;
  jsonText(value: unknown): string;
  named(value: unknown, type: string): unknown;
}

export interface PrintedRow {
  readonly op: string;
  readonly row: string;
}

export interface CorpusExpectation {
  readonly of: string | number;
  readonly kind: 'changelog' | 'append' | 'final' | 'error' | 'count';
  readonly rows?: unknown;
  /** The key of the sink: places of its columns. */
  readonly pk?: readonly number[];
  readonly dedupFields?: readonly number[];
}

export interface CorpusTable {
  readonly name: string;
  readonly role: 'source' | 'sink';
  readonly columns: readonly string[];
  readonly changelog?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** How many rows come before upstream's test stops and goes on. */
  readonly restartAfter?: number;
  /** By the case's makers, from the rows. */
  readonly typesInferred?: boolean;
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
}

export interface CorpusCase {
  readonly id: string;
  readonly tier: 'T1' | 'T2' | 'T3';
  readonly source: {readonly class: string};
  readonly mode: 'streaming' | 'batch';
  readonly setup?: readonly string[];
  readonly run: readonly string[];
  readonly config?: Readonly<Record<string, string>>;
  readonly needs: readonly string[];
  readonly tables: readonly CorpusTable[];
  readonly expect: readonly CorpusExpectation[];
}

export async function corpusTools(corpus: string): Promise<CorpusTools> {
  return (await import(pathToFileURL(resolve(join(corpus, 'tools/cases.mjs'))).href)) as CorpusTools;
}
