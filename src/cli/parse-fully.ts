import {Command, CommanderError, Option} from 'commander';
import {didYouMean} from '../base/nearest.ts';
import {fail, type ProblemError} from '../base/problem.ts';
import {allFlags, type CommandName, type Flag, flagsOf, laterFlags} from './flags.ts';
import type {Given} from './options.ts';

/** Reads the words of one command. What does not fit becomes a usage problem that says what would. */
export function parseFully(name: CommandName, words: readonly string[]): {readonly operands: readonly string[]; readonly given: Given} {
  const given = new Map<Flag, string[]>();
  const command = new Command(name)
    .helpOption(false)
    .allowExcessArguments()
    .argument('[operands...]')
    .exitOverride()
    .configureOutput({writeErr: () => undefined, writeOut: () => undefined});
  for (const flag of flagsOf(name)) {
    command.addOption(new Option(syntaxOf(flag), flag.help));
    command.on(`option:${flag.name}`, (value: string | undefined) => {
      given.set(flag, [...(given.get(flag) ?? []), value ?? '']);
    });
  }
  try {
    command.parse(withArguments(name, words), {from: 'user'});
  } catch (error) {
    if (error instanceof CommanderError) throw usageProblem(name, error);
    throw error;
  }
  return {operands: command.args, given};
}

/** Flags that mean something without an argument get it. */
function withArguments(name: CommandName, words: readonly string[]): string[] {
  const end = words.indexOf('--');
  const isFlag = (index: number): boolean => end === -1 || index < end;
  return words.map((word, index) => {
    const flag = flagsOf(name).find(({bare, name: own}) => bare !== undefined && word === `--${own}`);
    if (flag?.bare === undefined || !isFlag(index)) return word;
    const next = words[index + 1];
    return next !== undefined && flag.bare.takes.test(next) ? word : `${word}=${flag.bare.means}`;
  });
}

function syntaxOf(flag: Flag): string {
  const long = `--${flag.name}${flag.argument === undefined ? '' : ` <${flag.argument}>`}`;
  return flag.short === undefined ? long : `-${flag.short}, ${long}`;
}

function usageProblem(name: CommandName, error: CommanderError): ProblemError {
  const named = /'(-[^']*)'/.exec(error.message)?.[1] ?? '';
  const word = named.replace(/^-+/, '').replace(/[ ,=<].*$/, '');
  const seeHelp = `weir help ${name} lists its flags`;
  if (error.code === 'commander.unknownOption') {
    if (laterFlags.has(word)) return fail('usage', 'not-yet-supported', `flag ${named} is not supported yet`);
    const elsewhere = allFlags.find(flag => flag.name === word || (named === `-${flag.short ?? ''}` && flag.short !== undefined));
    if (elsewhere?.commands.includes(name) === true)
      return fail('usage', 'bad-argument', `flag --${elsewhere.name} takes no value`, {hint: seeHelp});
    const hint =
      elsewhere === undefined
        ? (didYouMean(
            word,
            flagsOf(name).map(flag => flag.name),
          )?.replace('"', '"--') ?? seeHelp)
        : `it is a flag of ${elsewhere.commands.map(command => `weir ${command}`).join(', ')}`;
    return fail('usage', 'unknown-flag', `weir ${name} has no flag ${named}`, {hint});
  }
  if (error.code === 'commander.optionMissingArgument') {
    const flag = allFlags.find(flag => named.includes(`--${flag.name}`));
    return fail('usage', 'bad-argument', `flag --${flag?.name ?? word} wants an argument: ${flag?.argument ?? ''}`, {hint: seeHelp});
  }
  return fail('usage', 'bad-argument', error.message.replace(/^error: /, ''), {hint: seeHelp});
}
