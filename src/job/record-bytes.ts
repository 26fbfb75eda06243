import {fail, type Problem, ProblemError, type SourceText} from '../base/problem.ts';
import {parseBytes} from '../base/quantity.ts';
import type {Plan} from '../plan/plan.ts';
import type {Script} from '../sql/ast.ts';

const key = 'max.record.bytes';
const usualBytes = 16 * 1024 * 1024;
/** Engine memory has room for a few of them. */
const mostBytes = 1 << 28;

/** What SET 'max.record.bytes' says: how long a record may be. Throws a ProblemError for what is no size. */
export function recordBytes(plan: Plan): number {
  const given = plan.settings.given.findLast(([name]) => name === key)?.[1];
  return given === undefined ? usualBytes : parsed(given);
}

/** What is wrong with the SET statements of a script that say it, before anything runs. */
export function recordBytesProblems(source: SourceText, script: Script): readonly Problem[] {
  return script.statements.flatMap(({statement}) => {
    if (statement.kind !== 'set' || statement.pair?.key !== key) return [];
    const {value, valueSpan} = statement.pair;
    try {
      parsed(value);
      return [];
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return error.problems.map((problem): Problem => ({...problem, place: {kind: 'text', source, span: valueSpan}}));
    }
  });
}

function parsed(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== null && bytes > 0 && bytes <= mostBytes) return bytes;
  throw fail('invalid', 'bad-setting', `'${key}' cannot be ${JSON.stringify(text)}`, {hint: "give a size up to 256 mb, such as '16 mb'"});
}
