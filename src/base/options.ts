/** One option of a connector, a format, a command or a job file. The definition is its only source: validation, help and man pages come from it. */
export interface OptionSpec {
  readonly type: 'string' | 'int' | 'boolean' | 'duration' | 'bytes' | readonly string[];
  /** As a user would write it. */
  readonly default?: string;
  readonly required?: boolean;
  /** Never printed. */
  readonly secret?: boolean;
  /** Accepted because Flink knows it, and without effect here: `check` says so where it is given. */
  readonly ignored?: boolean;
  /** One sentence, no full stop needed after a fragment. */
  readonly help: string;
}

/** By name. A `#` in a name stands for any one segment: `fields.#.kind`. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;
