import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

/** The corpus's own renderer and judge (tools/cases.mjs), loaded from beside the cases: nothing of it is ours. */
export interface CorpusTools {
  render(one: CorpusCase, directory: string): void;
  parsePrint(text: string): Map<string, PrintedRow[]>;
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
}

export interface CorpusTable {
  readonly name: string;
  readonly changelog?: string;
  /** By the case's makers, from the rows. */
  readonly typesInferred?: boolean;
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
}

export interface CorpusCase {
  readonly id: string;
  readonly tier: 'T1' | 'T2' | 'T3';
  readonly needs: readonly string[];
  readonly tables: readonly CorpusTable[];
  readonly expect: readonly CorpusExpectation[];
}

export async function corpusTools(corpus: string): Promise<CorpusTools> {
  return (await import(pathToFileURL(resolve(join(corpus, 'tools/cases.mjs'))).href)) as CorpusTools;
}
