import {ProblemError} from '../base/problem.ts';
import {dispatch} from './dispatch.ts';
import {exitCodeOf, exitCodes} from './exit-codes.ts';
import {flags, flagsOf} from './flags.ts';
import {Options} from './options.ts';
import {Talk} from './talk.ts';
import {processWorld, type World} from './world.ts';

/**
 * The command: reads its line, does what it says and sets the exit code. The process ends by itself when nothing is left to do. `load` imports a module of our own that
 * lies beside the command: a text that is run by `vm.Script` cannot do that itself.
 */
export async function main(load: (url: string) => Promise<unknown>): Promise<void> {
  process.exitCode = await run(process.argv.slice(2), processWorld(import.meta.url, load));
}

async function run(words: readonly string[], world: World): Promise<number> {
  let talk = new Talk(world, null);
  try {
    if (words.length === 0) return await withoutWords(world);
    const {command, operands, given} = await dispatch(words);
    const options = new Options(given, world.environment);
    talk = new Talk(world, options);
    if (options.isOn(flags.version)) return await call('version', [], options, world, talk);
    if (options.isOn(flags.help)) {
      return await call(
        'help',
        operands.length === 0 && command.name === 'query' && !words.includes('query') ? [] : [command.name],
        options,
        world,
        talk,
      );
    }
    options.check(flagsOf(command.name));
    return await command.run({operands, options, world, talk});
  } catch (error) {
    return tell(error, talk, world, words);
  }
}

async function call(name: string, operands: readonly string[], options: Options, world: World, talk: Talk): Promise<number> {
  const {findCommand} = await import('./commands/index.ts');
  return (await findCommand(name)?.run({operands, options, world, talk})) ?? exitCodes.usage.code;
}

/** Nothing was asked: a person at a terminal gets a short help, a pipe learns that it was not read. */
async function withoutWords(world: World): Promise<number> {
  const {shortHelp} = await import('./pages/short-help.ts');
  world.say(shortHelp());
  return world.standardInput.isTerminal ? exitCodes.done.code : exitCodes.usage.code;
}

function tell(error: unknown, talk: Talk, world: World, words: readonly string[]): number {
  if (error instanceof ProblemError) {
    talk.problems(error.problems);
    return exitCodeOf(error.problems);
  }
  // The flags may not have been read yet, and this is the moment when -V is wanted.
  const isVerbose = talk.isVerbose || words.includes('-V') || words.includes('--verbose');
  talk.problem({
    kind: 'bug',
    severity: 'error',
    code: 'unexpected',
    message: `something went wrong that should not: ${error instanceof Error ? error.message : String(error)}`,
    hint: isVerbose
      ? 'this is a bug in weir: please report it with what you called'
      : 'this is a bug in weir: please report it with what -V shows',
  });
  if (isVerbose && error instanceof Error) world.say(`${error.stack ?? ''}\n`);
  return exitCodes.failed.code;
}
