import {didYouMean} from '../base/nearest.ts';
import {fail} from '../base/problem.ts';
import type {CommandDefinition} from './commands/define.ts';
import {commands, findCommand} from './commands/index.ts';
import {query} from './commands/query.ts';
import {allFlags, type Flag, flags} from './flags.ts';
import type {Given} from './options.ts';
import {parsePlain} from './parse-plain.ts';

export interface Call {
  readonly command: CommandDefinition;
  readonly operands: readonly string[];
  readonly given: Given;
}

/**
 * Which command a line means. A command never contains white space and a statement always does, so an operand with white space is SQL, and a word must be a
 * command: mistyped, it is an error that can be told, never a query.
 */
export async function dispatch(given: readonly string[]): Promise<Call> {
  // SQL may begin with a comment. Behind `--` it is no flag.
  const at = given.findIndex(word => /^--\s/.test(word));
  const words = at === -1 || given.includes('--') ? given : [...given.toSpliced(at, 1), '--', given[at] as string];
  return dispatchWords(withFollow(words));
}

/** `-f` is a file everywhere, but to whoever reads logs it is to follow them. */
function withFollow(words: readonly string[]): readonly string[] {
  if (words[0] !== 'logs' && words[0] !== 'events') return words;
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return words.map((word, index) => (word === '-f' && index < end ? `--${flags.follow.name}` : word));
}

async function dispatchWords(words: readonly string[]): Promise<Call> {
  const plain = parsePlain(words);
  if (plain !== null) {
    const [first] = plain.operands;
    const command = commandOf(first, plain.given.has(flags.file), plain.given);
    const operands = first === command.name ? plain.operands.slice(1) : plain.operands;
    if ([...plain.given.keys()].every(flag => flag.commands.includes(command.name))) return {command, operands, given: plain.given};
  }
  const at = firstOperand(words);
  const first = at === -1 ? undefined : words[at];
  const command = commandOf(
    first,
    words.some(word => /^(-[a-zA-Z]*f|--file)/.test(word)),
    new Map(),
  );
  const rest = first === command.name ? words.filter((_, index) => index !== at) : words;
  const {parseFully} = await import('./parse-fully.ts');
  return {command, ...parseFully(command.name, rest)};
}

function commandOf(first: string | undefined, hasFile: boolean, given: Given): CommandDefinition {
  const command = first === undefined ? undefined : findCommand(first);
  if (command !== undefined) return command;
  if (first === undefined || first === '' || hasFile || /\s/.test(first)) {
    if (first === undefined && given.has(flags.version)) return findCommand('version') ?? query;
    return query;
  }
  throw fail('usage', 'unknown-command', `unknown command "${first}"`, {hint: hintFor(first)});
}

const statementWords = /^(select|with|values|create|insert|set|explain|describe|table|execute|begin)$/i;

/** What a word was most likely meant to be that is no command. */
function hintFor(word: string): string {
  if (statementWords.test(word)) return `put the whole SQL into one pair of quotes: weir "${word} …"`;
  if (/^[^()';]*\.(sql|ya?ml)$/i.test(word)) return `to run it: weir run ${word}`;
  if (/^[^()';]*\.(ndjson|jsonl|json|csv|tsv|log|txt)(\.gz|\.zst)?$/i.test(word)) return `to read it: weir "SELECT * FROM '${word}'"`;
  if (/[(;']/.test(word)) return `if it is SQL, say so: weir query ${JSON.stringify(word)}`;
  const names = commands.map(({name}) => name);
  return didYouMean(word, names) ?? `commands are ${names.join(', ')}; SQL goes into quotes`;
}

/** Where the first word stands that is neither a flag nor the argument of one; -1 when there is none. */
function firstOperand(words: readonly string[]): number {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '--') return at + 1 < words.length ? at + 1 : -1;
    if (!word.startsWith('-') || word === '-') return at;
    if (takesNext(word, allFlags) || (isUnknown(word) && !startsCommand(words[at + 1]))) at++;
  }
  return -1;
}

/** What follows an unknown flag may be its argument, unless it could only be the command. */
function startsCommand(word: string | undefined): boolean {
  return word === undefined || word.startsWith('-') || /\s/.test(word) || findCommand(word) !== undefined;
}

function isUnknown(word: string): boolean {
  return word.startsWith('--') && !word.includes('=') && !allFlags.some(flag => word === `--${flag.name}`);
}

function takesNext(word: string, known: readonly Flag[]): boolean {
  if (word.startsWith('--')) return known.some(flag => flag.argument !== undefined && word === `--${flag.name}`);
  const last = known.find(flag => flag.short === word.at(-1));
  return (
    last?.argument !== undefined &&
    word
      .slice(1, -1)
      .split('')
      .every(letter => known.some(flag => flag.short === letter && flag.argument === undefined))
  );
}
