import {type Candidates, type CompletedCommand, completedCommands, spellings} from './candidates.ts';
import {quoted} from './quoted.ts';

/** The script for zsh, to be sourced or to lie in a folder of $fpath as _weir. */
export function zshScript(): string {
  const all = completedCommands();
  return `#compdef weir
# Completion of weir for zsh: weir completion zsh > ~/.zfunc/_weir
_weir() {
  local current=$words[CURRENT] previous=$words[CURRENT-1] command='' word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case $word in
      (${all.map(({command}) => command.name).join('|')}) command=$word; break ;;
    esac
  done
  case $command:$previous in
${all.flatMap(valueCases).join('\n')}
  esac
  if [[ $current == -* ]]; then
    case $command in
${all.map(flagsCase).join('\n')}
    esac
    _describe -o flag found
    return
  fi
  case $command in
${all.map(operandsCase).join('\n')}
    (*)
      found=(${all.map(({command}) => described(command.name, command.summary)).join(' ')})
      _describe command found ;;
  esac
}
# In a folder of $fpath the file is the function; sourced, it says what it completes.
if [[ $funcstack[1] == _weir ]]; then _weir "$@"; else compdef _weir weir; fi
`;
}

function valueCases(one: CompletedCommand): readonly string[] {
  const names = one.command.name === 'query' ? ['', 'query'] : [one.command.name];
  return one.flags.flatMap(({flag, values}) => {
    if (values === null) return [];
    const pattern = names.flatMap(name => spellings(flag).map(spelling => `${name}:${spelling}`)).join('|');
    return [`    (${pattern}) ${offer(values)}; return ;;`];
  });
}

function flagsCase({command, flags}: CompletedCommand): string {
  const pattern = command.name === 'query' ? '|query' : command.name;
  return `      (${pattern}) found=(${flags.map(({flag}) => described(`--${flag.name}`, flag.help)).join(' ')}) ;;`;
}

function operandsCase({command, operands}: CompletedCommand): string {
  return `    (${command.name}) ${offer(operands)} ;;`;
}

function offer(candidates: Candidates): string {
  switch (candidates.kind) {
    case 'words':
      return `compadd -- ${candidates.words.map(quoted).join(' ')}`;
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    case 'jobs':
      return `found=("\${(@f)$(weir completion jobs 2>/dev/null)}"); found=("\${(@)found//$'\\t'/:}"); _describe job found`;
    case 'none':
      return ':';
  }
}

/** A colon parts a word from its description. */
function described(word: string, text: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${text}`);
}
