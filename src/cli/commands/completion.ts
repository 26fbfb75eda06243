import type {CommandDefinition} from './define.ts';

export const completion: CommandDefinition = {
  name: 'completion',
  summary: 'print what makes a shell complete commands, flags, their values and the names of jobs',
  operands: 'bash|zsh|fish|jobs',
  description: [
    'For bash: source <(weir completion bash) in ~/.bashrc. For zsh: weir completion zsh > ~/.zfunc/_weir, in a folder of $fpath. For fish: weir completion fish > ~/.config/fish/completions/weir.fish.',
    'Names of jobs are those that run when the key is pressed; zsh and fish show beside them what each one does. completion jobs prints them, a line each: name, tabulator, state.',
  ],
  examples: [
    {summary: 'in this shell', line: 'source <(weir completion bash)'},
    {summary: 'names that can be completed', line: 'weir run -d stream.yaml && weir completion jobs && weir stop --all'},
  ],
  run: async invocation => (await import('../actions/completion.ts')).runCompletion(invocation),
};
