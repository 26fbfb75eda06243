/** What help and the man page are made of, before anybody decides how it looks. */
export type Block =
  | {readonly kind: 'paragraph'; readonly text: string}
  /** Terms with what they mean. */
  | {readonly kind: 'terms'; readonly terms: readonly Term[]}
  /** Lines to be shown as they are. */
  | {readonly kind: 'code'; readonly text: string}
  | {readonly kind: 'heading'; readonly text: string};

export interface Term {
  readonly term: string;
  readonly text: string;
  /** Lines below, as they are. */
  readonly code?: string;
}

export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** One page of the manual: what `weir help` prints of it, and what man shows between its name and the pages that it points to. */
export interface Page {
  /** As man knows it: `weir-run`. */
  readonly name: string;
  readonly section: 1 | 5 | 7;
  /** A clause without a full stop. */
  readonly summary: string;
  /** How the command is called. */
  readonly synopsis?: readonly string[];
  readonly sections: readonly Section[];
}

export const paragraph = (text: string): Block => ({kind: 'paragraph', text});
export const code = (text: string): Block => ({kind: 'code', text});
export const heading = (text: string): Block => ({kind: 'heading', text});
export const terms = (list: readonly Term[]): Block => ({kind: 'terms', terms: list});
