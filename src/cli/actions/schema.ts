import {fail} from '../../base/problem.ts';
import {editorSchema} from '../../config/schema.ts';
import type {Invocation} from '../commands/define.ts';
import {exitCodes} from '../exit-codes.ts';

export async function runSchema({operands, world}: Invocation): Promise<number> {
  if (operands.length !== 1 || operands[0] !== 'job') {
    throw fail('usage', 'bad-argument', operands.length === 0 ? 'the schema of what?' : `there is no schema of "${operands.join(' ')}"`, {
      hint: 'there is one: weir schema job',
    });
  }
  world.standardOutput.write(Buffer.from(`${JSON.stringify(editorSchema(), null, 2)}\n`));
  await world.standardOutput.flush();
  return exitCodes.done.code;
}
