import type {CommandName} from '../flags.ts';
import type {Options} from '../options.ts';
import type {Talk} from '../talk.ts';
import type {World} from '../world.ts';

/** One command. Help and the man page come from it; what it does is loaded when it is called. */
export interface CommandDefinition {
  readonly name: CommandName;
  readonly summary: string;
  /** What stands behind the name, beside flags: `FILE…`. */
  readonly operands: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly examples: readonly [CommandExample, ...CommandExample[]];
  /** Gives the exit code. Throws a ProblemError for what the caller must act on. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** A line for a shell, run by the tests in fixtures/cli. */
export interface CommandExample {
  readonly summary: string;
  readonly line: string;
}

export interface Invocation {
  readonly operands: readonly string[];
  readonly options: Options;
  readonly world: World;
  readonly talk: Talk;
}
