import {type Candidates, type CompletedCommand, completedCommands, spellings} from './candidates.ts';
import {quoted} from './quoted.ts';

/** The script for bash (4 or later): words alone, since it shows no descriptions. */
export function bashScript(): string {
  const all = completedCommands();
  return `# Completion of weir for bash: source <(weir completion bash)
_weir() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= word
  # Bash takes --flag=value for three words.
  [[ $current == = ]] && current=
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD - 2]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${all.map(({command}) => command.name).join('|')}) command=$word; break ;;
    esac
  done
  COMPREPLY=()
  case $command:$previous in
${all.flatMap(valueCases).join('\n')}
  esac
  if [[ $current == -* ]]; then
    case $command in
${all.map(flagsCase).join('\n')}
    esac
    return
  fi
  case $command in
${all.map(operandsCase).join('\n')}
    *) ${wordsReply(all.map(({command}) => command.name))} ;;
  esac
}
complete -o filenames -o bashdefault -F _weir weir
`;
}

/** A line that is no command's is a query. */
function patternOf({command}: CompletedCommand): string {
  return command.name === 'query' ? "''|query" : command.name;
}

function valueCases(one: CompletedCommand): readonly string[] {
  const names = one.command.name === 'query' ? ['', 'query'] : [one.command.name];
  return one.flags.flatMap(({flag, values}) => {
    if (values === null) return [];
    const pattern = names.flatMap(name => spellings(flag).map(spelling => `${name}:${spelling}`)).join('|');
    return [`    ${pattern}) ${reply(values)}; return ;;`];
  });
}

function flagsCase(one: CompletedCommand): string {
  return `      ${patternOf(one)}) ${wordsReply(one.flags.map(({flag}) => `--${flag.name}`))} ;;`;
}

function operandsCase({command, operands}: CompletedCommand): string {
  return `    ${command.name}) ${reply(operands)} ;;`;
}

function reply(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'words':
      return wordsReply(candidates.words);
    case 'files':
      return 'mapfile -t COMPREPLY < <(compgen -f -- "$current")';
    case 'folders':
      return 'mapfile -t COMPREPLY < <(compgen -d -- "$current")';
    case 'jobs':
      return 'mapfile -t COMPREPLY < <(compgen -W "$(weir completion jobs 2>/dev/null | cut -f 1)" -- "$current")';
    case 'none':
      return ':';
  }
}

function wordsReply(words: readonly string[]): string {
  return `mapfile -t COMPREPLY < <(compgen -W ${quoted(words.join(' '))} -- "$current")`;
}
