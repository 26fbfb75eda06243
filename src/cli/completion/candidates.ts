import {commands} from '../commands/index.ts';
import type {CommandDefinition} from '../commands/define.ts';
import {type Flag, flagsOf} from '../flags.ts';
import {topicPages, topicSections} from '../pages/topics.ts';

/** What can stand somewhere on the command line. */
export type Candidates =
  | {readonly kind: 'words'; readonly words: readonly string[]}
  | {readonly kind: 'files' | 'folders' | 'jobs' | 'none'};

/** A flag of a command, as shells are told of it. */
export interface CompletedFlag {
  readonly flag: Flag;
  /** Null: a switch. */
  readonly values: Candidates | null;
}

export interface CompletedCommand {
  readonly command: CommandDefinition;
  readonly flags: readonly CompletedFlag[];
  readonly operands: Candidates;
}

export function completedCommands(): readonly CompletedCommand[] {
  return commands.map(command => ({
    command,
    flags: flagsOf(command.name).map(flag => ({flag, values: flag.argument === undefined ? null : valuesOf(flag, flag.argument)})),
    operands: operandsOf(command),
  }));
}

function valuesOf({type}: Flag, argument: string): Candidates {
  if (Array.isArray(type)) return {kind: 'words', words: type};
  if (argument === 'FILE' || argument === 'PATH') return {kind: 'files'};
  return {kind: argument === 'DIR' ? 'folders' : 'none'};
}

/** Words in small letters stand for themselves, those in capitals for what they name. */
function operandsOf({operands}: CommandDefinition): Candidates {
  if (operands.includes('JOB')) return {kind: 'jobs'};
  if (operands.includes('TOPIC'))
    return {kind: 'words', words: [...commands.map(({name}) => name), ...topicPages.keys(), ...topicSections.keys()]};
  const words = operands.match(/(?<![\w-])[a-z]+(?![\w-])/g);
  if (words !== null) return {kind: 'words', words};
  if (/FILE|FOLDER/.test(operands)) return {kind: 'files'};
  return {kind: operands.includes('DIR') ? 'folders' : 'none'};
}

/** The spellings of a flag: `-o` and `--output`. */
export function spellings({name, short}: Flag): readonly string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}
