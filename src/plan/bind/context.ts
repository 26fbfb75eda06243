import type {Parameters} from '../catalog.ts';
import type {Report} from '../report.ts';

/** What binding an expression needs to know beyond the names in scope. */
export interface BindContext {
  readonly report: Report;
  /** One-liners may use a few spellings that Flink refuses. */
  readonly lenient: boolean;
  readonly parameters: Parameters;
  /** The parameters that have been read, so that the others can be told of. */
  readonly usedParameters: Set<string>;
  /** Functions that the statements so far have created: the definition's name, by the name they gave it in upper case. */
  readonly created: Map<string, string>;
}
