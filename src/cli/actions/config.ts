import {fail} from '../../base/problem.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodeOf, exitCodes} from '../exit-codes.ts';
import {flags} from '../flags.ts';
import {isJobFile, loadFiles} from '../jobs.ts';
import {matchesName} from '../../supervisor/name-pattern.ts';
import {readText} from '../texts.ts';

export async function runConfig(invocation: Invocation): Promise<number> {
  const {operands, options, world, talk} = invocation;
  const format = options.value(flags.configFormat) === 'json' ? 'json' : 'yaml';
  const provenance = options.isOn(flags.provenance);
  if (operands.length === 0) throw fail('usage', 'no-file', 'there is no file to print', {hint: 'name a job file: weir config jobs.yaml'});
  const other = operands.find(path => !isJobFile(path));
  if (other !== undefined)
    throw fail('usage', 'bad-argument', `${other} is no job file`, {
      hint: 'a job file is .yaml, .yml or .json; a script has nothing to resolve',
    });
  if (provenance && format === 'json')
    throw fail('usage', 'bad-argument', '--provenance writes comments, and JSON has none', {hint: 'leave one of the two out'});
  const {files, problems} = await loadFiles(
    operands.map(path => readText(path, world)),
    invocation,
  );
  talk.problems(problems);
  const code = exitCodeOf(problems);
  if (code !== exitCodes.done.code) return code;
  const patterns = options.values(flags.only);
  const {printFiles} = await import('../../config/print.ts');
  const isChosen = (job: string): boolean => patterns.length === 0 || patterns.some(pattern => matchesName(pattern, job));
  world.standardOutput.write(Buffer.from(printFiles(files, {format, provenance, isChosen})));
  await world.standardOutput.flush();
  return code;
}
