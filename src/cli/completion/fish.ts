import {type Candidates, type CompletedCommand, completedCommands} from './candidates.ts';

/** The script for fish. */
export function fishScript(): string {
  const all = completedCommands();
  const names = all.map(({command}) => command.name);
  const first = names.filter(name => name !== 'query').join(' ');
  const lines = all.flatMap(one => {
    const {command} = one;
    // A line that is no command's is a query.
    const condition = command.name === 'query' ? `not __fish_seen_subcommand_from ${first}` : `__fish_seen_subcommand_from ${command.name}`;
    return [
      `complete -c weir -n ${fishText(`not __fish_seen_subcommand_from ${names.join(' ')}`)} -a ${command.name} -d ${fishText(command.summary)}`,
      ...flagLines(one, condition),
      ...operandLines(one, condition),
    ];
  });
  return `# Completion of weir for fish: weir completion fish > ~/.config/fish/completions/weir.fish\ncomplete -c weir -f\n${lines.join('\n')}\n`;
}

function flagLines({flags}: CompletedCommand, condition: string): readonly string[] {
  return flags.map(({flag, values}) => {
    const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
    const value = values === null ? '' : ` ${valueOf(values)}`;
    return `complete -c weir -n ${fishText(condition)} -l ${flag.name}${short}${value} -d ${fishText(flag.help)}`;
  });
}

function operandLines({command, operands}: CompletedCommand, condition: string): readonly string[] {
  if (operands.kind === 'none' || command.name === 'query') return [];
  return [`complete -c weir -n ${fishText(condition)} ${operands.kind === 'files' ? '-F' : `-a ${argumentsOf(operands)}`}`];
}

/** What an option needs behind it: -x takes nothing but what is offered, -r a file, too. */
function valueOf(candidates: Candidates): string {
  if (candidates.kind === 'files') return '-r -F';
  return candidates.kind === 'none' ? '-x' : `-x -a ${argumentsOf(candidates)}`;
}

function argumentsOf(candidates: Candidates): string {
  if (candidates.kind === 'words') return fishText(candidates.words.join(' '));
  return fishText(candidates.kind === 'jobs' ? '(weir completion jobs 2>/dev/null)' : '(__fish_complete_directories)');
}

function fishText(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
